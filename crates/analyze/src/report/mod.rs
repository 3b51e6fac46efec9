//! The report: finished data, plain and without any formatting.
//!
//! Each section has a file here for its data, one in `aggregate` that works it
//! out, and one in `render/markdown` that writes it. JSON is this, serialized.

mod completeness;
mod endpoints;
mod glance;
mod hosts;
mod model;
mod section;
mod timeline;
mod transcript;

use capture::record::{End, Session};
use serde::Serialize;

pub use crate::aggregate::UnreadLines;
pub use completeness::{Completeness, Lapse, LapseCount};
pub use endpoints::{EndpointStats, Endpoints, Sizes, Statuses};
pub use glance::Glance;
pub use hosts::{HostStats, Hosts, ProcessStats, UnreadHost};
pub use model::{ModelStats, ModelUse, Models, ToolStats};
pub use section::{Section, UnknownSection};
pub use timeline::{CallMoment, Moment, Timeline};
pub use transcript::{Change, Said, Step, Thread, Transcript};

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
    /// Requests to models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Models>,
    /// Hosts, connections and processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Hosts>,
    /// Every exchange, one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    /// What was said, request by request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<Transcript>,
    /// What the recording did not see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completeness: Option<Completeness>,
}

impl Report {
    /// Leaves only the sections in `wanted`.
    pub fn keep(&mut self, wanted: &[Section]) {
        let drop = |section| !wanted.contains(&section);
        self.glance.take_if(|_| drop(Section::Glance));
        self.endpoints.take_if(|_| drop(Section::Endpoints));
        self.model.take_if(|_| drop(Section::Model));
        self.hosts.take_if(|_| drop(Section::Hosts));
        self.timeline.take_if(|_| drop(Section::Timeline));
        self.transcript.take_if(|_| drop(Section::Transcript));
        self.completeness.take_if(|_| drop(Section::Completeness));
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

fn is_zero(count: &u64) -> bool {
    *count == 0
}
