//! The proxy's own password, so that other users of the machine cannot use the proxy.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::HeaderMap;
use hyper::header::PROXY_AUTHORIZATION;
use zeroize::Zeroizing;

use crate::proxy::error::Error;
use crate::proxy::tls::root::random;

/// The credentials that `Proxy-Authorization` has to carry (RFC 7617).
pub(crate) struct Password {
    expected: Zeroizing<String>,
    url_part: Zeroizing<String>,
}

impl Password {
    pub(crate) fn new(password: &str) -> Self {
        let user = format!("{USER}:{password}");
        Self {
            expected: Zeroizing::new(BASE64_STANDARD.encode(&user)),
            url_part: Zeroizing::new(user),
        }
    }

    /// A random password of 128 bits.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] when the system has no random numbers.
    pub(crate) fn random() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new([0; 16]);
        random(&mut *bytes)?;
        let text = bytes
            .iter()
            .fold(Zeroizing::new(String::new()), |mut text, byte| {
                text.push_str(&format!("{byte:02x}"));
                text
            });
        Ok(Self::new(&text))
    }

    /// `user:password` for a URL.
    pub(crate) fn url_part(&self) -> &str {
        &self.url_part
    }

    /// Whether the request carries it, compared in constant time.
    pub(crate) fn is_in(&self, headers: &HeaderMap) -> bool {
        let Some(given) = headers
            .get(PROXY_AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
            .map(|(_, token)| token.trim())
        else {
            return false;
        };
        // The key is secret, so the time that comparing hashes takes reveals nothing about either text.
        let key = blake3::hash(self.expected.as_bytes());
        let hash = |text: &str| blake3::keyed_hash(key.as_bytes(), text.as_bytes());
        hash(given) == hash(&self.expected)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// The user's name; any would do.
const USER: &str = "wrap";
