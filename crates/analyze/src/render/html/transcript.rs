//! The conversations in full: every text once, long ones collapsed, changes as diffs.

use super::escape::Escaped;
use crate::decode::Part;
use crate::report::{Change, Step, Thread, Transcript, TranscriptItem};
use crate::text::units::{bytes, plural};

/// The id of an exchange's heading.
pub(super) fn place_of(recording: usize, exchange: u64) -> String {
    format!("x-{recording}-{exchange}")
}

/// The conversations as HTML.
pub(super) fn html(transcript: &Transcript) -> String {
    let mut page = TranscriptPage {
        html: String::new(),
        room: MAX_PAGE_BYTES,
        left_out: 0,
    };
    for thread in &transcript.threads {
        page.thread(thread);
    }
    if transcript.folded > 0 {
        let folded = plural(transcript.folded, "more conversation");
        page.put(format_args!(
            "<p class=\"note\">The report had no room for {folded} that began later.</p>\n"
        ));
    }
    if page.left_out > 0 {
        let left_out = plural(page.left_out, "more item");
        page.put(format_args!(
            "<p class=\"note\">The page had no room for {left_out}. The JSON report has all.</p>\n"
        ));
    }
    page.html
}

/// The HTML so far.
struct TranscriptPage {
    html: String,
    /// About how many bytes the page still takes.
    room: usize,
    /// Requests, items and changes that did not fit.
    left_out: u64,
}

impl TranscriptPage {
    fn thread(&mut self, thread: &Thread) {
        if !self.has_room() {
            return;
        }
        let id = thread.id.as_deref().unwrap_or("without an id");
        let source = match &thread.source {
            Some(source) => format!(" ({})", Escaped(source)),
            None => String::new(),
        };
        let id = Escaped(id);
        self.put(format_args!(
            "<h3>Conversation <code>{id}</code>{source}</h3>\n"
        ));
        for step in &thread.steps {
            self.step(thread.recording, step);
        }
    }

    /// Takes the room for the markup of one more element, or counts it as left out.
    fn has_room(&mut self) -> bool {
        let Some(room) = self.room.checked_sub(MARKUP_BYTES) else {
            self.left_out += 1;
            return false;
        };
        self.room = room;
        true
    }

    fn step(&mut self, recording: usize, step: &Step) {
        if !self.has_room() {
            return;
        }
        let place = place_of(recording, step.exchange);
        let class = if step.failed {
            "request bad"
        } else {
            "request"
        };
        self.put(format_args!(
            "<section class=\"{class}\" aria-labelledby=\"{place}\">\n<h4 id=\"{place}\">Exchange {}: {} of {}</h4>\n",
            step.exchange,
            step.kind.name(),
            Escaped(if step.model.is_empty() { "an unnamed model" } else { &step.model }),
        ));
        self.put(format_args!("<p class=\"facts\">{}</p>\n", facts(step)));
        for change in &step.changed {
            self.change(change);
        }
        self.list("", &step.added);
        self.list("No longer sent: ", &step.removed);
        self.list("", &step.output);
        if let Some(problem) = &step.problem {
            self.put(format_args!(
                "<p><strong>Failed:</strong> {}</p>\n",
                Escaped(problem)
            ));
        }
        self.html.push_str("</section>\n");
    }

    fn list(&mut self, before: &str, items: &[TranscriptItem]) {
        for item in items {
            self.item(before, item);
        }
    }

    /// One item. Messages of user and assistant are expanded unless they are long.
    fn item(&mut self, before: &str, item: &TranscriptItem) {
        if !self.has_room() {
            return;
        }
        let is_message = matches!(item.part, Part::User | Part::Assistant) && before.is_empty();
        let text = item.text.as_deref().unwrap_or_default();
        let open = if is_message && text.len() <= MAX_OPEN_BYTES {
            " open"
        } else {
            ""
        };
        self.put(format_args!(
            "<details{open}><summary>{before}<span class=\"part {}\">{}</span>",
            class(item.part),
            item.part.name(),
        ));
        if let Some(name) = &item.name {
            self.put(format_args!(" <code>{}</code>", Escaped(name)));
        }
        if item.items > 1 {
            self.put(format_args!(" ({})", plural(item.items, "item")));
        }
        let size = bytes(item.bytes);
        let preview = first_line(text);
        let preview = Escaped(&preview);
        self.put(format_args!(
            " <span class=\"preview\">{size} · {preview}</span></summary>\n"
        ));
        match &item.text {
            None => self
                .html
                .push_str("<p class=\"note\">The report had no room for the text.</p>\n"),
            Some(_) => self.text(text, item),
        }
        self.html.push_str("</details>\n");
    }

    fn text(&mut self, text: &str, item: &TranscriptItem) {
        let shown = crate::text::cut(text, MAX_SHOWN_BYTES.min(self.room));
        self.room -= shown.len();
        self.put(format_args!("<pre>{}</pre>\n", Escaped(shown)));
        if item.cut || shown.len() < text.len() {
            self.put(format_args!(
                "<p class=\"note\">Only the beginning: {} of {}. The recording has the rest.</p>\n",
                bytes(shown.len() as u64),
                bytes(item.bytes),
            ));
        }
    }

    fn change(&mut self, change: &Change) {
        if !self.has_room() {
            return;
        }
        let name = match &change.name {
            Some(name) => format!(" <code>{}</code>", Escaped(name)),
            None => String::new(),
        };
        self.put(format_args!(
            "<details><summary>Changed: <span class=\"part {}\">{}</span>{name}</summary>\n",
            class(change.part),
            change.part.name(),
        ));
        match &change.diff {
            Some(diff) => self.diff(diff),
            None => self
                .html
                .push_str("<p class=\"note\">The report had no room for the texts.</p>\n"),
        }
        self.html.push_str("</details>\n");
    }

    fn diff(&mut self, diff: &str) {
        let shown = crate::text::cut(diff, MAX_SHOWN_BYTES.min(self.room));
        self.room -= shown.len();
        self.html.push_str(&super::diff::html(shown));
        if shown.len() < diff.len() {
            self.html
                .push_str("<p class=\"note\">Only the beginning of the changes.</p>\n");
        }
    }

    fn put(&mut self, markup: std::fmt::Arguments<'_>) {
        std::fmt::Write::write_fmt(&mut self.html, markup)
            .expect("writing to a String cannot fail");
    }
}

/// The facts that share one line.
fn facts(step: &Step) -> String {
    let mut facts = Vec::new();
    if step.repeated > 0 {
        facts.push(format!(
            "{} sent again unchanged",
            plural(step.repeated, "item")
        ));
    }
    if step.added.is_empty() && step.changed.is_empty() {
        facts.push("nothing new".to_owned());
    }
    if step.failed {
        facts.push("failed or cut off".to_owned());
    }
    facts.join(" · ")
}

/// The first line that is not blank, cut to fit on one line.
fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or_default();
    let shown = crate::text::cut(line, MAX_PREVIEW_BYTES);
    let end = if shown.len() < line.len() { "…" } else { "" };
    format!("{shown}{end}")
}

fn class(part: Part) -> &'static str {
    match part {
        Part::User => "user",
        Part::Assistant => "assistant",
        Part::Reasoning => "reasoning",
        Part::ToolCall | Part::ToolResult | Part::Tools => "tool",
        Part::Instructions | Part::Compaction | Part::Other => "other",
    }
}

/// Bound on the transcript: a browser takes too long to open a larger page.
const MAX_PAGE_BYTES: usize = 12 << 20;
/// About what the markup of an element takes.
const MARKUP_BYTES: usize = 400;
/// Bound on one text: nobody reads further in a report.
const MAX_SHOWN_BYTES: usize = 64 << 10;
/// Longer messages start collapsed.
const MAX_OPEN_BYTES: usize = 4 << 10;
const MAX_PREVIEW_BYTES: usize = 100;
