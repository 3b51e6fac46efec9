//! Which names give their values away as secrets: of headers, keys, variables, options, parameters.
//!
//! One list (`name_lists`) serves every place. A name is read without its separators and in lower
//! case, from its end: `X-API-Key`, `Api_Key`, `openaiApiKey` and `API_KEY_2` all end in `apikey`.

use super::byte_class::{is_digit, trailing};
use super::name_kind::NameKind;
use super::name_lists::{
    ENDS, HARMLESS_HEADERS, LONGEST_WHOLE, OAUTH_NAMES, SECRET_HEADER_ENDS, SECRET_HEADERS,
    SECRET_PARAMETERS, SUFFIXES, WHOLE_NAMES,
};

/// The kind of a JSON key, a header in a text, a variable or an option.
pub(super) fn classify(name: &[u8]) -> Option<NameKind> {
    let plain = NormalizedName::of(name);
    let mut name = plain.as_bytes();
    loop {
        if let Some(kind) = lookup(name) {
            return Some(kind);
        }
        name = without_suffix(name)?;
    }
}

/// The kind of a header of a message.
pub(super) fn classify_header(name: &str) -> Option<NameKind> {
    let bytes = name.as_bytes();
    let is_known = |known: &&str| known.len() == name.len() && name.eq_ignore_ascii_case(known);
    if SECRET_HEADERS.iter().any(is_known) {
        return Some(NameKind::Secret);
    }
    if name.eq_ignore_ascii_case("sec-websocket-key") {
        return None;
    }
    if HARMLESS_HEADERS.iter().any(is_known) {
        return None;
    }
    let plain = NormalizedName::of(bytes);
    if SECRET_HEADER_ENDS
        .iter()
        .any(|end| ends_with(plain.as_bytes(), end))
    {
        return Some(NameKind::Secret);
    }
    match classify(bytes) {
        // The value of a header is no word of prose, but an id or a hash.
        Some(NameKind::Token | NameKind::Password | NameKind::Code | NameKind::Key) => {
            Some(NameKind::Secret)
        }
        kind => kind,
    }
}

/// Whether the value of a query parameter or form field of this name is a secret.
pub(super) fn is_secret_parameter(name: &[u8]) -> bool {
    // `user[password]`, `a.b.pin`: the innermost name counts; `id.token.hint` is one name.
    let name = name.strip_suffix(b"]").unwrap_or(name);
    let name = name.rsplit(|byte| *byte == b'[').next().unwrap_or(name);
    let innermost = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
    let plain = NormalizedName::of(innermost);
    SECRET_PARAMETERS.contains(&plain.as_bytes())
        || plain.as_bytes().ends_with(b"signature")
        || [innermost, name]
            .into_iter()
            .any(|name| classify(name).is_some_and(|kind| !kind.is_ambiguous()))
}

/// Whether a name says something in JSON and in a query, and is a common word in code and prose.
pub fn is_common_word(name: &[u8]) -> bool {
    // npm's `_auth` is not a word.
    if name.starts_with(b"_") {
        return false;
    }
    let plain = NormalizedName::of(name);
    WHOLE_NAMES.iter().any(|(word, kind)| {
        *word == plain.as_bytes() && matches!(kind, NameKind::Ambiguous | NameKind::Session)
    })
}

/// Whether the value of a name came from a real login, and is worth finding wherever it turns up.
pub(super) fn is_oauth(name: &[u8]) -> bool {
    let plain = NormalizedName::of(name);
    OAUTH_NAMES.contains(&plain.as_bytes())
}

/// Every name of a secret, without separators: a test looks for each in every spelling and place.
pub fn secret_names() -> impl Iterator<Item = (&'static str, NameKind)> {
    let ends = ENDS.iter().flat_map(|(_, ends)| ends.iter());
    let ends = ends.filter_map(|(name, kind)| Some((*name, (*kind)?)));
    let names = ends.chain(WHOLE_NAMES.iter().copied());
    names.map(|(name, kind)| (str::from_utf8(name).expect("names are ASCII"), kind))
}

/// The kind of a name without separators.
fn lookup(plain: &[u8]) -> Option<NameKind> {
    if plain.len() <= LONGEST_WHOLE
        && let Some((_, kind)) = WHOLE_NAMES.iter().find(|(name, _)| *name == plain)
    {
        return Some(*kind);
    }
    if plain == b"key" {
        return None;
    }
    let last = plain.last()?;
    let (_, ends) = ENDS.iter().find(|(letter, _)| letter == last)?;
    let (_, kind) = ends.iter().find(|(end, _)| ends_with(plain, end))?;
    *kind
}

/// A name without a number or a word at its end that changes nothing: `API_KEY_2`, `password_old`.
fn without_suffix(plain: &[u8]) -> Option<&[u8]> {
    let digits = trailing(plain, is_digit);
    if digits > 0 {
        return Some(&plain[..plain.len() - digits]);
    }
    let suffix = SUFFIXES.iter().find(|suffix| ends_with(plain, suffix))?;
    let rest = plain.len() - suffix.len();
    (rest > 0).then(|| &plain[..rest])
}

/// As `ends_with` of slices, which calls a function even where the last letters differ.
#[inline]
fn ends_with(name: &[u8], end: &[u8]) -> bool {
    match (name, end) {
        ([.., first, second], [.., one, other]) => {
            first == one && second == other && name.ends_with(end)
        }
        _ => false,
    }
}

/// A name in lower case without separators; only the end of a long one.
struct NormalizedName {
    bytes: [u8; MAX_NORMALIZED],
    start: usize,
}

impl NormalizedName {
    fn of(name: &[u8]) -> Self {
        let mut plain = Self {
            bytes: [0; MAX_NORMALIZED],
            start: MAX_NORMALIZED,
        };
        let letters = name.iter().rev().filter(|byte| !is_separator(**byte));
        for byte in letters.take(MAX_NORMALIZED) {
            plain.start -= 1;
            plain.bytes[plain.start] = byte.to_ascii_lowercase();
        }
        plain
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

/// What may be between the words of a name.
pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.' | b' ')
}

/// Enough for the longest name in the lists with its suffixes.
const MAX_NORMALIZED: usize = 40;

/// Anything longer is data, not a name.
pub(super) const MAX_NAME: usize = 256;
