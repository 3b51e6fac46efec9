//! Processes that the agent left behind, and that still use our proxy, which is gone.
//!
//! Found through Linux's `/proc`; on other systems none are found.

use std::fs;

use crate::warning::Warning;

/// The warning about processes whose environment names `proxy_url`, if there are any.
pub(crate) fn warning(proxy_url: &str) -> Option<Warning> {
    let orphans = find(proxy_url);
    if orphans.is_empty() {
        return None;
    }
    Some(Warning::new(
        format!(
            "still running, although their proxy is gone: {}",
            orphans.join(", ")
        ),
        "end them: with the environment they were started in, they have no network",
    ))
}

/// Name and id of each process of ours whose environment names `proxy_url`.
fn find(proxy_url: &str) -> Vec<String> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))
        .filter(|id| {
            fs::read(format!("/proc/{id}/environ")).is_ok_and(|environ| names(&environ, proxy_url))
        })
        .map(|id| match fs::read_to_string(format!("/proc/{id}/comm")) {
            Ok(name) => format!("{} ({id})", name.trim_end()),
            Err(_) => id,
        })
        .take(MAX_NAMED)
        .collect()
}

/// Whether a variable in `environ`, each ended by a zero byte, has this value.
fn names(environ: &[u8], value: &str) -> bool {
    environ.split(|byte| *byte == 0).any(|variable| {
        variable
            .strip_suffix(value.as_bytes())
            .is_some_and(|name| name.ends_with(b"="))
    })
}

/// More would not fit a line.
const MAX_NAMED: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_whole_and_only_as_a_value() {
        let url = "http://wrap:1@127.0.0.1:4711";
        let environ = |text: &str| text.replace(' ', "\0").into_bytes();
        assert!(names(&environ(&format!("A=b HTTPS_PROXY={url} C=d")), url));
        assert!(!names(&environ(&format!("HTTPS_PROXY={url}2")), url));
        assert!(!names(&environ(&format!("NOTE=see{url}")), url));
        assert!(!names(b"", url));
    }
}
