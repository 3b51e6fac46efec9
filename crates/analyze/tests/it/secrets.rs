//! Recordings that kept their secrets: reports show fingerprints unless `--keep-secrets` is given.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use analyze::{Format, Reader, Scan};

/// Concatenated here, so that no scanner takes this file for a leaked key.
fn secret() -> String {
    format!("sk-{}-{}", "proj", "aB3dE6gH9jK2mN5pQ8sT1vW4".repeat(2))
}

fn session(secrets: &str) -> String {
    format!(
        r#"{{"kind":"session","format":1,"started_at":"2026-11-23T02:34:00.000000Z","tool":"x","command":["codex","--api-key","{}"],"limits":{{"body":1,"queue":1}},"secrets":"{secrets}"}}"#,
        secret()
    )
}

/// An exchange with the secret in every text.
fn exchange(id: u64) -> String {
    let secret = secret();
    let events = format!(
        r#"{{"at_us":5,"event":"response.output_item.done","json":{{"type":"response.output_item.done","item":{{"type":"message","role":"assistant","content":[{{"type":"output_text","text":"your key is {secret}"}}]}}}},"bytes":9}},{{"at_us":6,"json":{{"type":"response.completed","response":{{"id":"resp_1","usage":{{"input_tokens":1,"output_tokens":1}}}}}},"bytes":9}},{{"at_us":7,"text":"{secret}","bytes":9}}"#
    );
    format!(
        r#"{{"kind":"exchange","format":1,"id":{id},"connection":1,"started_at":"2026-11-23T02:34:01.000000Z","transport":"http","request":{{"method":"POST","url":"https://api.test/v1/responses?api_key={secret}","http_version":"HTTP/2","headers":[{{"name":"authorization","value":"Bearer {secret}"}}],"body":{{"json":{{"model":"m-{secret}","instructions":"use {secret}","input":[{{"type":"message","role":"user","content":[{{"type":"input_text","text":"my key: {secret}"}}]}}],"tools":[{{"type":"function","name":"t","description":"{secret}"}}]}},"bytes":9,"wire_bytes":9}},"end_us":1}},"response":{{"status":200,"reason":"OK","http_version":"HTTP/2","headers":[{{"name":"set-cookie","value":"a={secret}"}}],"events":[{events}],"start_us":4,"end_us":8}},"outcome":{{"state":"aborted","reason":"the origin said {secret}"}},"notes":["{secret}"]}}"#
    )
}

fn recording(secrets: &str) -> String {
    let end = r#"{"kind":"end","format":1,"exchanges":1}"#;
    format!("{}\n{}\n{end}\n", session(secrets), exchange(1))
}

fn analyze(arguments: &[&str], path: &Path) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_analyze"))
        .args(arguments)
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

#[test]
fn no_format_shows_what_was_kept_unless_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traffic.jsonl");
    fs::write(&path, recording("kept")).unwrap();
    let is_shown = |output: &Output| {
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.stderr.is_empty());
        text.contains(&secret())
    };
    for format in ["md", "html", "json", "csv", "har"] {
        let hidden = analyze(&["-f", format], &path);
        assert!(!is_shown(&hidden), "{format}");
        let again = analyze(&["-f", format], &path);
        assert!(
            hidden.stdout == again.stdout,
            "{format}: same input, same bytes out"
        );
        assert!(
            is_shown(&analyze(&["-f", format, "--keep-secrets"], &path)),
            "{format}"
        );
        // With a filter, too.
        assert!(!is_shown(&analyze(
            &["-f", format, "--filter", "status=200"],
            &path
        )));
    }
    let baseline = ["--baseline", path.to_str().unwrap()];
    for format in ["md", "html", "json"] {
        assert!(!is_shown(&analyze(
            &[&["-f", format], &baseline[..]].concat(),
            &path
        )));
    }
    let schemas = folder.path().join("schemas");
    analyze(&["--schema", schemas.to_str().unwrap()], &path);
    for file in fs::read_dir(&schemas).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains(&secret()), "{text}");
    }
}

#[test]
fn only_the_lines_of_recordings_that_kept_their_secrets_are_changed() {
    // Several recordings in one file, longer than the blocks that threads share.
    let mut text = String::new();
    for (secrets, count) in [
        ("redacted", 300),
        ("kept", 1200),
        ("redacted", 900),
        ("sealed", 5),
    ] {
        text.push_str(&session(secrets));
        text.push('\n');
        for id in 1..=count {
            text.push_str(&exchange(id));
            text.push('\n');
        }
    }
    text.push_str(r#"{"kind":"session","format":1,"started_at":"cut"#);
    text.push('\n');
    text.push_str(&exchange(1));
    assert!(text.len() > 3 << 20);
    let input = || std::io::Cursor::new(text.clone().into_bytes());
    let mut shown = 0;
    let mut hidden = 0;
    for record in Reader::new(input(), "x".as_ref()).unwrap() {
        let Ok(capture::record::Record::Exchange(exchange)) = record else {
            continue;
        };
        let url = &exchange.request.url;
        match url.contains(&secret()) {
            true => shown += 1,
            false => hidden += 1,
        }
    }
    // If the policy is unknown, or the session line cannot be read, secrets may have been kept.
    assert_eq!((shown, hidden), (300 + 900, 1200 + 5 + 1));
    let whole: Vec<String> = [1, 2, 5]
        .map(|threads| {
            let scan = Scan::default().threads(threads);
            let report = scan.read_from(input(), "x".as_ref(), 0).unwrap().finish();
            let mut out = Vec::new();
            Format::Json.write(&report, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        })
        .into();
    assert!(whole[0] == whole[1] && whole[0] == whole[2]);
}

#[test]
fn equal_credentials_stay_equal_in_every_output_of_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traffic.jsonl");
    fs::write(&path, recording("kept")).unwrap();
    let fingerprints = |format| {
        let output = String::from_utf8(analyze(&["-f", format], &path).stdout).unwrap();
        let marks = output.split("redacted:").skip(1);
        let mut marks: Vec<String> = marks.map(|mark| mark[..16].to_owned()).collect();
        marks.sort();
        marks.dedup();
        marks
    };
    let har = fingerprints("har");
    assert_eq!(har.len(), 1);
    assert_eq!(fingerprints("json"), har);
}
