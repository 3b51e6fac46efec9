//! Which programs do not accept our certificate, and for which host.
//!
//! A program with a trust store of its own can never work through us, so its connections to that
//! host are relayed unread. Only a certificate alert says so. A connection that ends without one,
//! in the handshake or right after it, may have been cancelled: it counts only where the program
//! has not spoken to the host in this run, after several in a row, and expires.
//!
//! [`program`] has these rules. All is kept by program and user: a process that cannot be named changes nothing for others, nor
//! do others for it. Stamps come in; there is no clock in here.

pub(crate) mod history;
pub(crate) mod program;
pub(crate) mod warning;
