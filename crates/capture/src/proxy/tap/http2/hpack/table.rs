//! HPACK's tables of header fields (RFC 7541, section 2.3 and appendix A).

use std::collections::VecDeque;

use smol_str::SmolStr;

/// A field as it is kept: text for the record, and its size by section 4.1.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: SmolStr,
    pub(crate) value: SmolStr,
    /// Octets of name and value as sent, plus 32.
    pub(crate) size: usize,
}

/// The static table, followed by the dynamic one, newest first.
#[derive(Debug)]
pub(crate) struct HpackTable {
    dynamic: VecDeque<Field>,
    size: usize,
    max_size: usize,
}

impl HpackTable {
    pub(crate) fn new() -> Self {
        Self {
            dynamic: VecDeque::new(),
            size: 0,
            max_size: DEFAULT_SIZE,
        }
    }

    /// The field at `index`, which counts from 1.
    pub(crate) fn get(&self, index: usize) -> Option<(SmolStr, SmolStr)> {
        let index = index.checked_sub(1)?;
        match STATIC.get(index) {
            Some((name, value)) => Some((SmolStr::new_static(name), SmolStr::new_static(value))),
            None => self
                .dynamic
                .get(index - STATIC.len())
                .map(|field| (field.name.clone(), field.value.clone())),
        }
    }

    /// Adds a field; the oldest make room for it (section 4.4).
    pub(crate) fn insert(&mut self, field: Field) {
        self.shrink_to(self.max_size.saturating_sub(field.size));
        if field.size <= self.max_size {
            self.size += field.size;
            self.dynamic.push_front(field);
        }
    }

    /// Changes how much the dynamic table may hold (section 4.3).
    pub(crate) fn resize(&mut self, max_size: usize) {
        self.max_size = max_size;
        self.shrink_to(max_size);
    }

    fn shrink_to(&mut self, size: usize) {
        while self.size > size {
            let Some(oldest) = self.dynamic.pop_back() else {
                return;
            };
            self.size -= oldest.size;
        }
    }
}

/// RFC 9113, section 6.5.2: the default of SETTINGS_HEADER_TABLE_SIZE.
const DEFAULT_SIZE: usize = 4096;

const STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];
