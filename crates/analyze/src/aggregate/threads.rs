//! Strings requests together to conversations, the same way for every transport.
//!
//! Over a WebSocket a request brings only what is new and names the response
//! that it goes on from; over HTTP it brings the whole history again. Here both
//! become steps that know what the model was shown (`shown`) and what of it was
//! new (`new`), so that the sections need not care.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::view::{Entry, View};
use crate::call::{Call, Digest};
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
    pub(super) tools: Vec<Digest>,
    /// Everything that the model is shown, sent now or before, but tools.
    pub(super) shown: Vec<Digest>,
    /// What the agent says for the first time.
    pub(super) new: Vec<Digest>,
    /// Bytes of content that had been sent before.
    pub(super) resent_bytes: u64,
    /// Bytes of all that the model is shown, tools included.
    pub(super) context_bytes: u64,
}

/// All conversations, in the order in which they began.
pub(super) fn threads<'v, 'a>(view: &'v View<'a>) -> Vec<Thread<'v, 'a>> {
    let mut order: Vec<Thread<'v, 'a>> = Vec::new();
    let mut places: HashMap<(usize, Option<&str>), (usize, History)> = HashMap::new();
    for (entry, call) in view.calls() {
        let id = call.ids.thread.as_deref();
        let (place, history) = places.entry((entry.recording, id)).or_insert_with(|| {
            order.push(Thread {
                id,
                steps: Vec::new(),
            });
            (order.len() - 1, History::default())
        });
        let step = history.step(view, entry, call);
        order[*place].steps.push(step);
    }
    order
}

/// What was said in a conversation so far.
#[derive(Default)]
struct History {
    /// What the agent has sent, ever.
    sent: HashSet<Digest>,
    /// What the model had been shown and had said, at the end of each response.
    responses: BTreeMap<String, Shown>,
}

/// What the model knows at some point.
#[derive(Default, Clone)]
struct Shown {
    tools: Vec<Digest>,
    items: Vec<Digest>,
}

impl History {
    fn step<'v, 'a>(
        &mut self,
        view: &View<'a>,
        entry: &'v Entry<'a>,
        call: &'a Call,
    ) -> Step<'v, 'a> {
        let prompt = &call.prompt;
        let before = call.ids.previous_response.as_ref();
        let mut shown = before
            .and_then(|id| self.responses.get(id).cloned())
            .unwrap_or_default();
        if !prompt.tools.is_empty() {
            shown.tools.clone_from(&prompt.tools);
        }
        shown.items.extend(prompt.instructions);
        shown.items.extend(&prompt.input);

        let mut new = Vec::new();
        let mut resent_bytes = 0;
        for digest in prompt
            .tools
            .iter()
            .chain(&prompt.instructions)
            .chain(&prompt.input)
        {
            let content = view.library.content(*digest);
            let part = content.map_or(Part::Other, |content| content.part);
            // What the model made comes back as history, in whatever spelling.
            let fresh = self.sent.insert(*digest) && !part.is_models();
            match (fresh, part) {
                (true, Part::Tools) => {}
                (true, _) => new.push(*digest),
                (false, _) => resent_bytes += content.map_or(0, |content| content.bytes),
            }
        }
        let step = Step {
            entry,
            call,
            context_bytes: bytes(view, &shown.tools) + bytes(view, &shown.items),
            tools: shown.tools.clone(),
            shown: shown.items.clone(),
            new,
            resent_bytes,
        };
        if let Some(response) = &call.ids.response {
            shown.items.extend(&call.output);
            self.responses.insert(response.clone(), shown);
        }
        step
    }
}

/// The length of all that `digests` stand for.
fn bytes(view: &View<'_>, digests: &[Digest]) -> u64 {
    let contents = digests
        .iter()
        .filter_map(|digest| view.library.content(*digest));
    contents.map(|content| content.bytes).sum()
}
