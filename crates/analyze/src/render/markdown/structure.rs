//! The structure of payloads: an overview, then the key paths of each kind.

use super::cells::{first, or_dash};
use super::endpoints;
use super::escape::code;
use super::table::Table;
use crate::report::{Payload, Structure};
use crate::shape::Row;
use crate::text::units::{bytes, count, percent};

pub(super) fn write(structure: &Structure, out: &mut String) {
    if structure.payloads.is_empty() {
        out.push_str("No JSON payloads were recorded.\n\n");
        return;
    }
    let mut table = Table::new(&["payload", "endpoint", ">seen", ">key paths", ">bytes"]);
    for payload in &structure.payloads {
        table.row([
            kind(payload),
            endpoints::name(&payload.endpoint),
            count(payload.samples),
            count(payload.rows.len() as u64),
            or_dash(payload.rows.first(), |whole| bytes(whole.bytes)),
        ]);
    }
    table.finish(out);
    for payload in structure.payloads.iter().take(MAX_PAYLOADS) {
        let endpoint = endpoints::name(&payload.endpoint);
        out.push_str(&format!("### {} of {endpoint}\n\n", kind(payload)));
        paths(payload, out);
    }
}

/// `event response.created`.
fn kind(payload: &Payload) -> String {
    match &payload.event {
        Some(event) => format!("{} {}", payload.part.name(), code(event)),
        None => payload.part.name().to_owned(),
    }
}

fn paths(payload: &Payload, out: &mut String) {
    let mut table = Table::new(&[
        "path", "types", ">present", ">count", ">bytes", ">longest", "values",
    ]);
    for row in &payload.rows {
        table.row([
            code(&row.path),
            types(row),
            or_dash(row.presence, percent),
            count(row.count),
            bytes(row.bytes),
            bytes(row.max_bytes),
            values(row),
        ]);
    }
    table.finish(out);
}

fn types(row: &Row) -> String {
    let names: Vec<&str> = row.types.iter().map(|(kind, _)| kind.name()).collect();
    names.join(", ")
}

fn values(row: &Row) -> String {
    let mut shown = first(&row.values, MAX_VALUES, |text| code(text));
    if row.cut {
        let comma = if shown.is_empty() { "" } else { ", " };
        shown.push_str(comma);
        shown.push_str("deeper paths left out");
    }
    shown
}

/// The overview lists them all.
const MAX_PAYLOADS: usize = 60;
/// More in one cell make a table unreadable.
const MAX_VALUES: usize = 6;
