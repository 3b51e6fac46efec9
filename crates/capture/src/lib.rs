//! A CONNECT proxy that records what a coding agent says over the network.
//!
//! [`Proxy`] listens, ends TLS for the hosts to intercept, relays every byte
//! untouched, and gives a [`Sink`] one [`record::Record`] for each exchange and
//! each connection. Without its default features the crate is what programs need that
//! read recordings: the format ([`record`]) and a tokenizer ([`json`]).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use capture::{Hosts, JsonlSink, Proxy, RootCa};
//!
//! let hosts = Hosts::parse(["*.openai.com", "chatgpt.com"])?;
//! let root = RootCa::ephemeral(&hosts)?;
//! std::fs::write("root.pem", root.certificate_pem())?;
//! let sink = JsonlSink::open("traffic.jsonl")?;
//! let proxy = Proxy::builder(root, sink).intercept(hosts).bind().await?;
//! println!("HTTPS_PROXY={} SSL_CERT_FILE=root.pem", proxy.url());
//! let summary = proxy.run(async { tokio::signal::ctrl_c().await.unwrap() }).await?;
//! println!("{} exchanges", summary.exchanges);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "data-folder")]
#[doc(hidden)]
pub mod data_folder;
#[cfg(feature = "harness")]
pub mod harness;
pub mod json;
#[doc(hidden)]
pub mod private_file;
#[cfg(feature = "proxy")]
mod proxy;
pub mod record;
#[cfg(feature = "redact")]
#[doc(hidden)]
pub mod redact;

#[cfg(feature = "proxy")]
pub use proxy::{
    AbortHandle, Builder, ConnectTo, Error, Hosts, HostsError, JsonlSink, LeafStore, MemorySink,
    ParentProxy, Proxy, RootCa, Roots, Sink, Summary, Upstream,
};
