//! What a token looks like: a prefix that gives it away, and what follows.
//!
//! A token ends where its character set does, so it may be longer than expected. `vendors` lists
//! the kinds of tokens, `token` finds them.

use std::ops::RangeInclusive;

use super::byte_class::{is_digit_or_capital, is_dotted_byte, is_word_byte, run_end, without_stop};

/// A kind of token that is known by its prefix.
pub(super) struct Shape {
    /// Part of the secret.
    pub(super) prefix: &'static str,
    pub(super) charset: Charset,
    /// How many bytes must follow the prefix.
    pub(super) length: RangeInclusive<usize>,
    pub(super) must: Must,
    /// Whether a letter or digit before the prefix makes it part of another word: `task-`.
    pub(super) bounded: bool,
}

/// Which bytes may follow a prefix.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    /// Letters, digits, `_`, `-`.
    Word,
    Alphanumeric,
    Hexadecimal,
    CapitalsAndDigits,
    /// As `Word`, and dots.
    Dotted,
    /// As `Dotted`, and `+`, `/`, `=`, `~`, `%`.
    Base64,
}

/// What must follow the prefix: it tells tokens from words with hyphens.
#[derive(Clone, Copy)]
pub(super) enum Must {
    /// The prefix and the length are enough.
    Nothing,
    /// A digit or a capital in a part that is more than a short number.
    Mixed,
    /// A digit, a capital and a small letter.
    AllThree,
}

/// What was found behind a prefix.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ShapeMatch {
    /// A token that ends here.
    Token(usize),
    /// No token, and little was read.
    None,
    /// No token, and no other prefix before here needs a look.
    NoneBefore(usize),
}

impl Shape {
    /// Matches what follows the prefix, from `start` on.
    pub(super) fn measure(&self, text: &[u8], start: usize) -> ShapeMatch {
        let end = without_stop(text, start, run_end(text, start, self.charset.allows()));
        let body = &text[start..end];
        if !self.length.contains(&body.len()) {
            ShapeMatch::None
        } else if self.must.holds(body) {
            ShapeMatch::Token(end)
        } else {
            ShapeMatch::NoneBefore(end)
        }
    }
}

impl Charset {
    fn allows(self) -> fn(u8) -> bool {
        match self {
            Self::Word => is_word_byte,
            Self::Alphanumeric => |byte| byte.is_ascii_alphanumeric(),
            Self::Hexadecimal => |byte| byte.is_ascii_hexdigit(),
            Self::CapitalsAndDigits => |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Dotted => is_dotted_byte,
            Self::Base64 => |byte| is_dotted_byte(byte) || b"+/=~%".contains(&byte),
        }
    }
}

impl Must {
    fn holds(self, body: &[u8]) -> bool {
        match self {
            Self::Nothing => true,
            // A year or a version between hyphens is like a word.
            Self::Mixed => body
                .split(|byte| matches!(byte, b'-' | b'_'))
                .any(|part| part.iter().any(is_digit_or_capital) && !is_number(part)),
            Self::AllThree => {
                body.iter().any(u8::is_ascii_digit)
                    && body.iter().any(u8::is_ascii_uppercase)
                    && body.iter().any(u8::is_ascii_lowercase)
            }
        }
    }
}

/// A JSON Web Token, signed (RFC 7515) or encrypted (RFC 7516), whose first segment
/// begins at `start`: two segments or more, of which the second may be empty.
pub(super) fn measure_jwt(text: &[u8], start: usize) -> ShapeMatch {
    let first = run_end(text, start, is_word_byte);
    if first - start < JWT_SEGMENT_MIN || text.get(first) != Some(&b'.') {
        return ShapeMatch::NoneBefore(first);
    }
    let second = run_end(text, first + 1, is_word_byte);
    let is_encrypted = second == first + 1 && text.get(second) == Some(&b'.');
    if second - first <= JWT_SEGMENT_MIN && !is_encrypted {
        return ShapeMatch::NoneBefore(second);
    }
    let end = without_stop(text, second, run_end(text, second, is_dotted_byte));
    if is_encrypted && end - second < JWT_SEGMENT_MIN {
        return ShapeMatch::NoneBefore(second);
    }
    ShapeMatch::Token(end)
}

/// A year, or a part of a version or a date.
fn is_number(part: &[u8]) -> bool {
    part.len() <= 4 && part.iter().all(u8::is_ascii_digit)
}

/// Shorter than the header of any token.
const JWT_SEGMENT_MIN: usize = 10;

#[cfg(test)]
mod tests {
    use super::super::vendors::{LEADING, SEPARATED, WITH_DOT};
    use super::*;

    fn shape(prefix: &str) -> &'static Shape {
        let mut all = SEPARATED.iter().chain(LEADING).chain(WITH_DOT);
        all.find(|shape| shape.prefix == prefix).unwrap()
    }

    #[test]
    fn a_token_ends_where_its_character_set_does() {
        let text = b"sk-proj-Abc_123-def456789\\n rest";
        assert_eq!(shape("sk-").measure(text, 3), ShapeMatch::Token(25));
    }

    #[test]
    fn words_with_hyphens_are_no_tokens() {
        let text = b"sk-learn-contrib-packages-all-lower";
        assert_eq!(
            shape("sk-").measure(text, 3),
            ShapeMatch::NoneBefore(text.len())
        );
        assert_eq!(
            shape("npm_").measure(b"npm_config_user_agent", 4),
            ShapeMatch::None
        );
        assert_eq!(
            shape("rt_").measure(b"rt_sigtimedwait_time64", 3),
            ShapeMatch::None
        );
    }

    #[test]
    fn a_jwt_has_two_segments_at_least() {
        let text = b"eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl tail";
        assert_eq!(measure_jwt(text, 0), ShapeMatch::Token(38));
        assert_eq!(
            measure_jwt(b"eyJhbGciOiJIUzI1NiJ9", 0),
            ShapeMatch::NoneBefore(20)
        );
        assert_eq!(measure_jwt(b"eyJ.eyJ", 0), ShapeMatch::NoneBefore(3));
        let encrypted = b"eyJhbGciOiJkaXIifQ..ABTJCbxlWuYANe4T.M4WsERVuIGyXJip end";
        assert_eq!(
            measure_jwt(encrypted, 0),
            ShapeMatch::Token(encrypted.len() - 4)
        );
    }
}
