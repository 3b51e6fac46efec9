//! What a tap has seen of one exchange, before the recorder makes a record of it.
//!
//! A draft holds parsed heads, bodies as they travelled, and a stamp for each piece. It is
//! plain data: taps fill it on the relay's task, the recorder reads it on its own thread.

use smallvec::SmallVec;
use smol_str::SmolStr;

use super::clock::Stamp;
use crate::proxy::shrink_before_drop::shrink_before_drop;
use crate::record::{Delay, Header, Outcome};

/// One exchange as its tap saw it.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Counts from 1 in each recording.
    pub(crate) id: u64,
    /// The connection that carries it.
    pub(crate) connection: u64,
    /// When the request's first byte passed.
    pub(crate) start: Stamp,
    /// The request, from its head on.
    pub(crate) request: RequestDraft,
    /// The final response, once its head has passed.
    pub(crate) response: Option<ResponseDraft>,
    /// Interim responses: status, headers, and when they had passed.
    pub(crate) informational: Vec<(u16, Vec<Header>, Stamp)>,
    /// How long handing it on took us.
    pub(crate) delay: Delay,
    /// How it ended; `None` while it is under way.
    pub(crate) outcome: Option<Outcome>,
    /// Remarks for the reader of the recording.
    pub(crate) notes: Vec<String>,
}

impl Draft {
    /// Takes an interim response; past [`MAX_INTERIM`] they are noted, not kept.
    pub(crate) fn interim(&mut self, status: u16, headers: Vec<Header>, at: Stamp) {
        if self.informational.len() < MAX_INTERIM {
            self.informational.push((status, headers, at));
        } else if !self.notes.iter().any(|note| note == MORE_INTERIM) {
            self.notes.push(MORE_INTERIM.to_owned());
        }
    }
}

/// A request as its tap saw it.
#[derive(Debug, Default)]
pub(crate) struct RequestDraft {
    pub(crate) method: SmolStr,
    /// The whole URL, scheme and authority included.
    pub(crate) url: String,
    pub(crate) http_version: &'static str,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: BodyDraft,
    pub(crate) trailers: Vec<Header>,
    /// When its last byte passed.
    pub(crate) end: Option<Stamp>,
}

/// A response as its tap saw it.
#[derive(Debug, Default)]
pub(crate) struct ResponseDraft {
    pub(crate) status: u16,
    pub(crate) reason: Option<SmolStr>,
    pub(crate) http_version: &'static str,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: BodyDraft,
    pub(crate) trailers: Vec<Header>,
    /// When its first byte passed.
    pub(crate) start: Stamp,
    /// When its last byte passed.
    pub(crate) end: Option<Stamp>,
}

/// A body as it travelled: with its content-encoding, without its transfer coding.
#[derive(Debug, Default)]
pub(crate) struct BodyDraft {
    /// The first bytes, up to the body limit.
    pub(crate) kept: Vec<u8>,
    /// Where each piece of `kept` ends, and when it passed, in order. Most bodies pass in one piece.
    pub(crate) pieces: SmallVec<[(usize, Stamp); 1]>,
    /// All bytes that passed, kept or not.
    pub(crate) wire_bytes: u64,
    /// The Content-Length; 0 if unknown.
    announced: u64,
}

impl BodyDraft {
    /// A body that has not started; `announced` is its Content-Length, or 0.
    pub(crate) fn expecting(announced: u64) -> Self {
        Self {
            announced,
            ..Self::default()
        }
    }

    /// Takes one piece; bytes past `limit` are counted, not kept.
    pub(crate) fn push(&mut self, piece: &[u8], at: Stamp, limit: usize) {
        if piece.is_empty() {
            return;
        }
        self.wire_bytes += piece.len() as u64;
        let room = limit.saturating_sub(self.kept.len()).min(piece.len());
        if room == 0 {
            return;
        }
        self.make_room(room, limit);
        self.kept.extend_from_slice(&piece[..room]);
        let full = self.pieces.len() >= MAX_PIECES;
        match self.pieces.last_mut() {
            Some((end, stamp)) if full || *stamp == at => *end = self.kept.len(),
            _ => self.pieces.push((self.kept.len(), at)),
        }
    }

    /// Reserves room for `more` bytes. An announced body gets all of its room at once, so it is not
    /// moved as it grows; nothing gets more than `limit`.
    fn make_room(&mut self, more: usize, limit: usize) {
        let needed = self.kept.len() + more;
        if needed <= self.kept.capacity() {
            return;
        }
        let announced = usize::try_from(self.announced).map_or(limit, |bytes| bytes.min(limit));
        let room = if announced >= needed {
            // A peer has to send some of what it announces before we reserve more for it.
            announced.min(needed.saturating_mul(16).max(BELIEVED_BYTES))
        } else {
            limit.min(needed.saturating_mul(2))
        };
        self.kept.reserve_exact(room - self.kept.len());
    }

    /// Hands out what was kept, in order, with its stamps, and frees it on the way, so that the body
    /// and what is made of it are never both in memory whole. A piece may come in parts.
    pub(crate) fn drain(mut self, mut take: impl FnMut(&[u8], Stamp)) {
        // Split from the end, so that each byte moves once and the memory behind it is freed.
        let mut blocks = Vec::new();
        while self.kept.len() > BLOCK_BYTES {
            let start = (self.kept.len() - 1) / BLOCK_BYTES * BLOCK_BYTES;
            blocks.push((start, self.kept.split_off(start)));
            self.kept.shrink_to_fit();
        }
        blocks.push((0, self.kept));
        let mut pieces = self.pieces.into_iter().peekable();
        while let Some((start, block)) = blocks.pop() {
            let mut rest = &block[..];
            while let Some((end, at)) = pieces.peek()
                && !rest.is_empty()
            {
                let here = start + block.len() - rest.len();
                let (piece, behind) = rest.split_at((end - here).min(rest.len()));
                take(piece, *at);
                rest = behind;
                pieces.next_if(|(end, _)| *end <= here + piece.len());
            }
            shrink_before_drop(block);
        }
    }

    /// Bytes that it holds in memory.
    pub(crate) fn weight(&self) -> usize {
        self.kept.capacity() + size_of_val(self.pieces.as_slice())
    }

    /// Whether bytes passed that were not kept.
    pub(crate) fn truncated(&self) -> bool {
        self.wire_bytes > self.kept.len() as u64
    }
}

/// Servers send one or two; an origin that sends them without end must not fill our memory.
const MAX_INTERIM: usize = 32;

const MORE_INTERIM: &str = "of its interim responses, the first 32 are kept";

/// Reserved on a peer's word alone; the system backs it with memory only as it is filled.
const BELIEVED_BYTES: usize = 256 * 1024;

/// What is freed at a time: large enough for the allocator to return it to the system.
const BLOCK_BYTES: usize = 1024 * 1024;

/// A piece for each byte would weigh more than the bytes: past this many, the last one grows.
const MAX_PIECES: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announced_body_is_never_moved_and_a_false_announcement_costs_little() {
        let mut body = BodyDraft::expecting(100_000);
        body.push(&[0; 1000], 1, 1 << 20);
        assert_eq!(body.kept.capacity(), 100_000);
        let mut body = BodyDraft::expecting(u64::MAX);
        body.push(&[0; 1000], 1, 1 << 24);
        assert_eq!(body.kept.capacity(), BELIEVED_BYTES);
    }

    #[test]
    fn a_body_that_is_drained_is_the_same_with_the_same_stamps() {
        let limit = 3 * BLOCK_BYTES + 5;
        for size in [limit, BLOCK_BYTES, BLOCK_BYTES - 1, 700_001, 65_536] {
            let piece: Vec<u8> = (0..size).map(|n| n as u8).collect();
            let mut body = BodyDraft::default();
            let mut expected = Vec::new();
            for at in 0..=(limit / size) as Stamp {
                body.push(&piece, at, limit);
                let kept = limit - expected.len();
                expected.extend(piece.iter().take(kept).map(|byte| (*byte, at)));
            }
            let mut drained = Vec::new();
            body.drain(|part, at| {
                assert!(!part.is_empty());
                drained.extend(part.iter().map(|byte| (*byte, at)));
            });
            assert!(drained == expected, "pieces of {size}");
        }
        BodyDraft::default().drain(|_, _| panic!("there is nothing"));
    }

    #[test]
    fn no_more_than_the_limit_is_set_aside() {
        for announced in [0, 10, 5000, u64::MAX] {
            let mut body = BodyDraft::expecting(announced);
            for at in 0..3000 {
                body.push(b"xyz", at, 5000);
                assert!(body.kept.capacity() <= 5000, "{announced}");
            }
            assert_eq!((body.kept.len(), body.wire_bytes), (5000, 9000));
        }
    }
}
