//! The stand-in's log: what it received and what it sent.

use std::path::Path;

use serde::Deserialize;

/// One request and its answer, as the stand-in saw them.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) host: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) transport: String,
    pub(crate) http_version: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) hello: String,
    pub(crate) received: String,
    pub(crate) status: u16,
    pub(crate) sent: Vec<String>,
}

impl Entry {
    /// Whether it is a model request that was answered.
    pub(crate) fn is_turn(&self) -> bool {
        let asks = self.transport == "websocket" || self.method == "POST";
        asks && self.path.ends_with("/responses") && !self.sent.is_empty()
    }
}

/// Reads a log.
pub(crate) fn read(path: &Path) -> Vec<Entry> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
