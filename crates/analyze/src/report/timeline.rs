//! The data of the section "Timeline": every exchange, one by one.

use std::sync::Arc;

use capture::record::{OutcomeState, Transport};
use serde::Serialize;

use crate::call::{Kind, Tokens};
use crate::endpoint::Endpoint;

/// Every exchange, in the order in which they began, recording by recording.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Timeline {
    /// One for each exchange.
    pub exchanges: Vec<Moment>,
}

/// One exchange and its place in time.
///
/// Marks (`_us`) are microseconds from its own start.
#[derive(Debug, Clone, Serialize)]
pub struct Moment {
    /// The index of its recording.
    pub recording: usize,
    /// Its number in its recording.
    pub exchange: u64,
    /// When it began, in microseconds from the start of the first exchange of its recording.
    pub start_us: u64,
    /// What it is counted under.
    #[serde(flatten)]
    pub endpoint: Arc<Endpoint>,
    /// What carried it.
    pub transport: Transport,
    /// The program that sent it, where the system told.
    pub process: Option<String>,
    /// The status of its answer.
    pub status: Option<u16>,
    /// How it ended.
    pub state: OutcomeState,
    /// Whether it has no whole answer, or one that says that it failed.
    pub failed: bool,
    /// When the request had been sent.
    pub sent_us: Option<u64>,
    /// When the answer began.
    pub answer_us: Option<u64>,
    /// When the answer was over.
    pub end_us: Option<u64>,
    /// Bytes of the request's body, decoded.
    pub bytes_up: u64,
    /// Bytes of the answer, decoded.
    pub bytes_down: u64,
    /// What it is as a request to a model, where it is one.
    pub call: Option<CallMoment>,
}

/// A request to a model and its place in time.
#[derive(Debug, Clone, Serialize)]
pub struct CallMoment {
    /// What the agent wanted, retries told apart.
    pub kind: Kind,
    /// The model that was asked for.
    pub model: String,
    /// The conversation.
    pub thread: Option<String>,
    /// The user's turn.
    pub turn: Option<String>,
    /// What the provider counted.
    pub tokens: Option<Tokens>,
    /// Request sent to first model output.
    pub ttft_us: Option<u64>,
    /// When the first model output came.
    pub first_output_us: Option<u64>,
    /// Request sent to the end of the answer.
    pub total_us: Option<u64>,
    /// The longest time between two events that carry model output.
    pub longest_gap_us: Option<u64>,
}

impl Moment {
    /// When it was over as far as it was seen, in microseconds from its start.
    pub fn last_us(&self) -> u64 {
        let marks = [self.end_us, self.answer_us, self.sent_us];
        marks.into_iter().flatten().max().unwrap_or(0)
    }

    /// Request sent to the first byte of the answer, in microseconds.
    pub fn ttfb_us(&self) -> Option<u64> {
        Some(self.answer_us?.saturating_sub(self.sent_us?))
    }
}
