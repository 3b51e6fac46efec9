//! One payload's way through the tree: tokens in, counts out.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::node::{Kind, Step};
use super::scanner::{Scanner, Token};
use super::tree::{MAX_DEPTH, MAX_PATHS, ROOT, Shape};

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
    /// Where its text begins.
    start: usize,
    /// Its number, for an object.
    object: u64,
    /// The member before the current one.
    previous: Option<usize>,
    /// The node of the value that comes next.
    target: Option<usize>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(shape: &'s mut Shape) -> Self {
        Self {
            shape,
            open: Vec::new(),
        }
    }

    pub(super) fn run(mut self, json: &RawValue) {
        let mut scanner = Scanner::new(json);
        while let Some(token) = scanner.token() {
            match token {
                Token::Key(name) => self.member(name),
                Token::Array => self.begin(Kind::Array, &mut scanner),
                Token::Object => self.begin(Kind::Object, &mut scanner),
                Token::End => self.end(scanner.end()),
                Token::String(value) => self.string(value, &scanner),
                Token::Integer => self.scalar(Kind::Integer, &scanner),
                Token::Number => self.scalar(Kind::Number, &scanner),
                Token::Boolean => self.scalar(Kind::Boolean, &scanner),
                Token::Null => self.scalar(Kind::Null, &scanner),
            }
        }
    }

    /// Where the value that comes next is counted.
    fn target(&mut self) -> Option<usize> {
        let Some(open) = self.open.last() else {
            return Some(ROOT);
        };
        if open.kind == Kind::Array {
            let array = open.node?;
            Some(self.shape.child(array, Step::Item))
        } else {
            open.target
        }
    }

    fn string(&mut self, value: &str, scanner: &Scanner<'_>) {
        if let Some(target) = self.target() {
            self.shape.nodes[target].seen.values.add(value);
            self.count(target, Kind::String, scanner.end() - scanner.start());
        }
    }

    fn scalar(&mut self, kind: Kind, scanner: &Scanner<'_>) {
        if let Some(target) = self.target() {
            self.count(target, kind, scanner.end() - scanner.start());
        }
    }

    fn count(&mut self, node: usize, kind: Kind, bytes: usize) {
        self.shape.nodes[node].seen.add(kind, bytes);
    }

    fn begin(&mut self, kind: Kind, scanner: &mut Scanner<'_>) {
        let start = scanner.start();
        let target = self.target();
        let Some(node) = target.filter(|_| self.open.len() < MAX_DEPTH) else {
            scanner.leave();
            if let Some(node) = target {
                self.count(node, kind, scanner.end() - start);
                self.shape.nodes[node].seen.cut = true;
            }
            return;
        };
        self.shape.objects += 1;
        self.open.push(Open {
            node: Some(node),
            kind,
            start,
            object: self.shape.objects,
            previous: None,
            target: None,
        });
        self.make_room();
    }

    fn end(&mut self, end: usize) {
        if let Some(open) = self.open.pop()
            && let Some(node) = open.node
        {
            self.count(node, open.kind, end - open.start);
        }
    }

    /// Finds the node of the member `name` of the innermost object, and counts it as present.
    fn member(&mut self, name: &str) {
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
        let child = self.shape.member(object, &unescaped(name), hint);
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

/// A string without its escapes.
///
/// A lone surrogate, which no Rust string can hold, leaves it as it stands.
pub(super) fn unescaped(name: &str) -> Cow<'_, str> {
    if !name.contains('\\') {
        return Cow::Borrowed(name);
    }
    match serde_json::from_str(&format!("\"{name}\"")) {
        Ok(plain) => Cow::Owned(plain),
        Err(_) => Cow::Borrowed(name),
    }
}
