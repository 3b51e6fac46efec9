//! Patterns for the hosts to intercept.

use std::fmt;
use std::net::IpAddr;

use crate::proxy::authority::without_brackets;

/// Patterns of hosts: a name, `*.domain`, an IP address, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    All,
    Name(String),
    /// Every name below the domain, but not the domain itself.
    Below(String),
    Address(IpAddr),
}

/// A pattern that is not a host.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{pattern:?} is not a host: give a name, *.domain, or an IP address, without scheme, port or path"
)]
pub struct HostsError {
    /// The pattern, as given.
    pub pattern: String,
}

impl Hosts {
    /// Every host.
    pub fn all() -> Self {
        Self {
            patterns: vec![Pattern::All],
        }
    }

    /// The hosts that match any of `patterns`.
    ///
    /// # Errors
    ///
    /// [`HostsError`] for the first that is not a host.
    ///
    /// # Examples
    ///
    /// ```
    /// let hosts = capture::Hosts::parse(["openai.com", "*.openai.com"])?;
    /// assert!(hosts.matches("api.openai.com"));
    /// assert!(!hosts.matches("openai.com.example"));
    /// # Ok::<(), capture::HostsError>(())
    /// ```
    pub fn parse<T: AsRef<str>>(patterns: impl IntoIterator<Item = T>) -> Result<Self, HostsError> {
        let patterns = patterns
            .into_iter()
            .map(|text| Pattern::parse(text.as_ref()))
            .collect::<Result<_, _>>()?;
        Ok(Self { patterns })
    }

    /// Whether `host`, a name or an address without brackets and port, matches a pattern.
    pub fn matches(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        self.patterns.iter().any(|pattern| pattern.matches(host))
    }

    /// The patterns, each as text.
    pub fn patterns(&self) -> Vec<String> {
        self.patterns.iter().map(Pattern::to_string).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter()
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, HostsError> {
        let invalid = || HostsError {
            pattern: text.to_owned(),
        };
        if text == "*" {
            return Ok(Self::All);
        }
        if let Ok(address) = without_brackets(text).parse() {
            return Ok(Self::Address(address));
        }
        let (below, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let labels_hold = name
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63 && label.bytes().all(allowed));
        if !labels_hold || name.len() > 253 {
            return Err(invalid());
        }
        let name = name.to_ascii_lowercase();
        Ok(if below {
            Self::Below(name)
        } else {
            Self::Name(name)
        })
    }

    fn matches(&self, host: &str) -> bool {
        match self {
            Self::All => true,
            Self::Name(name) => host.eq_ignore_ascii_case(name),
            Self::Below(domain) => {
                host.len() > domain.len() + 1
                    && host.is_char_boundary(host.len() - domain.len())
                    && host[host.len() - domain.len()..].eq_ignore_ascii_case(domain)
                    && host.as_bytes()[host.len() - domain.len() - 1] == b'.'
            }
            Self::Address(address) => host.parse() == Ok(*address),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Name(name) => f.write_str(name),
            Self::Below(domain) => write!(f, "*.{domain}"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl fmt::Display for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.patterns().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_names_below_its_domain_alone() {
        let hosts = Hosts::parse(["*.openai.com"]).unwrap();
        assert!(hosts.matches("api.openai.com"));
        assert!(hosts.matches("a.b.OpenAI.com"));
        assert!(!hosts.matches("openai.com"));
        assert!(!hosts.matches("notopenai.com"));
        assert!(!hosts.matches("xopenai.com."));
    }

    #[test]
    fn what_is_no_host_is_refused_by_name() {
        for text in [
            "https://openai.com",
            "openai.com:443",
            "a/b",
            "",
            "*",
            "a..b",
        ] {
            let parsed = Hosts::parse([text]);
            assert_eq!(parsed.is_ok(), text == "*", "{text:?}");
        }
    }

    #[test]
    fn an_address_matches_in_any_spelling() {
        let hosts = Hosts::parse(["[::1]"]).unwrap();
        assert!(hosts.matches("0:0:0:0:0:0:0:1"));
    }
}
