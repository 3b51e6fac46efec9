//! A payload of the very structure of the one before it, counted without a walk.
//!
//! Most payloads are events, and most events are like the one before: the same
//! members in the same order, with other values. So a shape remembers where each
//! token of the last small payload was counted.

use super::node::Node;
use super::tree::ROOT;
use crate::json::{Json, Kind};

/// Where the tokens of the last payload were counted, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Repeat {
    tokens: Vec<Counted>,
}

/// One token, and what it was counted as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// How many tokens it is, with all that it holds.
    pub(super) extent: u32,
    /// What holds others has to be the same again: it decides which of them are names.
    pub(super) kind: Kind,
    /// Where its value was counted, or its member as present.
    pub(super) node: usize,
    pub(super) as_what: As,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    /// The name of a member, which makes the member present.
    Present,
    Value,
}

impl Repeat {
    /// Begins to remember another payload.
    pub(super) fn begin(&mut self) {
        self.tokens.clear();
    }

    /// Remembers the next token, as long as the payload is small.
    pub(super) fn push(&mut self, token: Counted) {
        if self.tokens.len() <= MAX_TOKENS {
            self.tokens.push(token);
        }
    }

    /// Counts `payload`, if it is of the structure that is remembered.
    pub(super) fn count(&self, payload: Json<'_>, nodes: &mut [Node]) -> bool {
        if !self.fits(payload, nodes) {
            return false;
        }
        let places = payload.place()..payload.behind();
        for (token, json) in self
            .tokens
            .iter()
            .zip(places.map(|place| payload.at(place)))
        {
            let seen = &mut nodes[token.node].seen;
            match token.as_what {
                As::Present => seen.present = seen.present.saturating_add(1),
                As::Value => {
                    seen.add(json.kind(), json.raw_bytes());
                    if json.kind() == Kind::String {
                        seen.values.add(json);
                    }
                }
            }
        }
        true
    }

    fn fits(&self, payload: Json<'_>, nodes: &[Node]) -> bool {
        let extent = payload.behind() - payload.place();
        let mut tokens = self.tokens.iter().zip(payload.place()..);
        // Where the tree was pruned on the way, only the end of a payload is remembered.
        let from_the_root = self.tokens.first().is_some_and(|first| first.node == ROOT);
        from_the_root
            && extent as usize == self.tokens.len()
            && tokens.all(|(token, place)| {
                let json = payload.at(place);
                let same_name = || json.says(nodes[token.node].step.name());
                json.behind() - place == token.extent
                    && (token.extent == 1 || json.kind() == token.kind)
                    && (token.as_what == As::Value || same_name())
            })
    }
}

/// Events of agents have at most a few dozen; requests are far larger, and do not repeat.
const MAX_TOKENS: usize = 96;
