//! Why a tap stopped reading.

use std::borrow::Cow;
use std::fmt;

/// Bytes that a tap cannot read, in words; the traffic itself goes on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(Cow<'static, str>);

impl Unreadable {
    pub(crate) fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
