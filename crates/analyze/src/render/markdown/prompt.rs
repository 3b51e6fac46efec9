//! Where the bytes of requests go, then instructions and tools in full.

use super::cells::{codes, more};
use super::escape::{block, code};
use super::table::Table;
use crate::report::{Prompt, PromptText};
use crate::text::units::{bytes, count, percent_of, plural};

pub(super) fn write(prompt: &Prompt, out: &mut String) {
    if prompt.bytes.is_empty() {
        out.push_str("No request to a model was recorded.\n\n");
        return;
    }
    parts(prompt, out);
    tools(prompt, out);
    for (text, number) in prompt.instructions.iter().zip(1..).take(MAX_TEXTS) {
        out.push_str(&format!("### Instructions {number}: {}\n\n", uses(text)));
        full(text, "text", out);
    }
    rest(&prompt.instructions, "text", out);
    for tool in prompt.tools.iter().take(MAX_TEXTS) {
        let name = code(tool.name.as_deref().unwrap_or(""));
        out.push_str(&format!("### Tool {name}: {}\n\n", uses(tool)));
        full(tool, "json", out);
    }
    rest(&prompt.tools, "tool definition", out);
}

fn parts(prompt: &Prompt, out: &mut String) {
    let sent = prompt.bytes.iter().map(|part| part.bytes);
    let all = sent.fold(0, u64::saturating_add);
    let mut table = Table::new(&[
        "request bytes",
        ">sent",
        ">share",
        ">sent once",
        ">sent again",
    ]);
    for part in &prompt.bytes {
        table.row([
            part.part
                .map_or("everything else", |part| part.name())
                .to_owned(),
            bytes(part.bytes),
            percent_of(part.bytes, all),
            bytes(part.distinct_bytes),
            bytes(part.bytes - part.distinct_bytes),
        ]);
    }
    table.finish(out);
}

fn tools(prompt: &Prompt, out: &mut String) {
    if prompt.tools.is_empty() {
        return;
    }
    if prompt.unused_tools.is_empty() {
        out.push_str("Every tool was called.\n\n");
        return;
    }
    out.push_str(&format!(
        "Never called: {}; their definitions took {}.\n\n",
        codes(&prompt.unused_tools),
        bytes(prompt.unused_tool_bytes),
    ));
}

fn uses(text: &PromptText) -> String {
    format!(
        "{}, in {}, first in exchange {}",
        bytes(text.bytes),
        plural(text.requests, "request"),
        count(text.first_exchange),
    )
}

fn full(text: &PromptText, language: &str, out: &mut String) {
    match &text.text {
        Some(content) => out.push_str(&block(content, language)),
        None if text.items > 1 => out.push_str(&format!(
            "{} not kept: there were too many.\n",
            plural(text.items, "text")
        )),
        None => out.push_str("The text was not kept: there were too many.\n"),
    }
    if text.cut {
        out.push_str("\nThe text is truncated here.\n");
    }
    out.push('\n');
}

fn rest(all: &[PromptText], singular: &str, out: &mut String) {
    let left = all.iter().skip(MAX_TEXTS).map(|text| text.items).sum();
    more(left, singular, out);
}

/// Prompts that change with every request would fill the page.
const MAX_TEXTS: usize = 40;
