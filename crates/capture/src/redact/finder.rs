//! Finds the places in a text that are worth a look, in one pass.

use aho_corasick::{AhoCorasick, MatchKind};

use super::scan::{Scan, Span};
use super::shapes::{SHAPES, Shape};

/// Every word that can give a secret away.
///
/// Two automata, of up to 64 words each: so many can be searched for with
/// vector instructions, several times as fast as all of them by one automaton.
#[derive(Debug)]
pub(super) struct Finder {
    words: AhoCorasick,
    name_parts: AhoCorasick,
}

/// What a word gives away.
#[derive(Clone, Copy)]
pub(super) enum Clue {
    /// A token of this shape may begin here.
    Shape(&'static Shape),
    /// A JSON Web Token may begin here.
    Jwt,
    /// A bearer token may follow.
    Bearer,
    /// A user name and a password, in Base64, may follow.
    Basic,
    /// A private key may begin here.
    Pem,
    /// A user name and a password may follow.
    Authority,
    /// This may be part of a secret's name.
    Name,
}

impl Finder {
    pub(super) fn new() -> Self {
        let prefixes = SHAPES.iter().map(|shape| shape.prefix);
        Self {
            words: automaton(prefixes.chain(WORDS.iter().map(|(word, _)| *word))),
            name_parts: automaton(NAME_PARTS.iter().copied()),
        }
    }

    /// Whether there is anything in `text` that is worth a look.
    pub(super) fn finds_any(&self, text: &[u8]) -> bool {
        self.words.is_match(text) || self.name_parts.is_match(text)
    }

    /// Where the secrets of `text` are, in order and apart from each other.
    pub(super) fn spans(&self, text: &[u8]) -> Vec<Span> {
        let mut scan = Scan::new(text);
        let mut words = self.words.find_iter(text).peekable();
        let mut names = self.name_parts.find_iter(text).peekable();
        loop {
            let name_is_next = match (words.peek(), names.peek()) {
                (Some(word), Some(name)) => name.start() < word.start(),
                (None, Some(_)) => true,
                (_, None) => false,
            };
            let next = if name_is_next {
                names.next()
            } else {
                words.next()
            };
            let Some(found) = next else {
                return scan.into_spans();
            };
            let clue = if name_is_next {
                Clue::Name
            } else {
                clue(found.pattern().as_usize())
            };
            if found.start() >= scan.end() {
                scan.follow(clue, found.range());
            }
        }
    }
}

fn automaton<'a>(words: impl Iterator<Item = &'a str>) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .expect("the words are few and short")
}

/// What the word of this number gives away.
fn clue(word: usize) -> Clue {
    match SHAPES.get(word) {
        Some(shape) => Clue::Shape(shape),
        None => WORDS[word - SHAPES.len()].1,
    }
}

const WORDS: &[(&str, Clue)] = &[
    ("eyJ", Clue::Jwt),
    ("Bearer ", Clue::Bearer),
    ("bearer ", Clue::Bearer),
    ("Basic ", Clue::Basic),
    ("basic ", Clue::Basic),
    ("-----BEGIN ", Clue::Pem),
    ("://", Clue::Authority),
];

/// Parts of the names that `names` knows as secret, in the spellings that programs
/// use: each such name holds one of these.
const NAME_PARTS: &[&str] = &[
    "token",
    "Token",
    "TOKEN",
    "secret",
    "Secret",
    "SECRET",
    "passw",
    "Passw",
    "PASSW",
    "passphrase",
    "Passphrase",
    "PASSPHRASE",
    "pi_key",
    "pi-key",
    "piKey",
    "pikey",
    "pi-Key",
    "PI_KEY",
    "PI-KEY",
    "PIKey",
    "PIKEY",
    "pi_Key",
    "ccess_key",
    "ccess-key",
    "ccessKey",
    "CCESS_KEY",
    "rivate_key",
    "rivate-key",
    "rivateKey",
    "RIVATE_KEY",
    "redential",
    "REDENTIAL",
    "uthorization",
    "UTHORIZATION",
    "ookie",
    "OOKIE",
    "evice_code",
    "evice-code",
    "eviceCode",
    "ser_code",
    "ser-code",
    "serCode",
    "ode_verifier",
    "ode-verifier",
    "odeVerifier",
    "lient_assertion",
    "lient-assertion",
    "lientAssertion",
    // Names that are secret in the query of a URL alone.
    "sig=",
    "ignature=",
    "code=",
    "key=",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_to_its_own_clue() {
        let finder = Finder::new();
        let words = SHAPES.len() + WORDS.len();
        assert_eq!(finder.words.patterns_len(), words);
        assert!(matches!(clue(0), Clue::Shape(shape) if shape.prefix == SHAPES[0].prefix));
        assert!(matches!(clue(SHAPES.len()), Clue::Jwt));
        assert!(matches!(clue(words - 1), Clue::Authority));
    }

    #[test]
    fn the_automata_are_small_enough_to_be_fast() {
        let finder = Finder::new();
        assert!(finder.words.patterns_len() <= 64);
        assert!(finder.name_parts.patterns_len() <= 64);
    }
}
