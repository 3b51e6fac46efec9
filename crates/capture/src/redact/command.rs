//! Secrets among the arguments of a command: in texts, and in the wrapped command itself.

use std::ops::Range;

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
    for rule in command.rules {
        if let Rule::Piped = rule {
            secrets.extend(piped(text, at.start));
        }
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

/// The secrets in the arguments of a program: which argument, and where in it.
pub(super) fn in_arguments(words: &[String]) -> Vec<(usize, Range<usize>)> {
    let bytes: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
    let mut found = Vec::new();
    for (index, argument) in words.iter().enumerate() {
        let name = argument.rsplit('/').next().unwrap_or_default();
        let command = COMMANDS
            .iter()
            .find(|command| name.eq_ignore_ascii_case(command.name.trim_end()));
        let Some(command) = command else { continue };
        let secrets = arguments(command, &bytes[index + 1..]);
        found.extend(
            secrets
                .into_iter()
                .map(|(at, range)| (index + 1 + at, range)),
        );
    }
    found
}

/// The secrets among the arguments of a command: which word, and where in it.
fn arguments(command: &Command, words: &[&[u8]]) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    for rule in command.rules {
        match rule {
            Rule::Value(options) => values(options, words, &mut |index, range| {
                if is_chosen(&words[index][range.clone()]) {
                    found.push((index, range));
                }
            }),
            Rule::Joined(option) => {
                for (index, word) in words.iter().enumerate() {
                    let joined = word.strip_prefix(option.as_bytes());
                    if joined.is_some_and(|value| is_chosen(value) && !value.starts_with(b"a")) {
                        found.push((index, option.len()..word.len()));
                    }
                }
            }
            Rule::Pair(options, colon) => values(options, words, &mut |index, range| {
                let value = &words[index][range.clone()];
                let start = value.iter().position(|byte| byte == colon);
                let start = start.map_or(0, |at| at + 1);
                if start == value.len() && start > 0 && index + 1 < words.len() {
                    // `user:'password'`: the quotes begin behind the colon.
                    found.push((index + 1, 0..words[index + 1].len()));
                    return;
                }
                let is_secret =
                    start > 0 || heuristics::is_random(value) || heuristics::is_token(value);
                if is_secret
                    && !value[start..].is_empty()
                    && !heuristics::is_placeholder(&value[start..])
                {
                    found.push((index, range.start + start..range.end));
                }
            }),
            Rule::Cookies(options) => values(options, words, &mut |index, range| {
                let mut at = range.start;
                for cookie in words[index][range].split(|byte| *byte == b';') {
                    if let Some(sign) = cookie.iter().position(|byte| *byte == b'=')
                        && !heuristics::is_word(&cookie[sign + 1..])
                        && !heuristics::is_placeholder(&cookie[sign + 1..])
                    {
                        found.push((index, at + sign + 1..at + cookie.len()));
                    }
                    at += cookie.len() + 1;
                }
            }),
            Rule::At(place) => found
                .extend(positional(words, *place).filter(|(index, _)| is_chosen(words[*index]))),
            Rule::RandomAt(place) => {
                found.extend(
                    positional(words, *place)
                        .filter(|(index, _)| heuristics::is_random(words[*index])),
                );
            }
            Rule::HereString => {
                if let Some(sign) = words.iter().position(|word| *word == b"<<<")
                    && let Some(value) = words.get(sign + 1)
                {
                    found.push((sign + 1, 0..value.len()));
                }
            }
            Rule::Login => {
                for (index, word) in words.iter().enumerate() {
                    let slash = word.iter().position(|byte| *byte == b'/');
                    let at = word
                        .iter()
                        .position(|byte| *byte == b'@')
                        .unwrap_or(word.len());
                    if let Some(slash) = slash.filter(|slash| *slash > 0 && slash + 1 < at) {
                        found.push((index, slash + 1..at));
                    }
                }
            }
            Rule::Piped => {}
        }
    }
    found
}

/// Calls `see` with the value of each of the options: its word and where it is in it.
fn values(options: &[&str], words: &[&[u8]], see: &mut dyn FnMut(usize, Range<usize>)) {
    for (index, word) in words.iter().enumerate() {
        for option in options {
            let Some(rest) = word.strip_prefix(option.as_bytes()) else {
                continue;
            };
            let is_long = option.starts_with("--");
            if rest.is_empty() {
                if let Some(value) = words.get(index + 1) {
                    see(index + 1, 0..value.len());
                }
            } else if rest[0] == b'=' {
                see(index, option.len() + 1..word.len());
            } else if !is_long && option.len() == 2 {
                see(index, option.len()..word.len());
            }
        }
    }
}

/// The word at a position, not counting options.
fn positional(words: &[&[u8]], place: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    let mut others = words
        .iter()
        .enumerate()
        .filter(|(_, word)| !word.starts_with(b"-"));
    others
        .nth(place)
        .map(|(index, word)| (index, 0..word.len()))
        .into_iter()
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
    let pipe = window + memchr::memrchr(b'|', &text[window..at])?;
    let between = &text[pipe + 1..at];
    if between.iter().any(|byte| matches!(byte, b'\n' | b';')) {
        return None;
    }
    let before = &text[window..pipe];
    let echo = ["echo ", "printf "]
        .iter()
        .filter_map(|word| memchr::memmem::rfind(before, word.as_bytes()).map(|at| at + word.len()))
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
