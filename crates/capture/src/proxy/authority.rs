//! `host:port`, as CONNECT, absolute form and proxy URLs name it.
//!
//! Userinfo is dropped (RFC 9110, section 4.2.4): it is not part of a host's name, and may be a
//! password. An invalid port is an error, never replaced by a default.

use std::fmt;

use hyper::http::uri;

/// Where a request is meant to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    /// As sent, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Authority {
    /// Reads the target of a CONNECT, which has no default port (RFC 9110, section 9.3.6).
    ///
    /// # Errors
    ///
    /// A sentence for the agent.
    pub(crate) fn of_connect(authority: &uri::Authority) -> Result<Self, String> {
        Self::parse(authority.as_str(), None)
    }

    /// Reads the authority of an `http://` URL; a port that is missing or empty is 80.
    ///
    /// # Errors
    ///
    /// A sentence for the agent.
    pub(crate) fn of_url(authority: &uri::Authority) -> Result<Self, String> {
        Self::parse(authority.as_str(), Some(80))
    }

    /// Reads `host:port`; a port that is missing or empty is `default_port`.
    ///
    /// # Errors
    ///
    /// A sentence for the agent.
    pub(crate) fn parse(text: &str, default_port: Option<u16>) -> Result<Self, String> {
        let text = without_userinfo(text);
        let (host, port) = match text.rsplit_once(':') {
            // A colon in brackets belongs to the address.
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (text, ""),
        };
        let host = without_brackets(host);
        if host.is_empty() {
            return Err(format!("{text:?} names no host"));
        }
        let port = match (port, default_port) {
            ("", Some(port)) => port,
            ("", None) => return Err(format!("CONNECT needs host:port, and got {text:?}")),
            (port, _) => Some(port)
                // `u16::from_str` accepts a sign.
                .filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|port| port.parse().ok())
                .filter(|port| *port != 0)
                .ok_or_else(|| format!("{port:?} is not a port"))?,
        };
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

/// Splits `user:password@host:port` into the userinfo and the rest.
pub(crate) fn split_userinfo(authority: &str) -> (Option<&str>, &str) {
    match authority.rsplit_once('@') {
        Some((userinfo, rest)) => (Some(userinfo), rest),
        None => (None, authority),
    }
}

/// `host:port` of `user:password@host:port`.
pub(crate) fn without_userinfo(authority: &str) -> &str {
    split_userinfo(authority).1
}

/// `::1` of `[::1]`; any other host as it is.
pub(crate) fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, default_port: Option<u16>) -> Option<String> {
        let authority = Authority::parse(text, default_port).ok()?;
        Some(format!("{} {} {authority}", authority.host, authority.port))
    }

    #[test]
    fn an_authority_is_read_without_userinfo_and_brackets() {
        for (text, expected) in [
            ("a:1", "a 1 a:1"),
            ("[::1]:2", "::1 2 [::1]:2"),
            ("user@a:1", "a 1 a:1"),
            ("user:word@a:1", "a 1 a:1"),
            ("user:w@rd@[::1]:1", "::1 1 [::1]:1"),
        ] {
            assert_eq!(read(text, None).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_port_is_never_made_up_for_connect() {
        for text in [
            "a", "a:", "[::1]", "a:0", "a:65536", "a:99999", "a:+1", "a:x", ":1", "u@:1",
        ] {
            assert_eq!(read(text, None), None, "{text}");
        }
        assert_eq!(read("a:65535", None).as_deref(), Some("a 65535 a:65535"));
    }

    #[test]
    fn a_url_without_a_port_means_port_80_and_one_with_a_wrong_port_nothing() {
        assert_eq!(read("u:p@a", Some(80)).as_deref(), Some("a 80 a:80"));
        assert_eq!(read("a:", Some(80)).as_deref(), Some("a 80 a:80"));
        assert_eq!(read("[::1]", Some(80)).as_deref(), Some("::1 80 [::1]:80"));
        assert_eq!(read("a", Some(443)).as_deref(), Some("a 443 a:443"));
        assert_eq!(read("a:99999", Some(80)), None);
    }
}
