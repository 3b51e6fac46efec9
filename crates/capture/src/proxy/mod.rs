//! The live half of the crate: it listens, relays, watches and records.

mod agent_leg;
mod attended;
mod authority;
mod builder;
mod ca;
mod context;
mod error;
mod hosts;
mod interception;
mod interceptor;
mod listener;
mod live;
mod memory;
mod net;
mod password;
mod plain;
pub(crate) mod recorder;
mod relay;
mod shutdown;
pub(crate) mod sink;
mod stand_by;
pub(crate) mod tap;
mod trust;
mod tunnel;
mod vigil;

pub use builder::{AbortHandle, Builder, Proxy, Summary};
pub use ca::RootCa;
pub use error::Error;
pub use hosts::{Hosts, HostsError};
pub use net::connect_to::ConnectTo;
pub use net::parent::ParentProxy;
pub use net::roots::Roots;
pub use net::upstream::Upstream;
pub use sink::{JsonlSink, MemorySink, Sink};
