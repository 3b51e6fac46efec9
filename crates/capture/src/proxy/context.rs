//! What each connection is handed.

use std::net::SocketAddr;
use std::sync::Arc;

use super::hosts::Hosts;
use super::net::process::Processes;
use super::net::tls::Tls;
use super::net::upstream::Upstream;
use super::password::Password;
use super::recorder::Recorder;
use super::shutdown::Shutdown;
use super::trust::Trust;

/// Shared by all connections of one proxy.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) recorder: Recorder,
    pub(crate) upstream: Upstream,
    pub(crate) tls: Arc<Tls>,
    pub(crate) hosts: Hosts,
    pub(crate) trust: Trust,
    pub(crate) processes: Processes,
    pub(crate) password: Option<Password>,
    pub(crate) shutdown: Shutdown,
    pub(crate) local_addr: SocketAddr,
}
