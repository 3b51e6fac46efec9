//! Whether a text is JSON.

use std::cell::RefCell;

use super::grammar::{Visitor, read};
use super::json_type::JsonType;
use super::primitive::Primitive;
use super::string_index::StringIndex;

/// Whether `text` is one JSON value with white space around it. A text of 4 GiB or more is not.
///
/// Allocates a quarter of the text's length, and a byte for each level of nesting.
pub fn is_json(text: &str) -> bool {
    thread_local! {
        static FOR_SHORT_TEXTS: RefCell<Checker> = RefCell::new(Checker::for_short_texts());
    }
    // Offsets of tokens are 32 bits wide.
    if u32::try_from(text.len()).is_err() {
        return false;
    }
    if text.len() <= SHORT_BYTES {
        return FOR_SHORT_TEXTS.with_borrow_mut(|checker| checker.is_json(text));
    }
    Checker::default().is_json(text)
}

/// The memory that checking takes.
#[derive(Debug, Default)]
struct Checker {
    index: StringIndex,
    nesting: Nesting,
}

impl Checker {
    /// Allocated at its full size at once: one that grew while its thread holds much else would
    /// pin that memory for as long as the thread lives.
    fn for_short_texts() -> Self {
        Self {
            index: StringIndex::with_capacity(SHORT_BYTES),
            nesting: Nesting(Vec::with_capacity(SHORT_BYTES)),
        }
    }

    fn is_json(&mut self, text: &str) -> bool {
        self.nesting.0.clear();
        let is_indexed = self.index.read(text.as_bytes()).is_ok();
        is_indexed && read(text.as_bytes(), &self.index, &mut self.nesting).is_ok()
    }
}

/// Whether a text begins and ends as JSON does: rules out most of what was cut without reading it.
pub fn may_be_json(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    match (text.first(), text.last()) {
        (Some(b'{'), Some(last)) => *last == b'}',
        (Some(b'['), Some(last)) => *last == b']',
        (Some(b'"'), Some(last)) => *last == b'"',
        (Some(first), _) => matches!(first, b'-' | b'0'..=b'9' | b't' | b'f' | b'n'),
        (None, _) => false,
    }
}

/// The arrays and objects that are open, the innermost last.
#[derive(Debug, Default)]
struct Nesting(Vec<JsonType>);

impl Visitor for Nesting {
    #[inline]
    fn innermost(&self) -> Option<JsonType> {
        self.0.last().copied()
    }

    #[inline]
    fn open(&mut self, kind: JsonType, _at: usize) {
        self.0.push(kind);
    }

    #[inline]
    fn close(&mut self, _end: usize) {
        self.0.pop();
    }

    #[inline]
    fn primitive(&mut self, _at: usize, _primitive: Primitive, _name: bool) {}
}

/// Nearly all events and messages are shorter, and there are very many of them.
const SHORT_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_judged_whole_however_deep_it_nests() {
        let text = format!(" [{}\"\\\"\" ] ", "{\"a\":1},".repeat(300_000));
        assert!(is_json(&text));
        assert!(!is_json(&text[..text.len() - 2]));
        assert!(!is_json(&text.replacen("},", "}]", 1)));
        assert!(is_json(&("[".repeat(100_000) + &"]".repeat(100_000))));
    }
}
