//! One key path of the tree.

use super::stats::PathStats;

/// One key path: its statistics and its neighbours, which are indices into the tree.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Index of the parent; the root's is its own.
    pub(super) parent: usize,
    /// How the parent leads here.
    pub(super) edge: Edge,
    /// Whether its members are entries of a map: their names are content, not structure.
    pub(super) is_map: bool,
    pub(super) stats: PathStats,
    /// The children for members, sorted by name.
    pub(super) members: Vec<usize>,
    /// The child for members whose names look like ids, and for entries of a map.
    pub(super) any_key: Option<usize>,
    /// The child for array items.
    pub(super) item: Option<usize>,
    /// The number of the object in which this member was last counted as present.
    pub(super) last_object: u64,
    /// The first member of the last object here. Most objects list their members in the same
    /// order, so it is the first guess for the next object's first member.
    pub(super) first: Option<usize>,
    /// The sibling that came next in the last object: the first guess for what comes next.
    pub(super) next: Option<usize>,
}

impl Node {
    pub(super) fn new(parent: usize, edge: Edge) -> Self {
        Self {
            parent,
            is_map: MAPS.contains(&edge.name()),
            edge,
            stats: PathStats::default(),
            members: Vec::new(),
            any_key: None,
            item: None,
            last_object: 0,
            first: None,
            next: None,
        }
    }

    /// All children, in an order that depends only on their names.
    pub(super) fn children(&self) -> impl Iterator<Item = usize> {
        self.item
            .into_iter()
            .chain(self.any_key)
            .chain(self.members.iter().copied())
    }
}

/// How a parent leads to a child.
#[derive(Debug, Clone)]
pub(super) enum Edge {
    /// To every item of an array.
    Item,
    /// To every member whose name looks like an id, and to every entry of a map.
    AnyKey,
    /// To the member of this name.
    Member(Box<str>),
}

impl Edge {
    /// The member's name; empty for the two others.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Member(name) => name,
            Self::Item | Self::AnyKey => "",
        }
    }
}

/// Members that hold maps by convention. Requests contain a JSON Schema for each tool, in which
/// the parameters' names are content, not structure.
const MAPS: [&str; 4] = ["properties", "patternProperties", "$defs", "definitions"];
