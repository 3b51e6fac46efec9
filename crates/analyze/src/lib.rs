//! Turns recordings of an agent's traffic into a report.
//!
//! Data flows one way: [`Scan`] reads recordings into an [`Aggregate`], whose finish is a
//! [`Report`], plain data that [`Format`] writes. [`Scan::for_each`] visits single
//! exchanges instead. [`Reader`] iterates over whole records, for other programs.
//! Nothing here needs the proxy that wrote the recording, only the record format.
//!
//! ```
//! use analyze::{Format, Scan};
//!
//! let recording = concat!(
//!     r#"{"kind":"session","format":1,"started_at":"2026-11-23T02:34:00.000000Z","#,
//!     r#""tool":"codex-dissect 0.1.0","limits":{"body":16777216,"queue":268435456},"#,
//!     r#""secrets":"redacted"}"#,
//!     "\n",
//!     r#"{"kind":"end","format":1,"exchanges":0}"#,
//! );
//! let aggregate = Scan::default().read_from(recording.as_bytes(), "example".as_ref(), 0)?;
//! let report = aggregate.finish();
//! assert_eq!(report.glance.as_ref().map(|glance| glance.exchanges), Some(0));
//!
//! let mut markdown = Vec::new();
//! Format::Markdown.write(&report, &mut markdown)?;
//! assert!(markdown.starts_with(b"# What the agent said"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Recordings are untrusted input: nothing in one makes this crate panic, and memory
//! is bounded by counts of records, not by the sizes of bodies.

mod call;
mod decode;
mod endpoint;
mod error;
mod export;
mod fold;
mod json;
mod line;
mod prices;
mod purpose;
mod query;
mod render;
pub mod report;
mod scan;
pub mod shape;
mod stats;
mod text;

pub use call::{
    Call, Digest, Ending, Fault, Ids, Kind, Marks, PromptDigests, Provider, Settings, Tokens,
    ToolCall,
};
pub use decode::Part;
pub use endpoint::Endpoint;
pub use error::Error;
pub use export::har::{HarEntry, HarWriter};
pub use fold::Aggregate;
pub use line::{Exchange, LineRef, Reader};
pub use prices::{Prices, PricesError};
pub use purpose::Purpose;
pub use query::assertion::{Assertion, Verdict};
pub use query::compare::{self, Comparison};
pub use query::expression::error::ExpressionError;
pub use query::filter::{Filter, Subject};
pub use render::{Format, UnknownFormat};
pub use report::{Report, Section};
pub use scan::Scan;
pub use stats::{Histogram, Quantiles};
pub use text::units;
