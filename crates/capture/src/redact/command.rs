//! Commands that take a secret as an argument under a name that says nothing: `curl -u`, `sshpass -p`.
//!
//! They are found in texts (shell lines, lists of arguments in a tool's call) and in the
//! arguments of the wrapped command. Options whose name says what they hold are found as any name is.

use std::ops::Range;

use super::heuristics;
use super::quoting::{Quote, is_boundary};
use super::scan::{Escaping, Scan};

/// A command, and where its secrets are.
pub(super) struct Command {
    /// In lower case; the last of its words where it has several.
    pub(super) name: &'static str,
    rules: &'static [Rule],
}

/// Where a secret is among the words behind a command.
enum Rule {
    /// Behind one of these options, as a word of its own or joined to the option.
    Value(&'static [&'static str]),
    /// Joined to this option: `-pV`.
    Joined(&'static str),
    /// Behind one of these options, as `user:V`; without a colon it is a token.
    Pair(&'static [&'static str], u8),
    /// Behind one of these options, as a list of cookies.
    Cookies(&'static [&'static str]),
    /// The word at this place, options left out.
    At(usize),
    /// The same, where the value looks drawn at random.
    RandomAt(usize),
    /// What is piped into it: `echo V | …`.
    Piped,
    /// Its standard input: `<<< V`.
    HereString,
    /// `user/V@host`
    Login,
}

/// Looks at the words behind a command that was found in a text.
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

/// The secrets among the words behind a command: which word, and where in it.
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

/// The word at a place, options left out.
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

/// Whether an argument is a password that somebody chose, and no example: `password`, `PASSWORD`, `$PASS`.
fn is_chosen(value: &[u8]) -> bool {
    let is_name = value
        .iter()
        .all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    value.len() >= MIN_CHOSEN
        && !heuristics::is_word(value)
        && !is_name
        && !heuristics::is_placeholder(value)
}

/// The words of a command line from `start` on, without their quotes, and where the line ends.
fn words(text: &[u8], start: usize) -> (Vec<Range<usize>>, usize) {
    let mut found = Vec::new();
    let limit = text.len().min(start + MAX_LINE);
    let mut at = start;
    // `"curl", "-u", "user:V"`: a list of strings, in which the command's own ends here.
    let is_list = Quote::read(text, at).is_some();
    if let Some((_, end)) = Quote::read(text, at) {
        at = end;
    }
    while at < limit && found.len() < MAX_WORDS {
        match text[at] {
            b' ' | b'\t' => at += 1,
            b',' if is_list => at += 1,
            b']' if is_list => return (found, at),
            b'\n' | b'\r' => return (found, at),
            b'|' | b';' | b'&' if !is_list => return (found, at),
            b'"' | b'\'' => match quoted_word(text, at, limit) {
                Some((word, end)) => {
                    found.push(word);
                    at = end;
                }
                None => return (found, at),
            },
            b'\\' => {
                let escapes = text[at..limit]
                    .iter()
                    .take_while(|byte| **byte == b'\\')
                    .count();
                match text.get(at + escapes) {
                    Some(b'"') => match quoted_word(text, at, limit) {
                        Some((word, end)) => {
                            found.push(word);
                            at = end;
                        }
                        None => return (found, at),
                    },
                    // Escaped line ends take one backslash, two, four; with a backslash that
                    // continues the line there are other numbers.
                    Some(b'n' | b'r') if escapes.is_power_of_two() => return (found, at),
                    Some(b'n' | b'r' | b't' | b'\n') => at += escapes + 1,
                    _ => at += escapes,
                }
            }
            _ => {
                let end = at
                    + text[at..limit]
                        .iter()
                        .take_while(|byte| {
                            !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'\\')
                        })
                        .count();
                found.push(at..end);
                at = end;
            }
        }
    }
    (found, at)
}

/// A word in quotes that begins at `at`, and where it ends; `None` where the quote rather ends the
/// string that the line is in.
fn quoted_word(text: &[u8], at: usize, limit: usize) -> Option<(Range<usize>, usize)> {
    let (quote, start) = Quote::read(text, at)?;
    let value = quote.value(&text[..limit], start);
    let end = value.end + quote.length();
    if value.end == limit
        || text[at.saturating_sub(1)] > b' '
            && matches!(text.get(start), Some(b']' | b'}' | b',' | b'\n') | None)
    {
        return None;
    }
    Some((value, end))
}

/// What is piped into the command at `at`: the last word of `echo …` or `printf …` before it.
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
    let end = window + echo + trimmed.len()
        - trimmed
            .iter()
            .rev()
            .take_while(|byte| is_quote(byte))
            .count();
    let word = text[window + echo..end]
        .iter()
        .rev()
        .take_while(|byte| **byte > b' ' && !is_quote(byte))
        .count();
    let word = end - word..end;
    // `user:password`, as chpasswd reads it.
    let colon = text[word.clone()].iter().position(|byte| *byte == b':');
    let secret = word.start + colon.map_or(0, |colon| colon + 1)..word.end;
    is_chosen(&text[secret.clone()]).then_some(secret)
}

const fn command(name: &'static str, rules: &'static [Rule]) -> Command {
    Command { name, rules }
}

/// The commands; a name must not be so common a word that texts are full of it.
pub(super) const COMMANDS: &[Command] = &[
    command(
        "curl",
        &[
            Rule::Pair(&["-u", "--user", "-U", "--proxy-user"], b':'),
            Rule::Cookies(&["-b", "--cookie"]),
            Rule::Value(&["--pass", "--proxy-pass", "--tlspassword"]),
        ],
    ),
    command("sshpass", &[Rule::Value(&["-p"])]),
    command("mysql", &[Rule::Joined("-p")]),
    command("mysqldump", &[Rule::Joined("-p")]),
    command("mysqladmin", &[Rule::Joined("-p")]),
    command("mariadb", &[Rule::Joined("-p")]),
    command("mongo", &[Rule::Value(&["-p"])]),
    command("mongosh", &[Rule::Value(&["-p"])]),
    command("mongodump", &[Rule::Value(&["-p"])]),
    command("redis-cli", &[Rule::Value(&["-a", "--pass"])]),
    command(
        "login",
        &[
            Rule::Value(&["-p"]),
            Rule::RandomAt(0),
            Rule::RandomAt(1),
            Rule::Piped,
        ],
    ),
    command("ldapsearch", &[Rule::Value(&["-w"])]),
    command("ldapmodify", &[Rule::Value(&["-w"])]),
    command("ldapadd", &[Rule::Value(&["-w"])]),
    command("ldapwhoami", &[Rule::Value(&["-w"])]),
    command("http ", &[Rule::Pair(&["-a", "--auth"], b':')]),
    command("https ", &[Rule::Pair(&["-a", "--auth"], b':')]),
    command("xh ", &[Rule::Pair(&["-a", "--auth"], b':')]),
    command("bindpw ", &[Rule::At(0)]),
    command("rootpw ", &[Rule::At(0)]),
    command("snyk auth", &[Rule::RandomAt(0)]),
    command("doctl auth", &[Rule::Value(&["-t"])]),
    command("htpasswd", &[Rule::At(2)]),
    command("chpasswd", &[Rule::Piped]),
    command("sudo -s", &[Rule::Piped]),
    command("-stdin", &[Rule::Piped]),
    command("unzip", &[Rule::Value(&["-P"])]),
    command("zip ", &[Rule::Value(&["-P"])]),
    command("openssl", &[Rule::Value(&["-k"])]),
    command("ssh-keygen", &[Rule::Value(&["-N", "-P"])]),
    command("convertto-securestring", &[Rule::At(0)]),
    command(
        "secret set",
        &[Rule::Value(&["--body", "-b"]), Rule::HereString],
    ),
    command("secret put", &[Rule::HereString]),
    command("sqlplus", &[Rule::Login]),
    command("7z ", &[Rule::Joined("-p")]),
    command("smbclient", &[Rule::Pair(&["-U", "--user"], b'%')]),
    command("sqlcmd", &[Rule::Value(&["-P"])]),
    command("rabbitmqctl", &[Rule::At(2)]),
    command("net user", &[Rule::At(1)]),
    command("alias set", &[Rule::At(2), Rule::At(3)]),
    command("identified by '", &[Rule::At(0)]),
    command("plink", &[Rule::Value(&["-pw"])]),
    command("pscp", &[Rule::Value(&["-pw"])]),
    command("twine", &[Rule::Value(&["-p"])]),
    command("add-generic-password", &[Rule::Value(&["-w"])]),
    command("rclone", &[Rule::Value(&["--password"])]),
];

/// The shortest password that is taken for one behind an option.
const MIN_CHOSEN: usize = 4;

/// A longer line is a script, or data.
const MAX_LINE: usize = 4096;

const MAX_WORDS: usize = 64;

/// Between `echo` and what its output is piped into.
const MAX_PIPED: usize = 512;
