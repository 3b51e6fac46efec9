//! The words that can give a secret away: parts of names, signs before a credential, commands.
//!
//! A word here costs a look at every place where it is found, so it is as long as its
//! uses allow, and words that ordinary text is full of must have a sign behind them.

use super::commands::COMMANDS;
use super::detector::Detector;
use super::filter::{Filter, NibbleSet, PREFIX_BYTES};

/// What must follow a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lookahead {
    Anything,
    /// A quote, an equals sign, a colon, a bracket, or a backslash before one.
    Sign,
    /// Nothing that goes on with the word in small letters, nor a brace or a bar.
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

/// A word, in lower case, and what it gives away.
struct Keyword {
    text: &'static str,
    lookahead: Lookahead,
    detector: Detector,
}

/// All words, to be looked up by their beginning.
pub(super) struct KeywordTable {
    words: Vec<Keyword>,
    /// By the hash of a word's first bytes: one more than the index of the first such word.
    heads: Box<[u8; HEADS]>,
    /// One more than the index of the next word with the same hash.
    next: Vec<u8>,
}

impl KeywordTable {
    pub(super) fn new() -> Self {
        let names = NAME_PARTS.iter().map(|(text, lookahead)| Keyword {
            text,
            lookahead: *lookahead,
            detector: Detector::Name,
        });
        let signs = MARKERS.iter().map(|(text, detector)| Keyword {
            text,
            lookahead: Lookahead::Anything,
            detector: *detector,
        });
        let commands = COMMANDS.iter().map(|command| Keyword {
            text: command.name,
            lookahead: Lookahead::Anything,
            detector: Detector::Command(command),
        });
        let mut words: Vec<Keyword> = names.chain(signs).chain(commands).collect();
        // Alike words next to each other: they share a group of the filter.
        words.sort_by_key(|word| word.text);
        let mut heads = Box::new([0; HEADS]);
        let mut next = vec![0; words.len()];
        // Of several words the longest is found: it has the highest index, and is put in last.
        for (index, word) in words.iter().enumerate() {
            let head = &mut heads[hash(word.text.as_bytes())];
            next[index] = *head;
            *head = u8::try_from(index + 1).expect("there are fewer than 255 words");
        }
        Self { words, heads, next }
    }

    /// The filter that finds where a word may begin.
    pub(super) fn filter(&self) -> Filter {
        let places: Vec<_> = self.words.iter().map(prefix).collect();
        Filter::new(&places)
    }

    /// Of the places where a word may begin, from `start` on, those where its first bytes are.
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

    /// The word that begins at `at`: what it gives away and where it ends.
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

/// What the first bytes of a word may be.
fn prefix(word: &Keyword) -> [NibbleSet; PREFIX_BYTES] {
    std::array::from_fn(|place| match word.text.as_bytes().get(place) {
        Some(byte) => NibbleSet::of([byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]),
        // What is behind the end of a text reads as zeros.
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

/// Parts of the names that `names` knows: each such name holds one of these.
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

/// Signs before a credential.
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
        let clues = KeywordTable::new();
        for word in &clues.words {
            for text in [word.text.to_owned(), word.text.to_uppercase()] {
                let (_, end) = clues.at(text.as_bytes(), 0).expect(&text);
                assert_eq!(end, text.len(), "{text}");
            }
        }
        assert!(clues.at(b"keyboard", 0).is_none());
        assert!(clues.at(b"pass_2", 0).is_some());
    }
}
