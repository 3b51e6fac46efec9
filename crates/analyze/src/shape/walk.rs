//! One payload's way through the tree: tokens in, counts out.

use super::node::Step;
use super::tree::{MAX_DEPTH, MAX_PATHS, ROOT, Shape};
use crate::json::{Json, Kind};

/// Walks one payload and counts it in a shape.
pub(super) struct Walk<'s> {
    shape: &'s mut Shape,
    /// The arrays and objects that are open, outermost first: never more than [`MAX_DEPTH`].
    open: Vec<Open>,
}

/// An array or object that has begun and not ended.
struct Open {
    /// Its node; `None` once that was dropped for the bound on paths.
    node: Option<usize>,
    kind: Kind,
    /// The place behind it.
    end: u32,
    /// Its number, for an object.
    object: u64,
    /// The member before the current one.
    previous: Option<usize>,
    /// The node of the value that comes next: of an object's member, or of all items.
    target: Option<usize>,
    /// Whether a member's name was read, and its value comes next.
    named: bool,
}

impl<'s> Walk<'s> {
    pub(super) fn new(shape: &'s mut Shape) -> Self {
        Self {
            shape,
            open: Vec::new(),
        }
    }

    pub(super) fn run(mut self, payload: Json<'_>) {
        let mut place = payload.place();
        while place < payload.behind() {
            while self.open.pop_if(|open| open.end <= place).is_some() {}
            let json = payload.at(place);
            place = match self.open.last_mut() {
                Some(open) if open.kind == Kind::Object && !open.named => {
                    open.named = true;
                    self.member(json);
                    place + 1
                }
                _ => self.value(json),
            };
        }
    }

    /// Counts a value; returns the place where the walk goes on.
    fn value(&mut self, json: Json<'_>) -> u32 {
        let target = match self.open.last_mut() {
            Some(open) => {
                open.named = false;
                open.target
            }
            None => Some(ROOT),
        };
        let Some(target) = target else {
            return json.behind();
        };
        let kind = json.kind();
        self.shape.nodes[target].add(json);
        if kind.is_structured() {
            self.begin(kind, json, target)
        } else {
            json.behind()
        }
    }

    fn begin(&mut self, kind: Kind, json: Json<'_>, node: usize) -> u32 {
        if self.open.len() >= MAX_DEPTH {
            self.shape.nodes[node].seen.cut = true;
            return json.behind();
        }
        if json.is_empty() {
            return json.behind();
        }
        self.shape.objects += 1;
        let target = match kind {
            Kind::Array => Some(self.shape.child(node, Step::Item)),
            _ => None,
        };
        self.open.push(Open {
            node: Some(node),
            kind,
            end: json.behind(),
            object: self.shape.objects,
            previous: None,
            target,
            named: false,
        });
        self.make_room();
        json.place() + 1
    }

    /// Finds the node of the member of the innermost object that `name` names, and counts it as present.
    fn member(&mut self, name: Json<'_>) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let Some(object) = open.node else {
            open.target = None;
            return;
        };
        let hint = match open.previous {
            Some(previous) => self.shape.nodes[previous].next,
            None => self.shape.nodes[object].first,
        };
        let child = self.shape.member(object, name, hint);
        match open.previous {
            Some(previous) => self.shape.nodes[previous].next = Some(child),
            None => self.shape.nodes[object].first = Some(child),
        }
        open.previous = Some(child);
        open.target = Some(child);
        let node = &mut self.shape.nodes[child];
        if node.last_object != open.object {
            node.last_object = open.object;
            node.seen.present = node.seen.present.saturating_add(1);
        }
    }

    /// Keeps one hostile payload from growing the tree without end.
    fn make_room(&mut self) {
        if self.shape.nodes.len() <= 2 * MAX_PATHS {
            return;
        }
        let Some(places) = self.shape.prune() else {
            return;
        };
        for open in &mut self.open {
            open.node = open.node.and_then(|node| places[node]);
            open.target = open.target.and_then(|node| places[node]);
            open.previous = None;
        }
    }
}
