//! The data of the section "Model requests".

use std::collections::BTreeMap;

use serde::Serialize;

use super::is_zero;
use crate::call::{Kind, Provider, Tokens};
use crate::stats::Quantiles;

/// Requests to models.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Models {
    /// Every model, the most used first.
    pub models: Vec<ModelStats>,
    /// Every tool that was called, the most used first.
    pub tools: Vec<ToolStats>,
    /// Times between events that carry model output, of all models, by length.
    pub gap_classes: Vec<GapClass>,
    /// POST requests whose response is an event stream of no API that this version knows.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown_streams: u64,
}

/// How many times between output events fall into one class of lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GapClass {
    /// The inclusive lower bound, in microseconds.
    pub from_us: u64,
    /// The exclusive upper bound, in microseconds; `None` for the last class.
    pub below_us: Option<u64>,
    /// How many there are.
    pub count: u64,
}

/// One model.
#[derive(Debug, Clone, Serialize)]
pub struct ModelStats {
    /// Its name; empty if requests do not name it.
    pub model: String,
    /// The API's provider.
    pub provider: Provider,
    /// The tokens of all its requests.
    pub tokens: Tokens,
    /// Times between events that carry model output, in microseconds, to three significant digits.
    pub gap_us: Option<Quantiles>,
    /// Its requests by kind.
    pub uses: Vec<ModelUse>,
}

/// The requests of one kind to one model.
#[derive(Debug, Clone, Serialize)]
pub struct ModelUse {
    /// Their kind.
    pub kind: Kind,
    /// How many there are.
    pub count: u64,
    /// Those over a WebSocket.
    pub websocket: u64,
    /// Those with a complete response.
    pub completed: u64,
    /// Those that the provider ended early.
    pub incomplete: u64,
    /// Those that failed or were cut off.
    pub failed: u64,
    /// From the end of the request to the first model output, in microseconds.
    pub ttft_us: Option<Quantiles>,
    /// From the end of the request to the end of the response, in microseconds.
    pub total_us: Option<Quantiles>,
    /// The longest time between two output events, in microseconds.
    pub longest_stall_us: Option<u64>,
    /// Output tokens divided by `total_us`, over all requests that have both.
    pub output_tokens_per_second: Option<f64>,
    /// Their tokens, over those whose response reports usage.
    pub tokens: Tokens,
    /// Input tokens of each.
    pub input_tokens: Option<Quantiles>,
    /// Output tokens of each.
    pub output_tokens: Option<Quantiles>,
    /// How many requests asked for each reasoning effort.
    pub efforts: BTreeMap<String, u64>,
    /// Tool calls in their responses.
    pub tool_calls: u64,
}

/// One tool that models called.
#[derive(Debug, Clone, Serialize)]
pub struct ToolStats {
    /// Its name.
    pub name: String,
    /// How often it was called.
    pub calls: u64,
    /// The length of its arguments in bytes.
    pub argument_bytes: Option<Quantiles>,
    /// From the completed call to the start of the request with its result, in microseconds.
    pub duration_us: Option<Quantiles>,
    /// The length of its results as JSON, in bytes.
    pub result_bytes: Option<Quantiles>,
    /// Calls without a result in the recording.
    pub unanswered: u64,
}
