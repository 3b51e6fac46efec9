//! The report as Markdown: what people read, and paste into an issue.
//!
//! One file for each section; here is their order. The HTML report is made
//! from this text.

mod cache;
pub(crate) mod comparison;
mod completeness;
mod conversation;
mod cost;
mod endpoints;
mod errors;
mod escape;
mod frequency;
mod glance;
mod hosts;
mod identity;
mod model;
mod prompt;
mod structure;
mod table;
mod telemetry;
mod timeline;
mod transcript;

use crate::report::{Report, Section};

/// The report as one Markdown document.
pub(crate) fn render(report: &Report) -> String {
    let mut out = String::from("# What the agent said\n\n");
    for part in Section::ALL {
        out.push_str(&section(*part, report).unwrap_or_default());
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// One section with its heading, where the report has it.
pub(crate) fn section(section: Section, report: &Report) -> Option<String> {
    let mut body = String::new();
    let out_body = &mut body;
    match section {
        Section::Glance => glance::write(report, out_body),
        Section::Endpoints => report
            .endpoints
            .as_ref()
            .map(|data| endpoints::write(data, out_body)),
        Section::Frequency => report
            .frequency
            .as_ref()
            .map(|data| frequency::write(data, out_body)),
        Section::Model => report
            .model
            .as_ref()
            .map(|data| model::write(data, out_body)),
        Section::Timeline => report
            .timeline
            .as_ref()
            .map(|data| timeline::write(data, out_body)),
        Section::Conversation => report
            .conversation
            .as_ref()
            .map(|data| conversation::write(data, out_body)),
        Section::Transcript => report
            .transcript
            .as_ref()
            .map(|data| transcript::write(data, out_body)),
        Section::Prompt => report
            .prompt
            .as_ref()
            .map(|data| prompt::write(data, out_body)),
        Section::Cache => report
            .cache
            .as_ref()
            .map(|data| cache::write(data, out_body)),
        Section::Cost => report.cost.as_ref().map(|data| cost::write(data, out_body)),
        Section::Errors => report
            .errors
            .as_ref()
            .map(|data| errors::write(data, out_body)),
        Section::Identity => report
            .identity
            .as_ref()
            .map(|data| identity::write(data, out_body)),
        Section::Telemetry => report
            .telemetry
            .as_ref()
            .map(|data| telemetry::write(data, out_body)),
        Section::Hosts => report
            .hosts
            .as_ref()
            .map(|data| hosts::write(data, out_body)),
        Section::Completeness => report
            .completeness
            .as_ref()
            .map(|data| completeness::write(data, out_body)),
        Section::Structure => report
            .structure
            .as_ref()
            .map(|data| structure::write(data, out_body)),
    }?;
    let end = if body.ends_with("\n\n") { "" } else { "\n" };
    Some(format!("## {}\n\n{body}{end}", section.title()))
}
