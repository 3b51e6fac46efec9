//! Secrets that are spread over the events of a stream.
//!
//! A model's answer arrives a few letters at a time, `sk-pr`, `oj-Zk3`, so no event holds the whole token.
//! At the end of a stream the deltas of each text are joined and searched again. A secret across
//! several is replaced in the first and cut out of the others.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use memchr::memmem;
use serde_json::value::RawValue;

use crate::record::Event;

use super::quoting::{Quote, skip_space};
use super::redactor::Redactor;

/// What one event adds to a text.
struct Delta {
    event: usize,
    /// Where it is in the JSON of the event.
    range: Range<usize>,
    /// Where it begins in the joined text.
    start: usize,
}

/// The deltas of one text.
struct JoinedDeltas {
    key: StreamKey,
    text: Vec<u8>,
    deltas: Vec<Delta>,
}

/// What tells the events of one text from others: their name, and what is just before the delta.
#[derive(PartialEq, Eq)]
struct StreamKey {
    name: Option<Arc<str>>,
    before: [u8; KEY_BYTES],
}

/// A change to an event's JSON.
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
            if joined.deltas.len() > 1 {
                self.search(&joined, &mut edits);
            }
        }
        // From the end, so that earlier ranges stay valid.
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.event, edit.range.start)));
        for edit in edits {
            apply(&mut events[edit.event], &edit);
        }
    }

    fn search(&self, joined: &JoinedDeltas, edits: &mut Vec<Edit>) {
        for span in self.finder.spans(&joined.text, &self.known) {
            let secret = &joined.text[span.range.clone()];
            let mut text = self.replacement_of(secret, span.escaping);
            let first = joined
                .deltas
                .partition_point(|delta| delta.start <= span.range.start)
                - 1;
            for delta in &joined.deltas[first..] {
                let end = delta.start + delta.range.len();
                let part = span.range.start.max(delta.start)..span.range.end.min(end);
                if delta.start >= span.range.end {
                    break;
                }
                if part.is_empty() {
                    continue;
                }
                let in_event = |at: usize| delta.range.start + (at - delta.start);
                edits.push(Edit {
                    event: delta.event,
                    range: in_event(part.start)..in_event(part.end),
                    text: std::mem::take(&mut text),
                });
            }
        }
    }
}

/// The deltas of a stream, joined by text.
fn joined(events: &[Event]) -> Vec<JoinedDeltas> {
    let mut all: Vec<JoinedDeltas> = Vec::new();
    for (event, recorded) in events.iter().enumerate() {
        let Some(json) = recorded.json.as_deref().map(|json| json.get().as_bytes()) else {
            continue;
        };
        let Some(range) = delta(json) else { continue };
        let key = StreamKey::of(recorded, &json[..range.start]);
        let index = all.iter().rposition(|joined| joined.key == key);
        let index = index.unwrap_or(all.len());
        if index == all.len() {
            if index == MAX_TEXTS {
                continue;
            }
            all.push(JoinedDeltas {
                key,
                text: Vec::new(),
                deltas: Vec::new(),
            });
        }
        let joined = &mut all[index];
        joined.deltas.push(Delta {
            event,
            start: joined.text.len(),
            range: range.clone(),
        });
        joined.text.extend_from_slice(&json[range]);
    }
    all
}

/// What an event adds to a text: the string `delta`, the last string in an object `delta`, or else the
/// last string `text`.
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

/// Where the value begins after a name that ends at `end`.
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

impl StreamKey {
    /// Digits count as equal: events are numbered.
    fn of(event: &Event, before: &[u8]) -> Self {
        let last = before.last_chunk::<KEY_BYTES>().copied();
        Self {
            name: event.event.clone(),
            before: last
                .unwrap_or([0; KEY_BYTES])
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
        // Not expected, and still without the secret.
        Err(_) => event.text = Some(text.into()),
    }
}

static DELTA: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(b"\"delta\""));
static TEXT: LazyLock<memmem::FinderRev<'static>> =
    LazyLock::new(|| memmem::FinderRev::new(b"\"text\""));

/// Enough to tell the members before a delta apart.
const KEY_BYTES: usize = 24;

/// More than any stream has at a time.
const MAX_TEXTS: usize = 256;

#[cfg(test)]
mod tests {
    use super::super::SessionKey;
    use super::*;

    fn event(name: Option<&str>, json: &str) -> Event {
        Event {
            at_us: 0,
            event: name.map(Arc::from),
            json: Some(RawValue::from_string(json.to_owned()).unwrap()),
            text: None,
            base64: None,
            bytes: json.len() as u64,
            wire_bytes: None,
            truncated: false,
        }
    }

    fn redacted(mut events: Vec<Event>) -> Vec<String> {
        let redactor = Redactor::new(Arc::new(SessionKey::derived(b"a test")));
        redactor.events(&mut events);
        let json = events.into_iter().map(|event| event.json.unwrap());
        json.map(|json| json.get().to_owned()).collect()
    }

    /// A stream of the Responses API that says these pieces.
    fn responses(pieces: &[&str]) -> Vec<Event> {
        let numbered = pieces.iter().enumerate();
        numbered
            .map(|(number, piece)| {
                let json = format!(
                    r#"{{"type":"response.output_text.delta","sequence_number":{number},"item_id":"msg_1","output_index":0,"content_index":0,"delta":"{piece}"}}"#
                );
                event(Some("response.output_text.delta"), &json)
            })
            .collect()
    }

    const SECRET: &str = "sk-proj-Zk3fQ9xW2mT7vB5nR8cL1p";

    #[test]
    fn a_token_is_found_wherever_the_stream_cuts_it() {
        for first in 1..SECRET.len() - 1 {
            let (one, rest) = SECRET.split_at(first);
            let (two, three) = rest.split_at(rest.len() / 2);
            let lines = redacted(responses(&["the key: ", one, two, three, " ends"]));
            let all = lines.concat();
            assert_eq!(all.matches("<redacted:").count(), 1, "{all}");
            for piece in [one, two, three].iter().filter(|piece| piece.len() > 2) {
                assert!(!all.contains(*piece), "{piece} in {all}");
            }
            assert!(lines[4].contains(r#""delta":" ends""#));
        }
    }

    #[test]
    fn a_name_in_one_event_gives_the_value_in_the_next_away() {
        let lines = redacted(responses(&["DB_PASS", "WORD=Tr0u", "", "b4d&3\\nok"]));
        let all = lines.concat();
        assert!(
            all.contains("WORD=<redacted:") && all.contains("\\nok"),
            "{all}"
        );
        assert!(!all.contains("b4d&3"), "{all}");
    }

    #[test]
    fn each_provider_has_its_place_for_a_delta() {
        for (before, after) in [
            (
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":""#,
                r#""}}"#,
            ),
            (
                r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""#,
                r#""}}"#,
            ),
            (
                r#"{"id":"c","choices":[{"index":0,"delta":{"content":""#,
                r#""},"finish_reason":null}]}"#,
            ),
            (
                r#"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":""#,
                r#""}}]}}]}"#,
            ),
            (
                r#"{"candidates":[{"content":{"parts":[{"text":""#,
                r#""}],"role":"model"}}]}"#,
            ),
        ] {
            let (one, two) = SECRET.split_at(11);
            let pieces = ["a ", one, two, " b"];
            let events = pieces.map(|piece| event(None, &format!("{before}{piece}{after}")));
            let all = redacted(events.to_vec()).concat();
            assert!(all.contains("<redacted:") && !all.contains(two), "{all}");
        }
    }

    #[test]
    fn texts_that_come_side_by_side_are_read_apart() {
        let (one, two) = SECRET.split_at(11);
        let piece = |index: usize, text: &str| {
            event(
                None,
                &format!(r#"{{"choices":[{{"index":{index},"delta":{{"content":"{text}"}}}}]}}"#),
            )
        };
        let events = vec![piece(0, "some words "), piece(0, one), piece(0, two)];
        assert!(redacted(events).concat().contains("<redacted:"));
        let plain: Vec<_> = responses(&["some ", "words ", "and more"]);
        let before: Vec<_> = plain
            .iter()
            .map(|event| event.json.as_ref().unwrap().get().to_owned())
            .collect();
        assert_eq!(redacted(plain), before);
    }
}
