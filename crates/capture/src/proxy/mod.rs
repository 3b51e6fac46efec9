//! The proxy: listens, relays, watches and records.
//!
//! Imports go one way: `front` to `tunnel` to `tap` to `recorder` to `content` and `sink`; `wire`
//! has the vocabulary of the last four. `net` and `tls` serve `front` and `tunnel`.

mod authority;
mod builder;
mod content;
mod context;
mod error;
mod error_responder;
mod front;
mod hosts;
mod net;
pub(crate) mod recorder;
mod shrink_before_drop;
mod shutdown;
pub(crate) mod sink;
pub(crate) mod tap;
mod tls;
mod tunnel;
pub(crate) mod wire;

pub use builder::{AbortHandle, Builder, Proxy, Summary};
pub use error::Error;
pub use hosts::{Hosts, HostsError};
pub use net::connect_to::ConnectTo;
pub use net::parent::ParentProxy;
pub use net::upstream::Upstream;
pub use sink::Sink;
pub use sink::jsonl::JsonlSink;
pub use sink::memory::MemorySink;
pub use tls::leaves::LeafStore;
pub use tls::root::RootCa;
pub use tls::roots::Roots;
