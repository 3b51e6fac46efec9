//! Redaction: no credential reaches a sink unless the user asks for it.
//!
//! Secrets are found by their name (`names`), by a format or prefix of their own (`formats`, `vendors`, `armor`),
//! as arguments of commands (`commands`), or because they were credentials earlier in the recording
//! (`known_values`). Each is replaced by a fingerprint under the recording's key: equal secrets
//! stay equal, and nothing else about them is kept. Everything around them stays verbatim.
//!
//! One vectorized pass over a text (`filter`) finds where a keyword may begin (`keyword`) and where a run
//! of letters and digits is long enough for a token (`token`). Only there does a `detector` look.

mod arguments;
mod armor;
mod assigned_value;
mod assignment;
mod byte_class;
mod command;
mod command_line;
mod commands;
mod credentials;
mod deltas;
mod detector;
mod filter;
mod finder;
mod formats;
mod heuristics;
mod keyword;
mod known_values;
mod metadata;
mod multipart;
mod name;
mod name_kind;
mod name_lists;
mod named_value;
pub mod names;
pub(crate) mod percent;
mod quoted_value;
mod quoting;
mod record;
mod redactor;
mod scan;
mod session_key;
mod spaced_value;
mod syntax;
mod table;
mod token;
mod token_shape;
mod unicode_escapes;
mod url;
mod utf16;
mod value_rules;
mod vendor_formats;
mod vendors;

pub use name_kind::NameKind;
pub use redactor::Redactor;
pub use session_key::SessionKey;
