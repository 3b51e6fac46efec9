//! A shape as a JSON Schema (draft 2020-12) that all of its payloads satisfy.
//!
//! It states types, required members, items and enumerations. Unknown members stay allowed: a
//! payload with a new field is drift to look at, not an invalid payload.

use serde_json::{Map, Value, json};

use super::node::Node;
use super::tree::{ROOT, Shape};
use crate::json::JsonType;

impl Shape {
    /// The schema; one that allows everything when nothing was added.
    pub fn schema(&self) -> Value {
        let shape = self.folded();
        let mut schema = Map::new();
        schema.insert("$schema".to_owned(), json!(DIALECT));
        schema.extend(describe(&shape, &shape.nodes[ROOT]));
        Value::Object(schema)
    }
}

/// The keywords for one path. Recursion ends at [`MAX_DEPTH`](super::tree::MAX_DEPTH).
fn describe(shape: &Shape, node: &Node) -> Map<String, Value> {
    let mut schema = Map::new();
    let stats = &node.stats;
    let types: Vec<&str> = JsonType::ALL
        .into_iter()
        // JSON Schema's numbers include its integers.
        .filter(|&kind| kind != JsonType::Integer || stats.of(JsonType::Number) == 0)
        .filter(|&kind| stats.of(kind) > 0)
        .map(JsonType::name)
        .collect();
    match types[..] {
        [] => {}
        [one] => _ = schema.insert("type".to_owned(), json!(one)),
        _ => _ = schema.insert("type".to_owned(), json!(types)),
    }
    let values = stats.enumeration();
    if types == ["string"] && !values.is_empty() {
        schema.insert("enum".to_owned(), json!(values));
    }
    if let Some(item) = node.item {
        schema.insert(
            "items".to_owned(),
            describe(shape, &shape.nodes[item]).into(),
        );
    }
    schema.extend(members(shape, node));
    if let Some(any_key) = node.any_key {
        let entries = describe(shape, &shape.nodes[any_key]);
        schema.insert("additionalProperties".to_owned(), entries.into());
    }
    schema
}

/// `properties` and `required`, if there are any.
fn members(shape: &Shape, node: &Node) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for &member in &node.members {
        let child = &shape.nodes[member];
        let name = child.edge.name();
        properties.insert(name.to_owned(), describe(shape, child).into());
        if child.stats.present == node.stats.of(JsonType::Object) {
            required.push(name);
        }
    }
    let mut schema = Map::new();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), properties.into());
    }
    schema
}

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
