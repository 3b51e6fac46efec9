//! Where the answer goes: standard output, a file, a folder of schemas.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use analyze::report::{Payload, Structure};
use analyze::{Call, Comparison, Filter, HarWriter, Report, Subject};
use anyhow::{Context, Result, bail, ensure};
use capture::record::{Exchange, Record};

use super::Cli;
use super::form::Form;
use super::input::Input;

/// Writes the report where it was asked for.
pub(super) fn write_report(cli: &Cli, report: &Report) -> Result<()> {
    let Form::Report(format) = cli.format else {
        bail!("HAR is made of records, not of a report");
    };
    to_output(cli, |out| Ok(format.write(report, out)?))
}

/// Writes the comparison where it was asked for.
pub(super) fn write_comparison(cli: &Cli, comparison: &Comparison) -> Result<()> {
    ensure!(
        cli.sections.is_empty(),
        "a comparison is about everything: --section does not go with --baseline"
    );
    let Form::Report(format) = cli.format else {
        bail!("a comparison is no HAR: use md, html or json");
    };
    to_output(cli, |out| Ok(format.write_comparison(comparison, out)?))
}

/// Writes the exchanges as HAR where they were asked for.
pub(super) fn write_har(cli: &Cli, input: &Input) -> Result<()> {
    ensure!(
        cli.assertions.is_empty()
            && cli.sections.is_empty()
            && cli.schema.is_none()
            && cli.baseline.is_none()
            && cli.prices.is_none(),
        "a HAR holds exchanges, not a report: --assert, --baseline, --prices, --section and --schema do not go with it"
    );
    ensure!(
        !cli.filters.iter().any(Filter::needs_process),
        "a HAR cannot be filtered by process"
    );
    to_output(cli, |out| {
        let mut har = HarWriter::new(out)?;
        for reader in input.readers() {
            for record in reader? {
                match record {
                    Ok(Record::Exchange(exchange)) => {
                        if matches(&cli.filters, &exchange) {
                            har.add(&exchange)?;
                        }
                    }
                    Ok(_) => {}
                    Err(error) if cli.strict || error.line().is_none() => return Err(error.into()),
                    Err(error) => eprintln!("analyze: skipped: {error}"),
                }
            }
        }
        har.finish()?;
        Ok(())
    })
}

/// Whether every filter holds for an exchange.
fn matches(filters: &[Filter], exchange: &Exchange) -> bool {
    let needs_call = filters.iter().any(Filter::needs_call);
    let call = needs_call.then(|| Call::of(exchange)).flatten();
    let subject = Subject {
        exchange,
        call: call.as_ref(),
        process: None,
    };
    filters.iter().all(|filter| filter.matches(subject))
}

/// Calls `write` with what `--output` names.
fn to_output(cli: &Cli, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    match &cli.output {
        Some(path) if path != Path::new("-") => {
            let writing = || format!("cannot write {}", path.display());
            let mut file = BufWriter::new(File::create(path).with_context(writing)?);
            write(&mut file).with_context(writing)?;
            file.flush().with_context(writing)
        }
        _ => {
            let mut out = BufWriter::new(io::stdout().lock());
            write(&mut out)?;
            Ok(out.flush()?)
        }
    }
}

/// Writes one JSON Schema for each sort of payload into `folder`.
pub(super) fn write_schemas(folder: &Path, structure: &Structure) -> Result<()> {
    let writing = || format!("cannot write schemas into {}", folder.display());
    fs::create_dir_all(folder).with_context(writing)?;
    let mut taken = BTreeSet::new();
    for payload in &structure.payloads {
        let name = file_name(payload);
        let mut file = format!("{name}.schema.json");
        let mut number = 2;
        // Names are cut down to letters and digits, so two payloads can get the same.
        while !taken.insert(file.clone()) {
            file = format!("{name}-{number}.schema.json");
            number += 1;
        }
        let mut schema = serde_json::to_vec_pretty(&payload.schema)?;
        schema.push(b'\n');
        fs::write(folder.join(file), schema).with_context(writing)?;
    }
    Ok(())
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

/// Below what every file system allows, with room for the ending.
const MAX_NAME_BYTES: usize = 200;
