//! What a user should know about a run: what is the case, and what to do about it.

use std::fmt;
use std::io::Write;

use crate::style::YELLOW;

/// One thing to know, and its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    /// What is the case.
    pub(crate) what: String,
    /// What to do; empty where nothing can be done.
    pub(crate) remedy: String,
}

impl Warning {
    /// A warning with its remedy.
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    /// Says it on standard error.
    pub(crate) fn tell(&self) {
        say(&format!("{YELLOW}wrap:{YELLOW:#} {self}\n"));
    }
}

/// Writes to standard error, without colours where nobody sees them.
pub(crate) fn say(text: &str) {
    // The terminal may be gone, as after a hangup: then there is nobody to tell, and the
    // agent's exit code is still to be passed on.
    drop(anstream::stderr().write_all(text.as_bytes()));
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.remedy.is_empty() {
            write!(f, "\n      {}", self.remedy)?;
        }
        Ok(())
    }
}
