//! Two reports side by side: what is new, gone or changed.
//!
//! Compares recordings of the same work with different versions, models or settings. A
//! [`Comparison`] is plain data, like a report. Counts differ from run to run, so only
//! structure counts as a change: endpoints, headers, events, payloads, models,
//! prompts, tools. Times and tokens are shown as shifts with their spread.

mod drift;
mod names;
mod prompt;
mod shift;

use serde::Serialize;

use crate::report::Report;

pub use drift::{Drift, DriftKind};
pub use names::{HeaderChange, Names};
pub use prompt::PromptChange;
pub use shift::{Shift, Spread};

pub use crate::query::expression::quantity::Unit;

/// The differences between a baseline and another recording.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Comparison {
    /// The baseline's recordings.
    pub baseline: Vec<String>,
    /// The recordings that are compared with it.
    pub recordings: Vec<String>,
    /// Endpoints.
    pub endpoints: Names,
    /// Models.
    pub models: Names,
    /// Types of events, each with its endpoint.
    pub events: Names,
    /// Headers of endpoints that both have.
    pub headers: Vec<HeaderChange>,
    /// Payloads of endpoints and events that both have.
    pub drift: Vec<Drift>,
    /// Instructions and tools.
    pub prompt: Vec<PromptChange>,
    /// Times, sizes and tokens.
    pub shifts: Vec<Shift>,
}

impl Comparison {
    /// Compares `report` with `baseline`. Both need all their sections.
    pub fn of(baseline: &Report, report: &Report) -> Self {
        let names = |report: &Report| {
            let names = report.recordings.iter();
            names.map(|recording| recording.name.clone()).collect()
        };
        Self {
            baseline: names(baseline),
            recordings: names(report),
            endpoints: names::endpoints(baseline, report),
            models: names::models(baseline, report),
            events: names::events(baseline, report),
            headers: names::headers(baseline, report),
            drift: drift::find(baseline, report),
            prompt: prompt::find(baseline, report),
            shifts: shift::find(baseline, report),
        }
    }

    /// Whether anything except times, sizes and counts is different.
    pub fn is_changed(&self) -> bool {
        let Self {
            baseline: _,
            recordings: _,
            endpoints,
            models,
            events,
            headers,
            drift,
            prompt,
            shifts: _,
        } = self;
        let names = [endpoints, models, events];
        names.iter().any(|names| !names.is_empty())
            || !headers.is_empty()
            || !drift.is_empty()
            || !prompt.is_empty()
    }
}
