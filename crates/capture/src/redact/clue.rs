//! The words that can give a secret away: parts of names, signs before a credential, commands.
//!
//! A word here costs a look at every place where it is found, so it is as long as its
//! uses allow, and words that ordinary text is full of must have a sign behind them.

use super::command::{self, Command};
use super::filter::{Filter, PLACES, Places};

/// What a word gives away.
#[derive(Clone, Copy)]
pub(super) enum Clue {
    /// This may be part of a secret's name.
    Name,
    /// A bearer token may follow.
    Bearer,
    /// A user name and a password, in Base64, may follow.
    Basic,
    /// An armoured key may begin here.
    Begin,
    /// An armoured key whose beginning is missing may end here.
    End,
    /// The private lines of a key of PuTTY may follow.
    Putty,
    /// A user name and a password may follow, or a URL that is a secret.
    Authority,
    /// A webhook's URL without its scheme.
    Webhook,
    /// A client secret of Microsoft Entra.
    Entra,
    /// A JSON Web Key.
    WebKey,
    /// The hash of a password.
    Crypt,
    /// A line of PostgreSQL's password file.
    PgPass,
    /// An Oracle URL.
    OracleUrl,
    /// A command that takes a secret as an argument.
    Command(&'static Command),
    /// A character spelled as `\u00xx`.
    UnicodeEscape,
}

/// What must follow a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Anything,
    /// A quote, an equals sign, a colon, a bracket, or a backslash before one.
    Sign,
    /// Nothing that goes on with the word in small letters, nor a brace or a bar.
    NoLetter,
}

impl Then {
    fn allows(self, byte: u8) -> bool {
        match self {
            Self::Anything => true,
            Self::Sign => b"\"'=:\\]".contains(&byte),
            Self::NoLetter => byte < b'`',
        }
    }
}

/// A word, in lower case, and what it gives away.
struct Word {
    text: &'static str,
    then: Then,
    clue: Clue,
}

/// All words, to be looked up by their beginning.
pub(super) struct Clues {
    words: Vec<Word>,
    /// By the hash of a word's first bytes: one more than the index of the first such word.
    heads: Box<[u8; HEADS]>,
    /// One more than the index of the next word with the same hash.
    next: Vec<u8>,
}

impl Clues {
    pub(super) fn new() -> Self {
        let names = NAME_PARTS.iter().map(|(text, then)| Word {
            text,
            then: *then,
            clue: Clue::Name,
        });
        let signs = SIGNS.iter().map(|(text, clue)| Word {
            text,
            then: Then::Anything,
            clue: *clue,
        });
        let commands = command::COMMANDS.iter().map(|command| Word {
            text: command.name,
            then: Then::Anything,
            clue: Clue::Command(command),
        });
        let mut words: Vec<Word> = names.chain(signs).chain(commands).collect();
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
        let places: Vec<_> = self.words.iter().map(places).collect();
        Filter::new(&places)
    }

    /// Of the places where a word may begin, from `start` on, those where its first bytes are.
    #[inline(always)]
    pub(super) fn beginnings(&self, text: &[u8], start: usize, mut places: u64) -> u64 {
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
    pub(super) fn at(&self, text: &[u8], at: usize) -> Option<(Clue, usize)> {
        let rest = &text[at..];
        let mut index = self.heads[hash(rest)];
        while let Some(found) = usize::from(index).checked_sub(1) {
            let word = &self.words[found];
            let length = word.text.len();
            if let Some((head, behind)) = rest.split_at_checked(length)
                && head.eq_ignore_ascii_case(word.text.as_bytes())
                && behind.first().is_none_or(|byte| word.then.allows(*byte))
            {
                return Some((word.clue, at + length));
            }
            index = self.next[found];
        }
        None
    }
}

/// What the first bytes of a word may be.
fn places(word: &Word) -> [Places; PLACES] {
    std::array::from_fn(|place| match word.text.as_bytes().get(place) {
        Some(byte) => Places::of([byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]),
        // What is behind the end of a text reads as zeros.
        None if place == word.text.len() => {
            Places::of((0..=u8::MAX).filter(|byte| *byte == 0 || word.then.allows(*byte)))
        }
        None => Places::of(0..=u8::MAX),
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
const NAME_PARTS: &[(&str, Then)] = &[
    ("token", Then::Anything),
    ("secret", Then::Anything),
    ("passw", Then::Anything),
    ("passphr", Then::Anything),
    ("passcode", Then::Anything),
    ("pass", Then::NoLetter),
    ("pwd", Then::Anything),
    ("key", Then::NoLetter),
    ("key`", Then::Anything),
    ("credential", Then::Anything),
    ("authoriz", Then::Anything),
    ("auth", Then::NoLetter),
    ("cookie", Then::Anything),
    ("code", Then::NoLetter),
    ("codes", Then::NoLetter),
    ("verifier", Then::Anything),
    ("assertion", Then::NoLetter),
    ("nonce", Then::NoLetter),
    ("sess", Then::Anything),
    ("sid", Then::Sign),
    ("csrf", Then::NoLetter),
    ("xsrf", Then::NoLetter),
    ("dsn", Then::NoLetter),
    ("nstring", Then::NoLetter),
    ("n_string", Then::NoLetter),
    ("n-string", Then::NoLetter),
    ("n.string", Then::NoLetter),
    ("hookurl", Then::NoLetter),
    ("hook_url", Then::NoLetter),
    ("hook-url", Then::NoLetter),
    ("hook.url", Then::NoLetter),
    ("ribsys", Then::Anything),
    ("mnemonic", Then::NoLetter),
    ("phrase", Then::NoLetter),
    ("otp", Then::NoLetter),
    ("otpseed", Then::Anything),
    ("otp_seed", Then::Anything),
    ("otp-seed", Then::Anything),
    ("otp.seed", Then::Anything),
    ("psk", Then::NoLetter),
    ("pin", Then::NoLetter),
    ("jwt", Then::Sign),
    ("bearer", Then::Sign),
    ("nature", Then::Sign),
    ("sig", Then::Sign),
    ("sas", Then::Sign),
    ("\"rt\"", Then::Anything),
    (":rt\"", Then::Anything),
    (":rt\\", Then::Anything),
    ("\"rt\\", Then::Anything),
    ("'rt'", Then::Anything),
    ("ntlm", Then::Sign),
    ("appid", Then::Sign),
    ("samlres", Then::Anything),
    ("samlart", Then::Anything),
    ("wresult", Then::Sign),
    ("ticket", Then::Sign),
];

/// Signs before a credential.
const SIGNS: &[(&str, Clue)] = &[
    ("bearer ", Clue::Bearer),
    ("basic ", Clue::Basic),
    ("---begin ", Clue::Begin),
    ("---end ", Clue::End),
    // RFC 4716, section 3.2.
    ("--- begin ", Clue::Begin),
    ("--- end ", Clue::End),
    ("-lines:", Clue::Putty),
    ("://", Clue::Authority),
    ("hooks.slack.com/", Clue::Webhook),
    ("0q~", Clue::Entra),
    ("1q~", Clue::Entra),
    ("2q~", Clue::Entra),
    ("3q~", Clue::Entra),
    ("4q~", Clue::Entra),
    ("5q~", Clue::Entra),
    ("6q~", Clue::Entra),
    ("7q~", Clue::Entra),
    ("8q~", Clue::Entra),
    ("9q~", Clue::Entra),
    ("kty\":", Clue::WebKey),
    ("kty\\", Clue::WebKey),
    ("$apr1$", Clue::Crypt),
    ("$argon2", Clue::Crypt),
    ("$2a$", Clue::Crypt),
    ("$2b$", Clue::Crypt),
    ("$2y$", Clue::Crypt),
    ("$5$", Clue::Crypt),
    ("$6$", Clue::Crypt),
    (":5432:", Clue::PgPass),
    (":5433:", Clue::PgPass),
    (":*:", Clue::PgPass),
    (":thin:", Clue::OracleUrl),
    ("\\u00", Clue::UnicodeEscape),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_in_either_case_and_at_the_end_of_a_text() {
        let clues = Clues::new();
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
