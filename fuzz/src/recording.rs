//! A file that is no recording, or half of one: read, decoded, reported in every form.

use std::io::Cursor;

use analyze::{Call, Exchange, Format, HarEntry, HarWriter, Reader, Scan};
use serde::de::IgnoredAny;

/// Reads and reports a file.
pub fn run(data: &[u8]) {
    let input = Cursor::new(data.to_vec());
    let Ok(reader) = Reader::new(input.clone(), "input".as_ref()) else {
        return;
    };
    for record in reader {
        if let Err(error) = record {
            assert!(!error.to_string().is_empty());
        }
    }
    let mut har = HarWriter::new(Vec::new()).expect("a Vec takes all");
    let scan = Scan::default().threads(1);
    let entry = |exchange: &Exchange<'_>| {
        Call::of(exchange);
        HarEntry::of(exchange)
    };
    let visited = scan.for_each_from(input.clone(), "input".as_ref(), entry, |entry| {
        if let Ok(entry) = entry {
            har.add(&entry).expect("a Vec takes all");
        }
        Ok::<(), analyze::Error>(())
    });
    if let Err(error) = visited {
        assert!(!error.to_string().is_empty());
    }
    assert_json(&har.finish().expect("a Vec takes all"));
    let Ok(aggregate) = scan.read_from(input, "input".as_ref(), 0) else {
        return;
    };
    let report = aggregate.finish();
    for format in Format::ALL {
        let mut out = Vec::new();
        format.write(&report, &mut out).expect("a Vec takes all");
        if *format == Format::Json {
            assert_json(&out);
        }
    }
}

fn assert_json(document: &[u8]) {
    let read = serde_json::from_slice::<IgnoredAny>(document);
    assert!(read.is_ok(), "{:?}", read.err());
}
