//! Redaction: no credential reaches a sink, unless the user asks for it.
//!
//! What is replaced: the values of secret headers, query parameters, form fields,
//! keys, variables and options (`names`), whatever has the shape of a token anywhere in a text
//! (`vendors`), private keys (`armor`), the arguments of some commands (`command`), and each value that
//! was a credential before (`known`). In its place comes a fingerprint under the recording's key:
//! equal secrets stay equal, and nothing else about them is left. Texts are rewritten by
//! spans; all else in them stays verbatim.
//!
//! One pass with vector instructions (`filter`) finds where a word begins that may
//! give a secret away (`clue`), and where runs of letters and digits are long enough to be
//! a token (`run`). Only those places are looked at.

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
mod vendors;

pub use name_kind::NameKind;
pub use redactor::Redactor;
pub use session_key::SessionKey;
