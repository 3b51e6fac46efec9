//! JSON text, cut into tokens without copying.
//!
//! Takes text that is known to be JSON (a [`RawValue`]), so it checks nothing
//! that a parser has checked before: strings are skipped from quote to quote,
//! and numbers are told apart by one look. Text that is no JSON gives
//! meaningless tokens, or an early end, but no panic.

use memchr::memchr2;
use serde_json::value::RawValue;

/// Hands out the tokens of one JSON text.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    /// Where the last token began.
    start: usize,
    /// Where the next one is looked for.
    at: usize,
}

/// One token; commas and colons are read over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A member's name, between its quotes, escapes as they stand.
    Key(&'a str),
    /// A string value, likewise.
    String(&'a str),
    /// A number without fraction and exponent.
    Integer,
    /// Any other number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
    /// `[`
    Array,
    /// `{`
    Object,
    /// `]` or `}`
    End,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(json: &'a RawValue) -> Self {
        Self {
            text: json.get(),
            start: 0,
            at: 0,
        }
    }

    /// Where the last token began, in bytes.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Where the last token ended, in bytes.
    pub(super) fn end(&self) -> usize {
        self.at
    }

    /// The next token; `None` at the end of the text.
    pub(super) fn token(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        while matches!(
            bytes.get(self.at)?,
            b' ' | b'\n' | b'\r' | b'\t' | b',' | b':'
        ) {
            self.at += 1;
        }
        self.start = self.at;
        self.at += 1;
        Some(match bytes.get(self.start)? {
            b'"' => return self.string(),
            b'{' => Token::Object,
            b'[' => Token::Array,
            b'}' | b']' => Token::End,
            b't' | b'f' => self.word(Token::Boolean),
            b'n' => self.word(Token::Null),
            _ => self.number(),
        })
    }

    /// Reads over the rest of the array or object that was just entered.
    pub(super) fn leave(&mut self) {
        let bytes = self.text.as_bytes();
        let mut depth = 1_usize;
        while let Some(byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => self.at = string_end(bytes, self.at).map_or(bytes.len(), |end| end + 1),
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// The string whose opening quote was just read: a key if a colon follows.
    fn string(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        let end = string_end(bytes, self.at)?;
        let content = self.text.get(self.at..end)?;
        self.at = end + 1;
        let next = bytes
            .get(self.at..)?
            .iter()
            .find(|byte| !byte.is_ascii_whitespace());
        Some(match next {
            Some(b':') => Token::Key(content),
            _ => Token::String(content),
        })
    }

    fn word(&mut self, token: Token<'a>) -> Token<'a> {
        self.skip_while(|byte| byte.is_ascii_alphabetic());
        token
    }

    fn number(&mut self) -> Token<'a> {
        self.skip_while(|byte| byte.is_ascii_digit());
        let digits_end = self.at;
        self.skip_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        if self.at == digits_end {
            Token::Integer
        } else {
            Token::Number
        }
    }

    fn skip_while(&mut self, accept: impl Fn(u8) -> bool) {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|&byte| accept(byte)) {
            self.at += 1;
        }
    }
}

/// Where the closing quote of the string stands whose content begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let found = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some(found);
        }
        at = found + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(json: &str) -> Vec<Token<'_>> {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        let mut scanner = Scanner::new(raw);
        std::iter::from_fn(|| scanner.token()).collect()
    }

    #[test]
    fn every_kind_of_token_is_told_apart() {
        assert_eq!(
            tokens(r#"{"a" : [1, -2, 0.5, 1e3, true, false, null, "s"]}"#),
            [
                Token::Object,
                Token::Key("a"),
                Token::Array,
                Token::Integer,
                Token::Integer,
                Token::Number,
                Token::Number,
                Token::Boolean,
                Token::Boolean,
                Token::Null,
                Token::String("s"),
                Token::End,
                Token::End,
            ]
        );
    }

    #[test]
    fn quotes_and_brackets_inside_strings_end_nothing() {
        assert_eq!(
            tokens(r#"["\"]", "\\", {"}\"": 1}]"#),
            [
                Token::Array,
                Token::String(r#"\"]"#),
                Token::String(r"\\"),
                Token::Object,
                Token::Key(r#"}\""#),
                Token::Integer,
                Token::End,
                Token::End,
            ]
        );
    }

    #[test]
    fn leaving_stops_right_behind_the_matching_bracket() {
        let raw: &RawValue = serde_json::from_str(r#"[{"a":["]}",{"b":[]}]},7]"#).unwrap();
        let mut scanner = Scanner::new(raw);
        assert_eq!(scanner.token(), Some(Token::Array));
        assert_eq!(scanner.token(), Some(Token::Object));
        scanner.leave();
        assert_eq!(scanner.token(), Some(Token::Integer));
        assert_eq!(scanner.token(), Some(Token::End));
        assert_eq!(scanner.token(), None);
    }
}
