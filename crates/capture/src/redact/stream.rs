//! Secrets that a stream cuts in pieces: the deltas of its events, read as the one text that they are.
//!
//! A model's answer comes a few letters at a time, `sk-pr`, `oj-Zk3`, so no event holds the token.
//! When the stream has ended, the deltas of each kind of event are joined and searched once
//! more; a secret across several is replaced in the first of them and cut out of the others.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use memchr::memmem;
use serde_json::value::RawValue;

use crate::record::Event;

use super::redactor::Redactor;
use super::value::{Quote, skip_space};

/// Where a delta is: in which event, and where in its JSON.
struct Piece {
    event: usize,
    range: Range<usize>,
    /// Where it begins in the joined text.
    start: usize,
}

/// The deltas of one kind.
struct Joined {
    kind: Kind,
    text: Vec<u8>,
    pieces: Vec<Piece>,
}

/// What the events of one text have in common: the name, and what is just before the delta.
#[derive(PartialEq, Eq)]
struct Kind {
    name: Option<Arc<str>>,
    before: [u8; KIND_BYTES],
}

/// A change of an event's JSON.
struct Edit {
    event: usize,
    range: Range<usize>,
    text: String,
}

impl Redactor {
    /// Replaces the secrets that are spread over the events of one stream.
    pub fn events(&self, events: &mut [Event]) {
        if events.len() < 2 {
            return;
        }
        let mut edits = Vec::new();
        for joined in joined(events) {
            if joined.pieces.len() > 1 {
                self.search(&joined, &mut edits);
            }
        }
        // From the end on, so that places before it stay where they are.
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.event, edit.range.start)));
        for edit in edits {
            apply(&mut events[edit.event], &edit);
        }
    }

    fn search(&self, joined: &Joined, edits: &mut Vec<Edit>) {
        for span in self.finder.spans(&joined.text, &self.known) {
            let secret = &joined.text[span.range.clone()];
            let mut text = self.replacement_of(secret, span.spelling);
            let first = joined
                .pieces
                .partition_point(|piece| piece.start <= span.range.start)
                - 1;
            for piece in &joined.pieces[first..] {
                let end = piece.start + piece.range.len();
                let part = span.range.start.max(piece.start)..span.range.end.min(end);
                if piece.start >= span.range.end {
                    break;
                }
                if part.is_empty() {
                    continue;
                }
                let in_event = |at: usize| piece.range.start + (at - piece.start);
                edits.push(Edit {
                    event: piece.event,
                    range: in_event(part.start)..in_event(part.end),
                    text: std::mem::take(&mut text),
                });
            }
        }
    }
}

/// The deltas of a stream, joined by kind.
fn joined(events: &[Event]) -> Vec<Joined> {
    let mut all: Vec<Joined> = Vec::new();
    for (event, recorded) in events.iter().enumerate() {
        let Some(json) = recorded.json.as_deref().map(|json| json.get().as_bytes()) else {
            continue;
        };
        let Some(range) = delta(json) else { continue };
        let kind = Kind::of(recorded, &json[..range.start]);
        let index = all.iter().rposition(|joined| joined.kind == kind);
        let index = index.unwrap_or(all.len());
        if index == all.len() {
            if index == MAX_KINDS {
                continue;
            }
            all.push(Joined {
                kind,
                text: Vec::new(),
                pieces: Vec::new(),
            });
        }
        let joined = &mut all[index];
        joined.pieces.push(Piece {
            event,
            start: joined.text.len(),
            range: range.clone(),
        });
        joined.text.extend_from_slice(&json[range]);
    }
    all
}

/// What an event adds to a text: the string called `delta`, the last string in an object of that
/// name, or else the last one called `text`.
fn delta(json: &[u8]) -> Option<Range<usize>> {
    if let Some(at) = DELTA.find(json) {
        let value = value_after(json, at + b"\"delta\"".len())?;
        return match json.get(value)? {
            b'"' => string(json, value),
            b'{' => last_string(json, value),
            _ => None,
        };
    }
    let at = TEXT.rfind(json)?;
    let value = value_after(json, at + b"\"text\"".len())?;
    string(json, value)
}

/// Where the value begins behind a name that ends at `end`.
fn value_after(json: &[u8], end: usize) -> Option<usize> {
    let colon = skip_space(json, end);
    (json.get(colon) == Some(&b':')).then(|| skip_space(json, colon + 1))
}

/// The text of the string that begins at `at`.
fn string(json: &[u8], at: usize) -> Option<Range<usize>> {
    let (quote, start) = Quote::read(json, at)?;
    (json[at] == b'"').then(|| quote.value(json, start))
}

/// The last string that is a value in the object at `start`.
fn last_string(json: &[u8], start: usize) -> Option<Range<usize>> {
    let (mut at, mut depth, mut last) = (start, 0_u32, None);
    while let Some(byte) = json.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            b'"' => {
                let text = string(json, at)?;
                at = text.end;
                let is_name = json.get(skip_space(json, at + 1)) == Some(&b':');
                if !is_name {
                    last = Some(text);
                }
            }
            _ => {}
        }
        at += 1;
    }
    last
}

impl Kind {
    /// Numbers count as equal: that of the event in its stream is different each time.
    fn of(event: &Event, before: &[u8]) -> Self {
        let last = before.last_chunk::<KIND_BYTES>().copied();
        Self {
            name: event.event.clone(),
            before: last
                .unwrap_or([0; KIND_BYTES])
                .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte }),
        }
    }
}

fn apply(event: &mut Event, edit: &Edit) {
    let Some(json) = event.json.take() else {
        return;
    };
    let mut text = String::from(Box::<str>::from(json));
    text.replace_range(edit.range.clone(), &edit.text);
    match RawValue::from_string(text.clone()) {
        Ok(json) => event.json = Some(json),
        // A string stays a string; were it not to, this is still without the secret.
        Err(_) => event.text = Some(text.into()),
    }
}

static DELTA: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(b"\"delta\""));
static TEXT: LazyLock<memmem::FinderRev<'static>> =
    LazyLock::new(|| memmem::FinderRev::new(b"\"text\""));

/// Enough to tell the members in front of a delta.
const KIND_BYTES: usize = 24;

/// More texts at a time are in no stream.
const MAX_KINDS: usize = 256;
