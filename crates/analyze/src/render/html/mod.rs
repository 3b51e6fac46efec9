//! The report as one self-contained HTML page, without scripts.
//!
//! The text is that of the Markdown report, with charts and the whole transcript added. Everything
//! from a recording passes through `escape`. As a second line of defence, the page's own policy
//! forbids scripts and requests.

mod chart;
mod diff;
mod escape;
mod figure;
mod pictures;
mod prose;
mod svg;
mod table;
mod transcript;

use crate::query::compare::Comparison;
use crate::report::{Report, Section};

use super::markdown;

use self::escape::Escaped;
use self::prose::Heading;

/// The report as one page.
pub(crate) fn render(report: &Report) -> String {
    let mut main = String::new();
    let mut headings = Vec::new();
    for section in Section::ALL {
        headings.extend(write_section(*section, report, &mut main));
    }
    let names: Vec<&str> = report
        .recordings
        .iter()
        .map(|recording| recording.name.as_str())
        .collect();
    page("What the agent said", &names.join(", "), &headings, &main)
}

/// A comparison as one page.
pub(crate) fn render_comparison(comparison: &Comparison) -> String {
    let markdown = markdown::comparison::render(comparison);
    let (prose, headings) = prose::to_html(&markdown, "change");
    // The page has its own title.
    let text = prose
        .split_once("</h1>")
        .map_or(prose.as_str(), |(_, text)| text);
    page(
        "What changed",
        &comparison.recordings.join(", "),
        &headings,
        text,
    )
}

/// The whole page: `main` is HTML, `title` and `name` are text.
fn page(title: &str, name: &str, headings: &[Heading], main: &str) -> String {
    let (title, name) = (Escaped(title), Escaped(name));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}: {name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the report</a>\n<div class=\"page\">\n\
         <header><h1>{title}</h1><p class=\"note\">{name}</p></header>\n{}\
         <main id=\"main\">\n{main}</main>\n\
         <footer><p>Made by <code>analyze</code> {}. This page loads nothing and runs no script.</p></footer>\n\
         </div>\n</body>\n</html>\n",
        contents(headings),
        env!("CARGO_PKG_VERSION"),
    )
}

/// Writes a section: heading, charts, text.
fn write_section(section: Section, report: &Report, html: &mut String) -> Option<Heading> {
    let markdown = markdown::section(section, report)?;
    let (prose, headings) = prose::to_html(&markdown, section.name());
    let heading = headings.into_iter().next()?;
    let (title, text) = prose.split_once("</h2>")?;
    let id = &heading.id;
    html.push_str(&format!(
        "<section aria-labelledby=\"{id}\">\n{title}</h2>\n"
    ));
    html.push_str(&pictures::of(section, report));
    match (section, &report.transcript) {
        // The Markdown only summarises the transcript; here it is whole.
        (Section::Transcript, Some(transcript)) if !transcript.threads.is_empty() => {
            html.push_str(&transcript::html(transcript));
        }
        _ => html.push_str(text),
    }
    html.push_str("</section>\n");
    Some(heading)
}

/// The table of contents.
fn contents(headings: &[Heading]) -> String {
    let mut html =
        String::from("<nav aria-labelledby=\"contents\"><h2 id=\"contents\">Contents</h2><ol>\n");
    for Heading { id, text } in headings {
        html.push_str(&format!(
            "<li><a href=\"#{id}\">{}</a></li>\n",
            Escaped(text)
        ));
    }
    html.push_str("</ol></nav>\n");
    html
}

const STYLE: &str = include_str!("style.css");

/// Nothing is loaded, run or sent; only the page's own style sheet applies.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
