//! Base URLs and assignments in configuration files, whatever their format.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::host::host_of_url;

/// The text of a small file; `None` when it is missing or not text.
pub(crate) fn read_text(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path)
        .ok()?
        .take(MAX_CONFIG_BYTES)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

/// The hosts of all URLs that `text` gives to a key ending in `base_url` or `baseURL`.
///
/// Works for TOML, JSON and `NAME=value` lines: it looks for the key and the URL after it, and
/// ignores the grammar. Skips comments (`#` at the start of a line).
pub(crate) fn base_url_hosts(text: &str) -> Vec<String> {
    let mut hosts = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        let mut rest = line;
        while let Some(key) = find_key(rest) {
            rest = &rest[key..];
            let value = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"'=:".contains(c));
            hosts.extend(host_of_url(value));
        }
    }
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Those of `names` that `text`, a file of `NAME=value` lines, assigns.
pub(crate) fn assigned<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let set: Vec<&str> = text
        .lines()
        .map(|line| line.trim_start())
        .map(|line| line.strip_prefix("export ").unwrap_or(line))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim())
        .collect();
    names
        .into_iter()
        .filter(|name| set.contains(name))
        .collect()
}

/// The offset in `text` after the first key that names a base URL.
fn find_key(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    ["base_url", "baseurl"]
        .into_iter()
        .filter_map(|key| Some(lower.find(key)? + key.len()))
        .min()
}

/// Far larger than any configuration file written by hand.
const MAX_CONFIG_BYTES: u64 = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_found_in_toml_json_and_dotenv() {
        let toml = "[model_providers.x]\nbase_url = \"https://Models.example:8443/v1\"\n";
        assert_eq!(base_url_hosts(toml), ["models.example"]);
        let json = r#"{"options":{"baseURL":"http://user:pw@[::1]:11434/v1"},"b_base_url": "https://b.example"}"#;
        assert_eq!(base_url_hosts(json), ["::1", "b.example"]);
        assert_eq!(
            base_url_hosts("export ANTHROPIC_BASE_URL=https://c.example/"),
            ["c.example"]
        );
    }

    #[test]
    fn a_missing_or_commented_out_base_url_adds_no_host() {
        for text in [
            "# base_url = \"https://a.example\"",
            "base_url = \"\"",
            "base_url",
            "base_url = \"https://\"",
            "base_url = 7",
            "url = \"https://a.example\"",
        ] {
            assert!(base_url_hosts(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_key_next_to_wide_characters_is_read() {
        assert_eq!(
            base_url_hosts("İ base_url = 'https://a.example/ü'"),
            ["a.example"]
        );
    }

    #[test]
    fn assignments_are_found_in_a_dotenv_file() {
        let text = "# HTTP_PROXY=x\nexport HTTPS_PROXY=http://a\n SSL_CERT_FILE = b\nOTHER=1\n";
        assert_eq!(
            assigned(text, ["HTTP_PROXY", "HTTPS_PROXY", "SSL_CERT_FILE"]),
            ["HTTPS_PROXY", "SSL_CERT_FILE"]
        );
    }
}
