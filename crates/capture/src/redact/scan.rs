//! One pass over a text: follows the clues, collects where secrets stand.
//!
//! Whatever the text, the time is in proportion to its length: what was looked
//! through in vain is remembered, and not looked through again.

use std::ops::Range;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::finder::Clue;
use super::shapes::{self, Found, Shape};
use super::value::is_boundary;
use super::{pair, url};

/// Where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) spelling: Spelling,
}

/// How a secret is spelled where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As it is.
    Plain,
    /// As the text of a JSON string that was put into a string so many times more.
    Json(u32),
    /// With percent signs.
    Percent,
}

/// A pass over one text.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    pub(super) text: &'a [u8],
    spans: Vec<Span>,
    /// No shape has a digit or a capital before here, and so no token.
    barren: usize,
    /// No JSON Web Token begins before here.
    barren_jwt: usize,
    /// No value without quotes that needs one begins before here.
    pub(super) barren_value: usize,
    /// No cookie begins before here.
    pub(super) barren_cookie: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            spans: Vec::new(),
            barren: 0,
            barren_jwt: 0,
            barren_value: 0,
            barren_cookie: 0,
        }
    }

    /// Where the last secret ends: what is before it is done with.
    pub(super) fn end(&self) -> usize {
        self.spans.last().map_or(0, |span| span.range.end)
    }

    pub(super) fn into_spans(self) -> Vec<Span> {
        self.spans
    }

    /// Marks a secret, unless it is empty, was marked or was replaced before.
    pub(super) fn mark(&mut self, range: Range<usize>, spelling: Spelling) {
        let secret = &self.text[range.clone()];
        if range.start >= self.end() && !secret.is_empty() && !secret.starts_with(REPLACED) {
            self.spans.push(Span { range, spelling });
        }
    }

    /// Looks at what stands where a clue was found.
    pub(super) fn follow(&mut self, clue: Clue, at: Range<usize>) {
        match clue {
            Clue::Shape(shape) => self.shape(shape, at),
            Clue::Jwt => self.jwt(at.start),
            Clue::Bearer => self.bearer(at.end),
            Clue::Basic => self.basic(at.end),
            Clue::Pem => self.pem(at.end),
            Clue::Authority => {
                if let Some(password) = url::password(self.text, at.end) {
                    self.mark(password, Spelling::Percent);
                }
            }
            Clue::Name => pair::follow(self, at),
        }
    }

    fn shape(&mut self, shape: &Shape, at: Range<usize>) {
        if at.start < self.barren || !is_boundary(self.text, at.start) {
            return;
        }
        match shape.measure(self.text, at.end) {
            Found::Token(end) => self.mark(at.start..end, Spelling::Plain),
            Found::Nothing => {}
            Found::Barren(end) => self.barren = end,
        }
    }

    fn jwt(&mut self, start: usize) {
        if start < self.barren_jwt || !is_boundary(self.text, start) {
            return;
        }
        match shapes::measure_jwt(self.text, start) {
            Found::Token(end) => self.mark(start..end, Spelling::Plain),
            Found::Nothing => {}
            Found::Barren(end) => self.barren_jwt = end,
        }
    }

    /// `Bearer`, and what may be a token: prose goes on with a word.
    fn bearer(&mut self, start: usize) {
        let end = shapes::run(self.text, start, shapes::is_token);
        let end = shapes::without_stop(self.text, start, end);
        let token = &self.text[start..end];
        let long = token.len() >= LONG_TOKEN;
        if long || (token.len() >= SHORT_TOKEN && token.iter().any(u8::is_ascii_digit)) {
            self.mark(start..end, Spelling::Plain);
        }
    }

    /// `Basic`, and what may be `user:password` in Base64.
    fn basic(&mut self, start: usize) {
        let end = shapes::run(self.text, start, shapes::is_token);
        let credentials = &self.text[start..end];
        if credentials.len() > MAX_BASIC {
            return;
        }
        let is_pair = LENIENT_BASE64.decode(credentials).is_ok_and(|pair| {
            pair.contains(&b':') && pair.iter().all(|byte| matches!(byte, b' '..=b'~'))
        });
        if is_pair {
            self.mark(start..end, Spelling::Plain);
        }
    }

    /// A PEM block: of a private key what is between its first and its last line.
    fn pem(&mut self, start: usize) {
        let label_end = shapes::run(self.text, start, |byte| {
            byte == b' ' || byte.is_ascii_uppercase()
        });
        let is_private = self.text[start..label_end].ends_with(b"PRIVATE KEY");
        let rest = &self.text[label_end..];
        let Some(block) = rest.strip_prefix(b"-----").filter(|_| is_private) else {
            return;
        };
        let start = label_end + b"-----".len();
        let mut end = start + block_length(block);
        while self.text[start..end].ends_with(b"\\") {
            end -= 1;
        }
        self.mark(start..end, Spelling::Plain);
    }
}

/// How much of a PEM block comes before its last line, or before the end of the string that it is in.
fn block_length(block: &[u8]) -> usize {
    memchr::memchr_iter(b'-', block)
        .find(|at| block[*at..].starts_with(b"-----END"))
        .into_iter()
        .chain(memchr::memchr(b'"', block))
        .min()
        .unwrap_or(block.len())
}

/// How a replacement begins.
pub(super) const REPLACED: &[u8] = b"<redacted:";

/// Shorter is no bearer token.
const SHORT_TOKEN: usize = 8;

/// Longer is no word of prose.
const LONG_TOKEN: usize = 20;

/// Far above any user name and password.
const MAX_BASIC: usize = 4096;

const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
