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

/// One exchange and its timing.
///
/// Marks (`_us`) are microseconds from the start of the exchange.
#[derive(Debug, Clone, Serialize)]
pub struct Moment {
    /// The index of its recording.
    pub recording: usize,
    /// Its number in its recording.
    pub exchange: u64,
    /// When it began, in microseconds from the start of the first exchange of its recording.
    pub start_us: u64,
    /// Its endpoint.
    #[serde(flatten)]
    pub endpoint: Arc<Endpoint>,
    /// The transport that carried it.
    pub transport: Transport,
    /// The program that sent it, if the system revealed it.
    pub process: Option<String>,
    /// The status of its response.
    pub status: Option<u16>,
    /// How it ended.
    pub state: OutcomeState,
    /// Whether its response is incomplete, or reports a failure.
    pub failed: bool,
    /// When the end of the request was sent.
    pub sent_us: Option<u64>,
    /// When the response started.
    pub answer_us: Option<u64>,
    /// When the response ended.
    pub end_us: Option<u64>,
    /// Bytes of the request body, decoded.
    pub bytes_up: u64,
    /// Bytes of the response body, decoded.
    pub bytes_down: u64,
    /// The exchange as a model request, if it is one.
    pub call: Option<CallMoment>,
}

/// A request to a model and its timing.
#[derive(Debug, Clone, Serialize)]
pub struct CallMoment {
    /// Its kind; a retry is a kind too.
    pub kind: Kind,
    /// The model that the request names.
    pub model: String,
    /// The id of its thread.
    pub thread: Option<String>,
    /// The id of the user's turn.
    pub turn: Option<String>,
    /// The provider's count.
    pub tokens: Option<Tokens>,
    /// From the end of the request to the first model output.
    pub ttft_us: Option<u64>,
    /// When the first model output arrived.
    pub first_output_us: Option<u64>,
    /// From the end of the request to the end of the response.
    pub total_us: Option<u64>,
    /// The longest time between two events that carry model output.
    pub longest_gap_us: Option<u64>,
}

impl Moment {
    /// The last mark that was seen, in microseconds from the start.
    pub fn last_us(&self) -> u64 {
        let marks = [self.end_us, self.answer_us, self.sent_us];
        marks.into_iter().flatten().max().unwrap_or(0)
    }

    /// From the end of the request to the first byte of the response, in microseconds.
    pub fn ttfb_us(&self) -> Option<u64> {
        Some(self.answer_us?.saturating_sub(self.sent_us?))
    }
}
