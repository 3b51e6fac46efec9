//! The report: finished data, plain and without any formatting.
//!
//! Each section has a file here for its data, one in `aggregate` that works it
//! out, and one in `render/markdown` that writes it. JSON is this, serialized.

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

/// What recordings tell, section by section.
///
/// A section that was not asked for is `None`, and absent in JSON.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The recordings, in the order in which they were named.
    pub recordings: Vec<Recording>,
    /// How many exchanges a filter left out: nothing else in here is about them.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_out: u64,
    /// The figures that people ask for first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glance: Option<Glance>,
    /// What was asked, how often, how large and how fast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// When there was how much to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// Requests to models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Models>,
    /// Every exchange, one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    /// How conversations go on and grow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<Conversation>,
    /// What was said, request by request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<Transcript>,
    /// What models are told beforehand, and where the bytes go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Prompt>,
    /// How much input came from the provider's cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cache>,
    /// What it cost, by the user's own prices; absent without these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What went wrong, and what it cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Errors>,
    /// What proves or tells who the user is, and who got to know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What the agent reports about its use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<Telemetry>,
    /// Hosts, connections and processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Hosts>,
    /// What the recording did not see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completeness: Option<Completeness>,
    /// What payloads are made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structure: Option<Structure>,
}

impl Report {
    /// Leaves only the sections in `wanted`.
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
    /// Its first line; absent when it is missing or damaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Its last line; absent after a crash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

pub(crate) fn is_zero(count: &u64) -> bool {
    *count == 0
}
