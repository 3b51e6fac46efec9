//! The report as Markdown: what people read, and paste into an issue.
//!
//! One file for each section; here is their order. The HTML report is made
//! from this text.

mod completeness;
mod endpoints;
mod escape;
mod glance;
mod hosts;
mod model;
mod table;
mod timeline;
mod transcript;

use crate::report::{Report, Section};

/// The report as one Markdown document.
pub(crate) fn render(report: &Report) -> String {
    let mut out = String::from("# What the agent said\n\n");
    for section in Section::ALL {
        write_section(*section, report, &mut out);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Writes one section with its heading, where the report has it.
fn write_section(section: Section, report: &Report, out: &mut String) {
    let mut body = String::new();
    let written = match section {
        Section::Glance => glance::write(report, &mut body),
        Section::Endpoints => report
            .endpoints
            .as_ref()
            .map(|data| endpoints::write(data, &mut body)),
        Section::Model => report
            .model
            .as_ref()
            .map(|data| model::write(data, &mut body)),
        Section::Hosts => report
            .hosts
            .as_ref()
            .map(|data| hosts::write(data, &mut body)),
        Section::Timeline => report
            .timeline
            .as_ref()
            .map(|data| timeline::write(data, &mut body)),
        Section::Transcript => report
            .transcript
            .as_ref()
            .map(|data| transcript::write(data, &mut body)),
        Section::Completeness => {
            let data = report.completeness.as_ref();
            data.map(|data| completeness::write(data, &mut body))
        }
    };
    if written.is_some() {
        out.push_str(&format!("## {}\n\n{}", section.title(), body));
        if !body.ends_with("\n\n") {
            out.push('\n');
        }
    }
}
