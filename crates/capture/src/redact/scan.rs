//! One pass over a text: follows the clues, collects where secrets are.
//!
//! Whatever the text, the time is in proportion to its length: what was looked
//! through in vain is remembered, and not looked through again.

use std::ops::Range;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::clue::Clue;
use super::known::Known;
use super::{armor, command, looks, pair, run, shapes, url};

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) spelling: Spelling,
}

/// How a secret is spelled where it is.
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
pub(super) struct Scan<'a> {
    pub(super) text: &'a [u8],
    spans: Vec<Span>,
    /// Values that came from the place of a credential, to be looked for everywhere from now on.
    learned: Vec<Range<usize>>,
    /// No shape has what makes it a token before here.
    pub(super) barren: usize,
    /// No JSON Web Token begins before here.
    pub(super) barren_jwt: usize,
    /// No value without quotes that needs one begins before here.
    pub(super) barren_value: usize,
    /// No cookie begins before here.
    pub(super) barren_cookie: usize,
    /// The name that ends here was looked at.
    pub(super) named: usize,
    /// The words of commands up to here were looked at.
    pub(super) commanded: usize,
    /// Whether a character is spelled as `\u00xx`: then names and quotes may be.
    pub(super) has_unicode_escapes: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            spans: Vec::new(),
            learned: Vec::new(),
            barren: 0,
            barren_jwt: 0,
            barren_value: 0,
            barren_cookie: 0,
            named: 0,
            commanded: 0,
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
    pub(super) fn teach(&self, known: &Known) {
        for range in &self.learned {
            known.learn(&self.text[range.clone()]);
        }
    }

    /// Marks a secret, unless it is empty, was marked or was replaced before.
    pub(super) fn mark(&mut self, range: Range<usize>, spelling: Spelling) {
        if range.start >= self.end() && is_new(&self.text[range.clone()]) {
            self.spans.push(Span { range, spelling });
        }
    }

    /// Marks a token that its own shape gives away.
    pub(super) fn mark_token(&mut self, range: Range<usize>) {
        self.learn(&range);
        self.mark(range, Spelling::Plain);
    }

    /// Remembers a value that is the secret of a real credential.
    pub(super) fn learn(&mut self, range: &Range<usize>) {
        if self.learned.len() < MAX_LEARNED {
            self.learned.push(range.clone());
        }
    }

    /// Looks at what is where a clue was found.
    ///
    /// Rare against the places that only look like a clue, so it is kept out of the loop over those.
    #[inline(never)]
    pub(super) fn follow(&mut self, clue: Clue, at: Range<usize>) {
        match clue {
            Clue::Name => pair::follow(self, at),
            Clue::Bearer => self.bearer(at.end),
            Clue::Basic => self.basic(at.end),
            Clue::Begin => armor::begin(self, at.end),
            Clue::End => armor::end(self, at.start, at.end),
            Clue::Putty => armor::putty(self, at.end),
            Clue::Authority => {
                if let Some(secret) = url::secret(self.text, at.end) {
                    self.learn(&secret);
                    self.mark(secret, Spelling::Percent);
                }
            }
            Clue::Webhook => {
                if let Some(secret) = url::webhook(self.text, at.start) {
                    self.mark(secret, Spelling::Percent);
                }
            }
            Clue::Entra => run::entra(self, at.end),
            Clue::WebKey => self.web_key(at.end),
            Clue::Crypt => self.crypt(at.start),
            Clue::PgPass => self.last_field(at.end),
            Clue::OracleUrl => self.oracle_url(at.end),
            Clue::Command(command) => command::follow(self, command, at),
            Clue::UnicodeEscape => self.note_escape(at.start),
        }
    }

    /// Remembers that a printable character is spelled as `\u00xx`, if one is at `at`.
    pub(super) fn note_escape(&mut self, at: usize) {
        self.has_unicode_escapes |= self.text[at..].starts_with(UNICODE_ESCAPE)
            && is_printable_escape(self.text, at + UNICODE_ESCAPE.len());
    }

    /// Looks for tokens in a long run of letters and digits.
    #[inline(never)]
    pub(super) fn follow_run(&mut self, start: usize) {
        run::follow(self, start);
    }

    /// `Bearer`, and what may be a token: prose goes on with a word.
    fn bearer(&mut self, start: usize) {
        let end = shapes::run(self.text, start, shapes::is_token);
        let end = shapes::without_stop(self.text, start, end);
        let token = &self.text[start..end];
        let long = token.len() >= LONG_TOKEN;
        if long || (token.len() >= SHORT_TOKEN && token.iter().any(u8::is_ascii_digit)) {
            self.learn(&(start..end));
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

    /// The private members of a JSON Web Key (RFC 7517): `d` and what follows from it, `k`.
    fn web_key(&mut self, start: usize) {
        let window = &self.text[start..self.text.len().min(start + MAX_WEB_KEY)];
        let close = memchr::memchr(b'}', window).unwrap_or(window.len());
        let window = &window[..close];
        let mut at = 0;
        while let Some(quote) = memchr::memchr(b'"', &window[at..]) {
            let name_start = at + quote + 1;
            let is_private = PRIVATE_MEMBERS.iter().find(|name| {
                window[name_start..].starts_with(name)
                    && matches!(window.get(name_start + name.len()), Some(b'"' | b'\\'))
            });
            at = name_start;
            let Some(name) = is_private else { continue };
            let sign = shapes::run(window, name_start + name.len(), |byte| {
                b"\\\": ".contains(&byte)
            });
            let end = shapes::run(window, sign, shapes::is_word);
            if sign > name_start + name.len() + 2 && end - sign >= looks::MIN_RANDOM {
                self.mark(start + sign..start + end, Spelling::Plain);
                at = end;
            }
        }
    }

    /// `$2b$12$…`: the hash of a password, with its salt.
    fn crypt(&mut self, start: usize) {
        let end = shapes::run(self.text, start, |byte| {
            byte.is_ascii_alphanumeric() || b"$./+,=-_".contains(&byte)
        });
        let hash = &self.text[start..end];
        if hash.len() >= MIN_CRYPT && hash.iter().filter(|byte| **byte == b'$').count() >= 3 {
            self.mark(
                start..shapes::without_stop(self.text, start, end),
                Spelling::Plain,
            );
        }
    }

    /// `host:5432:database:user:password`, from behind the port on.
    fn last_field(&mut self, start: usize) {
        let line = shapes::run(self.text, start, |byte| {
            byte > b' ' && !b"\"'\\".contains(&byte)
        });
        let mut fields = self.text[start..line].splitn(3, |byte| *byte == b':');
        let (Some(database), Some(user), Some(password)) =
            (fields.next(), fields.next(), fields.next())
        else {
            return;
        };
        if !database.is_empty() && !user.is_empty() {
            self.mark(line - password.len()..line, Spelling::Plain);
        }
    }

    /// `jdbc:oracle:thin:user/password@host`.
    fn oracle_url(&mut self, start: usize) {
        let end = shapes::run(self.text, start, |byte| {
            byte > b' ' && !b"\"'\\".contains(&byte)
        });
        let url = &self.text[start..end];
        if let Some(slash) = memchr::memchr(b'/', url)
            && let Some(at) = memchr::memchr(b'@', url).filter(|at| *at > slash + 1)
        {
            self.mark(start + slash + 1..start + at, Spelling::Plain);
        }
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

/// Shorter is no bearer token.
const SHORT_TOKEN: usize = 8;

/// Longer is no word of prose.
const LONG_TOKEN: usize = 20;

/// Far above any user name and password.
const MAX_BASIC: usize = 4096;

/// Of a JSON Web Key (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
const PRIVATE_MEMBERS: [&[u8]; 7] = [b"d", b"p", b"q", b"dp", b"dq", b"qi", b"k"];

/// Longer than an RSA key of 8,192 bits.
const MAX_WEB_KEY: usize = 16 << 10;

/// Salt and hash of the shortest of the schemes.
const MIN_CRYPT: usize = 24;

/// More credentials are in no text.
const MAX_LEARNED: usize = 64;

const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
