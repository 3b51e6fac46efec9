//! A name without quotes, and its value: in shells, code, configuration, logs and prose.
//!
//! `NAME=value`, `name: value`, `name := "value"`, `let name: &str = "value"`,
//! `--name value`, `<name>value</name>`, `f("name", "value")`, `the name is value`.
//! Outside of JSON a name is not enough: the value must look like a secret.

use std::ops::Range;

use memchr::{memchr, memchr2};

use super::looks;
use super::names::Kind;
use super::scan::{Scan, Spelling};
use super::shapes;
use super::value::{Quote, skip_space};

/// Looks at what follows a name.
pub(super) fn follow(scan: &mut Scan<'_>, kind: Kind, name: &Range<usize>) {
    after_name(scan, kind, name, name.end);
}

/// Looks at what follows at `at`, behind a name and perhaps a bracket.
pub(super) fn after_name(scan: &mut Scan<'_>, kind: Kind, name: &Range<usize>, at: usize) {
    let text = scan.text;
    let mut at = at;
    while matches!(text.get(at), Some(b']' | b')' | b'*' | b'`')) && at < name.end + MAX_BRACKETS {
        at += 1;
    }
    let sign = skip_blanks(text, at);
    let is_variable = text[name.clone()].iter().all(is_variable_name);
    if let Some(end) = operator(text, sign) {
        let attached = is_variable && text[sign] == b'=' && sign == name.end;
        return value(scan, kind, end, attached);
    }
    match text.get(sign) {
        Some(b'>') if opens_element(text, name.start) => element(scan, kind, sign + 1),
        // An element with attributes.
        Some(_) if sign > at && opens_element(text, name.start) => {
            let rest = &text[sign..text.len().min(sign + MAX_BLANKS * 16)];
            if let Some(end) = memchr2(b'>', b'<', rest).filter(|end| rest[*end] == b'>') {
                element(scan, kind, sign + end + 1);
            }
        }
        Some(b'(') => called(scan, kind, sign + 1),
        Some(b',') if Quote::read(text, skip_space(text, sign + 1)).is_some() => {
            value_of(scan, kind, skip_space(text, sign + 1), Judge::Strict);
        }
        // `| name | value |`
        Some(b'|') => value_of(scan, kind, skip_blanks(text, sign + 1), Judge::Strict),
        Some(b'V' | b'v') if at > name.end => inserted(scan, name, sign),
        // `#define API_KEY "value"` in a string.
        Some(b'\\') if sign > at && Quote::read(text, sign).is_some() => {
            spaced(scan, kind, name, sign);
        }
        Some(b'\\' | b'\n' | b'\r') => value_line(scan, kind, name, sign),
        Some(_) if sign > at => spaced(scan, kind, name, sign),
        _ => {}
    }
}

/// How sure the place is that the value is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judge {
    /// The value is that of a variable: `NAME=value`.
    Variable,
    /// It is assigned.
    Usual,
    /// It only follows.
    Strict,
}

/// Whether a value in a place that is no JSON is a secret, by the kind of its name.
pub(super) fn is_secret(value: &[u8], kind: Kind, is_assigned: bool) -> bool {
    if kind == Kind::Cookie {
        return value.contains(&b'=');
    }
    let value = match kind {
        Kind::Authorization => &value[after_scheme(value, 0..value.len())],
        _ => value,
    };
    let judge = if is_assigned {
        Judge::Usual
    } else {
        Judge::Strict
    };
    judge.holds(value, kind)
}

/// Whether a string behind the name in a list, or among the arguments of a call, is its value.
pub(super) fn is_argument(value: &[u8], kind: Kind) -> bool {
    let is_sure = matches!(kind, Kind::Secret | Kind::Token | Kind::Authorization);
    let is_token = looks::is_token(value) && looks::changes_between(value) >= SURE_CHANGES;
    Judge::Strict.holds(value, kind) || (is_sure && is_token)
}

impl Judge {
    fn holds(self, value: &[u8], kind: Kind) -> bool {
        if looks::is_placeholder(value) {
            return false;
        }
        match kind {
            Kind::Key if self == Self::Usual => looks::is_random(value) || looks::is_uuid(value),
            Kind::Doubtful | Kind::Key => {
                looks::is_random(value) && !looks::is_uuid(value) && !looks::is_typed_id(value)
            }
            Kind::Code => looks::is_random(value),
            Kind::Password if self == Self::Variable => value.len() >= SHORT_PASSWORD,
            _ if self == Self::Variable => value.len() >= SHORT_VALUE,
            Kind::Password if self == Self::Strict => {
                looks::is_password(value) || looks::is_random(value)
            }
            Kind::Password => looks::is_password(value) || looks::is_token(value),
            _ if self == Self::Usual => {
                looks::is_token(value) || looks::is_random(value) || looks::is_dense(value)
            }
            _ => looks::is_random(value) || looks::is_uuid(value),
        }
    }
}

/// The value behind an operator.
fn value(scan: &mut Scan<'_>, kind: Kind, end: usize, is_variable: bool) {
    let text = scan.text;
    let start = skip_blanks(text, end);
    if kind == Kind::Cookie {
        return cookie_line(scan, start);
    }
    if start < scan.barren_value {
        return;
    }
    if kind == Kind::Authorization {
        return authorization(scan, start);
    }
    let judge = if is_variable {
        Judge::Variable
    } else {
        Judge::Usual
    };
    // `key: string = "value"`, `key: &str = "value"`
    if let Some(typed) = after_type(text, start) {
        return value_of(scan, kind, typed, judge);
    }
    // A block of YAML, or a value on the next line.
    let block = text[start..]
        .strip_prefix(b"|")
        .or_else(|| text[start..].strip_prefix(b">"));
    let line = match block {
        Some(rest) if ends_line(rest) => start + 1,
        _ if ends_line(&text[start..]) => start,
        _ => return value_of(scan, kind, start, judge),
    };
    let next = skip_space(text, line);
    // Only something that can be nothing else: the next line may be anything.
    value_of(scan, kind, next, Judge::Strict);
}

/// A value that begins at `start`, with quotes or without.
fn value_of(scan: &mut Scan<'_>, kind: Kind, start: usize, judge: Judge) {
    let text = scan.text;
    let start = after_prefix(text, start);
    if start < scan.barren_value {
        return;
    }
    if let Some((quote, start)) = Quote::read(text, start) {
        let window = &text[..text.len().min(start + MAX_ASSIGNED)];
        let value = quote.value(window, start);
        if value.end == window.len() && window.len() < text.len() {
            return;
        }
        scan.barren_value = value.end;
        if judge.holds(&text[value.clone()], kind) {
            scan.mark(value, Spelling::Json(quote.levels()));
        }
        return;
    }
    if judge == Judge::Variable {
        let end = variable_end(text, start);
        if judge.holds(&text[start..end], kind) {
            scan.barren_value = end;
            scan.mark(start..end, Spelling::Plain);
        }
        return;
    }
    let plain = shapes::run(text, start, is_plain);
    scan.barren_value = plain;
    let plain = start..shapes::without_stop(text, start, plain);
    // What is called is code, `token = read_token1()`, and so is what has parameters, `Seed25519Bin<'_>`.
    let is_code = matches!(text.get(plain.end), Some(b'(' | b'<'));
    if is_code && kind != Kind::Password {
        return;
    }
    if kind == Kind::Password {
        // A password may hold any sign; what ends a sentence or a list is none of it.
        let end = variable_end(text, start);
        let end = end
            - text[start..end]
                .iter()
                .rev()
                .take_while(|byte| b",.;)]}>".contains(byte))
                .count();
        let is_code = text[start..end]
            .iter()
            .any(|byte| b"(){}[]<>,=".contains(byte));
        if !is_code && judge.holds(&text[start..end], kind) {
            scan.barren_value = end;
            return scan.mark(start..end, Spelling::Plain);
        }
        if matches!(text.get(plain.end), Some(b'(' | b'<')) {
            return;
        }
    }
    // Without quotes a name of a type or a constant is likelier than a key.
    let is_name =
        matches!(kind, Kind::Doubtful | Kind::Key) && !is_long_random(&text[plain.clone()]);
    if !is_name && judge.holds(&text[plain.clone()], kind) {
        scan.mark(plain, Spelling::Plain);
    }
}

/// Random, and longer than the names that only look so: `PublicKeyX509Der`.
fn is_long_random(value: &[u8]) -> bool {
    value.len() >= LONG_RANDOM && value.iter().any(u8::is_ascii_digit)
}

/// The end of a variable's value in a shell or an `.env` file: at white space, at a quote, or
/// where another command or variable begins.
fn variable_end(text: &[u8], start: usize) -> usize {
    let mut at = start;
    let limit = text.len().min(start + MAX_ASSIGNED);
    while at < limit {
        match text[at] {
            b'"' | b'\'' | b'`' | 0..=b' ' | 0x7f => break,
            b'\\' => {
                let escapes = text[at..limit]
                    .iter()
                    .take_while(|byte| **byte == b'\\')
                    .count();
                let next = text.get(at + escapes);
                // An escaped line end or quote ends the value; an escaped backslash is part of it.
                if escapes % 2 == 1 || matches!(next, Some(b'n' | b'r' | b't' | b'"')) {
                    break;
                }
                at += escapes;
            }
            b';' | b'&' | b'|' => {
                let rest = &text[at + 1..limit];
                let word = rest.iter().take_while(|byte| is_name_byte(**byte)).count();
                let ends = rest
                    .first()
                    .is_none_or(|next| matches!(next, 0..=b' ' | b'\\' | b'"' | b'\''))
                    || (word > 0 && rest.get(word) == Some(&b'='));
                if ends {
                    break;
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    at
}

/// What follows a name and a blank: an option's value, a word of a configuration, of prose.
fn spaced(scan: &mut Scan<'_>, kind: Kind, name: &Range<usize>, start: usize) {
    let text = scan.text;
    if text[name.clone()] == *b"pass" {
        // The word; FTP's command has capitals.
        return;
    }
    let is_option = text[name.start] == b'-';
    if is_option {
        let judge = match kind {
            Kind::Doubtful | Kind::Key | Kind::Code => Judge::Strict,
            _ => Judge::Usual,
        };
        return option_value(scan, kind, start, judge);
    }
    // `key string = "value"`: a type between the name and the sign.
    let word = start
        + text[start..]
            .iter()
            .take(MAX_WORD)
            .take_while(|byte| is_name_byte(**byte))
            .count();
    if word > start
        && let Some(end) = operator(text, skip_blanks(text, word))
        && !is_filler(&text[start..word])
        && !text[start..word].iter().any(u8::is_ascii_digit)
    {
        return value_of(scan, kind, skip_blanks(text, end), Judge::Usual);
    }
    let mut at = start;
    for _ in 0..MAX_FILLERS {
        let end = at
            + text[at..]
                .iter()
                .take(MAX_WORD)
                .take_while(|byte| byte.is_ascii_alphabetic())
                .count();
        if !is_filler(&text[at..end]) {
            break;
        }
        let colon = usize::from(matches!(text.get(end), Some(b':' | b'=')));
        at = skip_blanks(text, end + colon);
    }
    let is_header = kind == Kind::Authorization || kind == Kind::Cookie;
    if is_header && Quote::read(text, at).is_none() {
        return;
    }
    value_of(scan, kind, at, Judge::Strict);
}

/// The value of an option: a word, or several in quotes.
fn option_value(scan: &mut Scan<'_>, kind: Kind, start: usize, judge: Judge) {
    let text = scan.text;
    // `--with-token <<< value`: the standard input of the command.
    let start = match text[start..].strip_prefix(b"<<<") {
        Some(_) => skip_blanks(text, start + 3),
        None => start,
    };
    if Quote::read(text, start).is_some() {
        return value_of(scan, kind, start, judge);
    }
    let end = variable_end(text, start);
    let value = &text[start..end];
    let is_short = (SHORT_PASSWORD..looks::MIN_RANDOM).contains(&value.len())
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic)
        && !looks::is_placeholder(value);
    if judge.holds(value, kind) || (judge == Judge::Usual && is_short) {
        scan.mark(start..end, Spelling::Plain);
    }
}

/// What a function of this name is called with: `setApiKey("value")`.
fn called(scan: &mut Scan<'_>, kind: Kind, start: usize) {
    let text = scan.text;
    // A function that checks a password is called with examples.
    let kind = if kind == Kind::Password {
        Kind::Secret
    } else {
        kind
    };
    if Quote::read(text, start).is_some() {
        value_of(scan, kind, start, Judge::Strict);
    }
}

/// The value on a line of its own: `- name: API_KEY`, and below `value: …`.
fn value_line(scan: &mut Scan<'_>, kind: Kind, name: &Range<usize>, end: usize) {
    let text = scan.text;
    let next = skip_space(text, end);
    let rest = &text[next..];
    let Some(rest) = rest
        .strip_prefix(b"value")
        .or_else(|| rest.strip_prefix(b"Value"))
    else {
        return column(scan, name, end);
    };
    let sign = text.len() - rest.len();
    if let Some(end) = operator(text, sign) {
        value_of(scan, kind, skip_blanks(text, end), Judge::Usual);
    }
}

/// The name is the last of a table's first line: `user,password`, and below `bob,…`.
fn column(scan: &mut Scan<'_>, name: &Range<usize>, end: usize) {
    let text = scan.text;
    let Some(separator) = name.start.checked_sub(1).map(|at| text[at]) else {
        return;
    };
    if !matches!(separator, b',' | b';' | b'\t') {
        return;
    }
    let mut line = skip_space(text, end);
    for _ in 0..MAX_ROWS {
        let stop = shapes::run(text, line, |byte| {
            !matches!(byte, b'\n' | b'\r' | b'\\' | b'"')
        });
        let row = &text[line..stop];
        let Some(at) = memchr::memrchr(separator, row) else {
            return;
        };
        let cell = line + at + 1..stop;
        if looks::is_password(&text[cell.clone()]) || looks::is_random(&text[cell.clone()]) {
            scan.mark(cell, Spelling::Plain);
        }
        line = skip_space(text, stop);
        if line == stop {
            return;
        }
    }
}

/// `(name, password) VALUES ('bob', 'value')`: the value at the name's place in each of the rows.
fn inserted(scan: &mut Scan<'_>, name: &Range<usize>, at: usize) {
    let text = scan.text;
    let values = &text[at..text.len().min(at + MAX_ASSIGNED)];
    let is_insert = values
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"values"));
    let before = &text[name.start.saturating_sub(MAX_ASSIGNED / 4)..name.start];
    let Some(open) = memchr::memrchr(b'(', before).filter(|_| is_insert) else {
        return;
    };
    let place = before[open..].iter().filter(|byte| **byte == b',').count();
    let mut column = 0;
    let mut start = at + 6;
    while start < at + values.len() {
        match text[start] {
            b'(' => column = 0,
            b',' => column += 1,
            b';' | b'"' | b'\\' => return,
            b'\'' => {
                let value = memchr(b'\'', &text[start + 1..at + values.len()]);
                let value = start + 1..start + 1 + value.unwrap_or(0);
                if column == place
                    && (looks::is_password(&text[value.clone()])
                        || looks::is_random(&text[value.clone()]))
                {
                    scan.mark(value.clone(), Spelling::Plain);
                }
                start = value.end;
            }
            _ => {}
        }
        start += 1;
    }
}

/// The text of an XML element, which begins at `start`.
pub(super) fn element(scan: &mut Scan<'_>, kind: Kind, start: usize) {
    let text = scan.text;
    let start = skip_space(text, start);
    let window = &text[..text.len().min(start + MAX_ASSIGNED)];
    let end = shapes::run(window, start, |byte| {
        !matches!(byte, b'<' | b'"' | b'\n' | b'\r' | b'\\')
    });
    let value = start..start + text[start..end].trim_ascii_end().len();
    if Judge::Usual.holds(&text[value.clone()], kind) {
        scan.mark(value, Spelling::Plain);
    }
}

/// `Authorization: Scheme credentials`, in a text; the value begins at `start`.
fn authorization(scan: &mut Scan<'_>, start: usize) {
    let text = scan.text;
    // `authorization: &str = "…"`
    let start = after_type(text, start).unwrap_or(start);
    let (start, end) = match Quote::read(text, start) {
        Some((quote, start)) => {
            let window = &text[..text.len().min(start + MAX_ASSIGNED)];
            (start, quote.value(window, start).end)
        }
        None => (start, line_end(text, start)),
    };
    scan.barren_value = end;
    let value = &text[start..end];
    let first = value
        .iter()
        .take_while(|byte| !matches!(byte, b' ' | b'\t'))
        .count();
    let secret = if first < value.len() && is_scheme_word(&value[..first]) {
        let rest = start + first + 1;
        let rest = rest
            + text[rest..end]
                .iter()
                .take_while(|byte| **byte == b' ')
                .count();
        // `Bearer \` and a new line, as a shell continues one.
        let rest = skip_continuation(text, rest, end);
        let words = &text[rest..end];
        let word = words.iter().take_while(|byte| **byte != b' ').count();
        let is_known = is_scheme(&value[..first]);
        let looks_secret = looks::is_token(&words[..word])
            || looks::is_random(&words[..word])
            || (words[..word].contains(&b'=') && word >= SHORT_PASSWORD)
            || (is_known
                && words.len() == word
                && word >= SHORT_PASSWORD
                && !looks::is_placeholder(words));
        let has_parameters = words.contains(&b'=') && words.contains(&b',');
        let end = if has_parameters { end } else { rest + word };
        looks_secret.then_some(rest..end)
    } else {
        let word = start..start + first;
        let token = &text[word.clone()];
        let is_secret = token.iter().all(|byte| shapes::is_token(*byte))
            && (looks::is_token(token) || looks::is_random(token));
        is_secret.then_some(word)
    };
    if let Some(secret) = secret {
        scan.mark(secret, Spelling::Plain);
    }
}

/// The end of a header's value in a text: that of its line or of the string around it.
fn line_end(text: &[u8], start: usize) -> usize {
    let end = shapes::run(text, start, |byte| {
        !matches!(byte, b'\r' | b'\n' | b'"' | b'\'' | b'`')
    });
    let line = &text[start..end];
    let mut from = 0;
    while let Some(at) = memchr(b'\\', &line[from..]) {
        let at = from + at;
        if matches!(line.get(at + 1), Some(b'n' | b'r' | b'\\') | None) {
            return start + at;
        }
        from = at + 1;
    }
    end
}

/// A backslash and a line end inside of a value, as a shell continues a line.
fn skip_continuation(text: &[u8], at: usize, end: usize) -> usize {
    if text.get(at) == Some(&b'\\') {
        skip_space(text, at + 1).min(end)
    } else {
        at
    }
}

/// The line of a `Cookie` or `Set-Cookie` header, which begins at `start`.
fn cookie_line(scan: &mut Scan<'_>, start: usize) {
    if start < scan.barren_cookie {
        return;
    }
    let start = Quote::read(scan.text, start).map_or(start, |(_, start)| start);
    let end = shapes::run(scan.text, start, |byte| {
        !matches!(byte, b'\r' | b'\n' | b'\\' | b'"' | b'\'')
    });
    scan.barren_cookie = end;
    // `SET_COOKIE: u32 = 43` is no cookie.
    let sign = memchr(b'=', &scan.text[start..end]).unwrap_or(0);
    if !scan.text[start..start + sign].contains(&b' ') {
        cookies(scan, start..end, Spelling::Plain);
    }
}

/// Marks the values of cookies; their names and attributes stay.
pub(super) fn cookies(scan: &mut Scan<'_>, list: Range<usize>, spelling: Spelling) {
    let text = scan.text;
    let mut start = list.start;
    while start < list.end {
        let rest = &text[start..list.end];
        let end = start + memchr(b';', rest).unwrap_or(rest.len());
        let cookie = &text[start..end];
        if let Some(sign) = memchr(b'=', cookie) {
            let name = cookie[..sign].trim_ascii();
            let is_attribute = ATTRIBUTES
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known));
            if !is_attribute {
                let value = start + sign + 1..end;
                scan.learn(&value);
                scan.mark(value, spelling);
            }
        } else if looks::is_random(cookie.trim_ascii()) {
            scan.mark(start..end, spelling);
        }
        start = end + 1;
    }
}

/// What follows the scheme in the value of an `Authorization` header; all of
/// it where no scheme can be told.
pub(super) fn after_scheme(text: &[u8], value: Range<usize>) -> Range<usize> {
    let credentials = &text[value.clone()];
    let Some(space) = memchr2(b' ', b'\t', credentials) else {
        return value;
    };
    if is_scheme_word(&credentials[..space]) {
        value.start + space + 1..value.end
    } else {
        value
    }
}

/// A token (RFC 9110, section 5.6.2) that is short and no secret: the name of a scheme.
fn is_scheme_word(word: &[u8]) -> bool {
    is_scheme(word)
        || ((3..=24).contains(&word.len())
            && word[0].is_ascii_alphabetic()
            && word
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !looks::is_random(word)
            && word.iter().filter(|byte| byte.is_ascii_digit()).count() <= 3)
}

fn is_scheme(word: &[u8]) -> bool {
    SCHEMES
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Where an operator that assigns ends: `=`, `:`, `:=`, `=>`, `::=`, `?=`, `.=`, `||=`, `&gt;`.
fn operator(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if let Some(rest) = rest.strip_prefix(b"&gt;") {
        return Some(text.len() - rest.len());
    }
    let length = rest
        .iter()
        .take(MAX_OPERATOR)
        .take_while(|byte| b"=:>?.|+*".contains(byte))
        .count();
    let operator = &rest[..length];
    let assigns = operator.iter().any(|byte| matches!(byte, b'=' | b':')) && operator != b"::";
    // `${NAME:-value}` and `${NAME:=value}` of a shell.
    let is_default = operator == b":" && rest.get(1) == Some(&b'-');
    assigns.then_some(at + length + usize::from(is_default))
}

/// Where the value begins behind a type and an equals sign: `string = "…"`.
fn after_type(text: &[u8], start: usize) -> Option<usize> {
    let rest = &text[start..text.len().min(start + MAX_TYPE)];
    let length = rest
        .iter()
        .take_while(|byte| is_name_byte(**byte) || b"&'<>?:| []".contains(byte))
        .count();
    let word = rest[..length].trim_ascii();
    let is_type = word
        .first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'&')
        && !word.iter().any(u8::is_ascii_digit)
        && word.len() < length + 1;
    let sign = rest.get(length)?;
    let is_assignment = *sign == b'=' && rest.get(length + 1) != Some(&b'=');
    let has_blank = rest[..length].ends_with(b" ");
    (is_type && is_assignment && has_blank).then(|| skip_blanks(text, start + length + 1))
}

/// Where a string begins behind a prefix of its language, or a call around it: `f"…"`, `String("…")`.
fn after_prefix(text: &[u8], start: usize) -> usize {
    let rest = &text[start.min(text.len())..];
    let letters = rest
        .iter()
        .take(MAX_CALL)
        .take_while(|byte| is_name_byte(**byte) || matches!(byte, b':' | b'.' | b'@' | b'$' | b'#'))
        .count();
    let is_quote = |at: usize| Quote::read(text, start + at).is_some();
    if (1..=3).contains(&letters) && is_quote(letters) {
        return start + letters;
    }
    if rest.get(letters) == Some(&b'(') && is_quote(letters + 1) {
        return start + letters + 1;
    }
    start
}

/// Whether a name that begins at `start` is that of an XML element, perhaps with a prefix.
fn opens_element(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    let before = match before.strip_suffix(b":") {
        Some(before) => {
            let prefix = before
                .iter()
                .rev()
                .take_while(|byte| byte.is_ascii_alphanumeric());
            &before[..before.len() - prefix.count()]
        }
        None => before,
    };
    before.ends_with(b"<")
}

fn ends_line(rest: &[u8]) -> bool {
    matches!(rest, [b'\n' | b'\r', ..] | [b'\\', b'n' | b'r', ..])
        || (rest.starts_with(b"\\\\")
            && rest.get(rest.iter().take_while(|byte| **byte == b'\\').count()) == Some(&b'n'))
}

fn is_filler(word: &[u8]) -> bool {
    FILLERS
        .iter()
        .any(|filler| word.eq_ignore_ascii_case(filler))
}

fn is_variable_name(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_plain(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !b"\"'\\`,;<>(){}[]&|".contains(&byte)
}

fn skip_blanks(text: &[u8], at: usize) -> usize {
    let limit = text.len().min(at + MAX_BLANKS);
    let blanks = text.get(at..limit).unwrap_or_default();
    at + blanks
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'*'))
        .count()
}

/// Schemes of HTTP authentication that are kept before a redacted secret.
const SCHEMES: &[&[u8]] = &[
    b"bearer",
    b"basic",
    b"digest",
    b"token",
    b"negotiate",
    b"ntlm",
    b"dpop",
    b"apikey",
    b"key",
    b"aws4-hmac-sha256",
];

/// Attributes of `Set-Cookie` (RFC 6265, section 5.2) that have a value.
const ATTRIBUTES: &[&[u8]] = &[
    b"path",
    b"domain",
    b"expires",
    b"max-age",
    b"samesite",
    b"priority",
];

/// Words between a name and its value in a sentence.
const FILLERS: &[&[u8]] = &[
    b"is",
    b"was",
    b"are",
    b"will",
    b"be",
    b"now",
    b"set",
    b"to",
    b"provided",
    b"given",
    b"changed",
    b"value",
];

/// A variable's value is hardly ever shorter, if it is a secret.
const SHORT_VALUE: usize = 8;

/// The same of a password.
const SHORT_PASSWORD: usize = 6;

/// Names of types and constants with digits are shorter.
const LONG_RANDOM: usize = 20;

/// A constant's name has fewer changes between letters and digits.
const SURE_CHANGES: usize = 3;

/// How far a quoted value in code may reach.
const MAX_ASSIGNED: usize = 4096;

/// Between a name, its sign and its value.
const MAX_BLANKS: usize = 64;

/// Brackets and marks between a name and its sign: `**Password**`.
const MAX_BRACKETS: usize = 4;

/// `:::=`.
const MAX_OPERATOR: usize = 4;

/// A type in a declaration, `Option<&'static str>`.
const MAX_TYPE: usize = 48;

/// A function around a string.
const MAX_CALL: usize = 32;

/// A word of prose, or a type.
const MAX_WORD: usize = 32;

/// `will now be set to`.
const MAX_FILLERS: usize = 5;

/// Lines of a table that are looked at.
const MAX_ROWS: usize = 64;
