//! Why the origin could not be reached or trusted, and how a handshake with an agent failed.

use std::io;

use rustls::{AlertDescription, CertificateError};

/// A failure, as a word for machines and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    /// A short name, as in `Disposition::cause`.
    pub(crate) name: String,
    /// What happened, and to what.
    pub(crate) reason: String,
}

impl Cause {
    pub(crate) fn new(name: &str, reason: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            reason: reason.into(),
        }
    }

    /// Whether it is a timeout: 504, not 502 (RFC 9110, section 15.6).
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

    /// The certificate alert (RFC 8446, section 6.2) in an error of the agent's TLS, if it is one.
    /// No other alert says anything about our certificate.
    fn certificate_alert(error: &io::Error) -> Option<Self> {
        use AlertDescription as A;
        let Some(rustls::Error::AlertReceived(
            alert @ (A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::UnknownCA),
        )) = tls_error(error)
        else {
            return None;
        };
        let name = alert_name(*alert);
        let reason = format!("the agent refused our certificate with the alert {name}");
        Some(Self::new(&name, reason))
    }
}

/// How the agent's TLS failed, in the handshake or right after it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HandshakeFailure {
    /// A certificate alert: the agent does not accept our certificate.
    Refused(Cause),
    /// The agent ended it without a reason: with FIN, RST, `user_canceled` or `close_notify`.
    Silent,
    /// Something else, in words.
    Other(String),
}

impl HandshakeFailure {
    /// Classifies an error of the agent's TLS.
    pub(crate) fn of(error: &io::Error) -> Self {
        use AlertDescription as A;
        use io::ErrorKind as Kind;
        if let Some(cause) = Cause::certificate_alert(error) {
            return Self::Refused(cause);
        }
        match (tls_error(error), error.kind()) {
            (Some(rustls::Error::AlertReceived(A::UserCanceled | A::CloseNotify)), _)
            | (
                None,
                Kind::UnexpectedEof
                | Kind::ConnectionReset
                | Kind::ConnectionAborted
                | Kind::BrokenPipe,
            ) => Self::Silent,
            (Some(rustls::Error::AlertReceived(alert)), _) => {
                Self::Other(format!("the agent sent the alert {}", alert_name(*alert)))
            }
            _ => Self::Other(error.to_string()),
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
        // webpki's name for what `openssl req -x509` makes: a CA certificate used as a server's.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(alert: AlertDescription) -> HandshakeFailure {
        let error = rustls::Error::AlertReceived(alert);
        HandshakeFailure::of(&io::Error::new(io::ErrorKind::InvalidData, error))
    }

    #[test]
    fn what_keeps_tcp_from_coming_up_has_a_name() {
        for (kind, name) in [
            (io::ErrorKind::ConnectionRefused, "refused"),
            (io::ErrorKind::TimedOut, "timeout"),
            (io::ErrorKind::ConnectionReset, "reset"),
            (io::ErrorKind::HostUnreachable, "unreachable"),
            (io::ErrorKind::NetworkUnreachable, "unreachable"),
            (io::ErrorKind::AddrNotAvailable, "connect"),
        ] {
            let cause = Cause::connect("192.0.2.1:443", &kind.into());
            assert_eq!(cause.name, name);
            assert_eq!(cause.is_timeout(), name == "timeout");
        }
    }

    #[test]
    fn only_certificate_alerts_are_refusals() {
        for code in 0..=255 {
            let failure = alert(AlertDescription::from(code));
            // bad_certificate to certificate_unknown, and unknown_ca; 47 is illegal_parameter.
            let is_certificates = matches!(code, 42..=46 | 48);
            let is_refusal = matches!(failure, HandshakeFailure::Refused(_));
            assert_eq!(is_refusal, is_certificates, "{code}: {failure:?}");
        }
        let HandshakeFailure::Refused(cause) = alert(AlertDescription::UnknownCA) else {
            panic!("unknown_ca is a certificate alert");
        };
        assert_eq!(cause.name, "unknown_ca");
    }

    #[test]
    fn an_end_without_a_reason_is_no_refusal_and_a_time_out_is_no_end() {
        for kind in [
            io::ErrorKind::UnexpectedEof,
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::BrokenPipe,
        ] {
            assert_eq!(HandshakeFailure::of(&kind.into()), HandshakeFailure::Silent);
        }
        for silent in [
            AlertDescription::UserCanceled,
            AlertDescription::CloseNotify,
        ] {
            assert_eq!(alert(silent), HandshakeFailure::Silent);
        }
        let late = HandshakeFailure::of(&io::ErrorKind::TimedOut.into());
        assert!(matches!(late, HandshakeFailure::Other(_)), "{late:?}");
    }
}
