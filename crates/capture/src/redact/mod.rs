//! Redaction: no credential reaches a sink, unless the user asks for it.
//!
//! What is replaced: the values of secret headers, query parameters, form
//! fields and JSON keys (`names`), and whatever has the shape of a token
//! anywhere in a text (`shapes`). What stands in its place is a fingerprint
//! under the recording's key: equal secrets stay equal, and nothing else about
//! them is left. Texts are rewritten by spans; all else in them stays verbatim.

#[cfg(test)]
mod corpus;
mod finder;
mod key;
mod names;
mod pair;
mod record;
mod redactor;
mod scan;
mod shapes;
mod url;
mod value;

pub use key::SessionKey;
pub use redactor::Redactor;
