//! The report: plain finished data, without any formatting.
//!
//! Each section has its data in a file here, is computed in `fold` (the cost in `prices`), and is
//! written by a file in `render/markdown`. The JSON report is this data, serialized.
//!
//! Unless a field says otherwise, `_us` are microseconds, `bytes` count decoded content, `wire_bytes`
//! content on the wire, and a `share` is from 0 to 1. Lists without a stated bound have an entry for
//! each distinct thing in the recordings.

mod cache;
mod completeness;
mod conversation;
mod cost;
mod endpoints;
mod errors;
mod frequency;
mod glance;
mod hosts;
mod identity;
mod model;
mod prompt;
mod section;
mod structure;
mod telemetry;
mod timeline;
mod transcript;
mod unread_lines;

use capture::record::{End, Session};
use serde::Serialize;

pub use cache::{Cache, CacheUse, MissCount, MissReason};
pub use completeness::{Completeness, Lapse, LapseCount};
pub use conversation::{CalledTool, Conversation, StepStats, ThreadStats};
pub use cost::{Cost, CostUse};
pub use endpoints::{EndpointStats, Endpoints, HeaderUse, Sizes, Statuses};
pub use errors::{
    Errors, FailedConnections, FailedExchange, FailureCount, FailureKind, Fallback, RetryChain,
    WebSocketEnd,
};
pub use frequency::{Frequency, Slice};
pub use glance::Glance;
pub use hosts::{HostStats, Hosts, ProcessStats, UnreadHost};
pub use identity::{Identifier, Identity, Secret, SecretPlace, SecretWarning};
pub use model::{GapClass, ModelStats, ModelUse, Models, ToolStats};
pub use prompt::{PartBytes, Prompt, PromptText};
pub use section::{Section, UnknownSection};
pub use structure::{Payload, PayloadPart, Structure};
pub use telemetry::{Telemetry, TelemetryEndpoint, TelemetryName};
pub use timeline::{CallMoment, Moment, Timeline};
pub use transcript::{Change, Step, Thread, Transcript, TranscriptItem};
pub use unread_lines::UnreadLines;

/// A report on recordings, section by section.
///
/// A section that was not requested is `None`, and absent from JSON.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The recordings, in the order in which they were named.
    pub recordings: Vec<Recording>,
    /// How many exchanges the filters left out; nothing else in the report is about them.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_out: u64,
    /// The figures that people ask for first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glance: Option<Glance>,
    /// What was requested, how often, how large and how fast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// How busy the agent was, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// Requests to models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Models>,
    /// Every exchange, one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    /// How conversations develop and grow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Conversation>,
    /// What agents and models said, request by request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<Transcript>,
    /// Instructions and tools, and where the bytes of requests go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
    /// How much input came from the provider's cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,
    /// What the requests cost, if prices were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What went wrong, and what it cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Errors>,
    /// Credentials and identifiers, and who received them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What the agent reports about its own use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<Telemetry>,
    /// Hosts, connections and processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Hosts>,
    /// What the recording did not see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completeness: Option<Completeness>,
    /// The structure of payloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structure: Option<Structure>,
}

impl Report {
    /// Drops all sections but those in `wanted`.
    pub fn keep(&mut self, wanted: &[Section]) {
        let drop = |section| !wanted.contains(&section);
        self.glance.take_if(|_| drop(Section::Glance));
        self.endpoints.take_if(|_| drop(Section::Endpoints));
        self.frequency.take_if(|_| drop(Section::Frequency));
        self.model.take_if(|_| drop(Section::Model));
        self.timeline.take_if(|_| drop(Section::Timeline));
        self.conversation.take_if(|_| drop(Section::Conversation));
        self.transcript.take_if(|_| drop(Section::Transcript));
        self.prompt.take_if(|_| drop(Section::Prompt));
        self.cache.take_if(|_| drop(Section::Cache));
        self.cost.take_if(|_| drop(Section::Cost));
        self.errors.take_if(|_| drop(Section::Errors));
        self.identity.take_if(|_| drop(Section::Identity));
        self.telemetry.take_if(|_| drop(Section::Telemetry));
        self.hosts.take_if(|_| drop(Section::Hosts));
        self.completeness.take_if(|_| drop(Section::Completeness));
        self.structure.take_if(|_| drop(Section::Structure));
    }
}

/// One recording: its file, and its first and last line.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Recording {
    /// Its name, as the caller gave it.
    pub name: String,
    /// Its first line; `None` if that is missing or damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Its last line; `None` after a crash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

pub(crate) fn is_zero(count: &u64) -> bool {
    *count == 0
}
