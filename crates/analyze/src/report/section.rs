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
    /// Requests to models.
    Model,
    /// Hosts, connections and processes.
    Hosts,
    /// Every exchange, one by one.
    Timeline,
    /// What was said, request by request.
    Transcript,
    /// What the recording did not see.
    Completeness,
}

impl Section {
    /// All of them, in the order of the report.
    pub const ALL: &[Self] = &[
        Self::Glance,
        Self::Endpoints,
        Self::Model,
        Self::Hosts,
        Self::Timeline,
        Self::Transcript,
        Self::Completeness,
    ];

    /// Its name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Glance => "glance",
            Self::Endpoints => "endpoints",
            Self::Model => "model",
            Self::Hosts => "hosts",
            Self::Timeline => "timeline",
            Self::Transcript => "transcript",
            Self::Completeness => "completeness",
        }
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Glance => "At a glance",
            Self::Endpoints => "Endpoints",
            Self::Model => "Model requests",
            Self::Hosts => "Hosts and connections",
            Self::Timeline => "Timeline",
            Self::Transcript => "Transcript",
            Self::Completeness => "What this recording did not see",
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
