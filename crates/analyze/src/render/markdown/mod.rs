//! The report as Markdown, for people to read or to paste into an issue.
//!
//! Each section has a file; this one picks among them. The HTML report is made from this text.

mod cache;
mod cells;
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

/// One section with its heading; `None` if the report does not have it.
pub(crate) fn section(section: Section, report: &Report) -> Option<String> {
    let mut body = String::new();
    let out = &mut body;
    match section {
        Section::Glance => glance::write(report, out),
        Section::Endpoints => write(&report.endpoints, endpoints::write, out),
        Section::Frequency => write(&report.frequency, frequency::write, out),
        Section::Model => write(&report.model, model::write, out),
        Section::Timeline => write(&report.timeline, timeline::write, out),
        Section::Conversation => write(&report.conversation, conversation::write, out),
        Section::Transcript => write(&report.transcript, transcript::write, out),
        Section::Prompt => write(&report.prompt, prompt::write, out),
        Section::Cache => write(&report.cache, cache::write, out),
        Section::Cost => write(&report.cost, cost::write, out),
        Section::Errors => write(&report.errors, errors::write, out),
        Section::Identity => write(&report.identity, identity::write, out),
        Section::Telemetry => write(&report.telemetry, telemetry::write, out),
        Section::Hosts => write(&report.hosts, hosts::write, out),
        Section::Completeness => write(&report.completeness, completeness::write, out),
        Section::Structure => write(&report.structure, structure::write, out),
    }?;
    let end = if body.ends_with("\n\n") { "" } else { "\n" };
    Some(format!("## {}\n\n{body}{end}", section.title()))
}

/// Writes the data of a section, if the report has it.
fn write<T>(data: &Option<T>, write: fn(&T, &mut String), out: &mut String) -> Option<()> {
    data.as_ref().map(|data| write(data, out))
}
