//! What tokens look like, wherever they stand: a prefix that gives them away, and what follows.

/// A kind of token, known by its beginning.
///
/// A digit or a capital must be in it: words with hyphens have none.
pub(super) struct Shape {
    /// How it begins; the secret includes it.
    pub(super) prefix: &'static str,
    /// How many bytes must follow at least.
    min: usize,
    /// Which bytes may follow.
    body: fn(u8) -> bool,
}

/// What stands where a shape's prefix was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A token, up to here.
    Token(usize),
    /// None, and nothing was looked at for long.
    Nothing,
    /// None; nor does another begin before here.
    Barren(usize),
}

impl Shape {
    /// Looks at what follows the prefix, which ends at `start`.
    pub(super) fn measure(&self, text: &[u8], start: usize) -> Found {
        let end = without_stop(text, start, run(text, start, self.body));
        let body = &text[start..end];
        if body.len() < self.min {
            Found::Nothing
        } else if body.iter().any(is_mixed) {
            Found::Token(end)
        } else {
            Found::Barren(end)
        }
    }
}

/// A JSON Web Token whose first segment begins at `start`: two segments or more.
pub(super) fn measure_jwt(text: &[u8], start: usize) -> Found {
    let first = run(text, start, is_word);
    if first - start < JWT_SEGMENT_MIN || text.get(first) != Some(&b'.') {
        return Found::Barren(first);
    }
    let second = run(text, first + 1, is_word);
    if second - first <= JWT_SEGMENT_MIN {
        return Found::Barren(second);
    }
    let end = run(text, second, is_dotted);
    Found::Token(without_stop(text, second, end))
}

/// Where what ends at `end` ends without the full stop of a sentence.
pub(super) fn without_stop(text: &[u8], start: usize, end: usize) -> usize {
    let stops = text[start..end]
        .iter()
        .rev()
        .take_while(|byte| **byte == b'.');
    end - stops.count()
}

/// The end of the run of bytes for which `body` holds.
pub(super) fn run(text: &[u8], start: usize, body: fn(u8) -> bool) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| !body(*byte));
    start + length.unwrap_or(rest.len())
}

/// Digits and capitals: what random text has and prose with hyphens has not.
pub(super) fn is_mixed(byte: &u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

/// What a bearer token may hold (RFC 6750, section 2.1).
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_capital_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_dotted(byte: u8) -> bool {
    is_word(byte) || byte == b'.'
}

const fn words(prefix: &'static str, min: usize) -> Shape {
    Shape {
        prefix,
        min,
        body: is_word,
    }
}

const fn letters(prefix: &'static str, min: usize) -> Shape {
    Shape {
        prefix,
        min,
        body: is_alphanumeric,
    }
}

const fn dotted(prefix: &'static str, min: usize) -> Shape {
    Shape {
        prefix,
        min,
        body: is_dotted,
    }
}

const fn capitals(prefix: &'static str, min: usize) -> Shape {
    Shape {
        prefix,
        min,
        body: is_capital_or_digit,
    }
}

/// The shapes; the shortest lengths that their issuers use, or a little less.
pub(super) const SHAPES: &[Shape] = &[
    // OpenAI (sk-, sk-proj-), Anthropic (sk-ant-), OpenRouter and their like.
    words("sk-", 16),
    // OpenAI's OAuth: refresh tokens. Longer than any name of a system call that begins so.
    words("rt_", 24),
    // Stripe
    words("sk_live_", 16),
    words("sk_test_", 16),
    words("rk_live_", 16),
    words("whsec_", 16),
    // GitHub
    letters("ghp_", 30),
    letters("gho_", 30),
    letters("ghu_", 30),
    letters("ghs_", 30),
    letters("ghr_", 30),
    words("github_pat_", 30),
    // GitLab
    words("glpat-", 16),
    words("gldt-", 16),
    words("glrt-", 16),
    // Slack
    words("xoxa-", 10),
    words("xoxb-", 10),
    words("xoxe-", 10),
    words("xoxp-", 10),
    words("xoxr-", 10),
    words("xoxs-", 10),
    words("xapp-", 10),
    // Google: API keys, OAuth access tokens, client secrets
    words("AIza", 30),
    dotted("ya29.", 20),
    words("GOCSPX-", 20),
    // Amazon
    capitals("AKIA", 16),
    capitals("ASIA", 16),
    // Others that agents meet
    letters("hf_", 30),
    letters("npm_", 30),
    words("pypi-", 40),
    letters("gsk_", 40),
    words("xai-", 40),
    letters("r8_", 30),
    letters("pplx-", 30),
    letters("dop_v1_", 40),
    dotted("SG.", 40),
    dotted("hvs.", 20),
];

/// Shorter than the header of any token that is signed.
const JWT_SEGMENT_MIN: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(prefix: &str) -> &'static Shape {
        SHAPES.iter().find(|shape| shape.prefix == prefix).unwrap()
    }

    #[test]
    fn a_token_ends_where_its_alphabet_does() {
        let text = b"sk-proj-Abc_123-def456789\\n rest";
        assert_eq!(shape("sk-").measure(text, 3), Found::Token(25));
    }

    #[test]
    fn words_with_hyphens_are_no_tokens() {
        let text = b"sk-learn-contrib-packages-all-lower";
        assert_eq!(shape("sk-").measure(text, 3), Found::Barren(text.len()));
        assert_eq!(
            shape("npm_").measure(b"npm_config_user_agent", 4),
            Found::Nothing
        );
        assert_eq!(
            shape("rt_").measure(b"rt_sigtimedwait_time64", 3),
            Found::Nothing
        );
    }

    #[test]
    fn a_jwt_has_two_segments_at_least() {
        let text = b"eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl tail";
        assert_eq!(measure_jwt(text, 0), Found::Token(38));
        assert_eq!(measure_jwt(b"eyJhbGciOiJIUzI1NiJ9", 0), Found::Barren(20));
        assert_eq!(measure_jwt(b"eyJ.eyJ", 0), Found::Barren(3));
    }
}
