//! Text that other people wrote, cut to a length.

/// `text`, or as much of its beginning as fits into `limit` bytes.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    &text[..text.floor_char_boundary(limit)]
}
