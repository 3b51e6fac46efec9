//! The structure of payloads: what it says, that it merges, that its schema holds.

use analyze::shape::{JsonType, Row, Shape};
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

fn shape_of<'a>(payloads: impl IntoIterator<Item = &'a str>) -> Shape {
    let mut shape = Shape::default();
    for payload in payloads {
        shape.add(serde_json::from_str::<&RawValue>(payload).expect("the test gives JSON"));
    }
    shape
}

fn row(shape: &Shape, path: &str) -> Row {
    let rows = shape.rows();
    let paths: Vec<_> = rows.iter().map(|row| row.path.clone()).collect();
    rows.into_iter()
        .find(|row| row.path == path)
        .unwrap_or_else(|| panic!("{path} is not among {paths:?}"))
}

/// Everything that a shape counted. Enumerations show once each value has occurred three times, so
/// three copies show every string that is kept.
fn counted(shape: &Shape) -> (Vec<Row>, Value) {
    let mut three = shape.clone();
    three.merge(shape.clone());
    three.merge(shape.clone());
    (three.rows(), three.schema())
}

#[test]
fn a_row_tells_types_presence_count_sizes_and_values() {
    let shape = shape_of([
        r#"{"input": [{"role": "user"}, {"role": "user", "n": 1}], "x": null}"#,
        r#"{"input": [{"role": "developer", "n": 2.5}]}"#,
        r#"{"input": "hello"}"#,
        r#"{"input": [{"role": "user"}, {"role": "user"}, {"role": "user"}]}"#,
    ]);

    let input = row(&shape, "input");
    assert_eq!(input.types, [(JsonType::String, 1), (JsonType::Array, 3)]);
    assert_eq!(input.presence, Some(1.0));
    assert_eq!(input.count, 4);
    assert_eq!(input.max_bytes, 54);
    assert_eq!(input.bytes, 44 + 33 + 7 + 54);
    assert_eq!(row(&shape, "x").presence, Some(0.25));

    let role = row(&shape, "input[].role");
    assert_eq!(role.count, 6);
    assert_eq!(role.values, ["developer".into(), "user".into()]);
    let n = row(&shape, "input[].n");
    assert_eq!(n.types, [(JsonType::Integer, 1), (JsonType::Number, 1)]);
    assert_eq!(n.presence, Some(2.0 / 6.0));
    assert_eq!(row(&shape, "input[]").presence, None);
}

/// The tree looks for a member first where the last payload had it: a guess, which must not show.
#[test]
fn a_payload_is_counted_the_same_whatever_came_before_it() {
    let payloads = [
        r#"{"a":1,"b":{"c":[null,"x"]}}"#,
        r#"{"a":null,"b":{"c":["y",2]}}"#,
        r#"{"b":1,"a":{"c":[null,"x"]}}"#,
        r#"{"a":1,"b":{"d":[null,"x"]}}"#,
        r#"{"a":1,"b":[{"c":[7]},true]}"#,
        r#"{"a":1,"b":{"c":{"d":1}}}"#,
        r#"{"a":{},"b":{"c":[[],"x"]}}"#,
        r#"{"a":1,"a":{"c":[null,"x"]}}"#,
        r#"{"1":1,"2":{"c":[null,"x"]}}"#,
        r#"{"\u0061":1,"b":{"c":[null,"x"]}}"#,
        "[null,null,null,null]",
        r#"{"a":null,"c":null}"#,
        "[[[[1]]]]",
        "7",
    ];
    for first in payloads {
        for second in payloads {
            let together = shape_of([first, second, second, first]);
            let mut apart = shape_of([first]);
            for payload in [second, second, first] {
                apart.merge(shape_of([payload]));
            }
            assert_eq!(counted(&together), counted(&apart), "{first} and {second}");
        }
    }
}

/// The same for elements of an array, also inside of each other.
#[test]
fn an_element_is_counted_the_same_whatever_came_before_it() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
    let elements = [
        r#"{"a":1,"b":{"c":[null,"x"]}}"#,
        r#"{"a":-1.5e3,"b":{"c":["longer",true]}}"#,
        r#"{"a":1,"b":{"c":[null]}}"#,
        r#"{"a":[{"b":1,"c":"u"},{"b":null,"c":"v"},{"b":2}],"d":"low"}"#,
        r#"{"a":[{"b":7,"c":"w"},{"b":"8","c":"x"},{"b":9}],"d":"high"}"#,
        r#"{"a":1,"a":2,"b":3}"#,
        r#"{"0":{"x":1},"1":{"x":2}}"#,
        r#"{"properties":{"k":1,"l":2}}"#,
        r#"{"a":[],"b":{}}"#,
        deep.as_str(),
        "{}",
        "7",
    ];
    let below = |shape: &Shape| -> Vec<Row> {
        let mut rows = shape.rows();
        rows.retain(|row| row.path.starts_with("[]"));
        rows
    };
    for first in elements {
        for second in elements {
            let list = [first, second, first, second, second, first];
            let together = shape_of([format!("[{}]", list.join(",")).as_str()]);
            let apart = list.map(|element| format!("[{element}]"));
            let apart = shape_of(apart.iter().map(String::as_str));
            assert_eq!(below(&together), below(&apart), "{first} and {second}");
        }
    }
}

/// Pruning in the midst of a payload leaves only the end of it to go by.
#[test]
fn what_follows_a_payload_of_too_many_paths_is_counted_at_the_root() {
    let members: Vec<String> = (0..9000).map(|n| format!("\"k{n}\":1")).collect();
    let many = format!("[{{{}}},[5]]", members.join(","));
    assert_eq!(shape_of([many.as_str(), "7"]).samples(), 2);
}

#[test]
fn a_name_that_stands_twice_in_an_object_is_present_once() {
    let shape = shape_of([r#"{"a":1,"a":"x"}"#, "{}"]);
    let a = row(&shape, "a");
    assert_eq!((a.count, a.presence), (2, Some(0.5)));
    assert_eq!(shape.schema().get("required"), None);
}

#[test]
fn ids_as_names_fold_into_one_path() {
    let shape = shape_of([
        r#"{"files":{"9f86d081884c7d65":{"size":1},"60303ae22b998861":{"size":2}}}"#,
        r#"{"files":{"0":{"size":3}}}"#,
    ]);
    assert_eq!(row(&shape, "files{key}.size").count, 3);
    assert_eq!(shape.rows().len(), 4);
}

#[test]
fn the_properties_of_a_json_schema_inside_a_payload_are_one_path() {
    let shape = shape_of([
        r#"{"parameters":{"properties":{"cmd":{"type":"string"},"cwd":{"type":"string"}}}}"#,
    ]);
    assert_eq!(row(&shape, "parameters.properties{key}.type").count, 2);
}

#[test]
fn an_object_with_very_many_names_is_read_as_a_map() {
    let members: Vec<String> = (0..100)
        .map(|n| format!(r#""word{n}":{{"v":1}}"#))
        .collect();
    let payload = format!("{{{}}}", members.join(","));
    let shape = shape_of([payload.as_str()]);
    assert_eq!(row(&shape, "{key}.v").count, 100);
    assert_eq!(shape.rows().len(), 3);
}

#[test]
fn names_that_a_path_could_be_misread_with_are_quoted() {
    let shape = shape_of([r#"{"a.b": {"c[]": 1, "": 2, "{key}": 3, "q\"": 4}}"#]);
    let paths: Vec<_> = shape.rows().into_iter().map(|row| row.path).collect();
    assert_eq!(
        paths,
        [
            ".",
            r#"["a.b"]"#,
            r#"["a.b"][""]"#,
            r#"["a.b"]["c[]"]"#,
            r#"["a.b"]["q\""]"#,
            r#"["a.b"]["{key}"]"#,
        ]
    );
}

#[test]
fn escapes_do_not_make_a_second_name() {
    let shape = shape_of([r#"{"caf\u00e9":1}"#, r#"{"café":2}"#]);
    assert_eq!(row(&shape, "café").presence, Some(1.0));
}

#[test]
fn an_empty_shape_has_no_rows_and_allows_everything() {
    let shape = Shape::default();
    assert!(shape.rows().is_empty());
    assert!(jsonschema::is_valid(
        &shape.schema(),
        &json!({"any": "thing"})
    ));
}

#[test]
fn a_payload_nested_a_million_deep_is_counted_and_cut() {
    let payload = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let shape = shape_of([payload.as_str()]);
    let rows = shape.rows();
    assert_eq!(rows.len(), 33);
    assert_eq!(rows[0].bytes, 2_000_000);
    assert!(rows[32].cut);
    assert!(!rows[31].cut);
}

#[test]
fn a_payload_of_very_many_paths_is_bounded_in_any_order() {
    // 40 * 40 * 40 = 64,000 paths, over objects that are too narrow to be maps.
    let letters = |n: usize| format!("k{}{}", (b'a' + (n / 8) as u8) as char, n % 8);
    let object = |value: &dyn Fn(usize) -> String| {
        let members: Vec<_> = (0..40)
            .map(|n| format!("\"{}\":{}", letters(n), value(n)))
            .collect();
        format!("{{{}}}", members.join(","))
    };
    let payloads: Vec<String> = (0..40)
        .map(|n| {
            let inner = object(&|_| object(&|_| "1".to_owned()));
            format!("{{\"{}\":{inner}}}", letters(n))
        })
        .collect();

    let forward = shape_of(payloads.iter().map(String::as_str));
    let backward = shape_of(payloads.iter().rev().map(String::as_str));
    assert!(forward.rows().len() <= 4096);
    assert!(forward.rows().iter().any(|row| row.cut));
    assert_eq!(counted(&forward), counted(&backward));

    let all_at_once = object(&|_| object(&|_| object(&|_| "1".to_owned())));
    let rows = shape_of([all_at_once.as_str()]).rows();
    assert_eq!(rows.len(), 4096);
    // Of the deepest paths there is room for 2,455: 61 objects are whole, the other 1,539 are cut.
    assert_eq!(rows.iter().filter(|row| row.cut).count(), 1539);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_schema_validates_every_payload_that_went_in(payloads in payloads()) {
        let texts: Vec<String> = payloads.iter().map(Value::to_string).collect();
        let shape = shape_of(texts.iter().map(String::as_str));
        let schema = shape.schema();
        prop_assert!(jsonschema::meta::is_valid(&schema), "{schema}");
        let validator = jsonschema::validator_for(&schema).unwrap();
        for payload in &payloads {
            prop_assert!(validator.is_valid(payload), "{payload} against {schema}");
        }
    }

    #[test]
    fn order_and_grouping_do_not_change_a_shape(payloads in payloads(), cut in 0..12_usize) {
        let texts: Vec<String> = payloads.iter().map(Value::to_string).collect();
        let whole = shape_of(texts.iter().map(String::as_str));
        let (head, tail) = texts.split_at(cut.min(texts.len()));
        let head = shape_of(head.iter().map(String::as_str));
        let tail = shape_of(tail.iter().rev().map(String::as_str));

        let mut there = head.clone();
        there.merge(tail.clone());
        let mut back = tail;
        back.merge(head);

        prop_assert_eq!(counted(&there), counted(&whole));
        prop_assert_eq!(counted(&back), counted(&whole));
        prop_assert_eq!(back.rows(), whole.rows());
        prop_assert_eq!(back.schema(), whole.schema());
    }

    #[test]
    fn the_root_counts_every_byte_of_every_payload(payloads in payloads()) {
        let texts: Vec<String> = payloads.iter().map(Value::to_string).collect();
        let shape = shape_of(texts.iter().map(String::as_str));
        prop_assert_eq!(shape.samples(), payloads.len() as u64);
        let bytes: usize = texts.iter().map(String::len).sum();
        prop_assert_eq!(shape.rows().first().map_or(0, |row| row.bytes), bytes as u64);
    }
}

/// A few payloads that share names, so that they meet at the same paths.
fn payloads() -> impl Strategy<Value = Vec<Value>> {
    let name = prop_oneof![
        8 => "[abc]",
        1 => Just("9f86d081884c7d659a2feaa0".to_owned()),
        1 => "[0-9]{1,8}",
        1 => Just("properties".to_owned()),
        1 => any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[xyz]".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::vec(value, 0..12)
}
