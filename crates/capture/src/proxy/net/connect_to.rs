//! `--connect-to`: dials another address than the one that was asked for.

/// A rule like curl's `--connect-to`: dial another address in the place of one.
///
/// The server name and the certificate stay those of the host that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    host: String,
    port: Option<u16>,
    to_host: String,
    to_port: Option<u16>,
}

/// What to dial for `host:port`: the target of the first rule that matches, or itself.
pub(crate) fn target(rules: &[ConnectTo], host: &str, port: u16) -> (String, u16) {
    let rule = rules.iter().find(|rule| {
        (rule.host.is_empty() || rule.host.eq_ignore_ascii_case(host))
            && rule.port.is_none_or(|rule_port| rule_port == port)
    });
    match rule {
        None => (host.to_owned(), port),
        Some(rule) => {
            let to_host = if rule.to_host.is_empty() {
                host
            } else {
                &rule.to_host
            };
            (to_host.to_owned(), rule.to_port.unwrap_or(port))
        }
    }
}

impl std::str::FromStr for ConnectTo {
    type Err = String;

    /// Reads `HOST1:PORT1:HOST2:PORT2`. An empty first part matches everything, an empty second one
    /// changes nothing.
    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("{text:?} is not HOST1:PORT1:HOST2:PORT2");
        let parts = split_colons(text);
        let [host, port, to_host, to_port] = parts.as_slice() else {
            return Err(refused());
        };
        let number = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| refused()),
        };
        Ok(Self {
            host: host.clone(),
            port: number(port)?,
            to_host: to_host.clone(),
            to_port: number(to_port)?,
        })
    }
}

/// Splits at colons outside brackets, and drops the brackets.
fn split_colons(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            ':' if !inside => parts.push(String::new()),
            letter => {
                if let Some(part) = parts.last_mut() {
                    part.push(letter);
                }
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connect_to_reads_what_curl_reads() {
        let rule: ConnectTo = "api.openai.com:443:[::1]:8443".parse().unwrap();
        let to = |host: &str, port| target(std::slice::from_ref(&rule), host, port);
        assert_eq!(to("API.openai.com", 443), ("::1".to_owned(), 8443));
        assert_eq!(to("api.openai.com", 80), ("api.openai.com".to_owned(), 80));
        let any: ConnectTo = "::127.0.0.1:".parse().unwrap();
        assert_eq!(target(&[any], "a", 1), ("127.0.0.1".to_owned(), 1));
        assert!("a:b:c".parse::<ConnectTo>().is_err());
        assert!("a:x:c:1".parse::<ConnectTo>().is_err());
    }
}
