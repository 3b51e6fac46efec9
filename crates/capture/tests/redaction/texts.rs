//! Single texts: fingerprints, keys, Basic credentials, forms; and the time that redaction takes.

use std::sync::Arc;

use capture::redact::{Redactor, SessionKey};

use crate::{fingerprints, is_json, redact, redactor};

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
    // Each of these would read the rest of the text at every step if the scan remembered nothing.
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
