//! Payloads and elements of the very structure of one before them, counted without a walk.
//!
//! Most payloads are events, and most events are like the one before: the same
//! members in the same order, with other values. So are the elements of a list that have the
//! same [form](crate::json::Form). Where each token of one of them was counted is remembered, and
//! tells where the tokens of the others count.

use super::node::Node;
use super::tree::ROOT;
use crate::json::{Json, Kind};

/// One token, and what it was counted as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted {
    /// How many tokens it is, with all that it holds.
    pub(super) extent: u32,
    /// Where its value was counted, or its member as present.
    pub(super) node: u32,
    /// What holds others has to be the same again: it decides which of them are names.
    pub(super) kind: Kind,
    pub(super) as_what: As,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    /// The name of a member, which makes the member present.
    Present,
    Value,
}

/// Counts values of the structure that `tokens` were counted by, token by token.
pub(super) fn count(tokens: &[Counted], values: &[Json<'_>], nodes: &mut [Node]) {
    for (offset, token) in (0..).zip(tokens) {
        let node = &mut nodes[token.node as usize];
        if token.as_what == As::Present {
            node.seen.present = node.seen.present.saturating_add(values.len() as u64);
            continue;
        }
        for value in values {
            node.add(value.at(value.place() + offset));
        }
    }
}

/// Where the tokens of the last payload were counted, in their order; of none, if it was large.
#[derive(Debug, Clone, Default)]
pub(super) struct Repeat {
    tokens: Vec<Counted>,
}

impl Repeat {
    /// Remembers where the last payload was counted.
    pub(super) fn remember(&mut self, tokens: &[Counted]) {
        self.tokens.clear();
        if tokens.len() <= MAX_TOKENS {
            self.tokens.extend_from_slice(tokens);
        }
    }

    pub(super) fn forget(&mut self) {
        self.tokens.clear();
    }

    /// Counts `payload`, if it is of the structure that is remembered.
    pub(super) fn count(&self, payload: Json<'_>, nodes: &mut [Node]) -> bool {
        let fits = self.fits(payload, nodes);
        if fits {
            count(&self.tokens, &[payload], nodes);
        }
        fits
    }

    /// Counts payloads that have the structure of `first`, which was the last to be counted.
    pub(super) fn count_all(&self, first: Json<'_>, like: &[Json<'_>], nodes: &mut [Node]) -> bool {
        let is_remembered = self.is_whole(first);
        if is_remembered {
            count(&self.tokens, like, nodes);
        }
        is_remembered
    }

    /// Whether as much is remembered as `payload` has.
    fn is_whole(&self, payload: Json<'_>) -> bool {
        // Where the tree was pruned on the way, only the end of a payload is remembered.
        let from_the_root = self
            .tokens
            .first()
            .is_some_and(|first| first.node as usize == ROOT);
        from_the_root && payload.extent() as usize == self.tokens.len()
    }

    fn fits(&self, payload: Json<'_>, nodes: &[Node]) -> bool {
        let mut tokens = self.tokens.iter().zip(payload.place()..);
        self.is_whole(payload)
            && tokens.all(|(token, place)| {
                let json = payload.at(place);
                let same_name = || json.says(nodes[token.node as usize].step.name());
                json.extent() == token.extent
                    && (token.extent == 1 || json.kind() == token.kind)
                    && (token.as_what == As::Value || same_name())
            })
    }
}

/// Events of agents have at most a few dozen; requests are far larger, and do not repeat.
const MAX_TOKENS: usize = 96;
