//! Detects recordings that kept their secrets, and redacts them.
//!
//! The `session` line says whether they were kept, and a file can hold several recordings. So the
//! state is tracked over lines in the order of the file, before threads share them.

use std::sync::{Arc, OnceLock};

use capture::record::{Record, Secrets};
use capture::redact::{Redactor, SessionKey};

/// Replaces the secrets of a recording that kept them. Clones share key and redactor.
#[derive(Clone)]
pub(crate) struct LazyRedactor {
    key: Arc<SessionKey>,
    /// Built on first use: that takes milliseconds, and most recordings need none.
    redactor: Arc<OnceLock<Redactor>>,
}

impl LazyRedactor {
    /// Derives the key for fingerprints from the beginning of the recording: the same recording
    /// gives the same report, and a report alone does not let anyone test guesses at a secret.
    pub(crate) fn of(beginning: &[u8]) -> Self {
        Self {
            key: Arc::new(SessionKey::derived(beginning)),
            redactor: Arc::default(),
        }
    }

    pub(crate) fn redact(&self, record: &mut Record) {
        let redactor = self
            .redactor
            .get_or_init(|| Redactor::new(Arc::clone(&self.key)));
        redactor.record(record);
    }
}

/// Whether the current session kept its secrets, by its `session` line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SecretsTracker(bool);

impl SecretsTracker {
    /// Whether `line`, the next one, has to be redacted.
    ///
    /// A session that cannot be read, or with a value that this version does not know, may have
    /// kept its secrets. Lines before any `session` line are left as they are: someone cut
    /// them out of a recording.
    pub(crate) fn needs_redaction(&mut self, line: &[u8]) -> bool {
        if !OTHERS.iter().any(|head| line.starts_with(head)) {
            match Record::from_json(line) {
                Ok(Record::Session(session)) => self.0 = session.secrets != Secrets::Redacted,
                Ok(_) => {}
                Err(_) => self.0 |= line.starts_with(SESSION),
            }
        }
        self.0
    }
}

/// How `session` lines begin.
const SESSION: &[u8] = br#"{"kind":"session""#;
/// How nearly all other lines begin. They need not be parsed here.
const OTHERS: [&[u8]; 3] = [
    br#"{"kind":"exchange","#,
    br#"{"kind":"connection","#,
    br#"{"kind":"end","#,
];
