//! Tokens that their shape gives away, and values that only a name gives away, in every kind of place.

use capture::redact::Redactor;

use crate::{fingerprints, is_json, redact, redactor};

/// Credentials that give themselves away. Made up, and assembled here so that no scanner takes this
/// file for a leak.
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
