//! Changes in the structure of payloads: key paths, types, values.
//!
//! Only payloads that both reports have are compared. How often an optional member
//! occurs differs from run to run and does not count.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::report::{Payload, PayloadPart, Report};
use crate::shape::{JsonType, Row};

use crate::query::compare::names::{host_and_path, name_of};

/// One key path that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The endpoint.
    pub endpoint: String,
    /// Whether it is in the request, the response, or an event.
    pub part: PayloadPart,
    /// The type of the event.
    pub event: Option<String>,
    /// The key path.
    pub path: String,
    /// What changed.
    pub change: DriftKind,
}

/// What changed at a key path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DriftKind {
    /// The path is new.
    New {
        /// Its types.
        types: Vec<JsonType>,
    },
    /// The path is gone.
    Gone {
        /// Its types.
        types: Vec<JsonType>,
    },
    /// Its values have different types.
    Types {
        /// The types in the baseline.
        before: Vec<JsonType>,
        /// The types now.
        after: Vec<JsonType>,
    },
    /// Its values are an enumeration, which has changed.
    Values {
        /// Values that are new.
        new: Vec<String>,
        /// Values that are gone.
        gone: Vec<String>,
    },
}

pub(crate) fn find(before: &Report, after: &Report) -> Vec<Drift> {
    let (before, after) = (by_name(before), by_name(after));
    let mut drifts = Vec::new();
    for (name, after) in &after {
        let Some(before) = before.get(name) else {
            continue;
        };
        let (endpoint, part, event) = name;
        drifts.extend(
            changes(before, after)
                .into_iter()
                .map(|(path, change)| Drift {
                    endpoint: endpoint.clone(),
                    part: *part,
                    event: event.clone(),
                    path,
                    change,
                }),
        );
    }
    drifts
}

type Name = (String, PayloadPart, Option<String>);

/// The payloads by name. Events of both transports have the same name, and the more frequent
/// ones win.
fn by_name(report: &Report) -> BTreeMap<Name, &Payload> {
    let mut found: BTreeMap<Name, &Payload> = BTreeMap::new();
    for payload in report
        .structure
        .iter()
        .flat_map(|section| &section.payloads)
    {
        let endpoint = match payload.part {
            PayloadPart::Event => host_and_path(&payload.endpoint),
            PayloadPart::Request | PayloadPart::Response => name_of(&payload.endpoint),
        };
        let name = (endpoint, payload.part, payload.event.clone());
        let known = found.entry(name).or_insert(payload);
        if known.samples < payload.samples {
            *known = payload;
        }
    }
    found
}

/// The paths at which two payloads differ. Lists nothing below a path that is new or gone.
fn changes(before: &Payload, after: &Payload) -> Vec<(String, DriftKind)> {
    let rows = |payload: &'_ Payload| -> BTreeMap<String, Row> {
        let rows = payload.rows.iter();
        rows.map(|row| (row.path.clone(), row.clone())).collect()
    };
    let (old, new) = (rows(before), rows(after));
    let mut changes = Vec::new();
    let mut add =
        |rows: &[Row], others: &BTreeMap<String, Row>, make: fn(Vec<JsonType>) -> DriftKind| {
            let mut above: Option<&str> = None;
            for row in rows.iter().filter(|row| !others.contains_key(&row.path)) {
                if above.is_some_and(|above| is_below(&row.path, above)) {
                    continue;
                }
                above = Some(&row.path);
                changes.push((row.path.clone(), make(types(row))));
            }
        };
    add(&after.rows, &old, |types| DriftKind::New { types });
    add(&before.rows, &new, |types| DriftKind::Gone { types });
    for (path, old) in &old {
        let Some(new) = new.get(path) else { continue };
        changes.extend(change(old, new).map(|change| (path.clone(), change)));
    }
    changes.sort_by(|one, other| one.0.cmp(&other.0));
    changes
}

fn is_below(path: &str, above: &str) -> bool {
    let rest = path.strip_prefix(above);
    rest.is_some_and(|rest| rest.starts_with(['.', '[', '{']))
}

fn change(old: &Row, new: &Row) -> Option<DriftKind> {
    let (before, after) = (types(old), types(new));
    if before != after {
        return Some(DriftKind::Types { before, after });
    }
    let set = |row: &Row| -> BTreeSet<String> {
        row.values.iter().map(|value| value.to_string()).collect()
    };
    let (before, after) = (set(old), set(new));
    // Without values it is not an enumeration.
    if before.is_empty() || after.is_empty() || before == after {
        return None;
    }
    Some(DriftKind::Values {
        new: after.difference(&before).cloned().collect(),
        gone: before.difference(&after).cloned().collect(),
    })
}

fn types(row: &Row) -> Vec<JsonType> {
    row.types.iter().map(|(kind, _)| *kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_the_same_prefix_is_not_below() {
        assert!(is_below("input[].type", "input"));
        assert!(is_below("input[].type", "input[]"));
        assert!(is_below("files{key}.size", "files"));
        assert!(!is_below("inputs", "input"));
        assert!(!is_below("input", "input"));
    }
}
