//! The names of the sections, for `--section` and for headings.

use std::fmt;
use std::str::FromStr;

/// A part of the report that can be asked for alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Section {
    /// The figures that people ask for first.
    Glance,
    /// What was asked, how often, how large and how fast.
    Endpoints,
    /// When there was how much to do.
    Frequency,
    /// Requests to models.
    Model,
    /// Every exchange, one by one.
    Timeline,
    /// How conversations go on and grow.
    Conversation,
    /// What was said, request by request.
    Transcript,
    /// What models are told beforehand, and where the bytes go.
    Prompt,
    /// How much input came from the provider's cache.
    Cache,
    /// What it cost, by the user's own prices.
    Cost,
    /// What went wrong, and what it cost.
    Errors,
    /// What proves or tells who the user is, and who got to know it.
    Identity,
    /// What the agent reports about its use.
    Telemetry,
    /// Hosts, connections and processes.
    Hosts,
    /// What the recording did not see.
    Completeness,
    /// What payloads are made of.
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

/// There is no section of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no section is named {name:?}; there are {}", names())]
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
