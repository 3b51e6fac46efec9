//! The value of a credential is found everywhere from then on, unless ordinary text may contain it.

use capture::record::Exchange;
use capture::redact::Redactor;

use crate::records::exchange;
use crate::secrets::Random;
use crate::{fingerprints, redact, redactor};

/// An exchange with these headers, redacted.
fn redacted(redactor: &Redactor, headers: &[(&str, &str)]) -> Exchange {
    let mut record = exchange("https://host/", headers);
    redactor.exchange(&mut record);
    record
}

/// Checks that `secret` in a header is found in the output of a tool, as the same.
fn is_found_later(name: &str, value: &str, secret: &str) {
    let redactor = redactor();
    let output = format!(r#"{{"type":"tool_result","content":"it printed {secret}\nand ended"}}"#);
    let record = redacted(&redactor, &[(name, value)]);
    let header = &record.request.headers[0].value;
    assert!(!header.contains(secret), "{header}");
    let later = redact(&redactor, &output);
    // Of several cookies it is the last.
    let found = fingerprints(header);
    let expected = output.replace(secret, &format!("<redacted:{}>", found[found.len() - 1]));
    assert_eq!(later, expected, "{name}");
}

#[test]
fn the_credential_of_a_header_is_found_in_a_later_text_as_the_same() {
    let mut random = Random(2);
    for length in [24, 32, 48, 129] {
        let secret = random.text(length);
        is_found_later("Authorization", &format!("Bearer {secret}"), &secret);
        is_found_later("authorization", &format!("Splunk {secret}"), &secret);
        is_found_later("x-api-key", &secret, &secret);
        is_found_later("cookie", &format!("theme=dark; sid={secret}"), &secret);
        is_found_later("set-cookie", &format!("sid={secret}; Path=/"), &secret);
    }
    let account = "7f9c24e8-3b12-4a5e-9c01-d83f5b7ae642";
    is_found_later("chatgpt-account-id", account, account);
}

#[test]
fn it_is_found_in_other_places_of_later_records_too() {
    let redactor = redactor();
    let secret = Random(3).text(30);
    let authorization = format!("Bearer {secret}");
    let first = redacted(&redactor, &[("authorization", &authorization)]);
    let fingerprint = fingerprints(&first.request.headers[0].value)[0].to_owned();
    let mut record = exchange(
        &format!("https://host/{secret}/x?q={secret}"),
        &[("x-other", &secret), ("x-list", &format!("a, {secret}, b"))],
    );
    record.outcome.reason = Some(format!("could not use {secret}"));
    redactor.exchange(&mut record);
    let line = serde_json::to_string(&record).unwrap();
    assert!(
        !line.contains(&secret[..15]) && !line.contains(&secret[15..]),
        "{line}"
    );
    let found = line.matches(&fingerprint).count();
    assert!(found >= 5, "{found} in {line}");
    // Another thread that reads with the same redactor finds it, too.
    let other = std::thread::scope(|scope| {
        let other = scope.spawn(|| redact(&redactor, &format!("and {secret}.")));
        other.join().unwrap()
    });
    assert!(!other.contains(&secret));
}

#[test]
fn what_texts_hold_anyway_is_not_learned() {
    for (name, value) in [
        ("x-api-key", "development"),
        ("x-api-key", "your-api-key-goes-here"),
        ("x-auth-token", "crates/capture/src/main.rs"),
        ("authorization", "Bearer placeholder"),
        ("authorization", "Bearer $ACCESS_TOKEN"),
        (
            "cookie",
            "theme=dark; lang=en-GB; page=/docs/getting-started",
        ),
        ("x-session-token", "12345678"),
        ("x-api-key", "2026-11-28"),
    ] {
        let redactor = redactor();
        redacted(&redactor, &[(name, value)]);
        let words = value.split(['=', ';', ' ']).filter(|word| word.len() > 3);
        for word in words.filter(|word| *word != "Bearer") {
            let text = format!("the word {word} is in this text, and {word}s are");
            assert_eq!(redact(&redactor, &text), text, "after {name}: {value}");
        }
    }
}

#[test]
fn as_many_values_as_are_held_do_not_keep_others_from_being_redacted_in_their_places() {
    let redactor = redactor();
    let mut random = Random(4);
    let secrets: Vec<String> = (0..600).map(|_| random.text(28)).collect();
    for secret in &secrets {
        let record = redacted(&redactor, &[("x-api-key", secret)]);
        assert!(!record.request.headers[0].value.contains(secret.as_str()));
    }
    // Nothing but an earlier header gives a bare value away.
    let is_known = |secret: &&String| !redact(&redactor, secret).contains(secret.as_str());
    let known = secrets.iter().filter(is_known).count();
    assert!((200..=256).contains(&known), "{known} values are held");
    assert!(!redact(&redactor, &secrets[0]).contains(&secrets[0]));
    // The last came too late to be known; its name still gives it away.
    let last = &secrets[599];
    let text = format!(r#"{{"api_key":"{last}"}}"#);
    assert!(!redact(&redactor, &text).contains(last.as_str()));
}

#[test]
fn a_value_that_is_part_of_another_does_not_hide_it() {
    let redactor = redactor();
    let mut random = Random(5);
    let (short, tail) = (random.text(24), random.text(12));
    let long = format!("{short}.{tail}");
    redacted(&redactor, &[("x-api-key", &short)]);
    redacted(&redactor, &[("x-api-key", &long)]);
    let later = redact(&redactor, &format!("a {long} b {short} c"));
    assert!(!later.contains(&tail) && !later.contains(&short), "{later}");
    assert_eq!(fingerprints(&later).len(), 2);
}
