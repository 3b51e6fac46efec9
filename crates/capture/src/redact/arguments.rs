//! Redaction of a command line that is already split into arguments.

use super::command;
use super::heuristics;
use super::metadata::put;
use super::name_kind::NameKind;
use super::names;
use super::redactor::Redactor;
use super::scan::{Escaping, Span};
use super::value_rules::scan_value;

impl Redactor {
    /// Replaces the secrets in a program and its arguments.
    pub fn arguments(&self, arguments: &mut [String]) {
        let by_command = command::in_arguments(arguments);
        let mut option = None;
        for (index, argument) in arguments.iter_mut().enumerate() {
            let mut spans: Vec<_> = by_command
                .iter()
                .filter(|(at, _)| *at == index)
                .map(|(_, range)| Span {
                    range: range.clone(),
                    escaping: Escaping::None,
                })
                .collect();
            spans.sort_by_key(|span| span.range.start);
            let kind = option.take().filter(|kind| is_argument(argument, *kind));
            if !spans.is_empty() {
                put(argument, self.replace(argument.as_bytes(), &spans));
                continue;
            }
            if let Some(kind) = kind {
                put(argument, self.option_value(kind, argument.as_bytes()));
                continue;
            }
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (argument.as_str(), None),
            };
            let kind = names::classify(name.as_bytes());
            match (kind, value) {
                (Some(kind), Some(value)) if !kind.is_ambiguous() => {
                    if let Some(replaced) = self.option_value(kind, value.as_bytes()) {
                        let value = String::from_utf8_lossy(&replaced).into_owned();
                        *argument = format!("{name}={value}");
                    }
                }
                (Some(kind), None) if argument.starts_with('-') => option = Some(kind),
                _ => self.string(argument),
            }
        }
    }

    /// The value of an option that its name makes secret.
    fn option_value(&self, kind: NameKind, value: &[u8]) -> Option<Vec<u8>> {
        self.replace(value, &scan_value(kind, value).into_spans())
    }
}

/// Whether the argument after an option of this kind is its value, not the next option.
fn is_argument(argument: &str, kind: NameKind) -> bool {
    let value = argument.as_bytes();
    if kind.is_ambiguous() || kind == NameKind::Code {
        return heuristics::is_random(value);
    }
    !argument.starts_with('-') || heuristics::is_random(value) || heuristics::is_password(value)
}
