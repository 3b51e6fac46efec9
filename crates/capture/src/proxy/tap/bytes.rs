//! Consumes a slice from its front, which every parser in here does.

/// Takes up to `length` bytes off the front of `bytes`.
pub(crate) fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (piece, rest) = bytes.split_at(length.min(bytes.len()));
    *bytes = rest;
    piece
}
