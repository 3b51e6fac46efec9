//! The data of the section "Credentials and identifiers".

use serde::Serialize;

/// Credentials and identifiers, and who received them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Identity {
    /// Credentials, by fingerprint.
    pub credentials: Vec<Secret>,
    /// Identifiers that outlive a request, by name.
    pub identifiers: Vec<Identifier>,
}

/// One credential.
#[derive(Debug, Clone, Serialize)]
pub struct Secret {
    /// Its fingerprint: equal for equal credentials of one recording.
    pub fingerprint: String,
    /// Where it was seen.
    pub places: Vec<SecretPlace>,
    /// What is unusual about these places.
    pub warnings: Vec<SecretWarning>,
}

/// A place where a credential was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretPlace {
    /// The host.
    pub host: String,
    /// `header authorization`, `body refresh_token`, `url key`.
    pub field: String,
    /// Whether the agent sent it, not the origin.
    pub sent: bool,
    /// How often.
    pub count: u64,
}

/// What is unusual about where a credential was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretWarning {
    /// More than one site received it: these.
    SeveralSites(Vec<String>),
    /// It was sent without TLS.
    Clear,
    /// It was in a URL, which ends up in logs.
    InUrl,
}

/// One identifier, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identifier {
    /// `header x-codex-installation-id`, `body installation_id`.
    pub field: String,
    /// How many distinct values were sent.
    pub values: u64,
    /// How often they were sent.
    pub count: u64,
    /// The hosts that received them.
    pub hosts: Vec<String>,
}
