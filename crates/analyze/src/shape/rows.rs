//! A shape as the rows of a table, one for each key path.

use std::fmt::Write as _;

use serde::Serialize;

use super::node::{Node, Step};
use super::tree::{ROOT, Shape};
use crate::json::Kind;

/// What was seen at one key path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The path: `input[].type`; `.` for the whole payload, `{key}` for any name that looks like an id.
    pub path: String,
    /// The types that were seen, each with how often.
    pub types: Vec<(Kind, u64)>,
    /// The share of the objects at the parent path that have this member, from
    /// 0 to 1; absent for array items, for the entries of a map and for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<f64>,
    /// How many values were seen.
    pub count: u64,
    /// Their length as JSON text, in bytes, all together.
    pub bytes: u64,
    /// The length of the longest.
    pub max_bytes: u64,
    /// All strings that were seen, where they look like an enumeration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Box<str>>,
    /// Whether more lies below than is listed: too deep, or too many paths.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

impl Shape {
    /// The rows, parents before children, members by name; none when nothing was added.
    pub fn rows(&self) -> Vec<Row> {
        if self.samples() == 0 {
            return Vec::new();
        }
        let shape = self.folded();
        let mut rows = Vec::with_capacity(shape.nodes.len());
        let mut stack = vec![(ROOT, String::new())];
        while let Some((index, path)) = stack.pop() {
            let node = &shape.nodes[index];
            let mut children: Vec<_> = node.children().collect();
            children.reverse();
            stack.extend(
                children
                    .into_iter()
                    .map(|child| (child, extended(&path, &shape.nodes[child].step))),
            );
            rows.push(row(&shape, node, path));
        }
        rows
    }
}

fn row(shape: &Shape, node: &Node, path: String) -> Row {
    let seen = &node.seen;
    let objects = shape.nodes[node.parent].seen.of(Kind::Object);
    let is_member = matches!(node.step, Step::Member(_));
    Row {
        path: if path.is_empty() {
            ".".to_owned()
        } else {
            path
        },
        types: Kind::ALL
            .into_iter()
            .map(|kind| (kind, seen.of(kind)))
            .filter(|&(_, count)| count > 0)
            .collect(),
        presence: is_member.then(|| seen.present as f64 / objects.max(1) as f64),
        count: seen.count(),
        bytes: seen.bytes,
        max_bytes: seen.max_bytes,
        values: seen.enumeration().to_vec(),
        cut: seen.cut,
    }
}

/// The path of a child. Names that a path could be misread with stand in brackets, as JSON.
fn extended(path: &str, step: &Step) -> String {
    let mut path = path.to_owned();
    match step {
        Step::Item => path.push_str("[]"),
        Step::Any => path.push_str("{key}"),
        Step::Member(name) if is_plain(name) => {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        Step::Member(name) => {
            let name = serde_json::Value::from(&**name);
            write!(path, "[{name}]").expect("a String takes all that is written to it");
        }
    }
    path
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@'))
}
