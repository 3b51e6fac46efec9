//! Redaction from outside: tokens known by what is next to their random part, names in other spellings.

use std::sync::Arc;

use capture::redact::{Redactor, SessionKey};

/// As random as tokens are: letters of both cases and digits.
fn random(length: usize) -> String {
    "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zR0cF"
        .chars()
        .cycle()
        .take(length)
        .collect()
}

fn hex(length: usize) -> String {
    "9f86d081884c7d659a2feaa0c55ad015"
        .chars()
        .cycle()
        .take(length)
        .collect()
}

/// What redaction makes of `text`.
fn redacted(text: &str) -> String {
    let redactor = Redactor::new(Arc::new(SessionKey::derived(b"a test")));
    let bytes = redactor.text(text.as_bytes());
    bytes.map_or(text.to_owned(), |bytes| String::from_utf8(bytes).unwrap())
}

/// Whether of `token`, and of nothing around it, redaction leaves nothing.
fn is_replaced(token: &str) -> bool {
    let text = redacted(&format!("it printed {token} and ended"));
    let inside = text
        .strip_prefix("it printed ")
        .and_then(|rest| rest.strip_suffix(" and ended"));
    let inside = inside.unwrap_or_else(|| panic!("{text}"));
    inside.starts_with("<redacted:") && inside.matches(':').count() == 1 && inside.ends_with('>')
}

#[test]
fn tokens_of_the_least_length_are_replaced_and_shorter_ones_are_not() {
    let telegram = |length| format!("12345678:A{}", random(length));
    let google = |length| format!("1//0{}", random(length));
    let openshift = |length| format!("sha256~{}", random(length));
    let facebook = |length| format!("123456789012345|{}", random(length));
    let entra = |length| format!("aB38Q~{}", random(length));
    let terraform = |length| format!("{}.atlasv1.{}", &random(14), random(length));
    let discord = |length| format!("M{}.{}.{}", random(22), random(6), random(length));
    for (least, token) in [
        (34, &telegram as &dyn Fn(usize) -> String),
        (29, &google),
        (40, &openshift),
        (27, &facebook),
        (31, &entra),
        (27, &discord),
    ] {
        assert!(is_replaced(&token(least)), "{}", token(least));
        let short = token(least - 1);
        assert_eq!(redacted(&short), short);
    }
    assert!(is_replaced(&terraform(60)));
    // Of Asana's, what stands before the slash is no secret.
    let asana = |length| format!("1/1234567890123456:{}", random(length));
    let text = redacted(&asana(32));
    assert!(
        text.starts_with("1/<redacted:") && text.ends_with('>'),
        "{text}"
    );
    assert_eq!(redacted(&asana(31)), asana(31));
}

#[test]
fn what_stands_before_the_random_part_counts_to_the_letter() {
    for text in [
        format!("1234567:A{}", random(34)),
        format!("12345678:B{}", random(34)),
        format!("2//0{}", random(29)),
        format!("sha512~{}", random(40)),
        format!("sha256-{}", random(40)),
        format!("12345678901234|{}", random(27)),
        format!("123456789012345678|{}", random(27)),
        format!("123456789012345|{}", random(41)),
        format!("aB38P~{}", random(31)),
        format!("{}.atlasv2.{}", &random(14), random(60)),
        format!("P{}.{}.{}", random(22), random(6), random(27)),
        format!("M{}.{}.{}", random(22), random(5), random(27)),
    ] {
        assert_eq!(redacted(&text), text);
    }
}

#[test]
fn keys_that_say_at_their_end_what_they_are_are_replaced() {
    for (token, other) in [
        (format!("{}-us12", hex(32)), format!("{}-eu12", hex(32))),
        (format!("{}_mmk", random(36)), format!("{}_mmk", random(35))),
        (format!("{}-us1", hex(32)), format!("{}-us123", hex(32))),
        (
            format!("pat{}.{}", random(14), hex(64)),
            format!("pat{}.{}", random(13), hex(64)),
        ),
    ] {
        assert!(is_replaced(&token), "{token}");
        assert_eq!(redacted(&other), other);
    }
}

#[test]
fn a_name_of_which_any_characters_are_escaped_is_the_same_name() {
    let name = "api_key";
    let value = random(24);
    for start in 0..name.len() {
        for end in start + 1..=name.len() {
            let escaped = name[start..end]
                .bytes()
                .map(|byte| format!("\\u{byte:04x}"));
            let spelled = [&name[..start], &escaped.collect::<String>(), &name[end..]].concat();
            let text = redacted(&format!(r#"{{"{spelled}":"{value}","other":1}}"#));
            let (before, behind) = text
                .split_once("<redacted:")
                .unwrap_or_else(|| panic!("{text}"));
            assert_eq!(before, format!(r#"{{"{spelled}":""#));
            assert!(behind.ends_with(r#">","other":1}"#), "{text}");
        }
    }
}

#[test]
fn a_column_of_secrets_is_found_by_its_name_wherever_it_stands() {
    let (one, other) = (random(24), hex(28));
    for separator in [",", " , ", ";", "\t", "|", " | "] {
        for place in 0..3 {
            let row = |cell: &str| {
                let mut cells = vec!["1", "bob"];
                cells.insert(place, cell);
                cells.join(separator)
            };
            let mut names = vec!["id", "user"];
            names.insert(place, "password");
            let header = names.join(separator);
            let plain = format!("{header}\n{}\n{}\n", row(&one), row(&other));
            let json = serde_json::json!({ "output": plain }).to_string();
            for text in [plain, json] {
                let found = redacted(&text);
                let found = found.split("<redacted:").enumerate();
                let found = found.map(|(part, rest)| match part {
                    0 => rest,
                    _ => rest.split_once('>').unwrap().1,
                });
                let expected = text.replace(&one, "").replace(&other, "");
                assert_eq!(found.collect::<String>(), expected, "{text}");
            }
        }
    }
}

#[test]
fn what_a_value_must_look_like_depends_on_its_name() {
    const UUID: &str = "7f9c24e8-3b12-4a5e-9c01-d83f5b7ae642";
    let (random, hex) = (random(32), hex(32));
    for (assigned, is_secret) in [
        // Conversations have such ids.
        (format!("session_id = {UUID}"), false),
        (format!("session_id = {hex}"), false),
        (format!("session_id = {random}"), true),
        (format!("api_key = {UUID}"), true),
        (format!("secret_key = {UUID}"), true),
        (format!("consumer_key = {UUID}"), true),
        (format!("consumer_key = {random}"), true),
        ("consumer_key = k7-Q2-x9-m4".to_owned(), false),
        ("client_secret = k7-Q2-x9-m4".to_owned(), true),
        ("client_secret = some-words-only".to_owned(), false),
        ("password = k7-Q2-x9".to_owned(), true),
    ] {
        let text = redacted(&assigned);
        let (name, _) = assigned.split_once(" = ").unwrap();
        let is_replaced = text.starts_with(&format!("{name} = <redacted:"));
        assert_eq!(
            (is_replaced, text != assigned),
            (is_secret, is_secret),
            "{text}"
        );
    }
}

#[test]
fn a_value_before_its_name_is_replaced_if_it_is_a_secret() {
    let text =
        |value: &str| format!(r#"[{{"value":"{value}","name":"API_KEY"}},{{"value":"on"}}]"#);
    let secret = random(24);
    let found = redacted(&text(&secret));
    assert!(found.starts_with(r#"[{"value":"<redacted:"#), "{found}");
    assert!(
        found.ends_with(r#">","name":"API_KEY"},{"value":"on"}]"#),
        "{found}"
    );
    for other in ["none so far", "production"] {
        assert_eq!(redacted(&text(other)), text(other));
    }
}
