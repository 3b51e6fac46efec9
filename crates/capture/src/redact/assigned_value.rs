//! A value that is assigned to a name: where it ends, and whether it is a secret.

use super::byte_class::{run_end, trailing, without_stop};
use super::name_kind::NameKind;
use super::quoting::{Quote, skip_space};
use super::scan::{Escaping, Scan};
use super::syntax::{MAX_ASSIGNED, after_prefix, is_plain, variable_end};
use super::value_rules::Strictness;

/// Marks the value that begins at `start`, with quotes or without, if it is a secret.
pub(super) fn value_of(scan: &mut Scan<'_>, kind: NameKind, start: usize, strictness: Strictness) {
    let text = scan.text;
    let start = after_prefix(text, start);
    if start < scan.values_seen_to {
        return;
    }
    if let Some((quote, start)) = Quote::read(text, start) {
        let window = &text[..text.len().min(start + MAX_ASSIGNED)];
        let value = quote.value(window, start);
        if value.end == window.len() && window.len() < text.len() {
            return;
        }
        scan.values_seen_to = value.end;
        if strictness.accepts(&text[value.clone()], kind) {
            scan.mark(value, Escaping::Json(quote.levels()));
        }
        return;
    }
    if strictness == Strictness::Lenient {
        let end = variable_end(text, start);
        if strictness.accepts(&text[start..end], kind) {
            scan.values_seen_to = end;
            scan.mark(start..end, Escaping::None);
        }
        return;
    }
    let plain = run_end(text, start, is_plain);
    scan.values_seen_to = plain;
    let plain = start..without_stop(text, start, plain);
    // A call is code, `token = read_token1()`, and so is a type with parameters, `Seed25519Bin<'_>`.
    let is_code = matches!(text.get(plain.end), Some(b'(' | b'<'));
    if kind == NameKind::Password {
        // A password may hold any sign; those that end a sentence or a list are not part of it.
        let end = variable_end(text, start);
        let end = end - trailing(&text[start..end], |byte| b",.;)]}>".contains(&byte));
        let has_code = text[start..end]
            .iter()
            .any(|byte| b"(){}[]<>,=".contains(byte));
        if !has_code && strictness.accepts(&text[start..end], kind) {
            scan.values_seen_to = end;
            return scan.mark(start..end, Escaping::None);
        }
    }
    if is_code {
        return;
    }
    // Without quotes the name of a type or a constant is likelier than a key.
    let is_name = kind.is_ambiguous() && !is_long_random(&text[plain.clone()]);
    if !is_name && strictness.accepts(&text[plain.clone()], kind) {
        scan.mark(plain, Escaping::None);
    }
}

/// Random, and longer than the names that only look so: `PublicKeyX509Der`.
fn is_long_random(value: &[u8]) -> bool {
    value.len() >= LONG_RANDOM && value.iter().any(u8::is_ascii_digit)
}

/// The text of an XML element, which begins at `start`.
pub(super) fn element(scan: &mut Scan<'_>, kind: NameKind, start: usize) {
    let text = scan.text;
    let start = skip_space(text, start);
    let window = &text[..text.len().min(start + MAX_ASSIGNED)];
    let end = run_end(window, start, |byte| {
        !matches!(byte, b'<' | b'"' | b'\n' | b'\r' | b'\\')
    });
    let value = start..start + text[start..end].trim_ascii_end().len();
    if Strictness::Normal.accepts(&text[value.clone()], kind) {
        scan.mark(value, Escaping::None);
    }
}

/// Names of types and constants with digits are shorter.
const LONG_RANDOM: usize = 20;
