//! Hosts that the server moves codex's further requests to.

use analyze::Exchange;

use crate::host::host_of_url;

/// With a ChatGPT login, the response to the account check can move the backend to another host.
pub(super) fn discovered_hosts(exchange: &Exchange<'_>) -> Vec<String> {
    if !exchange.url().contains("/wham/accounts/check") {
        return Vec::new();
    }
    exchange
        .response_json()
        .map(|json| values_of(json, "\"workspace_backend_origin\""))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|value| host_of_url(&value))
        .collect()
}

/// The string values of every `key` in `json`, at any depth.
fn values_of(json: &str, key: &str) -> Vec<String> {
    json.match_indices(key)
        .filter_map(|(at, key)| {
            let value = json[at + key.len()..].trim_start().strip_prefix(':')?;
            let mut values = serde_json::Deserializer::from_str(value).into_iter();
            values.next()?.ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backend_that_the_server_chose_is_found() {
        let check = |body: &str| {
            let line = format!(
                r#"{{"kind":"exchange","format":1,"id":1,"connection":1,"started_at":"2026-11-23T02:34:00Z","transport":"http","request":{{"method":"GET","url":"https://chatgpt.com/backend-api/wham/accounts/check","http_version":"HTTP/2"}},"response":{{"status":200,"http_version":"HTTP/2","start_us":1,"body":{{"json":{body}}}}},"outcome":{{"state":"complete"}}}}"#
            );
            let hosts = Exchange::read(line.as_bytes(), discovered_hosts);
            hosts.unwrap().unwrap()
        };
        let moved = r#"{"accounts":[{"workspace_backend_origin": "https://eu.example/x"}]}"#;
        assert_eq!(check(moved), ["eu.example"]);
        for stays in [
            r#"{"workspace_backend_origin":"NO_CONSTRAINT"}"#,
            r#"{"workspace_backend_origin":null}"#,
            "{}",
        ] {
            assert!(check(stays).is_empty(), "{stays}");
        }
    }
}
