//! Whole records: headers and URLs.

use capture::record::{
    Exchange, Header, Outcome, OutcomeState, Request, Response, Timestamp, Transport,
};

use crate::{fingerprints, redactor};

pub(crate) fn exchange(url: &str, headers: &[(&str, &str)]) -> Exchange {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| Header {
            name: (*name).into(),
            value: (*value).into(),
        })
        .collect();
    Exchange {
        id: 1,
        connection: 1,
        started_at: Timestamp::from_micros(0),
        transport: Transport::Http,
        upgrade: None,
        request: Request {
            method: "GET".into(),
            url: url.into(),
            http_version: "HTTP/2".into(),
            headers: headers.clone(),
            body: None,
            trailers: headers.clone(),
            end_us: None,
        },
        response: Some(Response {
            status: 200,
            reason: None,
            http_version: "HTTP/2".into(),
            headers,
            informational: Vec::new(),
            body: None,
            events: Vec::new(),
            trailers: Vec::new(),
            start_us: 0,
            end_us: None,
        }),
        outcome: Outcome {
            state: OutcomeState::Failed,
            reason: Some("proxy http://u:pass-word-1@host refused".into()),
        },
        delay: None,
        notes: vec!["saw sk-Zk3fQ9xW2mT7vB5nR8".into()],
    }
}

#[test]
fn headers_keep_their_names_schemes_and_cookies_names() {
    let secret = "q7Lm-0pqr";
    let mut record = exchange(
        "https://host/",
        &[
            ("Authorization", "Bearer q7Lm-0pqr"),
            ("proxy-authorization", "Basic q7Lm-0pqr"),
            ("Cookie", "sid=q7Lm-0pqr; theme=q7Lm-0pqr"),
            ("set-cookie", "sid=q7Lm-0pqr; Path=/; HttpOnly"),
            ("X-Api-Key", secret),
            ("chatgpt-account-id", secret),
            ("x-my-token", secret),
            ("mcp-session-id", secret),
            ("location", "https://host/cb?code=q7Lm-0pqr&state=1"),
            (
                "x-codex-turn-metadata",
                r#"{"session_id":"1","access_token":"q7Lm-0pqr"}"#,
            ),
            ("user-agent", "codex_exec/0.169.0"),
        ],
    );
    redactor().exchange(&mut record);
    let line = serde_json::to_string(&record).unwrap();
    assert!(
        !line.contains("q7Lm") && !line.contains("pass-word") && !line.contains("Zk3f"),
        "{line}"
    );
    let values: Vec<_> = record
        .request
        .headers
        .iter()
        .map(|header| header.value.as_str())
        .collect();
    assert!(
        values[0].starts_with("Bearer <redacted:") && values[1].starts_with("Basic <redacted:")
    );
    assert!(values[2].starts_with("sid=<redacted:") && values[2].contains("; theme=<redacted:"));
    assert!(values[3].starts_with("sid=<redacted:") && values[3].ends_with(">; Path=/; HttpOnly"));
    assert!(values[8].ends_with(">&state=1") && values[9].contains(r#""session_id":"1""#));
    assert_eq!(values[10], "codex_exec/0.169.0");
    let all = values.concat();
    let found = fingerprints(&all);
    assert!(
        found.iter().all(|other| *other == found[0]),
        "one secret, one fingerprint: {found:?}"
    );
}

#[test]
fn urls_lose_what_is_secret_in_them() {
    for (url, start, end) in [
        (
            "https://q7Lm@host/p?a=1",
            "https://<redacted:",
            ">@host/p?a=1",
        ),
        (
            "https://host/p?a=1&key=q7Lm&b=q7Lx",
            "https://host/p?a=1&key=<redacted:",
            ">&b=q7Lx",
        ),
        (
            "https://host/p?sig=q7Lm",
            "https://host/p?sig=<redacted:",
            ">",
        ),
        (
            "https://host/sk-q7Lm3fQ9xW2mT7vB5nR8/x",
            "https://host/<redacted:",
            ">/x",
        ),
    ] {
        let mut record = exchange(url, &[]);
        redactor().exchange(&mut record);
        let redacted = record.request.url;
        assert!(!redacted.contains("q7Lm"), "{redacted}");
        assert!(
            redacted.starts_with(start) && redacted.ends_with(end),
            "{redacted}"
        );
    }
}
