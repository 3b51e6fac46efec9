//! HTTP/1 heads, and where the bodies after them end (RFC 9112, sections 2 to 6).

use smol_str::SmolStr;

use crate::proxy::tap::unreadable::Unreadable;
use crate::record::Header;

/// The head of a request.
#[derive(Debug)]
pub(crate) struct RequestHead<'a> {
    pub(crate) method: SmolStr,
    pub(crate) target: &'a str,
    pub(crate) http_version: &'static str,
    pub(crate) headers: Vec<Header>,
}

/// The head of a response.
#[derive(Debug)]
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    pub(crate) reason: Option<SmolStr>,
    pub(crate) http_version: &'static str,
    pub(crate) headers: Vec<Header>,
}

/// How a body ends (RFC 9112, section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyLength {
    /// After this many bytes.
    Known(u64),
    /// With its last chunk.
    Chunked,
    /// With the connection.
    UntilClose,
}

impl<'a> RequestHead<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        with_room(|room| {
            let mut head = httparse::Request::new(room);
            if head.parse(bytes)?.is_partial() {
                return Err(httparse::Error::NewLine);
            }
            Ok(Self {
                method: head.method.unwrap_or_default().into(),
                target: head.path.unwrap_or_default(),
                http_version: version(head.version),
                headers: headers(head.headers),
            })
        })
    }

    /// A note if servers may disagree about where the request ends (RFC 9112, section 6.3).
    pub(crate) fn oddity(&self) -> Option<String> {
        let has = |name| Header::values(&self.headers, name).next().is_some();
        (has("transfer-encoding") && has("content-length")).then(|| {
            "the request has both a transfer-encoding and a content-length: \
             it was read by the former"
                .to_owned()
        })
    }

    /// How the body ends (RFC 9112, section 6.3).
    pub(crate) fn length(&self) -> Result<BodyLength, Unreadable> {
        if let Some(last) = last_transfer_coding(&self.headers) {
            return if last.eq_ignore_ascii_case("chunked") {
                Ok(BodyLength::Chunked)
            } else {
                Err(Unreadable::new(
                    "a request whose last transfer coding is not chunked",
                ))
            };
        }
        Ok(BodyLength::Known(
            content_length(&self.headers)?.unwrap_or(0),
        ))
    }
}

impl ResponseHead {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        with_room(|room| {
            let mut head = httparse::Response::new(room);
            let mut config = httparse::ParserConfig::default();
            // Clients accept these in answers, and we have to read what they read.
            config
                .allow_spaces_after_header_name_in_responses(true)
                .allow_obsolete_multiline_headers_in_responses(true);
            if config.parse_response(&mut head, bytes)?.is_partial() {
                return Err(httparse::Error::NewLine);
            }
            Ok(Self {
                status: head.code.unwrap_or_default(),
                reason: head
                    .reason
                    .filter(|text| !text.is_empty())
                    .map(SmolStr::new),
                http_version: version(head.version),
                headers: headers(head.headers),
            })
        })
    }

    /// How the body of an answer to `method` ends (RFC 9112, section 6.3).
    pub(crate) fn length(&self, method: &str) -> Result<BodyLength, Unreadable> {
        if method == "HEAD" || matches!(self.status, 100..=199 | 204 | 304) {
            return Ok(BodyLength::Known(0));
        }
        if let Some(last) = last_transfer_coding(&self.headers) {
            return Ok(if last.eq_ignore_ascii_case("chunked") {
                BodyLength::Chunked
            } else {
                BodyLength::UntilClose
            });
        }
        Ok(content_length(&self.headers)?.map_or(BodyLength::UntilClose, BodyLength::Known))
    }
}

/// Whether a request line may begin like this: a method is a token (RFC 9110, section 9.1).
pub(crate) fn begins_as_http1(bytes: &[u8]) -> bool {
    let line = bytes.trim_ascii_start();
    let method = line.split(|&byte| byte == b' ').next().unwrap_or_default();
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    method.len() <= MAX_METHOD && method.iter().all(token)
}

/// Reads a trailer section.
pub(crate) fn trailers(section: &[u8]) -> Result<Vec<Header>, Unreadable> {
    with_room(|room| {
        let (_, parsed) = match httparse::parse_headers(section, room)? {
            httparse::Status::Complete(parsed) => parsed,
            httparse::Status::Partial => return Err(httparse::Error::HeaderName),
        };
        Ok(headers(parsed))
    })
}

/// The Content-Length, or 0 if there is none.
pub(crate) fn announced(headers: &[Header]) -> u64 {
    Header::values(headers, "content-length")
        .next()
        .and_then(|value| value.parse().ok())
        .unwrap_or(0)
}

/// A header's text as sent; read as ISO 8859-1 if it is not UTF-8.
pub(crate) fn text(bytes: &[u8]) -> SmolStr {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// Parses with room for a usual head, and if that is too small, for the largest.
fn with_room<'b, T>(
    parse: impl Fn(&mut [httparse::Header<'b>]) -> Result<T, httparse::Error>,
) -> Result<T, Unreadable> {
    let mut room = [httparse::EMPTY_HEADER; USUAL_HEADERS];
    let parsed = match parse(&mut room) {
        Err(httparse::Error::TooManyHeaders) => {
            parse(&mut vec![httparse::EMPTY_HEADER; MAX_HEADERS])
        }
        parsed => parsed,
    };
    parsed.map_err(|error| Unreadable::new(format!("a head that is not HTTP/1: {error}")))
}

fn headers(parsed: &[httparse::Header<'_>]) -> Vec<Header> {
    parsed
        .iter()
        .map(|header| Header {
            name: header.name.into(),
            value: text(header.value),
        })
        .collect()
}

fn version(minor: Option<u8>) -> &'static str {
    match minor {
        Some(0) => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

fn last_transfer_coding(headers: &[Header]) -> Option<&str> {
    Header::values(headers, "transfer-encoding")
        .last()
        .map(|value| value.rsplit(',').next().unwrap_or(value).trim())
}

/// The length, which may be repeated; different ones are an attack or a fault.
fn content_length(headers: &[Header]) -> Result<Option<u64>, Unreadable> {
    let mut length = None;
    for part in Header::values(headers, "content-length").flat_map(|value| value.split(',')) {
        let part = part.trim();
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let Some(found) = part.parse::<u64>().ok().filter(|_| digits) else {
            return Err(Unreadable::new("a content-length that is no number"));
        };
        if length.is_some_and(|length| length != found) {
            return Err(Unreadable::new("content-lengths that differ"));
        }
        length = Some(found);
    }
    Ok(length)
}

/// The longest registered method, `VERSION-CONTROL`, has 15 letters.
const MAX_METHOD: usize = 32;

/// More than agents and origins send.
const USUAL_HEADERS: usize = 64;

/// Servers accept about a hundred; bounds what a peer can make us hold.
const MAX_HEADERS: usize = 16 * 1024;
