//! Whether a recording kept its secrets, and their replacement where it did.
//!
//! A recording's `session` line says it, and a file can hold several recordings: so each line
//! is asked for in the order of the file, before lines are shared among threads.

use std::sync::{Arc, OnceLock};

use capture::record::{Record, Secrets};
use capture::redact::{Redactor, SessionKey};

/// Replaces the secrets of a recording that kept them. Clones are the same.
#[derive(Clone)]
pub(crate) struct LazyRedactor {
    key: Arc<SessionKey>,
    /// Building one takes milliseconds, and most recordings need none.
    redactor: Arc<OnceLock<Redactor>>,
}

impl LazyRedactor {
    /// One whose fingerprints follow from the beginning of a recording: the same recording
    /// gives the same report, and who has the report alone cannot guess what they stand for.
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

/// What the `session` line that was seen last says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SecretsTracker(bool);

impl SecretsTracker {
    /// Whether `line`, the next one, is to be redacted.
    ///
    /// A session that cannot be read, or says what this version does not know, may have kept
    /// its secrets. Lines without a session are as somebody cut them out.
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

/// How sessions begin.
const SESSION: &[u8] = br#"{"kind":"session""#;
/// How lines begin that are none: nearly all do, and are not read for this.
const OTHERS: [&[u8]; 3] = [
    br#"{"kind":"exchange","#,
    br#"{"kind":"connection","#,
    br#"{"kind":"end","#,
];
