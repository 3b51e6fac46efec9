//! Names x spellings x places: every name of a secret is found wherever a name meets a value.
//!
//! The names are those of `redact::names`, so a name that contains no keyword of the filter fails
//! here. Exempt, because the same words are everywhere in code and prose:
//!
//! - `auth`, `code`, `sig` and the other whole names that are words (`names::is_common_word`) are found in
//!   quotes and queries only, and not with a number or a word behind them; nor is `key` alone;
//! - of ambiguous names only `SECRET_PARAMETERS` count in queries and forms;
//! - a list of cookies is one in JSON and in headers, not in a variable of code;
//! - an ambiguous name (`deploy_key`) without quotes around its value needs a random value of 20
//!   characters with a digit, and the values here are as long;
//! - `pass` before a blank is the word; `app.pin` is the pin of something.

use capture::redact::{NameKind, names};

use crate::named_places::{Name, PLACES, Place};
use crate::secrets::{Random, leaks};
use crate::{fingerprints, is_json, redact, redactor};

/// The words that names are made of, the longest first where one begins with another.
const WORDS: &[&str] = &[
    "authorization",
    "authentication",
    "contribsys",
    "subscription",
    "verification",
    "encryption",
    "connection",
    "credentials",
    "credential",
    "passphrase",
    "assertion",
    "passwords",
    "signature",
    "recovery",
    "password",
    "passcode",
    "verifier",
    "mnemonic",
    "session",
    "account",
    "private",
    "signing",
    "webhook",
    "passwd",
    "secret",
    "bearer",
    "client",
    "cookie",
    "device",
    "master",
    "phrase",
    "backup",
    "access",
    "cnonce",
    "string",
    "nonce",
    "token",
    "codes",
    "hmac",
    "sess",
    "seed",
    "user",
    "next",
    "code",
    "auth",
    "hint",
    "pass",
    "totp",
    "ntlm",
    "csrf",
    "xsrf",
    "pwd",
    "key",
    "dsn",
    "otp",
    "mfa",
    "api",
    "url",
    "jwt",
    "sas",
    "sid",
    "sig",
    "pin",
    "com",
    "bind",
    "root",
    "psk",
    "pw",
    "id",
    "rt",
    "x",
];

/// The words of a name: `apikey` is `api`, `key`.
fn words(name: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let word = WORDS.iter().find(|word| rest.starts_with(*word));
        let word = word.unwrap_or_else(|| panic!("WORDS lacks what {name} is made of"));
        words.push(&rest[..word.len()]);
        rest = &rest[word.len()..];
    }
    words
}

fn capitalized(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// A name in all spellings, also behind other words and before a number.
fn spellings(name: &str, is_word: bool) -> Vec<String> {
    let plain = words(name);
    // `key` alone is everybody's word.
    let mut spellings = if name == "key" {
        Vec::new()
    } else {
        spelled(&plain)
    };
    for addition in ["2", "old", "prod"]
        .into_iter()
        .filter(|_| name != "key" && !is_word)
    {
        let added: Vec<&str> = plain.iter().copied().chain([addition]).collect();
        spellings.extend([
            added.join("_"),
            added.join("_").to_uppercase(),
            added.join("-"),
        ]);
    }
    if name != "key" && !is_word {
        spellings.push(format!("{}1", camel(&plain)));
    }
    if !is_word {
        let behind: Vec<&str> = ["openai"]
            .into_iter()
            .chain(plain.iter().copied())
            .collect();
        spellings.extend(spelled(&behind));
        let header: Vec<_> = behind.iter().map(|word| capitalized(word)).collect();
        spellings.push(format!("X-{}", header.join("-")));
    }
    spellings.sort();
    spellings.dedup();
    spellings
}

fn spelled(words: &[&str]) -> Vec<String> {
    let titles: Vec<_> = words.iter().map(|word| capitalized(word)).collect();
    let mut spelled = vec![camel(words), titles.concat()];
    for separator in ["", "_", "-", "."] {
        let joined = words.join(separator);
        spelled.extend([joined.to_uppercase(), titles.join(separator), joined]);
    }
    spelled
}

fn camel(words: &[&str]) -> String {
    let titles: Vec<_> = words[1..].iter().map(|word| capitalized(word)).collect();
    format!("{}{}", words[0], titles.concat())
}

/// Whether a name is one that a place can have.
fn fits(place: &Place, spelling: &str, name: &str, kind: NameKind) -> bool {
    let is_identifier = !spelling.contains(['-', '.']);
    let is_exempt = names::is_common_word(name.as_bytes())
        || (name == "pass" && place.has_blank())
        || (name == "pin" && place.is_member());
    match place.name {
        Name::Quoted => kind != NameKind::Cookie || place.is_json(),
        Name::Parameter => !matches!(
            kind,
            NameKind::Cookie | NameKind::Ambiguous | NameKind::Key | NameKind::Session
        ),
        Name::Bare => !is_exempt && kind != NameKind::Cookie,
        Name::Identifier => is_identifier && !is_exempt && kind != NameKind::Cookie,
    }
}

#[test]
fn every_name_is_found_in_every_spelling_and_place() {
    let mut random = Random(1);
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, kind) in names::secret_names() {
        let redactor = redactor();
        let is_word = matches!(kind, NameKind::Token)
            || names::is_common_word(name.as_bytes())
            || name == "pin";
        for spelling in spellings(name, is_word) {
            for place in PLACES
                .iter()
                .filter(|place| fits(place, &spelling, name, kind))
            {
                let value = random.text(26);
                let (before, after) = place.around(&spelling, kind);
                let text = format!("{before}{value}{after}");
                let redacted = if place.is_form {
                    let form = redactor.form(text.as_bytes()).unwrap_or_default();
                    String::from_utf8(form).unwrap()
                } else {
                    redact(&redactor, &text)
                };
                count += 1;
                let expected = format!(
                    "{before}<redacted:{}>{after}",
                    fingerprints(&redacted).first().unwrap_or(&"")
                );
                let is_right = redacted == expected && is_json(&redacted) == is_json(&text);
                if leaks(&redacted, &value) || !is_right {
                    wrong.push(format!("{kind:?} {text}\n    {redacted}"));
                }
            }
        }
    }
    assert!(count > 100_000, "only {count} texts");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
