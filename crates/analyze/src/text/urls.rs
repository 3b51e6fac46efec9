//! The parts of URLs that recordings are grouped by.

/// The path of a URL, without query and fragment.
pub(crate) fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or(path)
}

/// The host of a URL, without its port and the user before it.
pub(crate) fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host_without_port(host)
}

/// `host` of `host:port`; brackets of an IPv6 address stay.
pub(crate) fn host_without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_falls_into_host_and_path() {
        for (url, host, path) in [
            (
                "https://api.openai.com/v1/responses?x=/y#z",
                "api.openai.com",
                "/v1/responses",
            ),
            ("wss://user:pw@h:8443/a", "h", "/a"),
            ("http://[::1]:80", "[::1]", "/"),
            ("nonsense", "nonsense", "/"),
            ("", "", "/"),
        ] {
            assert_eq!(host_of(url), host, "{url}");
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
