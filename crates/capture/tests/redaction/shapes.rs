//! Secrets that their own shape or a scheme gives away: each kind that the docs name.

use crate::secrets::{Random, leaks};
use crate::{is_json, redact, redactor};

/// Texts with `{}` where the secret is, and the secret.
fn cases() -> Vec<(String, String)> {
    let mut random = Random(11);
    let mut text = |length| random.text(length);
    let hex = |length: usize| "0a1b2c3d4e5f67890a9b8c7d6e5f4a3b2c1d".repeat(4)[..length].to_owned();
    let jwe = format!(
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..{}.{}.{}",
        text(16),
        text(60),
        text(22)
    );
    let bech = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE";
    let encoded = format!("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt{}", text(80));
    let mut cases = vec![
        ("    client-key-data: {}\\n".to_owned(), encoded),
        ("here it is: {} ok".to_owned(), jwe),
        ("# key\\n{}\\n".to_owned(), format!("AGE-SECRET-KEY-1{bech}")),
        ("post to https://hooks.slack.com/services/{}".to_owned(), format!("T0AB1CD2E/B3FG4HI5J/{}", text(24))),
        ("https://discord.com/api/webhooks/{}".to_owned(), format!("123456789012345678/{}", text(68))),
        ("https://x.webhook.office.com/webhookb2/{}".to_owned(), format!("{}@{}/IncomingWebhook/{}", text(20), text(20), hex(32))),
        ("Authorization: AWS4-HMAC-SHA256 Credential=AKIAQ7LM3FQ9XW2MT7VB/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature={}\\r\\n".to_owned(), hex(64)),
        ("Authorization: Digest username=\\\"bob\\\", nonce=\\\"x\\\", response=\\\"{}\\\"".to_owned(), hex(32)),
        ("Authorization: GoogleLogin auth={}".to_owned(), text(40)),
        ("Authorization: Key {}".to_owned(), text(28)),
        ("telegram bot {} runs".to_owned(), format!("1234567890:A{}", text(34))),
        ("an azure secret {} here".to_owned(), format!("{}8Q~{}", "aB3", text(34))),
        ("terraform {} token".to_owned(), format!("{}.atlasv1.{}", text(14), text(60))),
        ("bob:{}".to_owned(), format!("$2b$12${}", text(53))),
        (r#"{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"{}\"}"#.to_owned(), text(43)),
    ];
    let lines = [text(64), text(64), text(20)];
    let body = lines.join("\\n");
    for (begin, end) in [
        (
            "-----BEGIN PGP PRIVATE KEY BLOCK-----",
            "-----END PGP PRIVATE KEY BLOCK-----",
        ),
        (
            "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
            "---- END SSH2 ENCRYPTED PRIVATE KEY ----",
        ),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", ""),
        ("", "-----END RSA PRIVATE KEY-----"),
    ] {
        cases.push((format!("{begin}\\n{{}}\\n{end}"), body.clone()));
    }
    cases.push((
        "PuTTY-User-Key-File-3: ssh-ed25519\\nPrivate-Lines: 3\\n{}\\nPrivate-MAC: 00\\n"
            .to_owned(),
        body,
    ));
    cases
}

#[test]
fn each_form_is_found_in_a_text_and_in_json() {
    let redactor = redactor();
    for (place, secret) in cases() {
        let json = format!("{{\"output\":\"{}\"}}", place.replace("{}", &secret));
        assert!(is_json(&json), "{json}");
        let redacted = redact(&redactor, &json);
        assert!(
            is_json(&redacted) && !leaks(&redacted, &secret),
            "{redacted}"
        );
        let text = json
            .replace("\\n", "\n")
            .replace("\\r", "\r")
            .replace("\\\"", "\"");
        let redacted = redact(&redactor, &text);
        assert!(!leaks(&redacted, &secret), "{redacted}");
        let text = text.replace('\n', "\r\n");
        assert!(
            !leaks(&redact(&redactor, &text), &secret.replace("\\n", "\r\n")),
            "{text}"
        );
    }
}

#[test]
fn a_key_in_a_list_of_lines_goes_line_by_line() {
    let mut random = Random(12);
    let lines = [random.text(64), random.text(64), random.text(30)];
    let json = format!(
        r#"["-----BEGIN PRIVATE KEY-----", "{}", "{}", "{}", "-----END PRIVATE KEY-----", "next"]"#,
        lines[0], lines[1], lines[2]
    );
    let redacted = redact(&redactor(), &json);
    assert!(
        is_json(&redacted) && redacted.ends_with(r#", "next"]"#),
        "{redacted}"
    );
    assert_eq!(redacted.matches('"').count(), json.matches('"').count());
    assert!(
        lines.iter().all(|line| !leaks(&redacted, line)),
        "{redacted}"
    );
}
