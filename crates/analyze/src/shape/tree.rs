//! The tree of key paths, and how two of them become one.
//!
//! Nodes stand in one vector and refer to each other by index, parents before
//! children. Past [`MAX_PATHS`] the tree keeps those paths that come first by
//! depth and then by name. That choice depends on the set of paths alone, and a
//! path that is kept in the end was never dropped on the way: so the bound does
//! not make the result depend on the order of the payloads.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::node::{Node, Seen, Step, is_id};
use super::stored::Stored;
use super::walk::Walk;
use crate::json::{Json, Tape};

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
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Shape {
    /// Never empty: the root is at [`ROOT`].
    pub(super) nodes: Vec<Node>,
    /// Objects walked so far: numbers them, so that a repeated name counts once in each.
    pub(super) objects: u64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            nodes: vec![Node::new(ROOT, Step::Any)],
            objects: 0,
        }
    }
}

impl Shape {
    /// Takes one payload.
    pub fn add(&mut self, json: &RawValue) {
        if let Ok(document) = Tape::default().read(json.get()) {
            self.walk(document.root());
        }
    }

    /// Takes one payload that was read already.
    pub(crate) fn walk(&mut self, json: Json<'_>) {
        Walk::new(self).run(json);
        self.prune();
    }

    /// Takes all that another shape has seen.
    pub fn merge(&mut self, other: Self) {
        self.absorb(other, |_, step| step);
        self.prune();
    }

    /// How many payloads it has seen.
    pub fn samples(&self) -> u64 {
        self.nodes[ROOT].seen.count()
    }

    /// The same with each object of more than [`MAX_MEMBERS`] names read as a map:
    /// its members folded into one.
    pub(super) fn folded(&self) -> Self {
        let mut shape = self.clone();
        // Folding can gather enough names one level further down for that to be a
        // map too; each round settles at least one level, and there are `MAX_DEPTH`.
        while shape.nodes.iter().any(is_wide) {
            let mut narrow = Self::default();
            let wide: Vec<bool> = shape.nodes.iter().map(is_wide).collect();
            narrow.absorb(shape, |parent, step| match step {
                Step::Member(_) if wide[parent] => Step::Any,
                step => step,
            });
            shape = narrow;
        }
        shape
    }

    /// The child of `parent` for the member `name`, looked for at `hint` first.
    pub(super) fn member(&mut self, parent: usize, name: Json<'_>, hint: Option<usize>) -> usize {
        if self.nodes[parent].is_map {
            return self.child(parent, Step::Any);
        }
        if let Some(hint) = hint
            && let Node {
                parent: of,
                step: Step::Member(known),
                ..
            } = &self.nodes[hint]
            && *of == parent
            && name.says(known)
        {
            return hint;
        }
        let name = &name.text_or_inner();
        match self.place_of(parent, name) {
            // What has a place of its own was found to be no id.
            Ok(place) => self.nodes[parent].members[place],
            Err(_) if is_id(name) => self.child(parent, Step::Any),
            Err(place) => self.insert(parent, place, name),
        }
    }

    /// The child of `parent` that `step` leads to.
    pub(super) fn child(&mut self, parent: usize, step: Step) -> usize {
        let new = self.nodes.len();
        let node = &mut self.nodes[parent];
        let slot = match &step {
            Step::Item => &mut node.item,
            Step::Any => &mut node.any,
            Step::Member(name) => return self.child_by_name(parent, name),
        };
        let child = *slot.get_or_insert(new);
        if child == new {
            self.nodes.push(Node::new(parent, step));
        }
        child
    }

    fn child_by_name(&mut self, parent: usize, name: &str) -> usize {
        match self.place_of(parent, name) {
            Ok(place) => self.nodes[parent].members[place],
            Err(place) => self.insert(parent, place, name),
        }
    }

    /// Where the member `name` stands among those of `parent`, or where it would.
    fn place_of(&self, parent: usize, name: &str) -> Result<usize, usize> {
        let members = &self.nodes[parent].members;
        members.binary_search_by(|&member| self.nodes[member].step.name().cmp(name))
    }

    fn insert(&mut self, parent: usize, place: usize, name: &str) -> usize {
        let new = self.nodes.len();
        self.nodes[parent].members.insert(place, new);
        self.nodes
            .push(Node::new(parent, Step::Member(name.into())));
        new
    }

    /// Adds the nodes of `other`, each where `step` (given its old parent) leads.
    fn absorb(&mut self, other: Self, step: impl Fn(usize, Step) -> Step) {
        let mut places: Vec<usize> = Vec::with_capacity(other.nodes.len());
        for (index, node) in other.nodes.into_iter().enumerate() {
            let place = if index == ROOT {
                ROOT
            } else {
                self.child(places[node.parent], step(node.parent, node.step))
            };
            self.nodes[place].seen.merge(node.seen);
            places.push(place);
        }
    }

    /// Drops the paths past [`MAX_PATHS`]; where each path went, if any had to go.
    pub(super) fn prune(&mut self) -> Option<Vec<Option<usize>>> {
        if self.nodes.len() <= MAX_PATHS {
            return None;
        }
        let order = self.breadth_first(MAX_PATHS);
        let mut places = vec![None; self.nodes.len()];
        for (new, &old) in order.iter().enumerate() {
            places[old] = Some(new);
        }
        let mut kept = Vec::with_capacity(order.len());
        for &old in &order {
            let placeholder = Node::new(ROOT, Step::Any);
            let node = std::mem::replace(&mut self.nodes[old], placeholder);
            kept.push(moved(node, &places));
        }
        self.nodes = kept;
        Some(places)
    }

    /// The first `limit` nodes by depth, and by name among those of one depth.
    pub(super) fn breadth_first(&self, limit: usize) -> Vec<usize> {
        let mut order = vec![ROOT];
        let mut next = 0;
        while next < order.len() && order.len() < limit {
            order.extend(self.nodes[order[next]].children());
            next += 1;
        }
        order.truncate(limit);
        order
    }

    /// What was seen at the root.
    pub(super) fn root(&self) -> &Seen {
        &self.nodes[ROOT].seen
    }
}

/// A node whose neighbours have moved to `places`; those that went nowhere are cut.
fn moved(mut node: Node, places: &[Option<usize>]) -> Node {
    let before = node.children().count();
    node.parent = places[node.parent].unwrap_or(ROOT);
    node.members.retain_mut(|member| match places[*member] {
        Some(place) => {
            *member = place;
            true
        }
        None => false,
    });
    node.any = node.any.and_then(|any| places[any]);
    node.item = node.item.and_then(|item| places[item]);
    node.first = None;
    node.next = None;
    node.seen.cut |= node.children().count() < before;
    node
}

fn is_wide(node: &Node) -> bool {
    node.members.len() > MAX_MEMBERS
}

/// The root's index.
pub(super) const ROOT: usize = 0;

/// A first request of codex with all its tools has about 300 paths; a payload
/// with more than this is generated, and must not fill the memory.
pub(super) const MAX_PATHS: usize = 4096;

/// Objects written by programmers have fewer names than this; more are a map.
const MAX_MEMBERS: usize = 64;

/// Agent APIs nest about 12 levels (tool schemas are the deepest); what lies
/// deeper than this is counted with the value that holds it.
pub(super) const MAX_DEPTH: usize = 32;
