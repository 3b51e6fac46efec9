//! The `type` of a message, which most begin with: found without reading the rest.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::scanner::{Scanner, Token};
use super::walk::unescaped;

/// The string that the first member `type` of an object holds.
pub(crate) fn type_of(json: &RawValue) -> Option<Cow<'_, str>> {
    let mut scanner = Scanner::new(json);
    if scanner.token()? != Token::Object {
        return None;
    }
    while let Token::Key(name) = scanner.token()? {
        let value = scanner.token()?;
        match value {
            Token::String(kind) if unescaped(name) == "type" => return Some(unescaped(kind)),
            _ if unescaped(name) == "type" => return None,
            Token::Array | Token::Object => scanner.leave(),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_the_message_itself_is_found_wherever_it_stands() {
        for (json, expected) in [
            (r#"{"type":"a","x":1}"#, Some("a")),
            (
                r#"{"x":{"type":"b"},"y":[{"type":"c"}],"type":"a"}"#,
                Some("a"),
            ),
            (r#"{ "t\u0079pe" : "\u0061\n" }"#, Some("a\n")),
            (r#"{"x":"type","y":1.5,"z":null}"#, None),
            (r#"{"type":null,"x":"y"}"#, None),
            (r#"{"type":["a"]}"#, None),
            (r#"[{"type":"a"}]"#, None),
            (r#""type""#, None),
            ("{}", None),
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(type_of(raw).as_deref(), expected, "{json}");
        }
    }
}
