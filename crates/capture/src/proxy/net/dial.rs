//! Opens TCP to the first of a host's addresses that answers (Happy Eyeballs, RFC 8305).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The addresses of `host` in the resolver's order, but with alternating families.
pub(crate) async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no address"));
    }
    Ok(alternate(found))
}

/// Tries `addresses` in order, starting the next whenever the last has failed or is slow,
/// and returns the first connection that comes up.
///
/// # Errors
///
/// The error of the first attempt that failed, when all have.
pub(crate) async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut attempts = JoinSet::new();
    let mut waiting = addresses.iter().copied();
    let mut first_error = None;
    loop {
        if let Some(address) = waiting.next() {
            attempts.spawn(TcpStream::connect(address));
        }
        let more = waiting.len() > 0;
        let next = async {
            if more {
                tokio::time::sleep(ATTEMPT_DELAY).await;
            } else {
                std::future::pending().await
            }
        };
        tokio::select! {
            ended = attempts.join_next() => match ended {
                Some(Ok(Ok(stream))) => {
                    prepare(&stream)?;
                    return Ok(stream);
                }
                Some(Ok(Err(error))) => {
                    first_error.get_or_insert(error);
                }
                Some(Err(error)) => {
                    first_error.get_or_insert(io::Error::other(error));
                }
                None => return Err(first_error.unwrap_or_else(|| io::ErrorKind::NotFound.into())),
            },
            () = next => {}
        }
    }
}

/// Sets the options of all our connections: no delay for small pieces, and keepalive,
/// which detects a peer that is gone without a FIN.
pub(crate) fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_TIME)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_RETRIES);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

fn alternate(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (mut same, mut other): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    same.reverse();
    other.reverse();
    let mut ordered = Vec::with_capacity(same.len() + other.len());
    while let (Some(address), _) | (None, Some(address)) = (same.pop(), other.last().copied()) {
        ordered.push(address);
        if let Some(address) = other.pop() {
            ordered.push(address);
        }
    }
    ordered.dedup();
    ordered
}

/// Less than middleboxes allow an idle connection.
const KEEPALIVE_TIME: Duration = Duration::from_secs(60);

/// With the retries, a dead peer is detected after another minute.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// The same as in agents' own HTTP clients.
const KEEPALIVE_RETRIES: u32 = 6;

/// RFC 8305, section 8: the recommended connection attempt delay.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_alternate_and_none_is_lost() {
        let parse = |list: &[&str]| -> Vec<SocketAddr> {
            list.iter().map(|text| text.parse().unwrap()).collect()
        };
        let found = parse(&["[::1]:1", "[::2]:1", "1.1.1.1:1", "[::3]:1"]);
        let ordered = parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]);
        assert_eq!(alternate(found), ordered);
    }

    #[tokio::test]
    async fn a_dead_address_does_not_hide_a_live_one() {
        let live = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dead_address = dead.local_addr().unwrap();
        drop(dead);
        let addresses = [dead_address, live.local_addr().unwrap()];
        let stream = connect(&addresses).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addresses[1]);
        assert!(stream.nodelay().unwrap());
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), KEEPALIVE_TIME);
        assert!(connect(&addresses[..1]).await.is_err());
    }
}
