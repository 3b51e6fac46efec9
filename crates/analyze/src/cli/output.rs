//! Writes reports, comparisons, HAR files and folders of schemas.

use std::collections::BTreeSet;
use std::path::Path;

use analyze::report::{Payload, Structure};
use analyze::{Comparison, Format, HarEntry, HarWriter, Report};
use anyhow::{Context, Result, ensure};
use capture::private_file;

use super::Cli;
use super::recordings::Recordings;
use super::target::{Inputs, Target};

/// Writes the report to `target`.
pub(super) fn write_report(format: Format, report: &Report, target: &Target) -> Result<()> {
    target.fill(|out| Ok(format.write(report, out)?))
}

/// Writes the comparison to `target`.
pub(super) fn write_comparison(
    format: Format,
    comparison: &Comparison,
    target: &Target,
) -> Result<()> {
    target.fill(|out| Ok(format.write_comparison(comparison, out)?))
}

/// Writes the exchanges to `target` as HAR.
pub(super) fn write_har(cli: &Cli, recordings: &Recordings, target: &Target) -> Result<()> {
    ensure!(
        cli.assertions.is_empty()
            && cli.sections.is_empty()
            && cli.schema.is_none()
            && cli.baseline.is_none()
            && cli.prices.is_none(),
        "--assert, --baseline, --prices, --section and --schema cannot be combined with -f har: it holds exchanges, not a report"
    );
    target.fill(|out| {
        let mut har = HarWriter::new(out)?;
        recordings.for_each(cli, HarEntry::of, |entry| {
            match entry {
                Ok(entry) => har.add(&entry)?,
                Err(error) => eprintln!("analyze: skipped: {error}"),
            }
            Ok(())
        })?;
        har.finish()?;
        Ok(())
    })
}

/// Writes one JSON Schema for each kind of payload into `folder`.
///
/// Each file replaces its predecessor only once it is complete. All names are checked before the first
/// file is written.
pub(super) fn write_schemas(folder: &Path, structure: &Structure, inputs: &Inputs) -> Result<()> {
    let writing = || format!("cannot write schemas into {}", folder.display());
    private_file::create_folder(folder).with_context(writing)?;
    let mut taken = BTreeSet::new();
    let mut files = Vec::new();
    for payload in most_frequent(&structure.payloads) {
        let name = file_name(payload);
        let mut file = format!("{name}.schema.json");
        let mut number = 2;
        // Names are reduced to letters and digits, so two payloads can get the same one.
        while !taken.insert(file.clone()) {
            file = format!("{name}-{number}.schema.json");
            number += 1;
        }
        let target = Target::of(Some(&folder.join(file)), inputs).with_context(writing)?;
        files.push((target, &payload.schema));
    }
    for (target, schema) in files {
        let mut schema = serde_json::to_vec_pretty(schema)?;
        schema.push(b'\n');
        target
            .fill(|out| Ok(out.write_all(&schema)?))
            .with_context(writing)?;
    }
    Ok(())
}

/// The payloads whose schemas are written, in the order of the report.
fn most_frequent(payloads: &[Payload]) -> Vec<&Payload> {
    let mut all: Vec<(usize, &Payload)> = payloads.iter().enumerate().collect();
    if all.len() > MAX_SCHEMAS {
        eprintln!(
            "analyze: {MAX_SCHEMAS} of {} schemas are written: those of the most frequent payloads",
            all.len()
        );
        all.sort_by_key(|(_, payload)| std::cmp::Reverse(payload.samples));
        all.truncate(MAX_SCHEMAS);
        all.sort_by_key(|(place, _)| *place);
    }
    all.into_iter().map(|(_, payload)| payload).collect()
}

/// `ws-api.openai.com-v1-responses-response.create-event-response.created`.
fn file_name(payload: &Payload) -> String {
    let endpoint = &payload.endpoint;
    let parts = [
        endpoint.method.as_str(),
        &endpoint.host,
        &endpoint.path,
        endpoint.message.as_deref().unwrap_or(""),
        payload.part.name(),
        payload.event.as_deref().unwrap_or(""),
    ];
    let mut name = String::new();
    for part in parts {
        let clean = |c: char| {
            if c.is_ascii_alphanumeric() || "._".contains(c) {
                c
            } else {
                '-'
            }
        };
        let part: String = part.to_ascii_lowercase().chars().map(clean).collect();
        let part = part.trim_matches(['-', '.']);
        if !part.is_empty() {
            name.push_str(if name.is_empty() { "" } else { "-" });
            name.push_str(part);
        }
    }
    name.truncate(MAX_NAME_BYTES);
    name
}

/// Nobody looks through more in one folder, and some file systems get slow.
const MAX_SCHEMAS: usize = 10_000;
/// Below the limit of common file systems (255), with room for the ending.
const MAX_NAME_BYTES: usize = 200;
