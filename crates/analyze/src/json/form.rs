//! Forms: objects of an array that differ in nothing but their values.
//!
//! Events of a stream, items of a conversation: most elements of a list are written
//! as one before them was, the same names in the same order, so that only
//! strings, numbers and words stand between the same bytes. A form is what such objects share.
//! Whoever has understood one object of a form knows where everything stands in the others.

use std::num::NonZeroU8;

use super::tape::Token;

/// What objects of one text have in common that hold the same tokens but for their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form(NonZeroU8);

impl Form {
    /// Its place among the forms of its text.
    pub(crate) fn index(self) -> usize {
        usize::from(self.0.get()) - 1
    }
}

/// The forms of one text, and which to try first.
#[derive(Debug, Default)]
pub(super) struct Forms {
    first_of_each: Vec<First>,
    /// Which tokens of an object hold others, itself among them: last ones first, of one form after the other.
    holders: Vec<u8>,
    /// Those that were met last, by how an object begins.
    recent: [[Option<Form>; TRIED]; BEGINNINGS],
}

/// The first object of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    pub(super) token: u32,
    /// How many tokens it is, with all that it holds.
    pub(super) extent: u32,
    /// Behind those of its tokens that hold others, among those of all forms.
    holders_end: u32,
}

impl Forms {
    pub(super) fn clear(&mut self) {
        self.first_of_each.clear();
        self.holders.clear();
        self.recent = Default::default();
    }

    /// The forms that the object which begins like this may have, likely ones first.
    #[inline]
    pub(super) fn likely(&self, object: &[u8]) -> [Option<Form>; TRIED] {
        self.recent[beginning(object)]
    }

    #[inline]
    pub(super) fn first(&self, form: Form) -> First {
        self.first_of_each[form.index()]
    }

    /// Notes that `object` has this form.
    #[inline]
    pub(super) fn met(&mut self, object: &[u8], form: Form) {
        let recent = &mut self.recent[beginning(object)];
        if recent[0] != Some(form) {
            let from = recent.iter().position(|known| *known == Some(form));
            recent[..=from.unwrap_or(TRIED - 1)].rotate_right(1);
            recent[0] = Some(form);
        }
    }

    /// Which tokens of an object of that form hold others: the places of these within it, the last one first.
    #[inline]
    pub(super) fn holders(&self, form: Form) -> &[u8] {
        let before = form.index().checked_sub(1);
        let from = before.map_or(0, |before| self.first_of_each[before].holders_end);
        &self.holders[from as usize..self.first(form).holders_end as usize]
    }

    /// Makes a form of an object that has none of those known, while there is room.
    ///
    /// `object` is its text, and `token` the first of its `tokens`.
    pub(super) fn learn(&mut self, object: &[u8], token: u32, tokens: &[Token]) -> Option<Form> {
        if tokens.len() > MAX_EXTENT {
            return None;
        }
        let number = u8::try_from(self.first_of_each.len() + 1).ok()?;
        let form = Form(NonZeroU8::new(number)?);
        let places = (0..tokens.len() as u8).rev();
        let holders = places
            .filter(|place| tokens[usize::from(*place)].holds_others(token + u32::from(*place)));
        self.holders.extend(holders);
        self.first_of_each.push(First {
            token,
            extent: tokens.len() as u32,
            holders_end: self.holders.len() as u32,
        });
        self.met(object, form);
        Some(form)
    }
}

/// Sorts objects by the brace, the quote and the next three bytes: a longer look would
/// see into the value behind a name of one letter.
#[inline]
fn beginning(object: &[u8]) -> usize {
    let word = object
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes));
    // The multiplier of Fibonacci hashing; the highest bits are the best mixed.
    ((word << 24).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BEGINNINGS.ilog2())) as usize
}

/// How many forms are tried before an object is read as if it were the first of its kind.
const TRIED: usize = 4;
const BEGINNINGS: usize = 16;
/// An event of an agent has a few dozen tokens; what is longer seldom repeats.
const MAX_EXTENT: usize = 128;
