//! A summary of the transcript: what each request added, and what came back.
//!
//! The texts are in the HTML and JSON reports.

use std::collections::BTreeMap;

use super::cells::{first, joined, more, or_dash};
use super::escape::code;
use super::table::Table;
use crate::decode::Part;
use crate::report::{Change, Step, Thread, Transcript, TranscriptItem};
use crate::text::units::{bytes, count};

pub(super) fn write(transcript: &Transcript, out: &mut String) {
    if transcript.threads.is_empty() {
        out.push_str("No request to a model was recorded.\n\n");
        return;
    }
    for thread in transcript.threads.iter().take(MAX_THREADS) {
        write_thread(thread, out);
    }
    let left = transcript.threads.len().saturating_sub(MAX_THREADS) as u64;
    let left = left.saturating_add(transcript.folded);
    more(left, "conversation", out);
}

fn write_thread(thread: &Thread, out: &mut String) {
    out.push_str("### Conversation ");
    out.push_str(&code(thread.id.as_deref().unwrap_or("without an id")));
    if let Some(source) = &thread.source {
        out.push_str(&format!(" ({})", code(source)));
    }
    out.push_str("\n\n");
    let mut table = Table::new(&[
        ">exchange",
        "kind",
        "added",
        "changed",
        ">removed",
        ">sent again",
        "answer",
    ]);
    table.rows(&thread.steps, row);
    table.finish(out);
}

fn row(step: &Step) -> [String; 7] {
    let answer = match (&step.problem, step.failed) {
        (Some(problem), _) => code(problem),
        (None, true) => "**failed**".to_owned(),
        (None, false) => parts(&step.output),
    };
    [
        step.exchange.to_string(),
        step.kind.name().to_owned(),
        parts(&step.added),
        changes(&step.changed),
        count(step.removed.iter().map(|item| item.items).sum()),
        count(step.repeated),
        answer,
    ]
}

/// `2 user (1.20 KiB), 1 tool result (350 B)`.
fn parts(items: &[TranscriptItem]) -> String {
    let mut groups: BTreeMap<Part, (u64, u64)> = BTreeMap::new();
    for item in items {
        let (number, size) = groups.entry(item.part).or_default();
        *number += item.items;
        *size = size.saturating_add(item.bytes);
    }
    let texts: Vec<String> = groups
        .iter()
        .map(|(part, (number, size))| format!("{number} {} ({})", part.name(), bytes(*size)))
        .collect();
    joined(&texts)
}

fn changes(changes: &[Change]) -> String {
    or_dash((!changes.is_empty()).then_some(changes), |changes| {
        first(changes, MAX_CHANGES, |change| match &change.name {
            Some(name) => code(name),
            None => change.part.name().to_owned(),
        })
    })
}

/// A session has one conversation, and a side thread for each turn.
const MAX_THREADS: usize = 20;
/// Nobody reads more names in one cell.
const MAX_CHANGES: usize = 5;
