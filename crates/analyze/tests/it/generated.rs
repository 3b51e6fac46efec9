//! A recording of a few MB from the lines of the fixtures, with every kind of flawed line in between.
//!
//! It has the same bytes each time. Ids, dates and prompts change from round to round, so that there
//! are equal and distinct contents to merge.

use std::io::Write as _;

use crate::fixtures;

/// The bytes of the recording.
pub(crate) fn recording() -> Vec<u8> {
    let mut text = Vec::new();
    let fixtures: Vec<String> = fixtures::all().map(fixtures::text).collect();
    let mut count = 0;
    for round in 0..ROUNDS {
        for (number, fixture) in fixtures.iter().enumerate() {
            for line in fixture.lines() {
                // Some sessions lack their first line, so that one continues through several fixtures.
                if number % 3 == 2 && line.starts_with(r#"{"kind":"session""#) {
                    continue;
                }
                let line = shifted(line, 100 * round + 30 * (number as u64 % 3), round);
                text.extend(line.as_bytes());
                text.push(b'\n');
                count += 1;
                if count % 6 == 0 {
                    text.extend(flawed(count / 6, &line));
                    text.push(b'\n');
                }
            }
        }
        text.extend(long(1_000 + round).as_bytes());
        text.push(b'\n');
    }
    // The last line is complete except for its newline.
    text.extend(exchange(2_000, "the end").as_bytes());
    text
}

/// The recording and its compressed copies, by name.
pub(crate) fn copies() -> [(&'static str, Vec<u8>); 3] {
    let plain = recording();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let zstd = zstd::encode_all(&plain[..], 1).unwrap();
    [
        ("plain", plain),
        ("gzip", gzip.finish().unwrap()),
        ("zstd", zstd),
    ]
}

/// The line with other ids, another date and another prompt.
///
/// Edited as text: serde_json would sort the members, and the fast path wants `kind` first.
fn shifted(line: &str, ids: u64, round: u64) -> String {
    let mut line = line.replace("2026-11-23T", &format!("2026-11-{}T", 23 + round));
    for member in [r#""id":"#, r#""connection":"#] {
        // The first of each is in the head.
        let Some(at) = line.find(member).map(|at| at + member.len()) else {
            continue;
        };
        let digits = line[at..].bytes().take_while(u8::is_ascii_digit).count();
        if let Ok(id) = line[at..at + digits].parse::<u64>() {
            line.replace_range(at..at + digits, &(id + ids).to_string());
        }
    }
    line.replace("say hi", &format!("say hi {round}"))
}

/// A line that is blank, damaged, foreign, or a valid exchange in an unusual form.
fn flawed(number: u64, line: &str) -> Vec<u8> {
    match number % 8 {
        0 => Vec::new(),
        1 => b" \t\r".to_vec(),
        2 => line.as_bytes()[..line.len() / 2].to_vec(),
        3 => br#"{"level":"info","message":"of another program"}"#.to_vec(),
        4 => br#"{"kind":"end","format":99,"exchanges":1}"#.to_vec(),
        5 => [&line.as_bytes()[..40], &[0xff, 0xfe]].concat(),
        // Valid, but not on the fast path: `kind` is not the first member.
        6 => exchange(3_000 + number, "kind last")
            .replacen(HEAD, "{", 1)
            .replacen(
                r#""outcome""#,
                r#""kind":"exchange","format":1,"outcome""#,
                1,
            )
            .into_bytes(),
        // Valid: white space may follow a record.
        _ => format!("{} \r", exchange(4_000 + number, "\\ud83d\\ude00 \\u0000")).into_bytes(),
    }
}

/// A line that is longer than a block of the default size.
fn long(id: u64) -> String {
    exchange(id, &"long ".repeat(LONG_BYTES / 5))
}

const HEAD: &str = r#"{"kind":"exchange","format":1,"#;

fn exchange(id: u64, said: &str) -> String {
    format!(
        r#"{HEAD}"id":{id},"connection":1,"started_at":"2026-11-27T10:00:00.000000Z","transport":"http","request":{{"method":"POST","url":"https://api.openai.com/v1/other/{id}","http_version":"HTTP/2","headers":[{{"name":"x-id","value":"{id}"}}],"body":{{"json":{{"said":"{said}"}},"bytes":9,"wire_bytes":9}},"end_us":10}},"response":{{"status":200,"http_version":"HTTP/2","start_us":20,"end_us":30}},"outcome":{{"state":"complete"}}}}"#
    )
}

const ROUNDS: u64 = 2;
/// More than 1 MiB.
const LONG_BYTES: usize = 1_100_000;
