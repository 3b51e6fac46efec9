//! Which programs do not accept our certificate, and for which host.
//!
//! A program with its own trust store can never work through us, so its connections to that host
//! are relayed unread. Only a certificate alert proves it. A connection that ends without one, in the
//! handshake or right after it, may just have been cancelled: it counts only if the program has
//! not spoken to the host in this run, only after several in a row, and only for a while.
//!
//! [`program`] has these rules, [`history`] keeps what happened by host, program and user: a process
//! that cannot be named changes nothing for others, nor they for it. Stamps come in; there is no
//! clock in here.

pub(crate) mod history;
pub(crate) mod program;
pub(crate) mod warning;
