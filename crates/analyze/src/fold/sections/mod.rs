//! The sections of the report, a file each, computed from the aggregate and its timeline index.

pub(super) mod cache;
pub(super) mod completeness;
pub(super) mod conversation;
pub(super) mod endpoints;
pub(super) mod errors;
pub(super) mod frequency;
pub(super) mod glance;
pub(super) mod hosts;
pub(super) mod identity;
pub(super) mod model;
pub(super) mod prompt;
pub(super) mod telemetry;
pub(super) mod timeline;
pub(super) mod tools;
pub(super) mod transcript;
