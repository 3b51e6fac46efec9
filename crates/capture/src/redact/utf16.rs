//! Redaction of bytes that are not UTF-8. UTF-16 is read as text.

use super::redactor::Redactor;

impl Redactor {
    /// `bytes` without their secrets; `None` when they have none.
    ///
    /// Secrets in UTF-16 are replaced in UTF-16.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let Some(endian) = Endian::of(bytes) else {
            return self.text(bytes);
        };
        let (units, rest) = bytes.as_chunks();
        let units: Vec<u16> = units.iter().map(|unit| endian.read(*unit)).collect();
        // A lone surrogate could not be kept: such a text is read as bytes.
        let Ok(text) = String::from_utf16(&units) else {
            return self.text(bytes);
        };
        let redacted = self.text(text.as_bytes())?;
        let redacted = String::from_utf8_lossy(&redacted).into_owned();
        let units = redacted.encode_utf16().flat_map(|unit| endian.write(unit));
        Some(units.chain(rest.iter().copied()).collect())
    }
}

/// The byte order of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endian {
    Little,
    Big,
}

impl Endian {
    /// The byte order of a text in UTF-16; `None` when it looks like anything else.
    ///
    /// Secrets are ASCII, of which every other byte is zero.
    fn of(bytes: &[u8]) -> Option<Self> {
        let (units, _) = bytes[..bytes.len().min(SAMPLE_BYTES)].as_chunks();
        let count = |place: usize| {
            units
                .iter()
                .filter(|unit: &&[u8; 2]| unit[place] == 0)
                .count()
        };
        let (first, second) = (count(0), count(1));
        let is_most =
            |zeros: usize, others: usize| zeros * 2 > units.len() && others * 8 < units.len();
        if is_most(second, first) {
            Some(Self::Little)
        } else if is_most(first, second) {
            Some(Self::Big)
        } else {
            None
        }
    }

    fn read(self, unit: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(unit),
            Self::Big => u16::from_be_bytes(unit),
        }
    }

    fn write(self, unit: u16) -> [u8; 2] {
        match self {
            Self::Little => unit.to_le_bytes(),
            Self::Big => unit.to_be_bytes(),
        }
    }
}

/// Enough to tell.
const SAMPLE_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::SessionKey;
    use super::*;

    #[test]
    fn secrets_in_utf_16_are_replaced_in_utf_16() {
        let redactor = Redactor::new(Arc::new(SessionKey::derived(b"a test")));
        let text = "API_KEY=q7Lm3fQ9xW2mT7vB5nR8\r\nnäxt";
        for endian in [Endian::Little, Endian::Big] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| endian.write(unit))
                .collect();
            assert_eq!(Endian::of(&bytes), Some(endian));
            let redacted = redactor.bytes(&bytes).unwrap();
            let (units, _) = redacted.as_chunks();
            let units: Vec<u16> = units.iter().map(|unit| endian.read(*unit)).collect();
            let redacted = String::from_utf16(&units).unwrap();
            assert!(redacted.starts_with("API_KEY=<redacted:"), "{redacted}");
            assert!(redacted.ends_with(">\r\nnäxt"), "{redacted}");
        }
        assert_eq!(Endian::of(b"plain text"), None);
        assert_eq!(Endian::of(&[0; 64]), None);
    }
}
