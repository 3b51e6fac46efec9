//! Percent-encoding (RFC 3986, section 2.1), also that of forms and queries.

/// Undoes percent-encoding. In forms and queries a plus sign is a space.
pub(crate) fn decode(encoded: &[u8], plus_is_space: bool) -> Vec<u8> {
    let mut plain = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        let pair = tail.first_chunk::<2>().filter(|_| *first == b'%');
        if let Some(byte) =
            pair.and_then(|[high, low]| Some(hex_digit(*high)? << 4 | hex_digit(*low)?))
        {
            plain.push(byte);
            rest = &tail[2..];
            continue;
        }
        let is_space = plus_is_space && *first == b'+';
        plain.push(if is_space { b' ' } else { *first });
        rest = tail;
    }
    plain
}

/// Appends a text, percent-encoded as a value in a form or a query.
pub(super) fn encode(plain: &[u8], encoded: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in plain {
        if byte.is_ascii_alphanumeric() || b"-._~<>:".contains(byte) {
            encoded.push(*byte);
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            encoded.extend_from_slice(&[b'%', DIGITS[high], DIGITS[low]]);
        }
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_undone_where_they_encode_a_byte() {
        assert_eq!(decode(b"a%20b+c%zz%4", true), b"a b c%zz%4");
        assert_eq!(decode(b"a+b%C3%A9", false), "a+bé".as_bytes());
        let mut encoded = Vec::new();
        encode("a b&é".as_bytes(), &mut encoded);
        assert_eq!(decode(&encoded, true), "a b&é".as_bytes());
    }
}
