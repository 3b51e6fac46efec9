//! One pass over a text: collects where secrets are, and remembers what was looked at. Who looks: `follow`.
//!
//! Whatever the text, the time is in proportion to its length: what was looked
//! through in vain is remembered, and not looked through again.

use std::ops::Range;

use super::known_values::KnownValues;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) escaping: Escaping,
}

/// How a secret is spelled where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escaping {
    /// As it is.
    None,
    /// As the text of a JSON string that was put into a string so many times more.
    Json(u32),
    /// With percent signs.
    Percent,
}

/// A pass over one text.
pub(super) struct Scan<'a> {
    pub(super) text: &'a [u8],
    spans: Vec<Span>,
    /// Values that came from the place of a credential, to be looked for everywhere from now on.
    learned: Vec<Range<usize>>,
    /// No shape has what makes it a token before here.
    pub(super) tokens_seen_to: usize,
    /// No JSON Web Token begins before here.
    pub(super) jwts_seen_to: usize,
    /// No value without quotes that needs one begins before here.
    pub(super) values_seen_to: usize,
    /// No cookie begins before here.
    pub(super) cookies_seen_to: usize,
    /// The name that ends here was looked at.
    pub(super) names_seen_to: usize,
    /// The words of commands up to here were looked at.
    pub(super) commands_seen_to: usize,
    /// Whether a character is spelled as `\u00xx`: then names and quotes may be.
    pub(super) has_unicode_escapes: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            spans: Vec::new(),
            learned: Vec::new(),
            tokens_seen_to: 0,
            jwts_seen_to: 0,
            values_seen_to: 0,
            cookies_seen_to: 0,
            names_seen_to: 0,
            commands_seen_to: 0,
            has_unicode_escapes: false,
        }
    }

    /// Where the last secret ends: what is before it is done with.
    pub(super) fn end(&self) -> usize {
        self.spans.last().map_or(0, |span| span.range.end)
    }

    pub(super) fn into_spans(self) -> Vec<Span> {
        self.spans
    }

    /// What was learned, to be kept in `known`.
    pub(super) fn teach(&self, known: &KnownValues) {
        for range in &self.learned {
            known.learn(&self.text[range.clone()]);
        }
    }

    /// Marks a secret, unless it is empty, was marked or was replaced before.
    pub(super) fn mark(&mut self, range: Range<usize>, escaping: Escaping) {
        if range.start >= self.end() && is_new(&self.text[range.clone()]) {
            self.spans.push(Span { range, escaping });
        }
    }

    /// Marks a token that its own shape gives away.
    pub(super) fn mark_token(&mut self, range: Range<usize>) {
        self.learn(&range);
        self.mark(range, Escaping::None);
    }

    /// Remembers a value that is the secret of a real credential.
    pub(super) fn learn(&mut self, range: &Range<usize>) {
        if self.learned.len() < MAX_LEARNED {
            self.learned.push(range.clone());
        }
    }

    /// Remembers that a printable character is spelled as `\u00xx`, if one is at `at`.
    pub(super) fn note_escape(&mut self, at: usize) {
        self.has_unicode_escapes |= self.text[at..].starts_with(UNICODE_ESCAPE)
            && is_printable_escape(self.text, at + UNICODE_ESCAPE.len());
    }
}

/// Whether a text is there and no replacement of one.
fn is_new(secret: &[u8]) -> bool {
    let is_quote = |byte: &u8| byte.is_ascii_whitespace() || b"\\\"'`".contains(byte);
    let start = secret.iter().position(|byte| !is_quote(byte));
    start.is_some_and(|start| !secret[start..].starts_with(REPLACED))
}

/// Whether `\u00` is followed by the code of a printable character.
fn is_printable_escape(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..at + 2), Some([b'2'..=b'7', low]) if low.is_ascii_hexdigit())
}

/// How a replacement begins.
pub(super) const REPLACED: &[u8] = b"<redacted:";

/// How the escape of a character below U+0100 begins.
const UNICODE_ESCAPE: &[u8] = b"\\u00";

/// More credentials are in no text.
const MAX_LEARNED: usize = 64;
