//! Cases: kinds of secrets in the places where agents meet them, made anew from a fixed seed.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::places::{COMMANDS, HEADERS, NAMED, PASSWORDS, UNNAMED};
use super::secrets::Random;

/// A secret in a message.
pub(super) struct Case {
    /// The kind and the place.
    pub(super) name: String,
    /// Different in each case.
    pub(super) secret: String,
    /// What a tool printed, say.
    pub(super) text: String,
    /// The header or the query that it is in, where it is not in a text.
    pub(super) carrier: Carrier,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Carrier {
    Text,
    Header(&'static str),
    Query,
}

impl Case {
    /// A message of an agent, in which the text is a string.
    pub(super) fn json(&self, kind: &str, number: usize) -> String {
        let text = match self.carrier {
            Carrier::Text => &self.text,
            Carrier::Header(name) => &format!("> {name}: {}\r\n> accept: */*", self.text),
            Carrier::Query => &format!("GET https://host/p?a=1&{}&b=2", self.text),
        };
        json!({"type": kind, "case": number, "input": [{"content": text}]}).to_string()
    }
}

impl Random {
    fn of(&mut self, letters: &[u8], length: usize) -> String {
        (0..length).map(|_| self.one_of(letters)).collect()
    }

    fn hex(&mut self, length: usize) -> String {
        self.of(b"0123456789abcdef", length)
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next() as u8).collect()
    }

    fn jwt(&mut self) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
        let claims = format!(r#"{{"sub":"{}","exp":1700000000}}"#, self.hex(16));
        let claims = URL_SAFE_NO_PAD.encode(claims);
        let signature = URL_SAFE_NO_PAD.encode(self.bytes(64));
        format!("{header}.{claims}.{signature}")
    }

    fn uuid(&mut self) -> String {
        let parts = [8, 4, 4, 4, 12].map(|length| self.hex(length));
        parts.join("-")
    }

    /// A word with a capital, a digit inside, a sign and a year.
    fn password(&mut self) -> String {
        let word = self.of(b"abcdefghijkmnopqrstuvwxyz", 4);
        let head = self.of(b"ABCDEFGHJKLMNPQRSTUVWXYZ", 1);
        let digits = self.of(b"23456789", 3);
        format!("{head}4{word}#{digits}x")
    }

    /// Secrets that only a name gives away.
    fn unmarked(&mut self) -> Vec<(&'static str, String)> {
        vec![
            ("letters", self.text(40)),
            ("short", self.text(24)),
            ("hex", self.hex(64)),
            ("base64", STANDARD.encode(self.bytes(33))),
            ("uuid", self.uuid()),
        ]
    }

    /// Secrets with a shape of their own; their beginnings are apart from what makes them whole, so
    /// that no scanner takes this file for a leak.
    fn shaped(&mut self) -> Vec<(&'static str, String)> {
        let mut shaped: Vec<_> = [
            ("openai", "sk-proj-", 60),
            ("anthropic", "sk-ant-api03-", 80),
            ("github", "ghp_", 36),
            ("gitlab", "glpat-", 20),
            ("slack", "xoxb-", 40),
            ("huggingface", "hf_", 34),
            ("npm", "npm_", 36),
            ("google", "AIza", 35),
            ("stripe", "sk_live_", 24),
            ("pypi", "pypi-AgEIcHlwaS5vcmc", 80),
        ]
        .into_iter()
        .map(|(name, prefix, length)| (name, format!("{prefix}{}", self.text(length))))
        .collect();
        let id = self.of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
        shaped.push(("aws", format!("AKIA{id}")));
        shaped.push(("jwt", self.jwt()));
        shaped
    }

    fn pem(&mut self) -> String {
        let lines: Vec<String> = (0..6).map(|_| STANDARD.encode(self.bytes(48))).collect();
        lines.join("\n")
    }
}

/// All cases, the same in every run.
pub(super) fn cases() -> Vec<Case> {
    let mut random = Random(15);
    let mut cases = Vec::new();
    let mut add = |kind: &str, place: &str, secret: String, carrier: Carrier| {
        cases.push(Case {
            name: format!("{kind} in {place:?}"),
            text: place.replace("{}", &secret),
            secret,
            carrier,
        });
    };
    for place in NAMED {
        for (kind, secret) in random.unmarked() {
            add(kind, place, secret, Carrier::Text);
        }
        add("jwt", place, random.jwt(), Carrier::Text);
    }
    for place in UNNAMED {
        for (kind, secret) in random.shaped() {
            add(kind, place, secret, Carrier::Text);
        }
    }
    for place in PASSWORDS {
        for _ in 0..2 {
            add("password", place, random.password(), Carrier::Text);
        }
    }
    for place in COMMANDS {
        add("password", place, random.password(), Carrier::Text);
        add("letters", place, random.text(30), Carrier::Text);
    }
    for (name, place) in HEADERS {
        for (kind, secret) in random.unmarked() {
            add(kind, place, secret, Carrier::Header(name));
        }
    }
    for name in [
        "api_key",
        "access_token",
        "code",
        "sig",
        "X-Amz-Signature",
        "client_secret",
    ] {
        for secret in [random.text(40), random.hex(64)] {
            add("query", &format!("{name}={{}}"), secret, Carrier::Query);
        }
    }
    for kind in [
        "RSA PRIVATE KEY",
        "PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "EC PRIVATE KEY",
    ] {
        let (begin, end) = (
            format!("-----BEGIN {kind}-----"),
            format!("-----END {kind}-----"),
        );
        for place in [
            format!("{begin}\n{{}}\n{end}\n"),
            format!("$ cat key.pem\n{begin}\n{{}}\n{end}\n$"),
            format!("{begin}\n{{}}\n"),
        ] {
            add("pem", &place, random.pem(), Carrier::Text);
        }
    }
    cases
}
