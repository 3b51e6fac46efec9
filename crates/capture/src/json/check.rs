//! Whether a text is JSON.

use std::cell::RefCell;

use super::grammar::{Tokens, read};
use super::kind::Kind;
use super::marks::Marks;
use super::primitive::Primitive;

/// Whether `text` is one JSON value with white space around it; no text of more than 4 GiB is.
pub fn is_json(text: &str) -> bool {
    thread_local! {
        static ROOM: RefCell<Room> = RefCell::default();
    }
    ROOM.with_borrow_mut(|room| {
        let is_json = room.is_json(text);
        if text.len() > KEPT_ROOM_FOR {
            *room = Room::default();
        }
        is_json
    })
}

/// What checking needs room for, used for one text after the other.
#[derive(Debug, Default)]
struct Room {
    marks: Marks,
    open: Open,
}

impl Room {
    fn is_json(&mut self, text: &str) -> bool {
        // Places in the text fit into 32 bits then.
        if u32::try_from(text.len()).is_err() {
            return false;
        }
        self.open.0.clear();
        let bytes = text.as_bytes();
        let marked = self.marks.read(bytes);
        let read = |()| read(bytes, &self.marks, &mut self.open);
        marked.and_then(read).is_ok()
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

/// Room for a longer text is given back: it takes a quarter of the text, or as much as it nests.
const KEPT_ROOM_FOR: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_judged_whole_whatever_was_judged_before() {
        let text = format!(" [{}\"\\\"\" ] ", "{\"a\":1},".repeat(300_000));
        assert!(text.len() > KEPT_ROOM_FOR);
        for _ in 0..2 {
            assert!(is_json(&text));
            assert!(!is_json(&text[..text.len() - 2]));
            assert!(is_json("[[0]]") && !is_json("[[0]") && !is_json(""));
        }
        assert!(is_json(&("[".repeat(100_000) + &"]".repeat(100_000))));
    }
}
