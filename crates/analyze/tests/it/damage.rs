//! Recordings that are cut, damaged, foreign or hostile: reported, counted, never a panic.

use std::io::{self, Write as _};
use std::path::Path;

use analyze::report::Lapse;
use analyze::{Error, Format, Reader, Report, Scan};
use proptest::prelude::*;

use crate::fixtures;
use crate::recordings::Recording;

fn scan(bytes: impl Into<Vec<u8>>) -> Result<Report, Error> {
    let input = std::io::Cursor::new(bytes.into());
    let scanned = Scan::default().read_from(input, Path::new("x"), 0)?;
    Ok(scanned.finish())
}

fn strict(bytes: impl Into<Vec<u8>>) -> Result<Report, Error> {
    let input = std::io::Cursor::new(bytes.into());
    let scanned = Scan::default()
        .strict(true)
        .read_from(input, Path::new("x"), 0)?;
    Ok(scanned.finish())
}

const END: &str = r#"{"kind":"end","format":1,"exchanges":0}"#;

#[test]
fn a_damaged_line_is_skipped_and_named_and_one_at_the_end_told_apart() {
    let text = format!("{END}\n{{\"kind\":\"exch\n\nnull\n{END}\n{{\"kind\":\"end\",\"for");
    let report = scan(text.clone()).unwrap();
    let lines = report.completeness.unwrap().unread_lines;
    assert_eq!((lines.damaged, lines.cut_ends, lines.foreign), (2, 1, 0));
    let named: Vec<bool> = ["x:2:", "x:4:", "x:6:"]
        .iter()
        .map(|place| lines.first.iter().any(|line| line.starts_with(place)))
        .collect();
    assert_eq!(named, [true, true, true], "{:?}", lines.first);
    assert!(matches!(strict(text), Err(Error::Damaged { line: 2, .. })));
}

#[test]
fn a_connection_that_the_agent_gave_up_is_not_refused_by_the_proxy() {
    let recording = |cause: &str| {
        format!(
            r#"{{"kind":"session","format":1,"started_at":"2026-11-23T02:34:00.000000Z","tool":"x","limits":{{"body":1,"queue":1}},"secrets":"redacted"}}
{{"kind":"connection","format":1,"id":1,"started_at":"2026-11-23T02:34:01.000000Z","authority":"h:443","disposition":{{"state":"refused","cause":"{cause}","reason":"r"}},"end_us":2}}
{END}
"#
        )
    };
    let says_refused = |cause| {
        let report = scan(recording(cause)).unwrap();
        let lapses = report.completeness.unwrap().lapses;
        lapses.iter().any(|said| said.lapse == Lapse::Refused)
    };
    assert!(!says_refused("agent_gone") && !says_refused("unused"));
    assert!(says_refused("client_hello"));
}

#[test]
fn the_reader_continues_after_an_error_and_knows_its_lines() {
    let text = format!("{END}\nnoise\n{END}\n");
    let mut reader = Reader::new(std::io::Cursor::new(text), Path::new("x")).unwrap();
    assert!(reader.next().unwrap().is_ok());
    assert_eq!(reader.next().unwrap().unwrap_err().line(), Some(2));
    assert!(reader.next().unwrap().is_ok());
    assert_eq!(reader.line(), 3);
    assert!(reader.next().is_none());
}

#[test]
fn values_that_only_a_newer_version_knows_are_unknown_and_damage_nothing() {
    let session = r#"{"kind":"session","format":1,"started_at":"2026-11-23T02:34:00.000000Z","tool":"x","limits":{"body":1,"queue":1},"secrets":"sealed"}"#;
    let exchange = |head: &str, id: u64| {
        format!(
            r#"{{{head},"id":{id},"connection":1,"started_at":"2026-11-23T02:34:00.000000Z","transport":"quic","request":{{"method":"POST","url":"https://h/v1/responses","http_version":"HTTP/3","body":{{"json":{{"model":"m"}}}}}},"response":{{"status":200,"http_version":"HTTP/3","start_us":1}},"outcome":{{"state":"migrated"}}}}"#
        )
    };
    // The first is read by tokens. The other is read by serde: its members are in another order.
    let fast = exchange(r#""kind":"exchange","format":1"#, 1);
    let slow = exchange(r#""format":1,"kind":"exchange""#, 2);
    let connection = r#"{"kind":"connection","format":1,"id":1,"started_at":"2026-11-23T02:34:00.000000Z","authority":"h:443","disposition":{"state":"parked","unread":"too_busy"},"end_us":1}"#;
    let end = r#"{"kind":"end","format":1,"exchanges":2}"#;
    let text = [session, &fast, &slow, connection, end].join("\n");
    // Even strictly: nothing is damaged.
    let report = strict(text.clone()).unwrap();
    let completeness = report.completeness.as_ref().unwrap();
    assert_eq!(completeness.unread_lines.total(), 0);
    let lapses = completeness.lapses.iter();
    let unknown = lapses.filter(|lapse| lapse.lapse == Lapse::UnknownValues);
    let unknown: Vec<_> = unknown.map(|lapse| (lapse.count, &lapse.of)).collect();
    let named = [
        "disposition.state",
        "disposition.unread",
        "outcome.state",
        "secrets",
        "transport",
    ];
    assert_eq!(
        unknown,
        [(2 + 2 + 2 + 1, &named.map(str::to_owned).to_vec())]
    );
    let endpoints = &report.endpoints.as_ref().unwrap().endpoints;
    let counted = (endpoints[0].count, endpoints[0].statuses.unknown);
    assert_eq!(counted, (2, 2));
    assert_eq!(report.hosts.as_ref().unwrap().hosts[0].unknown, 1);
    assert_eq!(report.glance.as_ref().unwrap().failed, 0);
    let mut csv = Vec::new();
    Format::Csv.write(&report, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv.matches(",unknown,,200,unknown,").count(), 2, "{csv}");
    // The same one by one, and filtered.
    let reader = Reader::new(std::io::Cursor::new(text.clone()), Path::new("x")).unwrap();
    assert!(reader.into_iter().all(|record| record.is_ok()));
    let filters = vec!["state=unknown".parse().unwrap()];
    let input = std::io::Cursor::new(text);
    let filtered = Scan::default()
        .filters(filters)
        .read_from(input, Path::new("x"), 0);
    assert_eq!(filtered.unwrap().finish().glance.unwrap().exchanges, 2);
}

#[test]
fn other_programs_json_and_newer_formats_are_named() {
    let text = format!("{{\"level\":\"info\"}}\n{{\"kind\":\"end\",\"format\":99}}\n{END}");
    let lines = scan(text.clone())
        .unwrap()
        .completeness
        .unwrap()
        .unread_lines;
    assert_eq!((lines.foreign, lines.newer, lines.damaged), (1, 1, 0));
    assert!(matches!(strict(text), Err(Error::Foreign { line: 1, .. })));
    let newer = scan("{\"kind\":\"session\",\"format\":2}").unwrap_err();
    let message = newer.to_string();
    assert!(message.contains("format 2 is newer than 1"), "{message}");
}

#[test]
fn what_is_no_recording_is_an_error_that_says_so() {
    assert!(matches!(scan(""), Err(Error::Empty { .. })));
    assert!(matches!(
        scan("{}\n[1]\n"),
        Err(Error::NoRecords { lines: 2, .. })
    ));
    let error = Scan::default()
        .read(Path::new("/no/such/file"), 0)
        .unwrap_err();
    assert!(matches!(error, Error::Read { .. }), "{error}");
}

#[test]
fn compressed_recordings_read_the_same_and_a_cut_one_as_far_as_it_goes() {
    let text = fixtures::text("hand-websocket");
    let plain = serde_json::to_string(&scan(text.as_str()).unwrap()).unwrap();
    let zst = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    for whole in [zst, gz] {
        let report = scan(whole.clone()).unwrap();
        assert_eq!(serde_json::to_string(&report).unwrap(), plain);
        // A file that was appended to has several frames.
        let twice = scan([whole.clone(), whole.clone()].concat()).unwrap();
        assert_eq!(twice.recordings.len(), 2);
        let cut = &whole[..whole.len() - 9];
        match scan(cut) {
            Ok(report) => assert_eq!(report.completeness.unwrap().unread_lines.cut_streams, 1),
            // Nothing came out before the cut.
            Err(error) => assert!(matches!(error, Error::Empty { .. }), "{error}"),
        }
        assert!(strict(cut).is_err());
    }
}

#[test]
fn deep_nesting_wrong_types_and_strange_values_are_read_over() {
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for body in [
        deep.as_str(),
        r#"{"model":1,"input":{"a":2},"tools":"x","client_metadata":[],"reasoning":null}"#,
        r#"{"model":"m","input":[1,null,{"type":3},{"type":"message","role":[]}]}"#,
        r#"{"model":"\ud800","input":"x"}"#,
        "null",
    ] {
        let exchange = format!(
            r#"{{"kind":"exchange","format":1,"id":18446744073709551615,"connection":0,
            "started_at":"-009999-01-02T01:59:59Z","transport":"http",
            "request":{{"method":"POST","url":"https://h/v1/responses","http_version":"HTTP/2",
            "body":{{"json":{body},"bytes":18446744073709551615,"wire_bytes":18446744073709551615}},
            "end_us":18446744073709551615}},
            "response":{{"status":999,"http_version":"HTTP/2","start_us":0,"body":{{"json":{body}}},
            "events":[{{"at_us":5,"json":{body}}},{{"at_us":1,"json":{{"type":"x.delta"}}}}]}},
            "outcome":{{"state":"aborted"}}}}"#
        );
        let line = exchange.replace('\n', "");
        let report = scan(format!("{line}\n{line}\n")).unwrap();
        assert_eq!(report.glance.as_ref().unwrap().exchanges, 2, "{body}");
        for format in Format::ALL {
            format.write(&report, &mut Vec::new()).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Bytes of a real recording, some of them overwritten.
    #[test]
    fn no_damage_makes_it_panic(
        name in prop::sample::select(&fixtures::NAMES[..]),
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = fixtures::text(name).into_bytes();
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(report) = scan(bytes) {
            for format in Format::ALL {
                format.write(&report, &mut Vec::new()).unwrap();
            }
        }
    }

    #[test]
    fn no_noise_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(scan(bytes).is_err());
    }
}

#[test]
fn every_sort_of_unread_line_is_in_the_total() {
    let mut recording = Recording::default();
    recording.plain("GET", "https://example.net/", 200);
    let mut lines = recording.report().completeness.unwrap().unread_lines;
    assert_eq!(lines.total(), 0);
    lines.damaged = 1;
    lines.cut_ends = 2;
    lines.foreign = 4;
    lines.newer = 8;
    lines.too_long = 16;
    assert_eq!(lines.total(), 31);
}

/// Gives a recording, then fails.
struct Broken(io::Cursor<Vec<u8>>, io::ErrorKind);

impl io::Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(self.1.into()),
            count => Ok(count),
        }
    }
}

#[test]
fn a_disk_that_fails_is_an_error_and_a_stream_that_is_cut_is_none() {
    for (kind, is_read) in [
        (io::ErrorKind::UnexpectedEof, true),
        (io::ErrorKind::Other, false),
    ] {
        let text = fixtures::text("hand-sse").into_bytes();
        let broken = Broken(io::Cursor::new(text), kind);
        let scanned = Scan::default().read_from(broken, "x".as_ref(), 0);
        assert_eq!(scanned.is_ok(), is_read, "{kind:?}");
    }
}
