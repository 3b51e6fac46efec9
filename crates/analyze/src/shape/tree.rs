//! The tree of key paths, and how two trees merge.
//!
//! Nodes live in one vector and refer to each other by index, parents before children. Past
//! [`MAX_PATHS`] the tree keeps the paths that come first by depth and then by name. Which
//! these are depends only on the set of all paths, and a path among them was never dropped
//! before: so the order of the payloads does not change the result.

use super::names::is_id;
use super::node::{Edge, Node};
use crate::json::Json;

/// The structure of a set of JSON payloads.
///
/// ```
/// use analyze::shape::Shape;
/// use serde_json::value::RawValue;
///
/// let mut shape = Shape::default();
/// for json in [r#"{"model":"m","input":[{"type":"message"}]}"#, r#"{"model":"m"}"#] {
///     shape.add(serde_json::from_str::<&RawValue>(json)?);
/// }
/// let rows = shape.rows();
/// let paths: Vec<&str> = rows.iter().map(|row| row.path.as_str()).collect();
/// assert_eq!(paths, [".", "input", "input[]", "input[].type", "model"]);
/// assert_eq!(rows[1].presence, Some(0.5));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Shape {
    /// Never empty: the root is at [`ROOT`].
    pub(super) nodes: Vec<Node>,
    /// Arrays and objects so far. The count numbers them, so that a member that an object repeats
    /// is present once.
    pub(super) objects: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            nodes: vec![Node::new(ROOT, Edge::AnyKey)],
            objects: 0,
        }
    }
}

impl Shape {
    /// Adds everything that `other` counted.
    pub fn merge(&mut self, other: Self) {
        self.absorb(other, |_, edge| edge);
        self.prune();
    }

    /// How many payloads were added.
    pub fn samples(&self) -> u64 {
        self.nodes[ROOT].stats.count()
    }

    /// The same, with each object of more than [`MAX_MEMBERS`] names read as a map: its members
    /// share one path.
    pub(super) fn folded(&self) -> Self {
        let mut shape = self.clone();
        // Folding can gather so many names one level down that those are a map, too. It ends:
        // each round settles at least one level, and there are at most `MAX_DEPTH`.
        while shape.nodes.iter().any(is_wide) {
            let mut narrow = Self::default();
            let wide: Vec<bool> = shape.nodes.iter().map(is_wide).collect();
            narrow.absorb(shape, |parent, edge| match edge {
                Edge::Member(_) if wide[parent] => Edge::AnyKey,
                edge => edge,
            });
            shape = narrow;
        }
        shape
    }

    /// The child of `parent` for the member `name`; `hint` is where it probably is.
    pub(super) fn member(&mut self, parent: usize, name: Json<'_>, hint: Option<usize>) -> usize {
        if self.nodes[parent].is_map {
            return self.child(parent, Edge::AnyKey);
        }
        if let Some(hint) = hint
            && let Node {
                parent: of,
                edge: Edge::Member(known),
                ..
            } = &self.nodes[hint]
            && *of == parent
            && name.says(known)
        {
            return hint;
        }
        let name = &name.text_or_inner();
        match self.search(parent, name) {
            // An id never gets a node of its name, so a name that has one is no id.
            Ok(at) => self.nodes[parent].members[at],
            Err(_) if is_id(name) => self.child(parent, Edge::AnyKey),
            Err(at) => self.insert(parent, at, name),
        }
    }

    /// The child of `parent` at the end of `edge`, made if missing.
    pub(super) fn child(&mut self, parent: usize, edge: Edge) -> usize {
        let new = self.nodes.len();
        let node = &mut self.nodes[parent];
        let slot = match &edge {
            Edge::Item => &mut node.item,
            Edge::AnyKey => &mut node.any_key,
            Edge::Member(name) => return self.child_by_name(parent, name),
        };
        let child = *slot.get_or_insert(new);
        if child == new {
            self.nodes.push(Node::new(parent, edge));
        }
        child
    }

    fn child_by_name(&mut self, parent: usize, name: &str) -> usize {
        match self.search(parent, name) {
            Ok(at) => self.nodes[parent].members[at],
            Err(at) => self.insert(parent, at, name),
        }
    }

    /// The position of the member `name` among those of `parent`, or where to insert it.
    fn search(&self, parent: usize, name: &str) -> Result<usize, usize> {
        let members = &self.nodes[parent].members;
        members.binary_search_by(|&member| self.nodes[member].edge.name().cmp(name))
    }

    fn insert(&mut self, parent: usize, at: usize, name: &str) -> usize {
        let new = self.nodes.len();
        self.nodes[parent].members.insert(at, new);
        self.nodes
            .push(Node::new(parent, Edge::Member(name.into())));
        new
    }

    /// Adds the nodes of `other`. `edge` may change how a node hangs on its parent, whose index in
    /// `other` it is given.
    fn absorb(&mut self, other: Self, edge: impl Fn(usize, Edge) -> Edge) {
        // By index in `other`: parents come first, so a parent's new index is known.
        let mut moved: Vec<usize> = Vec::with_capacity(other.nodes.len());
        for (index, node) in other.nodes.into_iter().enumerate() {
            let target = if index == ROOT {
                ROOT
            } else {
                self.child(moved[node.parent], edge(node.parent, node.edge))
            };
            self.nodes[target].stats.merge(node.stats);
            moved.push(target);
        }
    }

    /// Drops the paths past [`MAX_PATHS`]. If there were any, returns the new index of each node.
    pub(super) fn prune(&mut self) -> Option<Vec<Option<usize>>> {
        if self.nodes.len() <= MAX_PATHS {
            return None;
        }
        let order = self.breadth_first(MAX_PATHS);
        let mut moved = vec![None; self.nodes.len()];
        for (new, &old) in order.iter().enumerate() {
            moved[old] = Some(new);
        }
        let mut kept = Vec::with_capacity(order.len());
        for &old in &order {
            let placeholder = Node::new(ROOT, Edge::AnyKey);
            let node = std::mem::replace(&mut self.nodes[old], placeholder);
            kept.push(relinked(node, &moved));
        }
        self.nodes = kept;
        Some(moved)
    }

    /// The first `limit` nodes by depth, then by name.
    fn breadth_first(&self, limit: usize) -> Vec<usize> {
        let mut order = vec![ROOT];
        let mut next = 0;
        while next < order.len() && order.len() < limit {
            order.extend(self.nodes[order[next]].children());
            next += 1;
        }
        order.truncate(limit);
        order
    }
}

/// Points a node to the new indices of its neighbours, without those that were dropped.
fn relinked(mut node: Node, moved: &[Option<usize>]) -> Node {
    let before = node.children().count();
    node.parent = moved[node.parent].unwrap_or(ROOT);
    node.members.retain_mut(|member| match moved[*member] {
        Some(new) => {
            *member = new;
            true
        }
        None => false,
    });
    node.any_key = node.any_key.and_then(|any_key| moved[any_key]);
    node.item = node.item.and_then(|item| moved[item]);
    node.first = None;
    node.next = None;
    node.stats.cut |= node.children().count() < before;
    node
}

fn is_wide(node: &Node) -> bool {
    node.members.len() > MAX_MEMBERS
}

/// The index of the root: the payload itself.
pub(super) const ROOT: usize = 0;

/// A first request of codex with all its tools has about 300 paths. A payload with more than
/// this is generated, and must not fill the memory.
pub(super) const MAX_PATHS: usize = 4096;

/// Objects that programmers design have fewer names; more are a map.
const MAX_MEMBERS: usize = 64;

/// Agent APIs nest about 12 levels (tool schemas are the deepest). What is deeper than this counts
/// only as bytes of the value that contains it.
pub(super) const MAX_DEPTH: usize = 32;
