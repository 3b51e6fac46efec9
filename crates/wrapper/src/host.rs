//! The host in a URL and in an authority: lower case, without user, port and brackets.

/// The host of an `http://` or `https://` URL at the start of `text`; what follows is ignored.
pub(crate) fn host_of_url(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let end = rest.find(|c: char| "/?#\"' ,}".contains(c));
    let host = host_of_authority(&rest[..end.unwrap_or(rest.len())]);
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// The host of `host:port`, or of `user@host:port`.
pub(crate) fn host_of_authority(authority: &str) -> &str {
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_loses_user_port_and_brackets() {
        for (authority, host) in [
            ("a.example:443", "a.example"),
            ("a.example", "a.example"),
            ("user:pw@a.example:8443", "a.example"),
            ("[::1]:443", "::1"),
            ("[::1]", "::1"),
            ("", ""),
        ] {
            assert_eq!(host_of_authority(authority), host, "{authority}");
        }
    }

    #[test]
    fn a_url_has_a_host_only_over_http() {
        let host = host_of_url("https://Models.example:8443/v1");
        assert_eq!(host.as_deref(), Some("models.example"));
        for text in ["https://", "ftp://a.example/", "a.example", ""] {
            assert_eq!(host_of_url(text), None, "{text}");
        }
    }
}
