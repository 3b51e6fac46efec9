//! Which names give their values away as secrets: of headers, JSON keys, parameters.

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The value is a secret.
    Secret,
    /// The value is a secret, after the word for its scheme: `Bearer …`.
    Authorization,
    /// The value is a list of cookies: names stay, values are secrets.
    Cookie,
    /// Nothing but `token`: a secret, but also the word for a piece of text.
    Token,
}

/// What the name of a JSON key, a header in a text, or an environment variable says.
///
/// Spelling does not matter: `refresh_token`, `refreshToken`, `Refresh-Token`.
pub(super) fn key(name: &[u8]) -> Option<Kind> {
    let plain = Plain::of(name);
    let plain = plain.as_bytes();
    let ends = |suffixes: &[&str]| suffixes.iter().any(|end| plain.ends_with(end.as_bytes()));
    if ends(&["authorization"]) {
        return Some(Kind::Authorization);
    }
    if plain == b"token" {
        return Some(Kind::Token);
    }
    if ends(&["cookie"]) {
        return Some(Kind::Cookie);
    }
    (ends(SECRET_ENDS) && !ends(HARMLESS_ENDS)).then_some(Kind::Secret)
}

/// What the name of a header says.
pub(super) fn header(name: &str) -> Option<Kind> {
    if SECRET_HEADERS
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    {
        return Some(Kind::Secret);
    }
    match key(name.as_bytes()) {
        Some(Kind::Token) => Some(Kind::Secret),
        kind => kind,
    }
}

/// Whether the value of a query parameter or form field of this name is a secret.
pub(super) fn is_secret_parameter(name: &[u8]) -> bool {
    let plain = Plain::of(name);
    key(name).is_some()
        || SECRET_PARAMETERS
            .iter()
            .any(|known| plain.as_bytes() == known.as_bytes())
        || plain.as_bytes().ends_with(b"signature")
}

/// A name in lower case without `_` and `-`; of a long one its end.
struct Plain {
    bytes: [u8; MAX_NAME],
    start: usize,
}

impl Plain {
    fn of(name: &[u8]) -> Self {
        let mut plain = Self {
            bytes: [0; MAX_NAME],
            start: MAX_NAME,
        };
        let letters = name
            .iter()
            .rev()
            .filter(|byte| !matches!(byte, b'_' | b'-'));
        for byte in letters.take(MAX_NAME) {
            plain.start -= 1;
            plain.bytes[plain.start] = byte.to_ascii_lowercase();
        }
        plain
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// Longer than any name that matters.
pub(super) const MAX_NAME: usize = 64;

/// A name that ends so has a secret for its value.
const SECRET_ENDS: &[&str] = &[
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "credential",
    "credentials",
    "devicecode",
    "usercode",
    "codeverifier",
    "authorizationcode",
    "clientassertion",
];

/// Names that end like secrets, but are none: places in a list, parts of a vocabulary.
const HARMLESS_ENDS: &[&str] = &[
    "nexttoken",
    "pagetoken",
    "continuationtoken",
    "synctoken",
    "eostoken",
    "bostoken",
    "padtoken",
    "unktoken",
    "septoken",
    "clstoken",
    "masktoken",
    "stoptoken",
    "pertoken",
    "maxtoken",
];

/// Headers that are secret whatever their names end with.
const SECRET_HEADERS: &[&str] = &[
    "chatgpt-account-id",
    "mcp-session-id",
    "x-auth",
    "x-auth-key",
];

/// Parameters that are secret in a query or a form, beside those that are anywhere.
const SECRET_PARAMETERS: &[&str] = &[
    "key",
    "code",
    "sig",
    "auth",
    "assertion",
    "ticket",
    "jwt",
    "otp",
    "idtokenhint",
    "loginhinttoken",
    "xamzcredential",
    "samlresponse",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        for name in [
            "access_token",
            "accessToken",
            "ACCESS_TOKEN",
            "Access-Token",
            "x-api-key",
            "apiKey",
            "apikey",
            "OPENAI_API_KEY",
            "client_secret",
            "clientSecret",
            "AWS_SECRET_ACCESS_KEY",
            "id-token",
            "device_code",
            "userCode",
            "code_verifier",
            "password",
            "dbPassword",
            "statsig-api-key",
            "x-csrf-token",
            "private_key",
        ] {
            assert_eq!(key(name.as_bytes()), Some(Kind::Secret), "{name}");
        }
        assert_eq!(key(b"Proxy-Authorization"), Some(Kind::Authorization));
        assert_eq!(key(b"set-cookie"), Some(Kind::Cookie));
        assert_eq!(key(b"token"), Some(Kind::Token));
    }

    #[test]
    fn what_analysis_needs_is_no_secret() {
        for name in [
            "tokens",
            "input_tokens",
            "max_output_tokens",
            "cached_tokens",
            "token_usage",
            "prompt_cache_key",
            "token_type",
            "token_count",
            "secretary",
            "next_page_token",
            "eos_token",
            "grant_type",
            "code",
            "key",
            "session_id",
            "",
        ] {
            assert_eq!(key(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn parameters_and_headers_have_more_secret_names() {
        assert!(is_secret_parameter(b"key") && is_secret_parameter(b"X-Amz-Signature"));
        assert!(!is_secret_parameter(b"client_version") && !is_secret_parameter(b"state"));
        assert_eq!(header("ChatGPT-Account-Id"), Some(Kind::Secret));
        assert_eq!(header("Cookie"), Some(Kind::Cookie));
        assert_eq!(header("x-codex-window-id"), None);
        assert_eq!(header("Sec-WebSocket-Key"), None);
    }
}
