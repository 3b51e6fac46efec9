//! A request to a model, and the call that it makes with its answer.
//!
//! Content is borrowed from the exchange where it is in one piece there; whoever keeps it copies it.

use super::call_labels::CallLabels;
use super::item::Item;
use crate::call::{Call, Ids, Kind, PromptDigests, Settings};

/// A call and its content.
#[derive(Debug)]
pub(crate) struct Decoded<'a> {
    /// Without the digests of its content, which [`Decoded::into_call`] adds.
    pub(crate) call: Call,
    /// Tool definitions.
    pub(crate) tools: Vec<Item<'a>>,
    /// Instructions outside the input.
    pub(crate) instructions: Option<Item<'a>>,
    pub(crate) input: Vec<Item<'a>>,
    pub(crate) output: Vec<Item<'a>>,
    /// Times between events that carry model output, in microseconds.
    pub(crate) gaps_us: Vec<u64>,
}

impl<'a> Decoded<'a> {
    /// All content, in the order in which a model reads it.
    pub(crate) fn content(&self) -> impl Iterator<Item = &Item<'a>> + Clone {
        let sent = self.tools.iter().chain(&self.instructions);
        sent.chain(&self.input).chain(&self.output)
    }

    /// The call, with the digests of its content.
    pub(crate) fn into_call(self) -> Call {
        let digests = |items: Vec<Item<'_>>| items.iter().map(|item| item.digest).collect();
        Call {
            prompt: PromptDigests {
                tools: digests(self.tools),
                instructions: self.instructions.map(|item| item.digest),
                input: digests(self.input),
                ..self.call.prompt
            },
            output: digests(self.output),
            ..self.call
        }
    }
}

/// What the request of a call says, whatever API it is written for.
#[derive(Debug)]
pub(super) struct ModelRequest<'a> {
    /// Empty when the request does not name one.
    pub(super) model: String,
    pub(super) kind: Kind,
    /// Without that of the response.
    pub(super) ids: Ids,
    pub(super) settings: Settings,
    pub(super) tools: Vec<Item<'a>>,
    /// Instructions outside the input.
    pub(super) instructions: Option<Item<'a>>,
    pub(super) input: Vec<Item<'a>>,
    /// The labels that calls without an id got so far.
    pub(super) call_labels: CallLabels,
}

impl ModelRequest<'_> {
    /// A step of a turn that holds nothing yet.
    pub(super) fn new(model: Option<String>) -> Self {
        Self {
            model: model.unwrap_or_default(),
            kind: Kind::Turn,
            ids: Ids::default(),
            settings: Settings::default(),
            tools: Vec::new(),
            instructions: None,
            input: Vec::new(),
            call_labels: CallLabels::default(),
        }
    }
}
