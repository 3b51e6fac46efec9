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
    /// The times between events that carry model output, of all models, by length.
    pub gap_classes: Vec<GapClass>,
    /// POST requests that were answered with a stream of events, in no API that this version knows.
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown_streams: u64,
}

/// How many times between output events are of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct GapClass {
    /// The shortest in the class, in microseconds.
    pub from_us: u64,
    /// They are shorter than this; `None` for no limit.
    pub below_us: Option<u64>,
    /// How many there are.
    pub count: u64,
}

/// One model.
#[derive(Debug, Clone, Serialize)]
pub struct ModelStats {
    /// Its name; empty where requests did not say.
    pub model: String,
    /// Whose API.
    pub provider: Provider,
    /// All its requests added up.
    pub tokens: Tokens,
    /// Between events that carry model output, in microseconds.
    pub gap_us: Option<Quantiles>,
    /// Its requests by kind.
    pub uses: Vec<ModelUse>,
}

/// The requests of one kind to one model.
#[derive(Debug, Clone, Serialize)]
pub struct ModelUse {
    /// What they are for.
    pub kind: Kind,
    /// How many there are.
    pub count: u64,
    /// Of these, over a WebSocket.
    pub websocket: u64,
    /// Of these, answered to the end.
    pub completed: u64,
    /// Of these, ended early by the provider.
    pub incomplete: u64,
    /// Of these, failed or cut.
    pub failed: u64,
    /// Request sent to first model output, in microseconds.
    pub ttft_us: Option<Quantiles>,
    /// Request sent to the end of the answer, in microseconds.
    pub total_us: Option<Quantiles>,
    /// The longest time between two output events, in microseconds.
    pub longest_stall_us: Option<u64>,
    /// Output tokens divided by the time from request sent to end of the answer.
    pub output_tokens_per_second: Option<f64>,
    /// Their tokens, for those whose answer holds usage.
    pub tokens: Tokens,
    /// Of each, how many input tokens.
    pub input_tokens: Option<Quantiles>,
    /// Of each, how many output tokens.
    pub output_tokens: Option<Quantiles>,
    /// Reasoning effort asked for, and how often.
    pub efforts: BTreeMap<String, u64>,
    /// Tools called.
    pub tool_calls: u64,
}

/// One tool as models called it.
#[derive(Debug, Clone, Serialize)]
pub struct ToolStats {
    /// Its name.
    pub name: String,
    /// How often it was called.
    pub calls: u64,
    /// How long its arguments are, in bytes.
    pub argument_bytes: Option<Quantiles>,
    /// From its complete call to the request that brings its result, in microseconds.
    pub duration_us: Option<Quantiles>,
    /// How long its results are, in bytes of JSON.
    pub result_bytes: Option<Quantiles>,
    /// Calls without a result in the recording.
    pub unanswered: u64,
}
