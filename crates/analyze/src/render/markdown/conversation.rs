//! A table of threads, then a table of the requests of each.

use super::cells::{codes, first, more, or_dash};
use super::escape::code;
use super::table::Table;
use crate::endpoint::FOLDED;
use crate::report::{CalledTool, Conversation, StepStats, ThreadStats};
use crate::text::units::{bytes, count, duration, percent_of, plural};

pub(super) fn write(conversation: &Conversation, out: &mut String) {
    if conversation.threads.is_empty() {
        out.push_str("No request to a model was recorded.\n\n");
        return;
    }
    if conversation.folded > 0 {
        out.push_str(&format!(
            "The last {} share one row, {}, which has only their sums.\n\n",
            plural(conversation.folded, "thread"),
            code(FOLDED)
        ));
    }
    threads(conversation, out);
    out.push_str(
        "Context: everything that the model sees, sent now or earlier. Sent again: content that had \
         already been sent.\n\n",
    );
    for (thread, number) in conversation.threads.iter().zip(1..).take(MAX_THREADS) {
        out.push_str(&format!("### Thread {number}\n\n"));
        steps(thread, out);
    }
    let left = conversation.threads.len().saturating_sub(MAX_THREADS);
    more(left as u64, "thread", out);
}

fn threads(conversation: &Conversation, out: &mut String) {
    let mut table = Table::new(&[
        ">thread",
        "id",
        "source",
        "models",
        ">turns",
        ">requests",
        ">tokens in",
        ">out",
        ">sent",
        ">sent again",
        ">share",
        ">compactions",
    ]);
    table.rows(conversation.threads.iter().zip(1..), |(thread, number)| {
        [
            count(number),
            code(thread.id.as_deref().unwrap_or("")),
            code(thread.source.as_deref().unwrap_or("")),
            codes(&thread.models),
            count(thread.turns),
            count(thread.steps.len() as u64),
            count(thread.tokens.input),
            count(thread.tokens.output),
            bytes(thread.body_bytes),
            bytes(thread.resent_bytes),
            percent_of(thread.resent_bytes, thread.body_bytes),
            count(thread.compactions),
        ]
    });
    table.finish(out);
}

fn steps(thread: &ThreadStats, out: &mut String) {
    let mut table = Table::new(&[
        ">exchange",
        ">turn",
        "kind",
        "new",
        ">sent again",
        ">context",
        ">tokens in",
        ">cached",
        ">out",
        "tools called",
    ]);
    table.rows(&thread.steps, |step| {
        let tokens = step.tokens.as_ref();
        let figure = |value: Option<u64>| or_dash(value, count);
        [
            count(step.exchange),
            figure(step.turn),
            kind(step),
            new(step),
            bytes(step.resent_bytes),
            bytes(step.context_bytes),
            figure(tokens.map(|tokens| tokens.input)),
            figure(tokens.map(|tokens| tokens.cached)),
            figure(tokens.map(|tokens| tokens.output)),
            calls(&step.tool_calls),
        ]
    });
    table.finish(out);
}

fn kind(step: &StepStats) -> String {
    match step.retry_of {
        Some(exchange) => format!("retry of {}", count(exchange)),
        None => step.kind.name().to_owned(),
    }
}

/// `user 120 B, tool result 1.20 KiB; different tools`.
fn new(step: &StepStats) -> String {
    let parts = step.new_bytes.iter();
    let parts: Vec<String> = parts
        .map(|(part, size)| format!("{} {}", part.name(), bytes(*size)))
        .collect();
    let mut text = parts.join(", ");
    for (changed, what) in [
        (step.tools_changed, "**different tools**"),
        (step.instructions_changed, "**different instructions**"),
    ] {
        if changed {
            let apart = if text.is_empty() { "" } else { "; " };
            text.push_str(apart);
            text.push_str(what);
        }
    }
    text
}

/// `exec 199 ms, exec no result`.
fn calls(calls: &[CalledTool]) -> String {
    first(calls, MAX_CALLS, |call| {
        let result = match (call.result_bytes, call.duration_us) {
            (Some(_), Some(time)) => duration(time),
            (Some(size), None) => bytes(size),
            (None, _) => "no result".to_owned(),
        };
        format!("{} {result}", code(&call.name))
    })
}

/// A session has one conversation, and a side thread for each turn.
const MAX_THREADS: usize = 20;
/// Nobody reads more calls in one cell.
const MAX_CALLS: usize = 5;
