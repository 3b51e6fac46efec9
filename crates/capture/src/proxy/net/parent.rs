//! The parent proxy: the next hop that this machine's environment asks for.
//!
//! Corporate networks reach the outside through an `http://` proxy. We obey what the
//! agent would have obeyed: `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, as curl reads them.

use std::io;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::proxy::authority::{Authority, split_userinfo};
use crate::proxy::error::Error;
use crate::proxy::net::cause::Cause;
use crate::redact::percent;

/// An HTTP proxy that tunnels to origins, and the hosts that bypass it.
#[derive(Debug, Clone)]
pub struct ParentProxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `host:port`, without credentials.
    authority: String,
    /// The value of `Proxy-Authorization`.
    credentials: Option<String>,
    /// The entries of `NO_PROXY`.
    bypass: Vec<String>,
}

impl ParentProxy {
    /// Reads a proxy URL: `http://user:password@host:port`; the scheme defaults to `http`.
    ///
    /// `no_proxy` is a comma-separated list, as in `NO_PROXY`.
    ///
    /// # Errors
    ///
    /// [`Error::ParentProxy`] for a scheme other than `http`, and for a URL without a usable host.
    pub fn parse(url: &str, no_proxy: &str) -> Result<Self, Error> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let rest = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let (user, host) = split_userinfo(rest);
        let refused = |reason: &str| Error::ParentProxy {
            url: format!("{scheme}://{host}"),
            reason: reason.to_owned(),
        };
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(refused("only http:// proxies are supported"));
        }
        if host.is_empty() {
            return Err(refused("it names no host"));
        }
        let authority = Authority::parse(host, Some(80)).map_err(|reason| refused(&reason))?;
        let credentials = user.map(|user| {
            let user = percent::decode(user.as_bytes(), false);
            let user = if user.contains(&b':') {
                user
            } else {
                [user, b":".to_vec()].concat()
            };
            format!("Basic {}", BASE64_STANDARD.encode(user))
        });
        let bypass = no_proxy
            .split(',')
            .map(|entry| entry.trim().trim_start_matches('.').to_ascii_lowercase())
            .filter(|entry| !entry.is_empty())
            .collect();
        Ok(Self {
            authority: authority.to_string(),
            host: authority.host,
            port: authority.port,
            credentials,
            bypass,
        })
    }

    /// `host:port` of the proxy, without credentials.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether connections to `host` bypass the proxy.
    pub(crate) fn is_bypassed_by(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.bypass.iter().any(|entry| {
            let entry = entry.split(':').next().unwrap_or(entry);
            entry == "*"
                || host == entry
                || host
                    .strip_suffix(entry)
                    .is_some_and(|rest| rest.ends_with('.'))
        })
    }

    /// Asks the proxy for a tunnel to `authority` (RFC 9110, section 9.3.6).
    pub(crate) async fn open(&self, stream: &mut TcpStream, authority: &str) -> Result<(), Cause> {
        let mut head = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
        if let Some(credentials) = &self.credentials {
            head.push_str(&format!("Proxy-Authorization: {credentials}\r\n"));
        }
        head.push_str("\r\n");
        let failed = |error: io::Error| {
            let name = "parent_proxy";
            Cause::new(
                name,
                format!("the upstream proxy {} failed: {error}", self.authority),
            )
        };
        stream.write_all(head.as_bytes()).await.map_err(failed)?;
        let answer = read_head(stream).await.map_err(failed)?;
        let status = status(&answer);
        if status == Some(200) {
            return Ok(());
        }
        let line = answer
            .split(|&byte| byte == b'\r')
            .next()
            .unwrap_or_default();
        Err(Cause::new(
            if status == Some(407) {
                "parent_proxy_credentials"
            } else {
                "parent_proxy"
            },
            format!(
                "the upstream proxy {} answered {:?} to CONNECT {authority}",
                self.authority,
                String::from_utf8_lossy(line)
            ),
        ))
    }
}

/// Reads up to the empty line, byte by byte, because what follows belongs to the tunnel.
async fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAX_HEAD_BYTES {
            return Err(io::Error::other("its answer has no end"));
        }
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}

fn status(head: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(head).ok()?;
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Proxies explain themselves in a few hundred bytes.
const MAX_HEAD_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_decoded_and_never_shown() {
        let parent = ParentProxy::parse("http://us%65r:p%40ss@proxy.example:3128/", "").unwrap();
        assert_eq!(parent.authority(), "proxy.example:3128");
        let expected = format!("Basic {}", BASE64_STANDARD.encode("user:p@ss"));
        assert_eq!(parent.credentials, Some(expected));
        let refused = ParentProxy::parse("socks5://user:secret@host:1", "").unwrap_err();
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }

    #[test]
    fn no_proxy_names_hosts_domains_and_all() {
        let parent = ParentProxy::parse("proxy:1", "localhost, .example.com,10.0.0.1").unwrap();
        for (host, past) in [
            ("localhost", true),
            ("a.example.com", true),
            ("example.com", true),
            ("badexample.com", false),
            ("10.0.0.1", true),
            ("openai.com", false),
        ] {
            assert_eq!(parent.is_bypassed_by(host), past, "{host}");
        }
        assert!(
            ParentProxy::parse("proxy:1", "*")
                .unwrap()
                .is_bypassed_by("any")
        );
    }
}
