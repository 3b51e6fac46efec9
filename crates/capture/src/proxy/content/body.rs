//! Makes a recorded body of one as it travelled: decoded, bounded, as JSON, text or Base64.

use crate::proxy::content::encoding::ContentDecoder;
use crate::proxy::content::event_list::EventList;
use crate::proxy::content::record_builder::{BodyHints, RecordBuilder};
use crate::proxy::content::sse::{SseEvent, SseSplitter};
use crate::proxy::wire::{BodyDraft, Stamp};
use crate::record::{Body, Event, Header};

/// The events of a stream, and its body without them.
#[derive(Debug, Default)]
pub(crate) struct EventStream {
    pub(crate) body: Option<Body>,
    pub(crate) events: Vec<Event>,
    /// Whether the stream ended within an event, which is therefore not recorded.
    pub(crate) ends_within_event: bool,
}

impl RecordBuilder {
    /// Records a body; `complete` if its last byte has passed.
    pub(crate) fn body(
        &self,
        draft: BodyDraft,
        headers: &[Header],
        complete: bool,
    ) -> Option<Body> {
        if draft.wire_bytes == 0 {
            return None;
        }
        let opened = self.open(&draft, headers, complete, |_, _| ());
        let hints = BodyHints {
            is_form: Header::say_type(headers, "application/x-www-form-urlencoded"),
            is_cut: opened.body.truncated,
        };
        let bytes = opened.decoded.unwrap_or(draft.kept);
        Some(self.fill(opened.body, bytes, hints))
    }

    /// Records the body of a `text/event-stream`; marks count from `start`.
    pub(crate) fn event_stream(
        &self,
        draft: BodyDraft,
        headers: &[Header],
        complete: bool,
        start: Stamp,
    ) -> EventStream {
        if draft.wire_bytes == 0 {
            return EventStream::default();
        }
        let mut splitter = SseSplitter::new(self.limit);
        let mut list = EventList::new(self.limit);
        let show = |piece: &[u8], at| {
            splitter.push(piece, at, |event| list.push(self, event, start));
        };
        let mut body = if Header::values(headers, "content-encoding").next().is_none() {
            // The usual case. Draining frees the body as the events, which are larger, grow.
            let mut body = counts(&draft, complete);
            body.hash = (!body.truncated).then(|| self.key.content_hash(&draft.kept));
            draft.drain(show);
            body
        } else {
            let opened = self.open(&draft, headers, complete, show);
            if opened.decoded.is_none() && opened.body.problem.is_some() {
                let body = self.fill(opened.body, draft.kept, BodyHints::default());
                return EventStream {
                    body: Some(body),
                    ..EventStream::default()
                };
            }
            opened.body
        };
        body.truncated |= list.overflowed;
        EventStream {
            body: Some(body),
            events: list.events,
            ends_within_event: splitter.is_within_event(),
        }
    }

    /// Undoes the content-encoding, and hands each decoded piece to `show` with its stamp.
    fn open(
        &self,
        draft: &BodyDraft,
        headers: &[Header],
        complete: bool,
        mut show: impl FnMut(&[u8], Stamp),
    ) -> DecodedBody {
        let mut body = counts(draft, complete);
        let encodings = Header::values(headers, "content-encoding");
        let mut decoder = match ContentDecoder::new(encodings, self.limit) {
            Ok(Some(decoder)) => decoder,
            Ok(None) => {
                pieces(draft).for_each(|(piece, at)| show(piece, at));
                body.hash = (!body.truncated).then(|| self.key.content_hash(&draft.kept));
                return DecodedBody {
                    body,
                    decoded: None,
                };
            }
            Err(problem) => {
                body.problem = Some(problem);
                return DecodedBody {
                    body,
                    decoded: None,
                };
            }
        };
        let mut shown = 0;
        for (piece, at) in pieces(draft) {
            decoder.push(piece);
            show(&decoder.content()[shown..], at);
            shown = decoder.content().len();
        }
        let names = decoder.names();
        let decoded = decoder.finish();
        let cut = body.truncated;
        body.problem = decoded.problem;
        if decoded.content.is_empty() && body.problem.is_some() {
            return DecodedBody {
                body,
                decoded: None,
            };
        }
        if body.problem.is_none() && !decoded.ended && !decoded.overflowed && !cut {
            body.problem = Some(format!("ends before its {names} stream does"));
        }
        body.truncated = cut || decoded.overflowed || !decoded.ended;
        body.bytes = decoded.content.len() as u64;
        body.encoding = Some(names);
        body.hash = (!body.truncated).then(|| self.key.content_hash(&decoded.content));
        DecodedBody {
            body,
            decoded: Some(decoded.content),
        }
    }

    fn fill(&self, body: Body, bytes: Vec<u8>, hints: BodyHints) -> Body {
        let content = self.content(bytes, hints);
        Body {
            json: content.json,
            text: content.text,
            base64: content.base64,
            truncated: body.truncated || content.cut,
            hash: body.hash.filter(|_| !content.cut),
            ..body
        }
    }

    /// An event without its name, and how many bytes its content takes in the file.
    pub(crate) fn event(&self, event: SseEvent, start: Stamp) -> (Event, usize) {
        let truncated = event.bytes > event.data.len() as u64;
        let hints = BodyHints {
            is_cut: truncated,
            ..BodyHints::default()
        };
        let content = self.content(event.data, hints);
        let written = content.file_bytes();
        let event = Event {
            at_us: event.at.saturating_sub(start),
            event: None,
            json: content.json,
            text: content.text.map(String::into_boxed_str),
            base64: content.base64.map(String::into_boxed_str),
            bytes: event.bytes,
            wire_bytes: None,
            truncated: truncated || content.cut,
        };
        (event, written)
    }
}

/// The counts of a body, as if it had no content-encoding.
fn counts(draft: &BodyDraft, complete: bool) -> Body {
    Body {
        bytes: draft.wire_bytes,
        wire_bytes: draft.wire_bytes,
        truncated: draft.truncated() || !complete,
        ..Body::default()
    }
}

/// A body without its content, and what it decoded to.
struct DecodedBody {
    body: Body,
    /// `None` where the content is as on the wire.
    decoded: Option<Vec<u8>>,
}

/// Whether the headers announce server-sent events.
pub(crate) fn is_event_stream(headers: &[Header]) -> bool {
    Header::say_type(headers, "text/event-stream")
}

/// The kept pieces, each with its stamp.
fn pieces(draft: &BodyDraft) -> impl Iterator<Item = (&[u8], Stamp)> {
    let mut start = 0;
    draft.pieces.iter().map(move |(end, at)| {
        let piece = draft.kept.get(start..*end).unwrap_or_default();
        start = *end;
        (piece, *at)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::proxy::content::event_list::EVENT_WEIGHT;
    use crate::proxy::content::record_builder::tests::builder;

    const STREAM: &[&[u8]] = &[
        b"event: a\nda",
        b"ta: {\"n\":1}\n\n",
        b"data: two\n\n",
        b"data: 3\n\n: bye\n",
    ];

    fn headers(fields: &[(&str, &str)]) -> Vec<Header> {
        fields
            .iter()
            .map(|(name, value)| Header {
                name: (*name).into(),
                value: (*value).into(),
            })
            .collect()
    }

    /// A body whose pieces passed ten microseconds apart, from 100 on.
    fn draft(pieces: &[&[u8]], limit: usize) -> BodyDraft {
        let mut draft = BodyDraft::default();
        for (index, piece) in pieces.iter().enumerate() {
            draft.push(piece, 100 + 10 * index as Stamp, limit);
        }
        draft
    }

    /// The pieces of a stream, each flushed through one encoder.
    fn encode(coding: &str, pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        fn cut<W: Write>(
            mut encoder: W,
            pieces: &[&[u8]],
            out: impl Fn(&W) -> Vec<u8>,
        ) -> Vec<Vec<u8>> {
            let mut sent = 0;
            let mut wire = Vec::new();
            for piece in pieces {
                encoder.write_all(piece).unwrap();
                encoder.flush().unwrap();
                let all = out(&encoder);
                wire.push(all[sent..].to_vec());
                sent = all.len();
            }
            wire
        }
        let level = flate2::Compression::default();
        match coding {
            "gzip" => cut(
                flate2::write::GzEncoder::new(Vec::new(), level),
                pieces,
                |e| e.get_ref().clone(),
            ),
            "deflate" => cut(
                flate2::write::ZlibEncoder::new(Vec::new(), level),
                pieces,
                |e| e.get_ref().clone(),
            ),
            "br" => cut(
                brotli::CompressorWriter::new(Vec::new(), 64, 5, 18),
                pieces,
                |e| e.get_ref().clone(),
            ),
            "zstd" => cut(zstd::Encoder::new(Vec::new(), 3).unwrap(), pieces, |e| {
                e.get_ref().clone()
            }),
            _ => pieces.iter().map(|piece| piece.to_vec()).collect(),
        }
    }

    #[test]
    fn events_keep_the_times_of_their_bytes_under_every_coding() {
        for coding in ["identity", "gzip", "deflate", "br", "zstd"] {
            let wire = encode(coding, STREAM);
            let pieces: Vec<_> = wire.iter().map(Vec::as_slice).collect();
            let headers = headers(&[("Content-Encoding", coding)]);
            let stream =
                builder(1 << 16).event_stream(draft(&pieces, 1 << 16), &headers, false, 90);
            let seen: Vec<_> = stream
                .events
                .iter()
                .map(|event| (event.at_us, event.bytes))
                .collect();
            assert_eq!(seen, [(20, 7), (30, 3), (40, 1)], "{coding}");
            assert_eq!(stream.events[0].event.as_deref(), Some("a"));
            assert_eq!(stream.events[0].json.as_ref().unwrap().get(), r#"{"n":1}"#);
            let body = stream.body.unwrap();
            assert_eq!(body.bytes, STREAM.concat().len() as u64, "{coding}");
            assert_eq!(body.wire_bytes, wire.concat().len() as u64);
            assert!(body.json.is_none() && body.text.is_none() && body.base64.is_none());
            assert!(
                body.truncated && body.problem.is_none(),
                "cut with its connection"
            );
            assert!(!stream.ends_within_event);
        }
    }

    #[test]
    fn a_body_is_decoded_counted_and_hashed() {
        let content = br#"{"model":"m","n":1}"#;
        let zstd = zstd::encode_all(&content[..], 3).unwrap();
        let builder = builder(1 << 16);
        let encoded = builder
            .body(
                draft(&[&zstd], 1 << 16),
                &headers(&[("content-encoding", "zstd")]),
                true,
            )
            .unwrap();
        assert_eq!(encoded.json.unwrap().get().as_bytes(), content);
        assert_eq!((encoded.bytes, encoded.wire_bytes), (19, zstd.len() as u64));
        assert_eq!(encoded.encoding.as_deref(), Some("zstd"));
        assert!(!encoded.truncated);
        let plain = builder.body(draft(&[content], 1 << 16), &[], true).unwrap();
        assert!(plain.encoding.is_none() && plain.hash.is_some());
        assert_eq!(plain.hash, encoded.hash, "a retry is recognised");
        assert!(builder.body(BodyDraft::default(), &[], true).is_none());
    }

    #[test]
    fn past_the_limit_a_body_is_counted_and_its_beginning_kept() {
        let long = [b'x'; 5000];
        let body = builder(100).body(draft(&[&long], 100), &[], true).unwrap();
        assert_eq!(
            (body.bytes, body.wire_bytes, body.truncated),
            (5000, 5000, true)
        );
        assert_eq!(body.text.unwrap().len(), 100);
        assert!(body.hash.is_none());
    }

    #[test]
    fn events_and_their_names_count_as_they_are_written() {
        let limit = 4000;
        let kept = |stream: &str| {
            let stream = stream.repeat(1000);
            let draft = draft(&[stream.as_bytes()], stream.len());
            let stream = builder(limit).event_stream(draft, &[], true, 0);
            assert!(stream.body.unwrap().truncated);
            serde_json::to_string(&stream.events).unwrap().len()
        };
        for stream in [
            "data: \u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\u{1}\n\n".to_owned(),
            format!("data: {}\n\n", "\\\"".repeat(20)),
            format!("event: {}\ndata: 1\n\n", "\u{1}".repeat(50)),
            "data:\n\n".to_owned(),
        ] {
            let written = kept(&stream);
            assert!(written <= limit, "{written}: {stream}");
        }
    }

    #[test]
    fn a_bomb_costs_no_more_than_the_limit() {
        let bomb = zstd::encode_all(&vec![0; 64 << 20][..], 3).unwrap();
        let headers = headers(&[
            ("content-encoding", "zstd"),
            ("content-type", "text/event-stream"),
        ]);
        let body = builder(1 << 16)
            .body(draft(&[&bomb], 1 << 16), &headers, true)
            .unwrap();
        assert_eq!((body.bytes, body.truncated), (1 << 16, true));
        assert!(body.problem.is_none());
        let stream = builder(1 << 16).event_stream(draft(&[&bomb], 1 << 16), &headers, true, 0);
        assert!(stream.body.unwrap().truncated && stream.events.is_empty());
    }

    #[test]
    fn what_cannot_be_decoded_is_as_on_the_wire_and_says_why() {
        let gzip = headers(&[
            ("content-encoding", "gzip"),
            ("content-type", "text/event-stream"),
        ]);
        for (wire, headers, problem) in [
            (&b"plain after all"[..], &gzip, "not valid gzip"),
            (
                b"plain after all",
                &self::headers(&[("content-encoding", "lz4")]),
                "unknown content-encoding",
            ),
        ] {
            let body = builder(100)
                .body(draft(&[wire], 100), headers, true)
                .unwrap();
            assert!(body.problem.unwrap().starts_with(problem));
            assert_eq!(body.text.as_deref(), Some("plain after all"));
            assert!(body.encoding.is_none() && !body.truncated);
            let stream = builder(100).event_stream(draft(&[wire], 100), headers, true, 0);
            assert_eq!(
                stream.body.unwrap().text.as_deref(),
                Some("plain after all")
            );
        }
    }

    #[test]
    fn a_stream_that_ends_before_its_coding_does_says_so() {
        let gzip = encode("gzip", &[b"half of it"]).concat();
        let headers = headers(&[("content-encoding", "gzip")]);
        let body = builder(100)
            .body(draft(&[&gzip], 100), &headers, true)
            .unwrap();
        assert_eq!(body.text.as_deref(), Some("half of it"));
        assert_eq!(
            body.problem.as_deref(),
            Some("ends before its gzip stream does")
        );
        let cut = builder(100)
            .body(draft(&[&gzip], 100), &headers, false)
            .unwrap();
        assert!(cut.problem.is_none() && cut.truncated);
    }

    #[test]
    fn many_empty_events_are_bounded_too() {
        let stream = b"data\n\n".repeat(10_000);
        let read = builder(1 << 16).event_stream(draft(&[&stream], 1 << 16), &[], true, 0);
        assert_eq!(read.events.len(), (1 << 16) / EVENT_WEIGHT);
        let body = read.body.unwrap();
        assert!(body.truncated);
        assert_eq!(body.bytes, 60_000);
    }

    #[test]
    fn media_types_are_read_without_case_and_parameters() {
        assert!(is_event_stream(&headers(&[(
            "Content-Type",
            "Text/Event-Stream; charset=utf-8"
        )])));
        assert!(!is_event_stream(&headers(&[(
            "content-type",
            "text/plain"
        )])));
        let form = headers(&[("content-type", "application/x-www-form-urlencoded")]);
        let body = builder(100)
            .body(draft(&[b"code=abc&b=1"], 100), &form, true)
            .unwrap();
        assert!(body.text.unwrap().starts_with("code=<redacted:"));
    }
}
