//! A comparison as Markdown: changes of structure first, then figures.

use super::cells::{codes, joined, or_dash};
use super::escape::{block, code};
use super::table::Table;
use crate::query::compare::{
    Comparison, Drift, DriftKind, Names, PromptChange, Shift, Spread, Unit,
};
use crate::shape::JsonType;
use crate::text::units::{bytes, count};

/// The comparison as one Markdown document.
pub(crate) fn render(comparison: &Comparison) -> String {
    let mut out = String::from("# What changed\n\n");
    out.push_str(&format!(
        "{} against the baseline {}.\n\n",
        codes(&comparison.recordings),
        codes(&comparison.baseline)
    ));
    if !comparison.is_changed() {
        out.push_str(
            "Only figures differ: endpoints, headers, events, payloads and prompts are the same.\n\n",
        );
    }
    list("Endpoints", &comparison.endpoints, &mut out);
    list("Models", &comparison.models, &mut out);
    list("Event types", &comparison.events, &mut out);
    headers(comparison, &mut out);
    drift(comparison, &mut out);
    prompt(comparison, &mut out);
    shifts(comparison, &mut out);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn list(title: &str, names: &Names, out: &mut String) {
    if names.is_empty() {
        return;
    }
    out.push_str(&format!("## {title}\n\n"));
    for (word, names) in [("new", &names.new), ("gone", &names.gone)] {
        for name in names.iter().take(MAX_NAMES) {
            out.push_str(&format!("- **{word}** {}\n", code(name)));
        }
        if names.len() > MAX_NAMES {
            out.push_str(&format!(
                "- … and {} more {word}\n",
                names.len() - MAX_NAMES
            ));
        }
    }
    out.push('\n');
}

fn headers(comparison: &Comparison, out: &mut String) {
    let mut table = Table::new(&["endpoint", "part", "new headers", "headers gone"]);
    for change in &comparison.headers {
        table.row([
            code(&change.endpoint),
            change.part.name().to_owned(),
            codes_or_dash(&change.names.new),
            codes_or_dash(&change.names.gone),
        ]);
    }
    titled("Headers", table, out);
}

fn drift(comparison: &Comparison, out: &mut String) {
    let mut table = Table::new(&["payload", "path", "change"]);
    for drift in &comparison.drift {
        table.row([payload(drift), code(&drift.path), change(&drift.change)]);
    }
    titled("Payload structure", table, out);
}

fn payload(drift: &Drift) -> String {
    let part = match &drift.event {
        Some(event) => format!("{} {}", drift.part.name(), code(event)),
        None => drift.part.name().to_owned(),
    };
    format!("{} {part}", code(&drift.endpoint))
}

fn change(change: &DriftKind) -> String {
    let kinds = |kinds: &[JsonType]| {
        let names: Vec<String> = kinds.iter().map(|kind| kind.name().to_owned()).collect();
        joined(&names)
    };
    match change {
        DriftKind::New { types } => format!("**new**: {}", kinds(types)),
        DriftKind::Gone { types } => format!("**gone**: was {}", kinds(types)),
        DriftKind::Types { before, after } => format!("{}, was {}", kinds(after), kinds(before)),
        DriftKind::Values { new, gone } => {
            let (new, gone) = (codes_or_dash(new), codes_or_dash(gone));
            format!("values: new {new}; gone {gone}")
        }
    }
}

fn prompt(comparison: &Comparison, out: &mut String) {
    if comparison.prompt.is_empty() {
        return;
    }
    out.push_str("## Prompt\n\n");
    for change in comparison.prompt.iter().take(MAX_TEXTS) {
        out.push_str(&format!("### {}\n\n", heading(change)));
        match &change.diff {
            Some(diff) => out.push_str(&block(diff, "diff")),
            None => out.push_str("The texts were not kept.\n"),
        }
        out.push('\n');
    }
    let left = comparison.prompt.len().saturating_sub(MAX_TEXTS);
    if left > 0 {
        out.push_str(&format!("… and {left} more.\n\n"));
    }
}

fn heading(change: &PromptChange) -> String {
    let name = match &change.name {
        Some(name) => format!("Tool {}", code(name)),
        None => "Instructions".to_owned(),
    };
    match (change.bytes_before, change.bytes_after) {
        (None, Some(after)) => format!("{name}: new, {}", bytes(after)),
        (Some(before), None) => format!("{name}: gone, was {}", bytes(before)),
        (Some(before), Some(after)) => format!("{name}: {}, was {}", bytes(after), bytes(before)),
        (None, None) => name,
    }
}

fn shifts(comparison: &Comparison, out: &mut String) {
    let mut table = Table::new(&["per step", ">before", ">now", ">p50", "clear"]);
    for shift in &comparison.shifts {
        table.row([
            shift.metric.to_owned(),
            spread(shift.before, shift.unit),
            spread(shift.after, shift.unit),
            relative(shift),
            if shift.clear { "**yes**" } else { "no" }.to_owned(),
        ]);
    }
    titled("Figures", table, out);
    if !comparison.shifts.is_empty() {
        out.push_str(
            "p50 (p25 to p75; number of values). Clear: the middle halves do not overlap, and both \
             sides have at least 8 values.\n\n",
        );
    }
}

fn spread(spread: Option<Spread>, unit: Unit) -> String {
    or_dash(spread, |spread| {
        format!(
            "{} ({} to {}; {})",
            unit.show(spread.p50),
            unit.show(spread.p25),
            unit.show(spread.p75),
            count(spread.count as u64)
        )
    })
}

/// How far the median moved: in percent, or in percentage points for a share.
fn relative(shift: &Shift) -> String {
    if let (Unit::Share, Some(before), Some(after)) = (shift.unit, shift.before, shift.after) {
        return format!("{:+.1} points", (after.p50 - before.p50) * 100.0);
    }
    or_dash(shift.relative, |relative| {
        format!("{:+.1} %", relative * 100.0)
    })
}

fn titled(title: &str, table: Table, out: &mut String) {
    let mut body = String::new();
    table.finish(&mut body);
    if !body.is_empty() {
        out.push_str(&format!("## {title}\n\n{body}"));
    }
}

fn codes_or_dash(names: &[String]) -> String {
    or_dash((!names.is_empty()).then_some(names), codes)
}

/// Nobody reads more one by one; JSON has all.
const MAX_NAMES: usize = 40;
/// Codex has a dozen tools and a handful of instructions.
const MAX_TEXTS: usize = 40;
