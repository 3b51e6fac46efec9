//! Certificates and trust: our root and its leaves, the roots we trust, the TLS configuration of
//! both ends, and which programs distrust us.

pub(crate) mod configs;
mod key_file;
pub(crate) mod leaves;
pub(crate) mod root;
pub(crate) mod roots;
mod signing_key;
pub(crate) mod trust;
