//! One payload's way through the tree: tokens in, counts out.

use super::node::Step;
use super::repeat::{As, Counted, count};
use super::tree::{MAX_DEPTH, MAX_PATHS, ROOT, Shape};
use crate::json::{Form, Json, Kind};

/// Walks one payload and counts it in a shape.
pub(super) struct Walk<'s> {
    shape: &'s mut Shape,
    /// The arrays and objects that are open, outermost first: never more than [`MAX_DEPTH`].
    open: Vec<Open>,
    /// Where the tokens so far were counted, in their order, up to [`MAX_COUNTED`].
    counted: Vec<Counted>,
    /// The first element of each form, by the form's index.
    forms: Vec<Option<Element>>,
}

/// An element of an array, which was counted.
#[derive(Clone, Copy)]
struct Element {
    /// Its node.
    node: usize,
    /// Its first token among those that were counted.
    from: usize,
    /// How many tokens it is.
    extent: usize,
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
    /// What the others of its form are counted like, once it is over.
    first: Option<(Form, Element)>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(shape: &'s mut Shape) -> Self {
        Self {
            shape,
            open: Vec::new(),
            counted: Vec::new(),
            forms: Vec::new(),
        }
    }

    pub(super) fn run(mut self, payload: Json<'_>) {
        self.counted
            .reserve(MAX_COUNTED.min(payload.extent() as usize));
        let mut place = payload.place();
        while place < payload.behind() {
            while let Some(over) = self.open.pop_if(|open| open.end <= place) {
                self.learn(over.first);
            }
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
        self.shape.repeat.remember(&self.counted);
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
        if self.is_like_another(json, target) {
            return json.behind();
        }
        let kind = json.kind();
        self.push(json, target, As::Value);
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
            first: json.form().map(|form| (form, self.last(json, node))),
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
            self.push(name, child, As::Present);
        }
    }

    /// Remembers where a token was counted.
    fn push(&mut self, json: Json<'_>, node: usize, as_what: As) {
        if self.counted.len() < MAX_COUNTED {
            self.counted.push(Counted {
                extent: json.extent(),
                node: node as u32,
                kind: json.kind(),
                as_what,
            });
        }
    }

    /// Remembers the element that is over, if all of its tokens were counted: those
    /// that lie too deep are not, nor are names that an object has twice.
    fn learn(&mut self, first: Option<(Form, Element)>) {
        let Some((form, first)) = first else { return };
        if self.counted.len() - first.from == first.extent {
            let index = form.index();
            self.forms.resize(self.forms.len().max(index + 1), None);
            self.forms[index] = Some(first);
        }
    }

    /// The element whose first token was the last to be counted.
    fn last(&self, json: Json<'_>, node: usize) -> Element {
        Element {
            node,
            from: self.counted.len().saturating_sub(1),
            extent: json.extent() as usize,
        }
    }

    /// Counts an element of an array like the first of its form.
    fn is_like_another(&mut self, json: Json<'_>, node: usize) -> bool {
        let Some(form) = json.form() else {
            return false;
        };
        let known = self.forms.get(form.index()).copied().flatten();
        let Some(first) = known.filter(|first| first.node == node) else {
            return false;
        };
        let tokens = first.from..first.from + first.extent;
        count(
            &self.counted[tokens.clone()],
            &[json],
            &mut self.shape.nodes,
        );
        if self.counted.len() + tokens.len() <= MAX_COUNTED {
            self.counted.extend_from_within(tokens);
        }
        true
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
            open.first = None;
        }
        self.counted.clear();
        self.forms.clear();
    }
}

/// How many tokens of one payload are remembered: a request of codex has a few thousand.
const MAX_COUNTED: usize = 1 << 14;
