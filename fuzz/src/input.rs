//! How the bytes of an input become what passes on a connection.
//!
//! `fuzz/seeds` writes inputs in the same forms; the two change together.

use capture::harness::Piece;
use capture::record::Exchange;

/// A conversation: pieces, each behind two bytes that tell its direction (the highest
/// bit, set for the origin's) and its length. What is too short for that ends it.
pub(crate) fn conversation(mut data: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some(([high, low], rest)) = data.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([high & 0x7f, *low]));
        let (piece, rest) = rest.split_at(length.min(rest.len()));
        pieces.push(if high & 0x80 == 0 {
            Piece::Up(piece)
        } else {
            Piece::Down(piece)
        });
        data = rest;
    }
    pieces
}

/// An HTTP/1.1 exchange whose answer has this head, and a body that ends with the
/// connection; the body passes `size` bytes at a time.
pub(crate) fn answer<'a>(head: &'a str, body: &'a [u8], size: usize) -> Vec<Piece<'a>> {
    let mut pieces = vec![
        Piece::Up(b"GET / HTTP/1.1\r\nhost: example.test\r\n\r\n"),
        Piece::Down(head.as_bytes()),
    ];
    pieces.extend(body.chunks(size.max(1)).map(Piece::Down));
    pieces.push(Piece::Down(b""));
    pieces
}

/// The one exchange that an [`answer`] is recorded as.
pub(crate) fn only(exchanges: Vec<Exchange>) -> Exchange {
    let count = exchanges.len();
    let [exchange] = <[Exchange; 1]>::try_from(exchanges)
        .unwrap_or_else(|_| panic!("{count} exchanges of one request"));
    exchange
}

/// Bytes kept of a body: little, so that inputs reach the limit.
pub(crate) const BODY_LIMIT: usize = 16 * 1024;
