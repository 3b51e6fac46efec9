//! Checks the next proxy before the agent starts.
//!
//! Behind a dead one, codex would show "waiting for network" for ever.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use capture::ParentProxy;

use crate::warning::Warning;

/// The warning that nothing listens at the address of `parent`.
///
/// Waits for at most [`CONNECT_TIMEOUT`]. Only a refusal counts: a slow proxy is not a dead one.
pub(crate) fn unreachable(parent: &ParentProxy) -> Option<Warning> {
    let mut addresses = parent.authority().to_socket_addrs().ok()?;
    let error = TcpStream::connect_timeout(&addresses.next()?, CONNECT_TIMEOUT).err()?;
    (error.kind() == io::ErrorKind::ConnectionRefused).then(|| {
        Warning::new(
            format!(
                "the next proxy, {}, cannot be reached: {error}",
                parent.authority()
            ),
            "correct HTTPS_PROXY or --upstream-proxy, or use `--upstream-proxy none`",
        )
    })
}

/// Too short for anyone to notice at the start.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(150);

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_proxy_that_refuses_is_dead_and_one_that_listens_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap().to_string();
        let parent = ParentProxy::parse(&addr, "").unwrap();
        assert_eq!(unreachable(&parent), None);
        drop(listener);
        let said = unreachable(&parent).unwrap().to_string();
        assert!(said.contains(&addr), "{said}");
    }
}
