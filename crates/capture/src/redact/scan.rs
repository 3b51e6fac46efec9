//! The state of a pass over one text: the secrets found, and how far detectors have read.
//!
//! A detector never reads the same bytes in vain twice, so time is linear in the length of any text.

use std::ops::Range;

use super::known_values::KnownValues;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) escaping: Escaping,
}

/// How a secret is escaped in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escaping {
    /// Not at all.
    None,
    /// As a JSON string that is nested in this many other strings.
    Json(u32),
    /// Percent-encoded.
    Percent,
}

/// A pass over one text.
pub(super) struct Scan<'a> {
    pub(super) text: &'a [u8],
    spans: Vec<Span>,
    /// Values of credentials, to be found everywhere from now on.
    learned: Vec<Range<usize>>,
    /// Prefixes of tokens before here have led to nothing.
    pub(super) tokens_seen_to: usize,
    /// The same for JSON Web Tokens.
    pub(super) jwts_seen_to: usize,
    /// Values that begin before here were judged.
    pub(super) values_seen_to: usize,
    /// Lists of cookies that begin before here were read.
    pub(super) cookies_seen_to: usize,
    /// Names that end before here, or here, were looked at.
    pub(super) names_seen_to: usize,
    /// Command lines were read up to here.
    pub(super) commands_seen_to: usize,
    /// Whether a printable character is written as `\u00xx`: names and quotes may be, too.
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

    /// The end of the last secret: what is before it needs no look.
    pub(super) fn end(&self) -> usize {
        self.spans.last().map_or(0, |span| span.range.end)
    }

    pub(super) fn into_spans(self) -> Vec<Span> {
        self.spans
    }

    /// Adds what was learned to `known`.
    pub(super) fn teach(&self, known: &KnownValues) {
        for range in &self.learned {
            known.learn(&self.text[range.clone()]);
        }
    }

    /// Marks a secret, unless it is empty, overlaps one, or was replaced before.
    pub(super) fn mark(&mut self, range: Range<usize>, escaping: Escaping) {
        if range.start >= self.end() && is_new(&self.text[range.clone()]) {
            self.spans.push(Span { range, escaping });
        }
    }

    /// Marks a token that is known by its shape.
    pub(super) fn mark_token(&mut self, range: Range<usize>) {
        self.learn(&range);
        self.mark(range, Escaping::None);
    }

    /// Remembers the value of a real credential.
    pub(super) fn learn(&mut self, range: &Range<usize>) {
        if self.learned.len() < MAX_LEARNED {
            self.learned.push(range.clone());
        }
    }

    /// Notes whether a printable character is written as `\u00xx` at `at`.
    pub(super) fn note_escape(&mut self, at: usize) {
        self.has_unicode_escapes |= self.text[at..].starts_with(UNICODE_ESCAPE)
            && is_printable_escape(self.text, at + UNICODE_ESCAPE.len());
    }
}

/// Whether a secret is neither empty nor a replacement.
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

/// No text holds more credentials.
const MAX_LEARNED: usize = 64;
