//! Strings requests together to conversations, the same way for every transport.
//!
//! Over a WebSocket a request brings only what is new and names the response
//! that it goes on from; over HTTP it brings the whole history again. Here both
//! become steps that know what the model was shown (`shown`) and what of it was
//! new (`new`), so that the sections need not care.

use std::collections::HashMap;

use super::digests::DigestSet;
use super::library::Content;
use super::view::{Entry, View};
use crate::call::Call;
use crate::decode::Part;

/// The requests of one conversation, in order.
pub(super) struct Thread<'v, 'a> {
    /// The agent's id for it, where it has one.
    pub(super) id: Option<&'a str>,
    pub(super) steps: Vec<Step<'v, 'a>>,
}

/// One request of a conversation.
pub(super) struct Step<'v, 'a> {
    pub(super) entry: &'v Entry<'a>,
    pub(super) call: &'a Call,
    /// The tools that the model has, sent now or before.
    pub(super) tools: Vec<&'a Content>,
    /// Everything that the model is shown, sent now or before, but tools.
    pub(super) shown: Vec<&'a Content>,
    /// Of that, the instructions.
    pub(super) instructions: Vec<&'a Content>,
    /// What the agent says for the first time.
    pub(super) new: Vec<&'a Content>,
    /// Bytes of content that had been sent before.
    pub(super) resent_bytes: u64,
    /// Bytes of all that the model is shown, tools included.
    pub(super) context_bytes: u64,
}

/// All conversations, in the order in which they began.
pub(super) fn threads<'v, 'a>(view: &'v View<'a>) -> Vec<Thread<'v, 'a>> {
    let mut order: Vec<Thread<'v, 'a>> = Vec::new();
    let mut places: HashMap<(usize, Option<&str>), (usize, History<'a>)> = HashMap::new();
    for (entry, call) in view.calls() {
        let id = call.ids.thread.as_deref();
        let (place, history) = places.entry((entry.recording, id)).or_insert_with(|| {
            order.push(Thread {
                id,
                steps: Vec::new(),
            });
            (order.len() - 1, History::default())
        });
        let step = history.step(entry, call);
        order[*place].steps.push(step);
    }
    order
}

/// What was said in a conversation so far.
#[derive(Default)]
struct History<'a> {
    /// What the agent has sent, ever.
    sent: DigestSet,
    /// What the model had been shown and had said, at the end of each response.
    responses: HashMap<&'a str, Shown<'a>>,
}

/// What the model knows at some point.
#[derive(Default, Clone)]
struct Shown<'a> {
    tools: Vec<&'a Content>,
    items: Vec<&'a Content>,
}

impl<'a> History<'a> {
    fn step<'v>(&mut self, entry: &'v Entry<'a>, call: &'a Call) -> Step<'v, 'a> {
        let contents = &entry.contents;
        let before = call.ids.previous_response.as_deref();
        let mut shown = before
            .and_then(|id| self.responses.get(id).cloned())
            .unwrap_or_default();
        if !contents.tools.is_empty() {
            shown.tools.clone_from(&contents.tools);
        }
        shown.items.extend(contents.instructions);
        shown.items.extend(&contents.input);

        let mut new = Vec::new();
        let mut resent_bytes = 0;
        for content in contents.sent() {
            // What the model made comes back as history, in whatever spelling.
            let fresh = self.sent.insert(content.digest) && !content.part.is_models();
            match (fresh, content.part) {
                (true, Part::Tools) => {}
                (true, _) => new.push(content),
                (false, _) => resent_bytes += content.bytes(),
            }
        }
        let is_instruction = |content: &&&Content| content.part == Part::Instructions;
        let all = shown.tools.iter().chain(&shown.items);
        let step = Step {
            entry,
            call,
            context_bytes: all.map(|content| content.bytes()).sum(),
            tools: shown.tools.clone(),
            shown: shown.items.clone(),
            instructions: shown.items.iter().filter(is_instruction).copied().collect(),
            new,
            resent_bytes,
        };
        if let Some(response) = &call.ids.response {
            shown.items.extend(&contents.output);
            self.responses.insert(response, shown);
        }
        step
    }
}
