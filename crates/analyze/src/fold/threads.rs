//! Strings requests together to conversations, the same way for every transport.
//!
//! Over a WebSocket a request brings only what is new and names the response
//! that it goes on from; over HTTP it brings the whole history again. Here both
//! become steps that know what the model was shown (`shown`) and what of it was
//! new (`new`), so that the sections need not care. Steps are handed out one by one: each holds
//! a whole context, and all of them together would grow with the square of a conversation.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::call::Call;
use crate::decode::Part;
use crate::fold::call_contents::CallContents;
use crate::fold::content::{Content, ContentId};
use crate::fold::timeline_index::{IndexedExchange, TimelineIndex};

/// One request of a conversation.
pub(crate) struct ThreadStep<'t, 'a> {
    /// The number of its conversation, from 0 in the order in which they began.
    pub(crate) thread: usize,
    pub(crate) entry: &'t IndexedExchange<'a>,
    pub(crate) call: &'a Call,
    /// The tools that the model has, sent now or before.
    pub(crate) tools: Rc<[&'a Content]>,
    /// Everything that the model is shown, sent now or before, but tools.
    pub(crate) shown: Vec<&'a Content>,
    /// Of that, the instructions.
    pub(crate) instructions: Vec<&'a Content>,
    /// What the agent says for the first time.
    pub(crate) new: Vec<&'a Content>,
    /// Bytes of content that had been sent before.
    pub(crate) resent_bytes: u64,
    /// Bytes of all that the model is shown, tools included.
    pub(crate) context_bytes: u64,
}

/// Hands `take` each request of every conversation, in the order in which they were made.
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

/// What was said in a conversation so far.
#[derive(Default)]
struct History<'a> {
    /// The number of the conversation.
    thread: usize,
    exchanges: Vec<Known<'a>>,
    /// The exchange of each response.
    responses: HashMap<&'a str, usize>,
}

/// What the model knows after an exchange.
struct Known<'a> {
    /// The exchange that this one goes on from.
    before: Option<usize>,
    /// What it was shown, and what it answered.
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
            // What the model made comes back as history, in whatever spelling.
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

/// What the agent has sent, ever, in each conversation.
#[derive(Default)]
struct Sent {
    /// The conversation that each content was sent in first, by its number; most are sent in one alone.
    first: Vec<u32>,
    /// The others that it was sent in.
    others: HashSet<(u32, ContentId)>,
}

impl Sent {
    /// Notes that a content was sent; whether for the first time in this conversation.
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

/// No conversation: each of so many would have a request of its own.
const NEVER_SENT: u32 = u32::MAX;
