//! Bytes off the front of what passed.

/// Takes up to `length` bytes off the front.
pub(crate) fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (piece, rest) = bytes.split_at(length.min(bytes.len()));
    *bytes = rest;
    piece
}
