//! A shape as the rows of a table, one for each key path.

use std::fmt::Write as _;

use serde::Serialize;

use super::node::{Edge, Node};
use super::tree::{ROOT, Shape};
use crate::json::JsonType;

/// One key path of a payload, and what its values had in common.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The path: `input[].type`; `.` for the whole payload, `{key}` for any name that looks like an id.
    pub path: String,
    /// The types of its values, each with its count.
    pub types: Vec<(JsonType, u64)>,
    /// The share of the objects at the parent path that have this member, from
    /// 0 to 1; absent for array items, for the entries of a map and for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<f64>,
    /// How many values there were.
    pub count: u64,
    /// Their length as JSON text, in bytes, together.
    pub bytes: u64,
    /// The length of the longest.
    pub max_bytes: u64,
    /// The distinct strings, if they look like an enumeration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Box<str>>,
    /// Whether paths below are missing: too deep, or too many.
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
                    .map(|child| (child, extended(&path, &shape.nodes[child].edge))),
            );
            rows.push(row(&shape, node, path));
        }
        rows
    }
}

fn row(shape: &Shape, node: &Node, path: String) -> Row {
    let stats = &node.stats;
    let objects = shape.nodes[node.parent].stats.of(JsonType::Object);
    let is_member = matches!(node.edge, Edge::Member(_));
    Row {
        path: if path.is_empty() {
            ".".to_owned()
        } else {
            path
        },
        types: JsonType::ALL
            .into_iter()
            .map(|kind| (kind, stats.of(kind)))
            .filter(|&(_, count)| count > 0)
            .collect(),
        presence: is_member.then(|| stats.present as f64 / objects.max(1) as f64),
        count: stats.count(),
        bytes: stats.bytes,
        max_bytes: stats.max_bytes,
        values: stats.enumeration().to_vec(),
        cut: stats.cut,
    }
}

/// The path of a child. A name that would make the path ambiguous is put in brackets, as JSON.
fn extended(path: &str, edge: &Edge) -> String {
    let mut path = path.to_owned();
    match edge {
        Edge::Item => path.push_str("[]"),
        Edge::AnyKey => path.push_str("{key}"),
        Edge::Member(name) if is_plain(name) => {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        Edge::Member(name) => {
            let name = serde_json::Value::from(&**name);
            write!(path, "[{name}]").expect("writing to a String cannot fail");
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
