//! The names of the sections, for `--section` and for headings.

use std::fmt;
use std::str::FromStr;

/// A part of the report that can be requested alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Section {
    /// The figures that people ask for first.
    Glance,
    /// What was requested, how often, how large and how fast.
    Endpoints,
    /// How busy the agent was, and when.
    Frequency,
    /// Requests to models.
    Model,
    /// Every exchange, one by one.
    Timeline,
    /// How conversations develop and grow.
    Conversation,
    /// What agents and models said, request by request.
    Transcript,
    /// Instructions and tools, and where the bytes of requests go.
    Prompt,
    /// How much input came from the provider's cache.
    Cache,
    /// What the requests cost, if prices were given.
    Cost,
    /// What went wrong, and what it cost.
    Errors,
    /// Credentials and identifiers, and who received them.
    Identity,
    /// What the agent reports about its own use.
    Telemetry,
    /// Hosts, connections and processes.
    Hosts,
    /// What the recording did not see.
    Completeness,
    /// The structure of payloads.
    Structure,
}

impl Section {
    /// All of them, in the order of the report.
    pub const ALL: &[Self] = &[
        Self::Glance,
        Self::Endpoints,
        Self::Frequency,
        Self::Model,
        Self::Timeline,
        Self::Conversation,
        Self::Transcript,
        Self::Prompt,
        Self::Cache,
        Self::Cost,
        Self::Errors,
        Self::Identity,
        Self::Telemetry,
        Self::Hosts,
        Self::Completeness,
        Self::Structure,
    ];

    /// Its name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Glance => "glance",
            Self::Endpoints => "endpoints",
            Self::Frequency => "frequency",
            Self::Model => "model",
            Self::Timeline => "timeline",
            Self::Conversation => "conversation",
            Self::Transcript => "transcript",
            Self::Prompt => "prompt",
            Self::Cache => "cache",
            Self::Cost => "cost",
            Self::Errors => "errors",
            Self::Identity => "identity",
            Self::Telemetry => "telemetry",
            Self::Hosts => "hosts",
            Self::Completeness => "completeness",
            Self::Structure => "structure",
        }
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Glance => "At a glance",
            Self::Endpoints => "Endpoints",
            Self::Frequency => "Frequency over time",
            Self::Model => "Model requests",
            Self::Timeline => "Timeline",
            Self::Conversation => "Conversation",
            Self::Transcript => "Transcript",
            Self::Prompt => "Prompt",
            Self::Cache => "Cache",
            Self::Cost => "Cost",
            Self::Errors => "Errors and retries",
            Self::Identity => "Credentials and identifiers",
            Self::Telemetry => "Telemetry",
            Self::Hosts => "Hosts and connections",
            Self::Completeness => "What this recording did not see",
            Self::Structure => "Payload structure",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not that of a section.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown section {name:?}: use one of {}", names())]
pub struct UnknownSection {
    name: String,
}

impl FromStr for Section {
    type Err = UnknownSection;

    fn from_str(name: &str) -> Result<Self, UnknownSection> {
        let mut all = Self::ALL.iter().copied();
        all.find(|section| section.name() == name)
            .ok_or_else(|| UnknownSection {
                name: name.to_owned(),
            })
    }
}

fn names() -> String {
    let names: Vec<&str> = Section::ALL.iter().map(|section| section.name()).collect();
    names.join(", ")
}
