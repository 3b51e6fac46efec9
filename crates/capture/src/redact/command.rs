//! Secrets among the arguments of a command: in texts, and in the wrapped command itself.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use super::byte_class::trailing;
use super::command_line::{MAX_LINE, words};
use super::commands::{COMMANDS, Command, Rule};
use super::heuristics;
use super::quoting::is_boundary;
use super::scan::{Escaping, Scan};

/// Looks at the arguments of a command that was found in a text.
pub(super) fn detect(scan: &mut Scan<'_>, command: &Command, at: Range<usize>) {
    let text = scan.text;
    if at.start < scan.commands_seen_to || !is_boundary(text, at.start) {
        return;
    }
    let is_whole = command.name.ends_with([' ', '\''])
        || text
            .get(at.end)
            .is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'\\'));
    if !is_whole && !matches!(command.rules, [Rule::Piped]) {
        return;
    }
    let (words, end) = words(text, at.end);
    let mut secrets = Vec::new();
    if command.rules.iter().any(|rule| matches!(rule, Rule::Piped)) {
        secrets.extend(piped(text, at.start));
    }
    let texts: Vec<&[u8]> = words.iter().map(|word| &text[word.clone()]).collect();
    for (index, range) in arguments(command, &texts) {
        let start = words[index].start;
        secrets.push(start + range.start..start + range.end);
    }
    secrets.sort_by_key(|secret| secret.start);
    for secret in secrets {
        scan.learn(&secret);
        scan.mark(secret, Escaping::None);
    }
    scan.commands_seen_to = end.min(at.end + MAX_LINE / 4);
}

/// The secrets in the arguments of a program.
pub(super) fn in_arguments(words: &[String]) -> Vec<Part> {
    let bytes: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
    let mut found = Vec::new();
    for (index, argument) in words.iter().enumerate() {
        let name = argument.rsplit('/').next().unwrap_or_default();
        let command = COMMANDS
            .iter()
            .find(|command| name.eq_ignore_ascii_case(command.name.trim_end()));
        let Some(command) = command else { continue };
        let secrets = arguments(command, &bytes[index + 1..]);
        let secrets = secrets.into_iter();
        found.extend(secrets.map(|(word, range)| (index + 1 + word, range)));
    }
    found
}

/// Part of an argument: which word, and where in it.
type Part = (usize, Range<usize>);

/// The secrets among the arguments of a command.
fn arguments(command: &Command, words: &[&[u8]]) -> Vec<Part> {
    let rules = command.rules.iter();
    rules.flat_map(|rule| apply(rule, words)).collect()
}

fn apply(rule: &Rule, words: &[&[u8]]) -> Vec<Part> {
    let bytes = |(word, range): &Part| &words[*word][range.clone()];
    let is_chosen = |part: &Part| is_chosen(bytes(part));
    let is_random = |part: &Part| heuristics::is_random(bytes(part));
    match rule {
        Rule::Value(options) => values(options, words).filter(is_chosen).collect(),
        Rule::Joined(option) => joined(option, words).filter(is_chosen).collect(),
        Rule::Pair(options, separator) => values(options, words)
            .filter_map(|pair| password(words, pair, *separator))
            .collect(),
        Rule::Cookies(options) => values(options, words)
            .flat_map(|list| cookie_values(words, list))
            .collect(),
        Rule::At(position) => positional(words, *position)
            .filter(is_chosen)
            .into_iter()
            .collect(),
        Rule::RandomAt(position) => positional(words, *position)
            .filter(is_random)
            .into_iter()
            .collect(),
        Rule::HereString => here_string(words).into_iter().collect(),
        Rule::Login => logins(words).collect(),
        // Before the command, not among its arguments.
        Rule::Piped => Vec::new(),
    }
}

/// The value of each of the options: the next word, or what is joined to the option.
fn values<'a>(options: &'a [&str], words: &'a [&[u8]]) -> impl Iterator<Item = Part> + 'a {
    let pairs = words.iter().enumerate();
    let pairs = pairs.flat_map(move |word| options.iter().map(move |option| (word, option)));
    pairs.filter_map(|((index, word), option)| {
        let rest = word.strip_prefix(option.as_bytes())?;
        match rest.first() {
            None => words
                .get(index + 1)
                .map(|value| (index + 1, 0..value.len())),
            Some(b'=') => Some((index, option.len() + 1..word.len())),
            // `-uadmin`, but not `--username`.
            Some(_) => (option.len() == 2).then_some((index, option.len()..word.len())),
        }
    })
}

/// What is joined to a short option: `-pV`, but not `-pass`.
fn joined<'a>(option: &'a str, words: &'a [&[u8]]) -> impl Iterator<Item = Part> + 'a {
    words.iter().enumerate().filter_map(|(index, word)| {
        let value = word.strip_prefix(option.as_bytes())?;
        (!value.starts_with(b"a")).then_some((index, option.len()..word.len()))
    })
}

/// The password of `user:password`, or a token alone.
fn password(words: &[&[u8]], (index, range): Part, separator: u8) -> Option<Part> {
    let pair = &words[index][range.clone()];
    let start = memchr(separator, pair).map_or(0, |at| at + 1);
    if start == pair.len() && start > 0 && index + 1 < words.len() {
        // `user:'password'`: the quotes begin behind the colon.
        return Some((index + 1, 0..words[index + 1].len()));
    }
    let is_secret = start > 0 || heuristics::is_random(pair) || heuristics::is_token(pair);
    let password = &pair[start..];
    (is_secret && !password.is_empty() && !heuristics::is_placeholder(password))
        .then(|| (index, range.start + start..range.end))
}

fn cookie_values(words: &[&[u8]], (index, range): Part) -> Vec<Part> {
    let mut found = Vec::new();
    let mut at = range.start;
    for cookie in words[index][range].split(|byte| *byte == b';') {
        if let Some(sign) = memchr(b'=', cookie)
            && !heuristics::is_word(&cookie[sign + 1..])
            && !heuristics::is_placeholder(&cookie[sign + 1..])
        {
            found.push((index, at + sign + 1..at + cookie.len()));
        }
        at += cookie.len() + 1;
    }
    found
}

/// The word at a position, not counting options.
fn positional(words: &[&[u8]], position: usize) -> Option<Part> {
    let words = words.iter().enumerate();
    let mut others = words.filter(|(_, word)| !word.starts_with(b"-"));
    let (index, word) = others.nth(position)?;
    Some((index, 0..word.len()))
}

fn here_string(words: &[&[u8]]) -> Option<Part> {
    let value = words.iter().position(|word| *word == b"<<<")? + 1;
    Some((value, 0..words.get(value)?.len()))
}

/// The password of each `user/password@host`.
fn logins<'a>(words: &'a [&[u8]]) -> impl Iterator<Item = Part> + 'a {
    words.iter().enumerate().filter_map(|(index, word)| {
        let slash = memchr(b'/', word).filter(|slash| *slash > 0)?;
        let at = memchr(b'@', word).unwrap_or(word.len());
        (slash + 1 < at).then(|| (index, slash + 1..at))
    })
}

/// Whether an argument is a password that somebody chose, and not `password`, `PASSWORD` or `$PASS`.
fn is_chosen(value: &[u8]) -> bool {
    let is_name = value
        .iter()
        .all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    value.len() >= MIN_CHOSEN
        && !heuristics::is_word(value)
        && !is_name
        && !heuristics::is_placeholder(value)
}

/// The input piped into the command at `at`: the last word of `echo …` or `printf …`.
fn piped(text: &[u8], at: usize) -> Option<Range<usize>> {
    let window = at.saturating_sub(MAX_PIPED);
    // Up to the pipe, then up to the echo.
    let pipe = window + memrchr(b'|', &text[window..at])?;
    let between = &text[pipe + 1..at];
    if between.iter().any(|byte| matches!(byte, b'\n' | b';')) {
        return None;
    }
    let before = &text[window..pipe];
    let echo = ["echo ", "printf "]
        .iter()
        .filter_map(|word| memmem::rfind(before, word.as_bytes()).map(|at| at + word.len()))
        .max()?;
    let echoed = &text[window + echo..pipe];
    let trimmed = echoed.trim_ascii_end();
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\');
    let end = window + echo + trimmed.len() - trailing(trimmed, |byte| is_quote(&byte));
    let word = trailing(&text[window + echo..end], |byte| {
        byte > b' ' && !is_quote(&byte)
    });
    let word = end - word..end;
    // `user:password`, as chpasswd reads it.
    let colon = text[word.clone()].iter().position(|byte| *byte == b':');
    let secret = word.start + colon.map_or(0, |colon| colon + 1)..word.end;
    is_chosen(&text[secret.clone()]).then_some(secret)
}

/// The shortest password after an option.
const MIN_CHOSEN: usize = 4;

/// Between `echo` and the command that its output is piped into.
const MAX_PIPED: usize = 512;
