//! What a user should know about a run, and what to do about it.

use std::fmt;
use std::io::Write;

use crate::style::YELLOW;

/// A problem and its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warning {
    /// The problem.
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

    /// Prints it on standard error.
    pub(crate) fn print(&self) {
        print_stderr(&format!("{YELLOW}wrap:{YELLOW:#} {self}\n"));
    }
}

/// Prints to standard error; colours only where they show.
pub(crate) fn print_stderr(text: &str) {
    // The terminal may be gone, as after a hangup: nobody would see the error, and the agent's
    // exit code must still get through.
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
