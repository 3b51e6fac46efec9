//! Groups requests into conversations, in the same way for every transport.
//!
//! Over a WebSocket a request brings only what is new and names the response
//! that it continues; over HTTP it brings the whole history again. Both become
//! steps that know what the model was shown (`shown`) and which part of it was
//! new (`new`), so that sections need not care. Steps are passed on one by one: each
//! holds a whole context, so all together would be quadratic in a conversation's length.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::call::Call;
use crate::decode::Part;
use crate::fold::call_contents::CallContents;
use crate::fold::content::{Content, ContentId};
use crate::fold::timeline_index::{IndexedExchange, TimelineIndex};

/// One request of a conversation.
pub(crate) struct ThreadStep<'t, 'a> {
    /// The number of its conversation, from 0, in the order in which they began.
    pub(crate) thread: usize,
    pub(crate) entry: &'t IndexedExchange<'a>,
    pub(crate) call: &'a Call,
    /// The tools that the model has, sent now or before.
    pub(crate) tools: Rc<[&'a Content]>,
    /// Everything else that the model is shown, sent now or before.
    pub(crate) shown: Vec<&'a Content>,
    /// The instructions in `shown`.
    pub(crate) instructions: Vec<&'a Content>,
    /// What the agent sends for the first time in this conversation.
    pub(crate) new: Vec<&'a Content>,
    /// Bytes of content that it had sent before.
    pub(crate) resent_bytes: u64,
    /// Bytes of `tools` and `shown`.
    pub(crate) context_bytes: u64,
}

/// Calls `take` with every request of all conversations, in order of time.
pub(crate) fn steps<'t, 'a>(
    timeline: &'t TimelineIndex<'a>,
    mut take: impl FnMut(Rc<ThreadStep<'t, 'a>>),
) {
    let mut threads: HashMap<(usize, Option<&str>), History<'a>> = HashMap::new();
    let mut sent = Sent::default();
    for (entry, call) in timeline.calls() {
        let thread = threads.len();
        let history = threads
            .entry((entry.recording, call.ids.thread.as_deref()))
            .or_insert_with(|| History {
                thread,
                ..History::default()
            });
        take(Rc::new(history.step(entry, call, &mut sent)));
    }
}

/// A conversation so far.
#[derive(Default)]
struct History<'a> {
    thread: usize,
    exchanges: Vec<Known<'a>>,
    /// The index in `exchanges` of each response id.
    responses: HashMap<&'a str, usize>,
}

/// What the model knows after an exchange.
struct Known<'a> {
    /// The index of the exchange that this one continues.
    before: Option<usize>,
    /// What the request held, and what the model answered.
    contents: CallContents<'a>,
    tools: Rc<[&'a Content]>,
}

impl<'a> History<'a> {
    fn step<'t>(
        &mut self,
        entry: &'t IndexedExchange<'a>,
        call: &'a Call,
        sent: &mut Sent,
    ) -> ThreadStep<'t, 'a> {
        let contents = entry.contents;
        let before = call.ids.previous_response.as_deref();
        let before = before.and_then(|id| self.responses.get(id).copied());
        let own_tools = contents.tools();
        let tools = match before {
            Some(before) if own_tools.is_empty() => Rc::clone(&self.exchanges[before].tools),
            _ => own_tools.into(),
        };
        let mut shown = self.known_after(before);
        shown.extend(contents.shown());

        let mut new = Vec::new();
        let mut resent_bytes = 0;
        for (id, content) in contents.sent() {
            // The model's own output comes back as history, formatted differently.
            let fresh = sent.is_new(self.thread, id) && !content.part.is_models();
            match (fresh, content.part) {
                (true, Part::Tools) => {}
                (true, _) => new.push(content),
                (false, _) => resent_bytes += content.bytes(),
            }
        }
        if let Some(response) = &call.ids.response {
            self.responses.insert(response, self.exchanges.len());
            self.exchanges.push(Known {
                before,
                contents,
                tools: Rc::clone(&tools),
            });
        }
        let is_instruction = |content: &&&Content| content.part == Part::Instructions;
        let all = tools.iter().chain(&shown);
        ThreadStep {
            thread: self.thread,
            entry,
            call,
            context_bytes: all.map(|content| content.bytes()).sum(),
            instructions: shown.iter().filter(is_instruction).copied().collect(),
            tools,
            shown,
            new,
            resent_bytes,
        }
    }

    /// What the model knows at the end of an exchange.
    fn known_after(&self, mut exchange: Option<usize>) -> Vec<&'a Content> {
        let mut parts = Vec::new();
        while let Some(known) = exchange.and_then(|exchange| self.exchanges.get(exchange)) {
            parts.push(known.contents);
            exchange = known.before;
        }
        let contents = parts.iter().rev().flat_map(CallContents::shown_and_output);
        contents.collect()
    }
}

/// What the agent has sent so far in each conversation.
#[derive(Default)]
struct Sent {
    /// By content id, the first conversation that it was sent in. For most it is the only one.
    first: Vec<u32>,
    /// Further conversations that a content was sent in.
    others: HashSet<(u32, ContentId)>,
}

impl Sent {
    /// Notes that a content was sent; returns whether it is new to this conversation.
    fn is_new(&mut self, thread: usize, id: ContentId) -> bool {
        if self.first.len() <= id.index() {
            self.first.resize(id.index() + 1, NEVER_SENT);
        }
        let (first, thread) = (&mut self.first[id.index()], thread as u32);
        if *first == NEVER_SENT {
            *first = thread;
            return true;
        }
        *first != thread && self.others.insert((thread, id))
    }
}

/// No conversation has this number: there are not as many requests.
const NEVER_SENT: u32 = u32::MAX;
