//! The tokenizer reads what `serde_json` reads, and refuses what it refuses.

use capture::json::{JsonType, Malformed, Primitive, StringIndex, Visitor, is_json, read};
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

/// Puts a text's value together again from its tokens.
struct Rebuilt<'t> {
    text: &'t str,
    /// What has begun: its kind, its place in the text, the values in it.
    open: Vec<(JsonType, usize, Vec<Value>)>,
    whole: Option<Value>,
}

impl Rebuilt<'_> {
    fn add(&mut self, value: Value) {
        match self.open.last_mut() {
            Some((_, _, values)) => values.push(value),
            None => self.whole = Some(value),
        }
    }
}

impl Visitor for Rebuilt<'_> {
    fn innermost(&self) -> Option<JsonType> {
        self.open.last().map(|(kind, ..)| *kind)
    }

    fn open(&mut self, kind: JsonType, at: usize) {
        self.open.push((kind, at, Vec::new()));
    }

    fn close(&mut self, end: usize) {
        let (kind, at, values) = self.open.pop().unwrap();
        let bytes = self.text.as_bytes();
        let ends = (bytes[at], bytes[end - 1]);
        match kind {
            JsonType::Array => {
                assert_eq!(ends, (b'[', b']'));
                self.add(Value::from(values));
            }
            _ => {
                assert_eq!((kind, ends), (JsonType::Object, (b'{', b'}')));
                let members = values.chunks(2);
                let members = members
                    .map(|pair| (pair[0].as_str().unwrap_or_default().into(), pair[1].clone()));
                self.add(Value::Object(members.collect()));
            }
        }
    }

    fn primitive(&mut self, at: usize, primitive: Primitive, name: bool) {
        let raw = &self.text[at..primitive.end as usize];
        let expected = match raw.as_bytes()[0] {
            b'n' => JsonType::Null,
            b't' | b'f' => JsonType::Boolean,
            b'"' => JsonType::String,
            _ if raw.contains(['.', 'e', 'E']) => JsonType::Number,
            _ => JsonType::Integer,
        };
        assert_eq!(primitive.kind, expected, "{raw}");
        assert_eq!(primitive.escaped, raw.contains('\\'), "{raw}");
        let names = self
            .open
            .last()
            .filter(|(kind, ..)| *kind == JsonType::Object);
        let is_name = names.is_some_and(|(_, _, values)| values.len() % 2 == 0);
        assert_eq!(name, is_name, "{raw}");
        // A lone surrogate is JSON, but no Rust string; nor is 1e999 a number of Rust.
        self.add(serde_json::from_str(raw).unwrap_or_default());
    }
}

fn rebuilt(text: &str) -> Result<Value, Malformed> {
    let mut tokens = Rebuilt {
        text,
        open: Vec::new(),
        whole: None,
    };
    let mut marks = StringIndex::default();
    marks.read(text.as_bytes())?;
    read(text.as_bytes(), &marks, &mut tokens)?;
    Ok(tokens.whole.unwrap())
}

fn check(text: &str) {
    let expected = serde_json::from_str::<&RawValue>(text).is_ok();
    assert_eq!(is_json(text), expected, "{text:?}");
    let read = rebuilt(text);
    assert_eq!(read.is_ok(), expected, "{text:?}");
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        assert_eq!(read, Ok(value), "{text:?}");
    }
}

/// Strings are looked for 64 bytes at a time.
const BLOCK: usize = 64;

#[test]
fn values_are_read_wherever_they_begin() {
    let texts = [
        r#"["",1,"a","\\","\"","\\\"","b\\","é\n\u00e9"]"#,
        r#"{"name":{"":[{"\"":[]}]},"other":"\\\\","x":[null,true,false]}"#,
        "[0,-0,7,10,123456,1234567,12345678,123456789,0.5,1e9,12e+1,-1.5E-3,10000000.5]",
        "[ 1 , { \"a\" : [ ] , \"b\" : { } } ]\r\n\t ",
    ];
    for text in texts {
        for start in 0..=BLOCK {
            check(&format!("{}{text}", " ".repeat(start)));
        }
    }
}

#[test]
fn strings_end_at_their_own_quote_whatever_their_length() {
    for inside in ["", "\\\\", "\\\"", "\\\\\\\"", "\\n"] {
        for before in 0..=BLOCK {
            for behind in [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK] {
                let (before, behind) = ("a".repeat(before), "b".repeat(behind));
                check(&format!("[\"{before}{inside}{behind}\",\"c\"]"));
            }
        }
    }
}

#[test]
fn what_serde_json_refuses_is_refused() {
    let texts = [
        "",
        " ",
        "nul",
        "nulls",
        "tru",
        "falsey",
        "01",
        "-",
        "-01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "1 2",
        "00",
        "1234567a",
        "\"",
        "\"a",
        "\"\\\"",
        r#""\x""#,
        r#""\u12""#,
        r#""\u12g4""#,
        "\"a\u{1}b\"",
        "\"a\nb\"",
        "\u{1}1",
        "[",
        "]",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[[]",
        "[]]",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{1:2}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "[1}",
        "{\"a\":1]",
        "{\"a\",1}",
        "[\"a\":1]",
    ];
    for text in texts {
        for start in [0, 1, 60, BLOCK] {
            let text = format!("{}{text}", " ".repeat(start));
            assert!(serde_json::from_str::<Value>(&text).is_err(), "{text:?}");
            check(&text);
        }
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..1000_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-c\"\\\\\n]{0,70}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-c\"\\\\]{0,9}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_value_is_read_and_so_is_any_cut_and_any_change_of_it(
        value in values(),
        pretty in any::<bool>(),
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(&b"\"\\{}[],:019.e-+ nu\n\x01"[..]),
    ) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
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
}
