//! The keywords that can give a secret away: parts of names, markers of credentials, commands.
//!
//! Each occurrence of a keyword costs a look. So keywords are as long as their uses allow, and those
//! that ordinary text is full of only count before a sign.

use super::commands::COMMANDS;
use super::detector::Detector;
use super::filter::{Filter, NibbleSet, PREFIX_BYTES};

/// What must follow a keyword.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lookahead {
    Anything,
    /// A quote, an equals sign, a colon, a bracket, or a backslash before one.
    Sign,
    /// Not a small letter, which would continue the word; nor `` ` ``, `{`, `|`, `}`, `~`.
    NoLetter,
}

impl Lookahead {
    fn allows(self, byte: u8) -> bool {
        match self {
            Self::Anything => true,
            Self::Sign => b"\"'=:\\]".contains(&byte),
            Self::NoLetter => byte < b'`',
        }
    }
}

/// A keyword, in lower case, and what to do where it is found.
struct Keyword {
    text: &'static str,
    lookahead: Lookahead,
    detector: Detector,
}

/// All keywords, by a hash of their first bytes.
pub(super) struct KeywordTable {
    words: Vec<Keyword>,
    /// By hash: one more than the index of the first keyword in the chain.
    heads: Box<[u8; HEADS]>,
    /// One more than the index of the next keyword in the chain.
    next: Vec<u8>,
}

impl KeywordTable {
    pub(super) fn new() -> Self {
        let names = NAME_PARTS.iter().map(|(text, lookahead)| Keyword {
            text,
            lookahead: *lookahead,
            detector: Detector::Name,
        });
        let markers = MARKERS.iter().map(|(text, detector)| Keyword {
            text,
            lookahead: Lookahead::Anything,
            detector: *detector,
        });
        let commands = COMMANDS.iter().map(|command| Keyword {
            text: command.name,
            lookahead: Lookahead::Anything,
            detector: Detector::Command(command),
        });
        let mut words: Vec<Keyword> = names.chain(markers).chain(commands).collect();
        // Puts each keyword after its prefixes.
        words.sort_by_key(|word| word.text);
        let mut heads = Box::new([0; HEADS]);
        let mut next = vec![0; words.len()];
        // The longest match wins: it comes last here, and so first in its chain.
        for (index, word) in words.iter().enumerate() {
            let head = &mut heads[hash(word.text.as_bytes())];
            next[index] = *head;
            *head = u8::try_from(index + 1).expect("there are fewer than 255 words");
        }
        Self { words, heads, next }
    }

    /// The filter that finds where a keyword may begin.
    pub(super) fn filter(&self) -> Filter {
        let places: Vec<_> = self.words.iter().map(prefix).collect();
        Filter::new(&places)
    }

    /// Those of the filter's `places` after `start` where the first bytes of a keyword are.
    #[inline(always)]
    pub(super) fn confirm(&self, text: &[u8], start: usize, mut places: u64) -> u64 {
        let mut found = 0;
        while places != 0 {
            let place = places.trailing_zeros();
            let rest = &text[start + place as usize..];
            found |= u64::from(self.heads[hash(rest)] != 0) << place;
            places &= places - 1;
        }
        found
    }

    /// The keyword that begins at `at`: its detector, and where it ends.
    #[inline]
    pub(super) fn at(&self, text: &[u8], at: usize) -> Option<(Detector, usize)> {
        let rest = &text[at..];
        let mut index = self.heads[hash(rest)];
        while let Some(found) = usize::from(index).checked_sub(1) {
            let word = &self.words[found];
            let length = word.text.len();
            if let Some((head, behind)) = rest.split_at_checked(length)
                && head.eq_ignore_ascii_case(word.text.as_bytes())
                && behind
                    .first()
                    .is_none_or(|byte| word.lookahead.allows(*byte))
            {
                return Some((word.detector, at + length));
            }
            index = self.next[found];
        }
        None
    }
}

/// What the first bytes of a keyword may be.
fn prefix(word: &Keyword) -> [NibbleSet; PREFIX_BYTES] {
    std::array::from_fn(|place| match word.text.as_bytes().get(place) {
        Some(byte) => NibbleSet::of([byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]),
        // The filter reads zeros past the end of a text.
        None if place == word.text.len() => {
            NibbleSet::of((0..=u8::MAX).filter(|byte| *byte == 0 || word.lookahead.allows(*byte)))
        }
        None => NibbleSet::of(0..=u8::MAX),
    })
}

/// A hash of the first three bytes, in either case.
fn hash(text: &[u8]) -> usize {
    let [first, second, third] = match *text {
        [first, second, third, ..] => [first, second, third],
        _ => return 0,
    };
    let folded = u32::from_le_bytes([first, second, third, 0]) | 0x0020_2020;
    (folded.wrapping_mul(0x9E37_79B1) >> (u32::BITS - HEADS.trailing_zeros())) as usize
}

const HEADS: usize = 4096;

/// Each name in `name_lists` contains one of these.
const NAME_PARTS: &[(&str, Lookahead)] = &[
    ("token", Lookahead::Anything),
    ("secret", Lookahead::Anything),
    ("passw", Lookahead::Anything),
    ("passphr", Lookahead::Anything),
    ("passcode", Lookahead::Anything),
    ("pass", Lookahead::NoLetter),
    ("pwd", Lookahead::Anything),
    ("key", Lookahead::NoLetter),
    ("key`", Lookahead::Anything),
    ("credential", Lookahead::Anything),
    ("authoriz", Lookahead::Anything),
    ("auth", Lookahead::NoLetter),
    ("cookie", Lookahead::Anything),
    ("code", Lookahead::NoLetter),
    ("codes", Lookahead::NoLetter),
    ("verifier", Lookahead::Anything),
    ("assertion", Lookahead::NoLetter),
    ("nonce", Lookahead::NoLetter),
    ("sess", Lookahead::Anything),
    ("sid", Lookahead::Sign),
    ("csrf", Lookahead::NoLetter),
    ("xsrf", Lookahead::NoLetter),
    ("dsn", Lookahead::NoLetter),
    ("nstring", Lookahead::NoLetter),
    ("n_string", Lookahead::NoLetter),
    ("n-string", Lookahead::NoLetter),
    ("n.string", Lookahead::NoLetter),
    ("hookurl", Lookahead::NoLetter),
    ("hook_url", Lookahead::NoLetter),
    ("hook-url", Lookahead::NoLetter),
    ("hook.url", Lookahead::NoLetter),
    ("ribsys", Lookahead::Anything),
    ("mnemonic", Lookahead::NoLetter),
    ("phrase", Lookahead::NoLetter),
    ("otp", Lookahead::NoLetter),
    ("otpseed", Lookahead::Anything),
    ("otp_seed", Lookahead::Anything),
    ("otp-seed", Lookahead::Anything),
    ("otp.seed", Lookahead::Anything),
    ("psk", Lookahead::NoLetter),
    ("pin", Lookahead::NoLetter),
    ("jwt", Lookahead::Sign),
    ("bearer", Lookahead::Sign),
    ("nature", Lookahead::Sign),
    ("sig", Lookahead::Sign),
    ("sas", Lookahead::Sign),
    ("\"rt\"", Lookahead::Anything),
    (":rt\"", Lookahead::Anything),
    (":rt\\", Lookahead::Anything),
    ("\"rt\\", Lookahead::Anything),
    ("'rt'", Lookahead::Anything),
    ("ntlm", Lookahead::Sign),
    ("appid", Lookahead::Sign),
    ("samlres", Lookahead::Anything),
    ("samlart", Lookahead::Anything),
    ("wresult", Lookahead::Sign),
    ("ticket", Lookahead::Sign),
];

/// Markers in or before a credential.
const MARKERS: &[(&str, Detector)] = &[
    ("bearer ", Detector::Bearer),
    ("basic ", Detector::Basic),
    ("---begin ", Detector::Begin),
    ("---end ", Detector::End),
    // RFC 4716, section 3.2.
    ("--- begin ", Detector::Begin),
    ("--- end ", Detector::End),
    ("-lines:", Detector::Putty),
    ("://", Detector::Authority),
    ("hooks.slack.com/", Detector::Webhook),
    ("0q~", Detector::Entra),
    ("1q~", Detector::Entra),
    ("2q~", Detector::Entra),
    ("3q~", Detector::Entra),
    ("4q~", Detector::Entra),
    ("5q~", Detector::Entra),
    ("6q~", Detector::Entra),
    ("7q~", Detector::Entra),
    ("8q~", Detector::Entra),
    ("9q~", Detector::Entra),
    ("kty\":", Detector::WebKey),
    ("kty\\", Detector::WebKey),
    ("$apr1$", Detector::Crypt),
    ("$argon2", Detector::Crypt),
    ("$2a$", Detector::Crypt),
    ("$2b$", Detector::Crypt),
    ("$2y$", Detector::Crypt),
    ("$5$", Detector::Crypt),
    ("$6$", Detector::Crypt),
    (":5432:", Detector::PgPass),
    (":5433:", Detector::PgPass),
    (":*:", Detector::PgPass),
    (":thin:", Detector::OracleUrl),
    ("\\u00", Detector::UnicodeEscape),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_in_either_case_and_at_the_end_of_a_text() {
        let keywords = KeywordTable::new();
        for word in &keywords.words {
            for text in [word.text.to_owned(), word.text.to_uppercase()] {
                let (_, end) = keywords.at(text.as_bytes(), 0).expect(&text);
                assert_eq!(end, text.len(), "{text}");
            }
        }
        assert!(keywords.at(b"keyboard", 0).is_none());
        assert!(keywords.at(b"pass_2", 0).is_some());
    }
}
