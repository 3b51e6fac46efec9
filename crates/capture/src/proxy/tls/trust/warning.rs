//! Warnings for the user about programs that do not accept our certificate.

use crate::proxy::tls::trust::program::{EXPIRY_MINUTES, MAX_SILENT};

/// A program has sent a certificate alert.
pub(crate) fn refused(program: Option<&str>, host: &str, alert: &str) -> String {
    format!(
        "{} refused our certificate for {host} ({alert}): its further connections to that host are \
         relayed unread. It does not read SSL_CERT_FILE, or trusts a store of its own; {REMEDY}",
        program.unwrap_or("a program")
    )
}

/// A process that could not be named has sent a certificate alert.
pub(crate) fn alone(host: &str, alert: &str) -> String {
    format!(
        "a process that could not be named refused our certificate for {host} ({alert}): this \
         counts for that connection alone, and further connections are read"
    )
}

/// Connections have ended without an alert. `program` is `None` on a system that cannot name any, where
/// some may have ended with an alert.
pub(crate) fn silent(program: Option<&str>, host: &str) -> String {
    match program {
        Some(program) => format!(
            "{program} ended {MAX_SILENT} connections to {host} in a row without a request and \
             without saying why, as programs do that refuse our certificate in silence (GnuTLS): \
             its connections to that host are relayed unread for {EXPIRY_MINUTES} minutes, then \
             tried again. If it trusts a store of its own, {REMEDY}"
        ),
        None => format!(
            "{MAX_SILENT} connections to {host} in a row were ended without a request or refused \
             our certificate, and nobody has spoken to it; this system does not tell which \
             programs they were of: connections to that host are relayed unread for \
             {EXPIRY_MINUTES} minutes, then tried again. If a program trusts a store of its own, \
             {REMEDY}"
        ),
    }
}

/// What to do about a program with its own trust store.
const REMEDY: &str =
    "give it the bundle in its own setting (NODE_EXTRA_CA_CERTS, GIT_SSL_CAINFO, …)";
