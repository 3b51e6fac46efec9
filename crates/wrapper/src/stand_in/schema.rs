//! A small instance of a JSON Schema, to answer requests for structured output.
//!
//! Knows only what agents send: objects, arrays, strings, numbers, booleans,
//! `enum`, `const`, `anyOf` and the length bounds of strings.

use serde_json::{Map, Value};

/// A value that matches `schema`, with `text` for every string; `null` for an unknown schema.
pub(super) fn instance(schema: &Value, text: &str) -> Value {
    build(schema, text, 0)
}

fn build(schema: &Value, text: &str, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    for key in ["enum", "anyOf", "oneOf"] {
        if let Some(first) = schema.get(key).and_then(|list| list.get(0)) {
            return match key {
                "enum" => first.clone(),
                _ => build(first, text, depth + 1),
            };
        }
    }
    // Gemini writes the names of types in capitals.
    match kind(schema).to_ascii_lowercase().as_str() {
        "object" => object(schema, text, depth),
        "array" => array(schema, text, depth),
        "string" => Value::from(string(schema, text)),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(Value::from(1)),
        "boolean" => Value::from(false),
        _ => Value::Null,
    }
}

/// The schema's `type`, or the first of a list of types.
fn kind(schema: &Value) -> &str {
    let kind = schema.get("type");
    kind.and_then(Value::as_str)
        .or_else(|| kind?.get(0)?.as_str())
        .unwrap_or_default()
}

fn object(schema: &Value, text: &str, depth: usize) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    let property = |name: &str| {
        let schema = schema.get("properties").and_then(|all| all.get(name));
        schema.map_or(Value::Null, |schema| build(schema, text, depth + 1))
    };
    let fields: Map<String, Value> = names
        .map(|name| (name.to_owned(), property(name)))
        .collect();
    Value::Object(fields)
}

fn array(schema: &Value, text: &str, depth: usize) -> Value {
    let wants_one = schema.get("minItems").and_then(Value::as_u64) > Some(0);
    match schema.get("items") {
        Some(items) if wants_one => Value::Array(vec![build(items, text, depth + 1)]),
        _ => Value::Array(Vec::new()),
    }
}

/// `text`, cut to `maxLength` characters.
fn string(schema: &Value, text: &str) -> String {
    let longest = schema.get("maxLength").and_then(Value::as_u64);
    let longest = longest.map_or(usize::MAX, |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    text.chars().take(longest).collect()
}

/// Far deeper than any agent's output schema; bounds the recursion.
const MAX_DEPTH: usize = 16;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_title_fits_the_schema_that_codex_sends_for_it() {
        let schema = json!({
            "type": "object",
            "properties": {"title": {"type": "string", "minLength": 1, "maxLength": 8}},
            "required": ["title"],
            "additionalProperties": false
        });
        assert_eq!(
            instance(&schema, "A hello, a title"),
            json!({"title": "A hello,"})
        );
    }

    #[test]
    fn every_kind_of_value_fits_its_schema() {
        let schema = json!({
            "type": "OBJECT",
            "properties": {
                "kind": {"enum": ["a", "b"]},
                "count": {"type": ["integer", "null"], "minimum": 3},
                "score": {"type": "NUMBER"},
                "list": {"type": "array", "minItems": 1, "items": {"type": "boolean"}},
                "either": {"anyOf": [{"const": 7}, {"type": "string"}]}
            },
            "required": ["kind", "count", "score", "list", "either", "unknown"]
        });
        let expected = json!({"kind": "a", "count": 3, "score": 1, "list": [false], "either": 7, "unknown": null});
        assert_eq!(instance(&schema, "x"), expected);
    }

    #[test]
    fn an_endlessly_nested_schema_still_gives_a_value() {
        let mut schema = json!({"type": "string"});
        for _ in 0..100 {
            schema = json!({"type": "object", "properties": {"a": schema}, "required": ["a"]});
        }
        assert!(instance(&schema, "x").is_object());
    }
}
