//! What a program needs to be wrapped; the form that each file in `agents/` fills in.
//!
//! Where an agent's own files or variables lead it around the proxy, its profile says so in
//! a [`Warning`] before the agent starts.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use capture::record::Exchange;

use crate::environment::Environment;
use crate::warning::Warning;

/// One kind of agent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Profile {
    /// As the record and `--list-agents` name it.
    pub(crate) name: &'static str,
    /// What it is, for people.
    pub(crate) about: &'static str,
    /// Programs that are this agent; empty for the profile that takes all others.
    pub(crate) programs: &'static [&'static str],
    /// Host patterns to intercept; empty for every host.
    pub(crate) hosts: &'static [&'static str],
    /// Whether it sends the password that stands in the proxy's URL, without being asked.
    pub(crate) sends_password: bool,
    /// Arguments to put before the user's own.
    pub(crate) extra_arguments: fn(&[OsString]) -> Vec<OsString>,
    /// Hosts that the user's configuration adds, as in another provider's URL.
    pub(crate) own_hosts: fn(&LaunchContext<'_>) -> Vec<String>,
    /// What would lead it around the proxy.
    pub(crate) traps: fn(&LaunchContext<'_>) -> Vec<Warning>,
    /// What is worth knowing, and no trap.
    pub(crate) notes: fn(&LaunchContext<'_>) -> Vec<String>,
    /// What it needs to run offline without a login.
    pub(crate) placeholder: fn(&LaunchContext<'_>) -> Placeholder,
    /// Hosts that an answer sends it to, for its further requests.
    pub(crate) discovered_hosts: fn(&Exchange) -> Vec<String>,
    /// Arguments that make it ask the model once and end, for `wrap doctor`.
    pub(crate) self_test: Option<&'static [&'static str]>,
}

/// Where the agent is about to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LaunchContext<'a> {
    /// The variables that we were started with.
    pub(crate) inherited: &'a Environment,
    /// The working directory.
    pub(crate) folder: &'a Path,
    /// The user's arguments to the agent.
    pub(crate) arguments: &'a [OsString],
}

impl LaunchContext<'_> {
    /// The value of a variable that is set, and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.inherited
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// A folder that `variable` names, or else `fallback` below the home directory.
    pub(crate) fn config_folder(&self, variable: &str, fallback: &str) -> Option<PathBuf> {
        match self.variable(variable) {
            Some(folder) => Some(self.folder.join(folder)),
            None => Some(Path::new(self.variable("HOME")?).join(fallback)),
        }
    }
}

/// What stands in for a login while nothing leaves the machine.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Placeholder {
    /// Variables, for the agent alone.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// Arguments to put before the user's own.
    pub(crate) arguments: Vec<OsString>,
}

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
/// It reads TOML, JSON and `NAME=value` lines alike, because it looks for the key and the
/// URL after it, not at the grammar. Comments (`#` at the start of a line) are passed over.
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
            hosts.extend(url_host(value));
        }
    }
    hosts.sort();
    hosts.dedup();
    hosts
}

/// The host of a URL at the start of `text`.
pub(crate) fn url_host(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let end = rest.find(|c: char| "/?#\"' ,}".contains(c));
    let authority = &rest[..end.unwrap_or(rest.len())];
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// The names that `text`, a file of `NAME=value` lines, sets, out of `names`.
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

/// Where the first key that names a base URL ends in `text`.
fn find_key(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    ["base_url", "baseurl"]
        .into_iter()
        .filter_map(|key| Some(lower.find(key)? + key.len()))
        .min()
}

/// Far above any configuration file that a person keeps.
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
    fn a_base_url_that_is_none_or_commented_out_adds_no_host() {
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
    fn a_key_before_wide_characters_is_read_without_harm() {
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
