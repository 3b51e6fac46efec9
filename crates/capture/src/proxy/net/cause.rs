//! Why the origin could not be reached or trusted, and why an agent refused us.

use std::io;

use rustls::{AlertDescription, CertificateError};

/// A failure in a word for machines and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    /// A short name, as in `Disposition::cause`.
    pub(crate) name: String,
    /// What happened, with what it happened to.
    pub(crate) reason: String,
}

impl Cause {
    pub(crate) fn new(name: &str, reason: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            reason: reason.into(),
        }
    }

    /// Whether waiting was what failed: 504, not 502 (RFC 9110, section 15.6).
    pub(crate) fn is_timeout(&self) -> bool {
        self.name == "timeout"
    }

    /// Why TCP to `address` did not come up.
    pub(crate) fn connect(address: &str, error: &io::Error) -> Self {
        let name = match error.kind() {
            io::ErrorKind::ConnectionRefused => "refused",
            io::ErrorKind::TimedOut => "timeout",
            io::ErrorKind::ConnectionReset => "reset",
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "unreachable",
            _ => "connect",
        };
        Self::new(name, format!("cannot connect to {address}: {error}"))
    }

    /// Why TLS to `host` did not come up.
    pub(crate) fn upstream_tls(host: &str, error: &io::Error) -> Self {
        let (name, detail) = match tls_error(error) {
            Some(rustls::Error::InvalidCertificate(error)) => certificate(error),
            Some(rustls::Error::AlertReceived(alert)) => (
                "tls_alert",
                format!("it sent the alert {}", alert_name(*alert)),
            ),
            Some(error) => ("tls", error.to_string()),
            None if error.kind() == io::ErrorKind::UnexpectedEof => (
                "tls_eof",
                "it closed the connection in the handshake".to_owned(),
            ),
            None if error.kind() == io::ErrorKind::ConnectionReset => (
                "tls_reset",
                "it reset the connection in the handshake".to_owned(),
            ),
            None => ("tls", error.to_string()),
        };
        Self::new(name, format!("cannot speak TLS with {host}: {detail}"))
    }

    /// Why the agent did not take our certificate; `None` where it failed for another reason.
    pub(crate) fn rejection(error: &io::Error) -> Option<Self> {
        use AlertDescription as A;
        match tls_error(error) {
            Some(rustls::Error::AlertReceived(
                alert @ (A::BadCertificate
                | A::UnsupportedCertificate
                | A::CertificateRevoked
                | A::CertificateExpired
                | A::CertificateUnknown
                | A::UnknownCA
                | A::AccessDenied
                | A::DecryptError),
            )) => Some(Self::new(
                &alert_name(*alert),
                format!(
                    "the agent refused our certificate with the alert {}",
                    alert_name(*alert)
                ),
            )),
            None if matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
            ) =>
            {
                Some(Self::new(
                    "eof",
                    "the agent closed the connection when it saw our certificate",
                ))
            }
            _ => None,
        }
    }
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn certificate(error: &CertificateError) -> (&'static str, String) {
    use CertificateError as C;
    let (name, detail) = match error {
        C::Expired | C::ExpiredContext { .. } => {
            ("certificate_expired", "its certificate is expired")
        }
        C::NotValidYet | C::NotValidYetContext { .. } => (
            "certificate_not_yet_valid",
            "its certificate is not valid yet",
        ),
        C::Revoked => ("certificate_revoked", "its certificate is revoked"),
        C::NotValidForName | C::NotValidForNameContext { .. } => (
            "certificate_wrong_host",
            "its certificate is for another host",
        ),
        C::UnknownIssuer => (
            "certificate_unknown_issuer",
            "its certificate is from an issuer that is not trusted here; \
             if it is your company's, name its root with --upstream-ca or SSL_CERT_FILE",
        ),
        // webpki's word for what `openssl req -x509` makes: a root in a server's place.
        C::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => (
            "certificate_self_signed",
            "its certificate is self-signed, and no server's; \
             if it is meant to be so, name it with --upstream-ca",
        ),
        other => {
            return (
                "certificate_invalid",
                format!("its certificate is not valid: {other}"),
            );
        }
    };
    (name, detail.to_owned())
}

/// The alert's name in RFC 8446, section 6: `unknown_ca`.
fn alert_name(alert: AlertDescription) -> String {
    let name = match alert {
        AlertDescription::UnknownCA => return "unknown_ca".to_owned(),
        other => format!("{other:?}"),
    };
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
