//! Whether a text is JSON.

use std::cell::RefCell;

use super::grammar::{Tokens, read};
use super::kind::Kind;
use super::marks::Marks;
use super::primitive::Primitive;

/// Whether `text` is one JSON value with white space around it; no text of more than 4 GiB is.
///
/// Takes memory for a quarter of the text, or for as much as it nests.
pub fn is_json(text: &str) -> bool {
    thread_local! {
        static ROOM: RefCell<Room> = RefCell::new(Room::for_short_texts());
    }
    // Places in the text fit into 32 bits then.
    if u32::try_from(text.len()).is_err() {
        return false;
    }
    if text.len() <= SHORT_BYTES {
        return ROOM.with_borrow_mut(|room| room.is_json(text));
    }
    Room::default().is_json(text)
}

/// What checking needs room for.
#[derive(Debug, Default)]
struct Room {
    marks: Marks,
    open: Open,
}

impl Room {
    /// Room that never grows: what a thread gets while it holds much else and then keeps would
    /// hold all of that memory.
    fn for_short_texts() -> Self {
        Self {
            marks: Marks::for_texts_of(SHORT_BYTES),
            open: Open(Vec::with_capacity(SHORT_BYTES)),
        }
    }

    fn is_json(&mut self, text: &str) -> bool {
        self.open.0.clear();
        let is_marked = self.marks.read(text.as_bytes()).is_ok();
        is_marked && read(text.as_bytes(), &self.marks, &mut self.open).is_ok()
    }
}

/// Whether a text begins and ends as JSON does: what was cut need not be read to its end.
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

/// The arrays and objects that have begun and not ended: all that there is to know of them.
#[derive(Debug, Default)]
struct Open(Vec<Kind>);

impl Tokens for Open {
    #[inline]
    fn innermost(&self) -> Option<Kind> {
        self.0.last().copied()
    }

    #[inline]
    fn open(&mut self, kind: Kind, _at: usize) {
        self.0.push(kind);
    }

    #[inline]
    fn close(&mut self, _bytes: &[u8], _end: usize) {
        self.0.pop();
    }

    #[inline]
    fn primitive(&mut self, _at: usize, _primitive: Primitive, _name: bool) {}
}

/// Events and messages are hardly ever longer, and there are very many of them.
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
