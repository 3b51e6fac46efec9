//! Tests: many credentials in many places, and what must not be taken for one.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::{Redactor, SessionKey};
use crate::record::{
    Exchange, Header, Outcome, OutcomeState, Request, Response, Timestamp, Transport,
};

/// Credentials that give themselves away, wherever they stand. Each is made up,
/// and put together here so that no scanner takes this file for a leak.
fn tokens() -> Vec<String> {
    let random = "Zk3fQ9xW2mT7vB5nR8cL1pY6dH4gJ0sAuE";
    let mut tokens: Vec<String> = [
        "sk-",
        "sk-proj-",
        "sk-ant-api03-",
        "ghp_",
        "gho_",
        "ghs_",
        "github_pat_11ABC_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "AIza",
        "hf_",
        "npm_",
        "rt_",
        "sk_live_",
        "GOCSPX-",
        "ya29.",
    ]
    .iter()
    .map(|prefix| format!("{prefix}{random}"))
    .collect();
    tokens.push(format!("AKIA{}", "IOSFODNN7EXAMPLE"));
    tokens.push(format!("eyJ{random}.eyJ{random}.{random}"));
    tokens
}

/// Places in which any text is a secret.
const NAMED: &[&str] = &[
    r#"{"access_token":"{}"}"#,
    r#"{"refreshToken" : "{}", "n":1}"#,
    r#"{"id-token":"{}"}"#,
    r#"{"a":[{"client_secret":"{}"}]}"#,
    r#"{"password":"{}"}"#,
    r#"{"apiKey":"{}"}"#,
    r#"{"OPENAI_API_KEY":"{}"}"#,
    r#"{"x-api-key":"{}"}"#,
    r#"{"device_code":"{}"}"#,
    r#"{"userCode":"{}"}"#,
    r#"{"code_verifier":"{}"}"#,
    r#"{"Authorization":"Bearer {}"}"#,
    r#"{"authorization":"{}"}"#,
    r#"{"token":"{}"}"#,
    r#"{"output":"{\"access_token\":\"{}\",\"x\":1}"}"#,
    r#"{"output":"{\n  \"refresh_token\": \"{}\"\n}"}"#,
    r#"{"a":"{\"b\":\"{\\\"client_secret\\\":\\\"{}\\\"}\"}"}"#,
    r#"{"headers":{"Cookie":"sid={}; Secure"}}"#,
    r#"{"output":"$ env\nMY_SECRET={}\nHOME=/root"}"#,
    r#"{"output":"export GITHUB_TOKEN=\"{}\""}"#,
    r#"{"output":"> Authorization: Bearer {}\r\n> Accept: */*"}"#,
    r#"{"output":"< set-cookie: sid={}; Path=/\r\n"}"#,
    r#"{"output":"{'password': '{}'}"}"#,
    r#"{"url":"https://host/path?a=1&access_token={}&b=2"}"#,
    r#"{"url":"https://bucket/x?X-Amz-Signature={}\u0026a=b"}"#,
    r#"{"proxy":"http://user:{}@127.0.0.1:8080/"}"#,
    r#"{"cut":"{\"access_token\":\"{}"}"#,
    "{\"access_token\":\"{}",
    "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{}\r\n--b--\r\n",
];

/// Places in which only the shape tells.
const UNNAMED: &[&str] = &[
    r#"{"input":"use {} please"}"#,
    r#"{"output":"line\n{}\nline"}"#,
    r#"{"a":"{\"b\":\"\\n{}\\n\"}"}"#,
    r#"{"url":"https://{}@host/"}"#,
    "plain text, {}.",
    "{}",
    "key is '{}', keep it",
    "(Bearer {})",
];

fn redactor() -> Redactor {
    Redactor::new(Arc::new(SessionKey::fixed()))
}

fn redact(redactor: &Redactor, text: &str) -> String {
    match redactor.text(text.as_bytes()) {
        Some(bytes) => String::from_utf8(bytes).unwrap(),
        None => text.into(),
    }
}

/// The fingerprints in a text.
fn fingerprints(text: &str) -> Vec<&str> {
    text.split("<redacted:")
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap())
        .collect()
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Checks a place: nothing of the secret is left, all else is, and its fingerprint is its own.
fn check(redactor: &Redactor, place: &str, secret: &str, fingerprint: Option<&str>) {
    let text = place.replace("{}", secret);
    let redacted = redact(redactor, &text);
    let what = format!("{secret} in {place} gave {redacted}");
    assert!(
        !redacted.contains(&secret[..secret.len().min(12)]),
        "{what}"
    );
    assert!(!redacted.contains(&secret[secret.len() - 5..]), "{what}");
    let found = fingerprints(&redacted);
    assert_eq!(found.len(), 1, "{what}");
    let (before, after) = place.split_once("{}").unwrap();
    assert_eq!(
        redacted,
        format!("{before}<redacted:{}>{after}", found[0]),
        "{what}"
    );
    assert!(
        fingerprint.is_none_or(|expected| expected == found[0]),
        "{what}"
    );
    assert_eq!(is_json(&redacted), is_json(&text), "{what}");
    assert_eq!(
        redact(redactor, &redacted),
        redacted,
        "twice is once: {what}"
    );
}

#[test]
fn no_token_is_left_anywhere_and_each_has_one_fingerprint() {
    let redactor = redactor();
    for token in tokens() {
        let alone = redact(&redactor, &token);
        let [fingerprint] = fingerprints(&alone)[..] else {
            panic!("{token} gave {alone}");
        };
        for place in NAMED.iter().chain(UNNAMED) {
            check(&redactor, place, &token, Some(fingerprint));
        }
    }
}

#[test]
fn what_a_name_calls_secret_needs_no_shape() {
    let redactor = redactor();
    for secret in [
        "correct-horse-battery-staple-9",
        "0123456789abcdef0123456789abcdef",
    ] {
        for place in NAMED {
            check(&redactor, place, secret, None);
        }
    }
    check(&redactor, r#"{"password":"{}"}"#, "hunter2", None);
    check(&redactor, r#"{"user_code":"{}"}"#, "ABCD-1234", None);
}

#[test]
fn a_secret_has_one_fingerprint_however_it_is_escaped() {
    let redactor = redactor();
    let texts = [
        r#"{"password":"a\"b/c"}"#,
        r#"{"password":"a\"b\/c"}"#,
        r#"{"x":"{\"password\":\"a\\\"b/c\"}"}"#,
    ];
    let found: Vec<_> = texts
        .iter()
        .map(|text| fingerprints(&redact(&redactor, text)).concat())
        .collect();
    assert!(
        found[0].len() == 16 && found.iter().all(|other| *other == found[0]),
        "{found:?}"
    );
    let form = redactor.form(b"password=a%22b%2Fc").unwrap();
    assert_eq!(
        fingerprints(&String::from_utf8(form).unwrap()),
        [found[0].as_str()]
    );
}

#[test]
fn a_fingerprint_means_nothing_in_another_recording() {
    let random = Redactor::new(Arc::new(SessionKey::random().unwrap()));
    let (one, other) = (redactor(), random);
    let text = r#"{"password":"hunter2"}"#;
    assert_ne!(redact(&one, text), redact(&other, text));
}

#[test]
fn what_analysis_needs_is_left_alone() {
    let redactor = redactor();
    for text in [
        r#"{"usage":{"input_tokens":1001,"input_tokens_details":{"cached_tokens":640},"total_tokens":1054}}"#,
        r#"{"max_output_tokens":4096,"prompt_cache_key":"01a20432-6730-7c31-bcbc-4985e1f1079f"}"#,
        r#"{"parameters":{"properties":{"token":{"type":"string","description":"the token"}},"required":["token"]}}"#,
        r#"{"token":null,"password":"","secret":true,"access_token":["a"],"api_key":{"a":"b"}}"#,
        r#"{"logprobs":[{"token":"authentication","logprob":-0.1,"bytes":[97]},{"token":" Hi","logprob":-1}]}"#,
        r#"{"grant_type":"refresh_token","token_type":"Bearer","expires_in":3600,"next_page_token":"abcdef123456"}"#,
        r#"{"text":"Use a Bearer token or Basic authentication; set the api key, the password: it is secret."}"#,
        r#"{"text":"let token = get_token(); password = read(); tokens: 12, token: string"}"#,
        r#"{"text":"task-force disk-usage-of-the-system sk-learn-contrib-all-lower npm_config_user_agent rt_sigprocmask"}"#,
        r#"{"text":"https://github.com/a/b?tab=readme&page=2 git@github.com ssh://git@github.com/x"}"#,
        r#"{"encrypted_content":"gAAAAABo_eyJhbGciOiJIUzI1NiJ9AbCdEf0123456789"}"#,
        r#"{"id":"resp_68a1b2c3d4e5f60718293a4b5c6d7e8f","call_id":"call_Zk3fQ9xW2mT7vB5nR8cL1pY6"}"#,
        r#"{"text":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"}"#,
        r#"{"code":"invalid_api_key","message":"Incorrect API key provided"}"#,
    ] {
        assert_eq!(redact(&redactor, text), text);
    }
}

#[test]
fn what_is_no_token_hides_none_that_follows() {
    let redactor = redactor();
    for text in [
        "sk-xoxb-a1b2c3d4e5",
        "sk-lower-case-words-only xoxb-a1b2c3d4e5",
        "eyJhbGciOiJI_xoxb-a1b2c3d4e5",
    ] {
        assert!(redact(&redactor, text).ends_with('>'), "{text}");
    }
}

#[test]
fn time_is_in_proportion_to_length() {
    // Each of these made a pass over the rest of the text at every step, were nothing remembered.
    let redactor = redactor();
    for part in [
        "sk-",
        "eyJ",
        "eyJ-",
        "token=",
        "authorization=",
        "TOKEN=x",
        "cookie: ",
        "token",
        "'token='",
        "token=\"",
        "Bearer ",
        "://",
        "\\",
        "password: a@",
        "-----BEGIN PRIVATE KEY-----",
    ] {
        let text = part.repeat((1 << 17) / part.len());
        let start = std::time::Instant::now();
        redact(&redactor, &text);
        let took = start.elapsed();
        assert!(
            took < std::time::Duration::from_secs(2),
            "{part:?} took {took:?}"
        );
    }
}

#[test]
fn a_private_key_is_left_out_between_its_first_and_last_line() {
    let redactor = redactor();
    let pem =
        r"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----\n";
    let redacted = redact(&redactor, &format!(r#"{{"file":"{pem}","next":1}}"#));
    assert!(
        is_json(&redacted) && !redacted.contains("MIIE") && redacted.contains(r#"","next":1}"#)
    );
    assert!(redacted.contains("-----BEGIN RSA PRIVATE KEY-----<redacted:"));
    assert!(redacted.contains(">-----END RSA PRIVATE KEY-----"));
    let cut = redact(
        &redactor,
        r#"{"a":"{\"key\":\"-----BEGIN PRIVATE KEY-----\\nMIIEpAIB\""}"#,
    );
    assert!(is_json(&cut) && !cut.contains("MIIE"), "{cut}");
}

#[test]
fn basic_credentials_are_found_and_their_scheme_stays() {
    let redacted = redact(
        &redactor(),
        "curl -H 'Authorization: Basic dXNlcjpodW50ZXIy' and Basic dXNlcjpodW50ZXIy",
    );
    let found = fingerprints(&redacted);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], found[1]);
    assert!(redacted.contains("Authorization: Basic <redacted:"));
}

#[test]
fn forms_lose_their_secrets_and_keep_their_fields() {
    let redactor = redactor();
    let form = "grant_type=authorization_code&code=xyz%2B1&client_id=app&json=%7B%22password%22%3A%22hunter2%22%7D";
    let redacted = String::from_utf8(redactor.form(form.as_bytes()).unwrap()).unwrap();
    assert!(redacted.starts_with("grant_type=authorization_code&code=<redacted:"));
    assert!(redacted.contains(">&client_id=app&json=%7B%22password%22:%22<redacted:"));
    assert!(!redacted.contains("hunter2") && !redacted.contains("xyz"));
    assert_eq!(redactor.form(redacted.as_bytes()), None);
    assert_eq!(redactor.form(b"a=1&b=two+words"), None);
}

fn exchange(url: &str, headers: &[(&str, &str)]) -> Exchange {
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

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn fragment() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            Just("\"token\":\"".into()),
            Just("{\\\"password\\\":\\\"".into()),
            Just("Authorization: ".into()),
            Just("cookie: a=".into()),
            Just("://u:".into()),
            Just("?code=".into()),
            Just("-----BEGIN PRIVATE KEY-----".into()),
            Just("name=\"secret\"\r\n\r\n".into()),
            Just("sk-Zk3fQ9xW2mT7vB5nR8".into()),
            Just("\\".into()),
            Just("'".into()),
            Just("@".into()),
        ]
    }

    proptest! {
        #[test]
        fn json_stays_json_and_text_stays_text(parts in proptest::collection::vec(fragment(), 0..12)) {
            let redactor = redactor();
            let text = parts.concat();
            redact(&redactor, &text);
            let mut json = serde_json::to_string(&[&text]).unwrap();
            for _ in 0..3 {
                prop_assert!(is_json(&redact(&redactor, &json)), "{}", json);
                json = serde_json::to_string(&[&json]).unwrap();
            }
            redactor.form(text.as_bytes());
        }
    }
}
