//! Walks the tokens of one payload and counts them in the tree.

use serde_json::value::RawValue;

use super::node::Edge;
use super::tree::{MAX_DEPTH, MAX_PATHS, ROOT, Shape};
use crate::json::{Json, JsonType, Tape};

impl Shape {
    /// Adds one payload.
    pub fn add(&mut self, json: &RawValue) {
        if let Ok(document) = Tape::default().read(json.get()) {
            self.walk(document.root());
        }
    }

    /// Adds one payload that is already parsed.
    pub(crate) fn walk(&mut self, json: Json<'_>) {
        Walk::new(self).run(json);
        self.prune();
    }
}

/// The walk through one payload.
struct Walk<'s> {
    shape: &'s mut Shape,
    /// The arrays and objects around the current token, outermost first; at most [`MAX_DEPTH`].
    open: Vec<OpenContainer>,
}

/// An array or object whose end the walk has not reached.
struct OpenContainer {
    /// Its node; `None` if the bound on paths dropped that.
    node: Option<usize>,
    kind: JsonType,
    /// Index of the token after it and its contents.
    end: u32,
    /// Its number in the shape.
    number: u64,
    /// The node of an object's previous member.
    previous: Option<usize>,
    /// The node of the next value: that of the current member, or of all items of an array.
    target: Option<usize>,
    /// In an object: the next token is the value of a member, not a name.
    named: bool,
}

impl<'s> Walk<'s> {
    fn new(shape: &'s mut Shape) -> Self {
        Self {
            shape,
            open: Vec::new(),
        }
    }

    fn run(mut self, payload: Json<'_>) {
        let mut index = payload.index();
        while index < payload.next_index() {
            while self.open.pop_if(|open| open.end <= index).is_some() {}
            let json = payload.at(index);
            index = match self.open.last_mut() {
                Some(open) if open.kind == JsonType::Object && !open.named => {
                    open.named = true;
                    self.member(json);
                    index + 1
                }
                _ => self.value(json),
            };
        }
    }

    /// Counts a value and returns the index at which the walk continues.
    fn value(&mut self, json: Json<'_>) -> u32 {
        let target = match self.open.last_mut() {
            Some(open) => {
                open.named = false;
                open.target
            }
            None => Some(ROOT),
        };
        let Some(target) = target else {
            return json.next_index();
        };
        let kind = json.kind();
        self.shape.nodes[target].stats.add(json);
        if kind.is_structured() {
            self.begin(kind, json, target)
        } else {
            json.next_index()
        }
    }

    /// Enters an array or object and returns the index at which the walk continues.
    fn begin(&mut self, kind: JsonType, json: Json<'_>, node: usize) -> u32 {
        if self.open.len() >= MAX_DEPTH {
            self.shape.nodes[node].stats.cut = true;
            return json.next_index();
        }
        if json.is_empty() {
            return json.next_index();
        }
        self.shape.objects += 1;
        let target = match kind {
            JsonType::Array => Some(self.shape.child(node, Edge::Item)),
            _ => None,
        };
        self.open.push(OpenContainer {
            node: Some(node),
            kind,
            end: json.next_index(),
            number: self.shape.objects,
            previous: None,
            target,
            named: false,
        });
        self.make_room();
        json.index() + 1
    }

    /// Finds the node of a member of the innermost object, and counts the member as present.
    fn member(&mut self, name: Json<'_>) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let Some(object) = open.node else {
            open.target = None;
            return;
        };
        // Most objects repeat the member order of the one before, so the node that followed last
        // time is nearly always right; `Shape::member` compares the name before it uses it.
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
        if node.last_object != open.number {
            node.last_object = open.number;
            node.stats.present = node.stats.present.saturating_add(1);
        }
    }

    /// Keeps one hostile payload from growing the tree without bound.
    fn make_room(&mut self) {
        if self.shape.nodes.len() <= 2 * MAX_PATHS {
            return;
        }
        let Some(moved) = self.shape.prune() else {
            return;
        };
        for open in &mut self.open {
            open.node = open.node.and_then(|node| moved[node]);
            open.target = open.target.and_then(|node| moved[node]);
            // `Shape::prune` has cleared the nodes' guesses; this one would be stale, too.
            open.previous = None;
        }
    }
}
