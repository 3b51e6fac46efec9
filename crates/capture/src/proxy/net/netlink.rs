//! Asks the kernel for one TCP socket: an exact lookup over `NETLINK_SOCK_DIAG` (sock_diag(7)).

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use crate::proxy::net::socket_pair::{SocketOwner, SocketPair};

/// A socket to the kernel's `NETLINK_SOCK_DIAG`.
#[derive(Debug)]
pub(crate) struct Netlink {
    socket: Socket,
    sequence: u32,
}

impl Netlink {
    pub(crate) fn open() -> io::Result<Self> {
        let protocol = Protocol::from(libc::NETLINK_SOCK_DIAG);
        let socket = Socket::new(Domain::from(libc::AF_NETLINK), Type::DGRAM, Some(protocol))?;
        // The kernel answers at once. If it ever does not, the thread must not block for good.
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        Ok(Self {
            socket,
            sequence: 0,
        })
    }

    /// Looks up one socket; `Ok(None)` if there is none.
    pub(crate) fn find(&mut self, pair: &SocketPair) -> io::Result<Option<SocketOwner>> {
        self.sequence = self.sequence.wrapping_add(1);
        (&self.socket).write_all(&request(pair, self.sequence))?;
        let mut answer = [0; 512];
        loop {
            let length = (&self.socket).read(&mut answer)?;
            // A late answer to a request that timed out has another sequence number.
            if let Some((sequence, found)) = read(&answer[..length])
                && sequence == self.sequence
            {
                return found;
            }
        }
    }
}

/// A `nlmsghdr` with an `inet_diag_req_v2` (linux/inet_diag.h).
fn request(pair: &SocketPair, sequence: u32) -> Vec<u8> {
    let mut message = Vec::with_capacity(REQUEST_BYTES);
    message.extend((REQUEST_BYTES as u32).to_ne_bytes());
    message.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    message.extend((libc::NLM_F_REQUEST as u16).to_ne_bytes());
    message.extend(sequence.to_ne_bytes());
    message.extend([0; 4]);
    let family = match pair.local {
        SocketAddr::V4(_) => libc::AF_INET,
        SocketAddr::V6(_) => libc::AF_INET6,
    };
    message.extend([family as u8, libc::IPPROTO_TCP as u8, 0, 0]);
    // In any state.
    message.extend([0xff; 4]);
    message.extend(pair.local.port().to_be_bytes());
    message.extend(pair.remote.port().to_be_bytes());
    for end in [pair.local, pair.remote] {
        let mut address = [0; 16];
        match end.ip() {
            IpAddr::V4(v4) => address[..4].copy_from_slice(&v4.octets()),
            IpAddr::V6(v6) => address = v6.octets(),
        }
        message.extend(address);
    }
    // On any interface, without a cookie.
    message.extend([0; 4]);
    message.extend([0xff; 8]);
    message
}

/// The sequence number of an answer, and its result.
fn read(answer: &[u8]) -> Option<(u32, io::Result<Option<SocketOwner>>)> {
    let word = |at: usize| {
        let bytes = answer.get(at..at + 4)?;
        bytes.try_into().ok().map(u32::from_ne_bytes)
    };
    let sequence = word(8)?;
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    let told = match kind {
        SOCK_DIAG_BY_FAMILY => Ok(word(USER_AT).zip(word(INODE_AT)).and_then(|(user, inode)| {
            let inode = u64::from(inode);
            (inode != 0).then_some(SocketOwner { inode, user })
        })),
        _ => match word(HEADER_BYTES)?.cast_signed() {
            error if error == -libc::ENOENT => Ok(None),
            error => Err(io::Error::from_raw_os_error(-error)),
        },
    };
    Some((sequence, told))
}

/// The type of both request and answer (linux/sock_diag.h).
const SOCK_DIAG_BY_FAMILY: u16 = 20;

/// A `nlmsghdr`.
const HEADER_BYTES: usize = 16;

/// With an `inet_diag_req_v2` of 56 bytes.
const REQUEST_BYTES: usize = HEADER_BYTES + 56;

/// `idiag_uid`, the second to last field.
const USER_AT: usize = HEADER_BYTES + 64;

/// `idiag_inode` is the last field of `inet_diag_msg`, which is 72 bytes long.
const INODE_AT: usize = HEADER_BYTES + 68;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_cut_or_refuses_tells_no_inode() {
        let mut refusal = vec![0; 36];
        refusal[4] = 2;
        refusal[8] = 7;
        refusal[16..20].copy_from_slice(&(-libc::ENOENT).to_ne_bytes());
        assert!(matches!(read(&refusal), Some((7, Ok(None)))));
        refusal[16..20].copy_from_slice(&(-libc::EPERM).to_ne_bytes());
        assert!(matches!(read(&refusal), Some((7, Err(_)))));
        for cut in 0..20 {
            assert!(read(&refusal[..cut]).is_none(), "{cut}");
        }
    }
}
