//! The inode and the user of a TCP socket on this machine, by its two addresses.
//!
//! An exact lookup (sock_diag(7)) takes a few microseconds, however many sockets there are. In a
//! sandbox without netlink, the table in `/proc/net` is read instead: that takes longer the more
//! sockets there are, and may miss a line while others come and go.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};

use crate::proxy::net::netlink::Netlink;
use crate::proxy::net::socket_pair::{SocketOwner, SocketPair};

/// Looks up sockets.
#[derive(Debug)]
pub(crate) struct Sockets {
    /// `None` where netlink is not available.
    netlink: Option<Netlink>,
}

impl Sockets {
    pub(crate) fn open() -> Self {
        Self {
            netlink: Netlink::open().ok(),
        }
    }

    /// The owner of each socket that exists and belongs to a process.
    pub(crate) fn find(&mut self, pairs: &[SocketPair]) -> Vec<Option<SocketOwner>> {
        if let Some(netlink) = &mut self.netlink {
            match pairs.iter().map(|pair| netlink.find(pair)).collect() {
                Ok(found) => return found,
                Err(_) => self.netlink = None,
            }
        }
        let table = table();
        pairs.iter().map(|pair| table.get(pair).copied()).collect()
    }
}

/// The kernel's whole table of TCP sockets.
fn table() -> HashMap<SocketPair, SocketOwner> {
    let mut sockets = HashMap::new();
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let table = fs::read_to_string(path).unwrap_or_default();
        sockets.extend(table.lines().skip(1).filter_map(line));
    }
    sockets
}

/// Reads one line: `sl local remote state queues timer retransmits uid timeout inode …`.
fn line(line: &str) -> Option<(SocketPair, SocketOwner)> {
    let mut fields = line.split_ascii_whitespace();
    let local = address(fields.nth(1)?)?;
    let remote = address(fields.next()?)?;
    let user = fields.nth(4)?.parse().ok()?;
    // A socket that no process holds any more has inode 0.
    let inode = fields.nth(1)?.parse().ok().filter(|inode| *inode != 0)?;
    Some((SocketPair::new(local, remote), SocketOwner { inode, user }))
}

/// Reads `0100007F:1F90`.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    // Words of 32 bits in native byte order.
    let mut bytes = Vec::with_capacity(16);
    for start in (0..address.len()).step_by(8) {
        let word = u32::from_str_radix(address.get(start..start + 8)?, 16).ok()?;
        bytes.extend_from_slice(&word.to_ne_bytes());
    }
    let ip = match bytes.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_line_of_the_kernels_table_is_read() {
        let entry = "   0: 0100007F:1F90 0200007F:0050 01 00000000:00000000 00:00000000 \
                     00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0";
        let pair = SocketPair::new(
            "127.0.0.1:8080".parse().unwrap(),
            "127.0.0.2:80".parse().unwrap(),
        );
        let (inode, user) = (12345, 1000);
        assert_eq!(line(entry), Some((pair, SocketOwner { inode, user })));
        assert_eq!(line(&entry.replace("12345", "0")), None, "nobody's");
        assert_eq!(line("sl local rem"), None);
    }

    /// Netlink and the table agree on a socket, and on one that does not exist, even if another socket has
    /// its local address.
    #[cfg(target_os = "linux")]
    #[test]
    fn each_way_finds_the_socket_with_both_addresses() {
        for host in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(host) else {
                continue;
            };
            let agent = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (local, remote) = (agent.local_addr().unwrap(), agent.peer_addr().unwrap());
            let elsewhere = SocketAddr::new(remote.ip(), remote.port() ^ 1);
            let pairs = [
                SocketPair::new(local, remote),
                SocketPair::new(local, elsewhere),
            ];
            let mut ways = [Sockets::open(), Sockets { netlink: None }];
            let found = ways.each_mut().map(|way| way.find(&pairs));
            assert!(found[1][0].is_some() && found[1][1].is_none(), "{found:?}");
            assert_eq!(found[0], found[1]);
            let us = std::fs::metadata("/proc/self").unwrap();
            let user = found[0][0].map(|socket| socket.user);
            assert_eq!(user, Some(std::os::unix::fs::MetadataExt::uid(&us)));
        }
    }
}
