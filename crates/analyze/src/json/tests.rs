//! The tokenizer accepts and refuses what `serde_json` does, and reads the same values.

use capture::json::is_json;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Json, JsonType, Tape, elements};

/// The text of the value, if `serde_json` accepts it.
fn expected(text: &str) -> Option<&str> {
    serde_json::from_str::<&RawValue>(text)
        .ok()
        .map(RawValue::get)
}

/// The value, rebuilt from its tokens.
fn rebuilt(json: Json<'_>) -> Value {
    match json.kind() {
        JsonType::Array => json.elements().map(rebuilt).collect(),
        JsonType::Object => {
            let members = json.members();
            let members =
                members.map(|(name, value)| (name.text().unwrap().into(), rebuilt(value)));
            Value::Object(members.collect())
        }
        JsonType::String => Value::from(json.text().unwrap()),
        _ => serde_json::from_str(json.raw()).unwrap(),
    }
}

/// Compares the result with that of `serde_json`.
fn check(text: &str) {
    assert_eq!(is_json(text), expected(text).is_some(), "{text:?}");
    let mut tape = Tape::default();
    match (tape.read(text), expected(text)) {
        (Ok(document), Some(raw)) => {
            assert_eq!(document.root().raw(), raw, "{text:?}");
            // `serde_json` reads no lone surrogate into a `Value`.
            if let Ok(value) = serde_json::from_str::<Value>(text) {
                assert_eq!(rebuilt(document.root()), value, "{text:?}");
            }
        }
        (Err(_), None) => {}
        (read, expected) => panic!("{text:?}: {read:?}, not {expected:?}"),
    }
}

/// Checks a text, its beginning up to `at`, and the text with another byte at `at`.
fn check_with_cut_and_change(text: String, at: prop::sample::Index, byte: u8) {
    check(&text);
    let at = at.index(text.len());
    if text.is_char_boundary(at) {
        check(&text[..at]);
    }
    let mut changed = text.into_bytes();
    changed[at] = byte;
    if let Ok(changed) = String::from_utf8(changed) {
        check(&changed);
    }
}

#[test]
fn texts_are_taken_and_refused_as_serde_json_does() {
    let escapes = "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"";
    for text in [
        "",
        " ",
        "null",
        "true",
        "false",
        "nul",
        "nulls",
        "trues",
        "0",
        "-0",
        "01",
        "-",
        "-01",
        "1.",
        "1.5",
        ".5",
        "1e",
        "1e+",
        "1e9",
        "1E-9",
        "-1.5e+10",
        "1 2",
        "+1",
        "\"",
        "\"a",
        "\"a\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"a\u{1}b\"",
        "\"a\nb\"",
        "\"\u{7f}é漢\"",
        escapes,
        "[",
        "]",
        "[]",
        "[1]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,2]",
        "[[]",
        "[]]",
        "{",
        "}",
        "{}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1}",
        "{\"a\":1,}",
        "{,}",
        "{1:2}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":[{\"b\":{}}],\"c\":null}",
        "[}",
        "{]",
        "{\"a\":1]",
        " [ 1 , 2 ] \r\n\t",
        "[1]\u{a0}",
        "\u{feff}1",
        "{\"\\u0061\":1}",
    ] {
        check(text);
    }
}

#[test]
fn runs_of_backslashes_escape_in_pairs_wherever_they_begin() {
    for before in (0..4).chain(60..68) {
        for run in (0..8).chain(60..70).chain(126..132) {
            let text = "x".repeat(before) + &"\\".repeat(run);
            for rest in ["\"", "n\"", "\"\"", "u00e9\"", "x\"", ""] {
                check(&format!("[\"{text}{rest}]"));
            }
        }
    }
}

#[test]
fn no_depth_is_too_deep() {
    for depth in [200, 100_000] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        let mut tape = Tape::default();
        assert_eq!(tape.read(&text).unwrap().root().raw().len(), 2 * depth);
        assert!(tape.read(&text[1..]).is_err());
    }
}

/// Every special byte at every offset of strings of every length: within the first words,
/// within blocks, and in the remainder.
#[test]
fn strings_end_where_they_end_whatever_their_length() {
    for length in 0..200 {
        let plain = format!("[\"{}\",\"é\"]", "x".repeat(length));
        check(&plain);
        for at in 2..length + 2 {
            for special in ["\\\"", "\\\\", "\"", "\\", "\u{1f}", "é", "\u{80}"] {
                check(&format!("{}{special}{}", &plain[..at], &plain[at..]));
            }
        }
    }
}

/// Elements that resemble each other: every deviation is read as such.
#[test]
fn elements_like_one_before_them_are_read_as_if_they_were_the_first() {
    let first = r#"{"id":12,"s":"a\"b","in":{"n":null,"e":[],"t":true},"l":[1,{"x":"y"}]}"#;
    check(&format!("[{first},{first},{first}]"));
    let others = [
        r#"{"id":0,"s":"","in":{"n":"x","e":[],"t":-1.5e3},"l":["\\",{"x":false}]}"#,
        r#"{"id":01,"s":"","in":{"n":"x","e":[],"t":1},"l":[1,{"x":1}]}"#,
        r#"{"id":{},"s":"","in":{"n":"x","e":[],"t":1},"l":[1,{"x":1}]}"#,
        r#"{"id":1,"s":"","in":{"n":"x","e":[1],"t":1},"l":[1,{"x":1}]}"#,
        r#"{"id":1,"s":"","in":{"n":"x","e":[],"t":1},"l":[1,{"x":1},2]}"#,
        r#"{"id":1,"s":"","in":{"n":"x","e":[],"t":1},"l":[1,{"x":1}],"more":1}"#,
        r#"{"id":1,"s":"","in":{"n":"x","e":[],"t":1},"l":[1,{"X":1}]}"#,
        r#"{"id":1,"s":"","in":{"n":nul,"e":[],"t":1},"l":[1,{"x":1}]}"#,
        r#"{"id":12345678,"s":"é","in":{"n":123456789012,"e":[],"t":12345678.5},"l":[1e5,{"x":1}]}"#,
        r#"{"id":12345678901234567890123}"#,
        "{}",
        "7",
    ];
    for other in others {
        let text = format!("[{first},{other},{first},[{other},{other}]]");
        check(&text);
        for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            check(&text[..cut]);
        }
        let second = first.len() + 2;
        for at in second..second + other.len() {
            for byte in *b"\"\\{}[]:,0x \x01" {
                let mut changed = text.clone().into_bytes();
                changed[at] = byte;
                if let Ok(changed) = String::from_utf8(changed) {
                    check(&changed);
                }
            }
        }
    }
}

#[test]
fn every_cut_of_a_text_is_refused() {
    let text = r#"{"a":[1,-2.5e3,"x\"y\u00e9",{"b":null,"c":[true,false]}],"d":"é"}"#;
    for cut in (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        check(&text[..cut]);
    }
}

#[test]
fn a_value_that_is_something_else_has_nothing_to_give() {
    let mut tape = Tape::default();
    let document = tape
        .read(r#"{"n":7,"s":"x","e":"\u0061\n","lone":"\ud800","a":[],"f":1.5,"m":-1,"n":8}"#)
        .unwrap();
    let json = document.root();
    let get = |name| json.get(name).unwrap();
    assert_eq!(get("n").number(), Some(7), "the first of its name");
    assert_eq!(get("e").text().as_deref(), Some("a\n"));
    assert_eq!(get("e").inner(), Some(r"\u0061\n"));
    assert_eq!(
        (get("lone").text(), get("lone").text_or_inner().as_ref()),
        (None, r"\ud800")
    );
    assert_eq!(
        (get("f").number(), get("m").number(), get("s").number()),
        (None, None, None)
    );
    assert!(get("s").get("x").is_none() && get("s").members().next().is_none());
    assert!(get("n").text().is_none() && get("a").is_empty());
    assert_eq!(elements(json.get("missing")).count(), 0);
    assert_eq!(json.elements().count(), 0);
}

#[test]
fn walking_by_index_meets_every_token_in_the_order_of_the_text() {
    let mut tape = Tape::default();
    let document = tape.read(r#"[1,{"a":[2]},"b"]"#).unwrap();
    let root = document.root();
    let walked: Vec<&str> = (root.index()..root.next_index())
        .map(|index| root.at(index).raw())
        .collect();
    let all = r#"[1,{"a":[2]},"b"]"#;
    assert_eq!(
        walked,
        [all, "1", r#"{"a":[2]}"#, r#""a""#, "[2]", "2", r#""b""#]
    );
    assert_eq!(root.at(2).next_index(), 6);
}

/// Random sequences of the pieces of JSON, and of some that are not.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"b\\n\"", "\\", "\\u00e9", "1", "-2", "0.5",
        "e9", "true", "null", " ", "\t", "é", "\u{0}",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Any JSON, compact or pretty.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,80}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(".{0,12}", inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    (value, any::<bool>()).prop_map(|(value, pretty)| match pretty {
        true => serde_json::to_string_pretty(&value).unwrap(),
        false => value.to_string(),
    })
}

/// A list of objects that differ in their values and, here and there, in more.
fn list() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| Value::from(number).to_string()),
        ".{0,80}".prop_map(|text| Value::from(text).to_string()),
        prop::sample::select(vec!["null", "true", "[]", "{}", "[1]"]).prop_map(str::to_owned),
    ];
    let template = prop::sample::select(vec![
        r#"{"type":?,"item":{"id":?,"text":[?,{"a":?}]}}"#,
        r#"{"type":?,"item":{"id":?}}"#,
        r#"{ "at":?, "list": [ {"a":?} , {"a":?} ] }"#,
        r#"{"é\"\\":?}"#,
    ]);
    let object = (template, prop::collection::vec(value, 4)).prop_map(|(template, values)| {
        let mut values = values.into_iter();
        let pieces = template.split('?').map(str::to_owned);
        let pieces: Vec<String> = pieces.collect();
        let last = pieces.len() - 1;
        let filled = pieces.into_iter().enumerate().map(|(n, piece)| match n {
            n if n < last => piece + &values.next().unwrap(),
            _ => piece,
        });
        filled.collect::<String>()
    });
    prop::collection::vec(object, 0..12).prop_map(|objects| format!("[{}]", objects.join(",")))
}

proptest! {
    #[test]
    fn any_list_of_like_objects_is_read_and_so_is_any_cut_and_any_change_of_it(text in list(), at: prop::sample::Index, byte: u8) {
        check_with_cut_and_change(text, at, byte);
    }

    #[test]
    fn any_soup_of_pieces_is_judged_as_serde_json_does(text in soup()) {
        check(&text);
    }

    #[test]
    fn any_json_is_read_and_so_is_any_cut_and_any_change_of_it(text in json(), at: prop::sample::Index, byte: u8) {
        check_with_cut_and_change(text, at, byte);
    }
}
