//! The data of the section "Credentials and identifiers".

use serde::Serialize;

/// What proves or tells who the user is, and who got to know it.
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
    /// Stands for it: equal for equal credentials of one recording.
    pub fingerprint: String,
    /// Where it was seen.
    pub places: Vec<SecretPlace>,
    /// What is unusual about that.
    pub warnings: Vec<SecretWarning>,
}

/// A place where a credential was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretPlace {
    /// The host.
    pub host: String,
    /// `header authorization`, `body refresh_token`, `url key`.
    pub field: String,
    /// Whether the agent sent it; else the origin did.
    pub sent: bool,
    /// How often.
    pub count: u64,
}

/// What is unusual about a credential's way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretWarning {
    /// It was sent to more than one site, named here.
    SeveralSites(Vec<String>),
    /// It travelled without TLS.
    Clear,
    /// It stood in a URL, which logs keep.
    InUrl,
}

/// One identifier, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identifier {
    /// `header x-codex-installation-id`, `body installation_id`.
    pub field: String,
    /// How many different values were sent.
    pub values: u64,
    /// How often they were sent.
    pub count: u64,
    /// The hosts that got them.
    pub hosts: Vec<String>,
}
