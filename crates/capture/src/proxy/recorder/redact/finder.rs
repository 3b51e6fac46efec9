//! Finds the places in a text that are worth a look, in one pass.

use aho_corasick::{AhoCorasick, MatchKind};

use super::scan::{Scan, Span};
use super::shapes::{SHAPES, Shape};

/// Every word that can give a secret away, as one automaton.
#[derive(Debug)]
pub(super) struct Finder {
    automaton: AhoCorasick,
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
        let words = SHAPES
            .iter()
            .map(|shape| shape.prefix)
            .chain(WORDS.iter().map(|(word, _)| *word))
            .chain(NAME_PARTS.iter().copied());
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(words)
            .expect("the words are few and short");
        Self { automaton }
    }

    /// Where the secrets of `text` are, in order and apart from each other.
    pub(super) fn spans(&self, text: &[u8]) -> Vec<Span> {
        let mut scan = Scan::new(text);
        for found in self.automaton.find_iter(text) {
            if found.start() >= scan.end() {
                scan.follow(clue(found.pattern().as_usize()), found.range());
            }
        }
        scan.into_spans()
    }
}

fn clue(pattern: usize) -> Clue {
    if let Some(shape) = SHAPES.get(pattern) {
        return Clue::Shape(shape);
    }
    WORDS
        .get(pattern - SHAPES.len())
        .map_or(Clue::Name, |(_, clue)| *clue)
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
        let all = SHAPES.len() + WORDS.len() + NAME_PARTS.len();
        assert_eq!(finder.automaton.patterns_len(), all);
        assert!(matches!(clue(0), Clue::Shape(shape) if shape.prefix == SHAPES[0].prefix));
        assert!(matches!(clue(SHAPES.len()), Clue::Jwt));
        assert!(matches!(
            clue(SHAPES.len() + WORDS.len() - 1),
            Clue::Authority
        ));
        assert!(matches!(clue(all - 1), Clue::Name));
    }
}
