//! Tells which exchanges are calls, and picks the decoder for each.
//!
//! An exchange comes in, a call with its content goes out; exchanges that no
//! decoder knows are still counted as endpoints. The picking is by path, not by
//! host: agents reach the same API through many hosts.

mod chat_completions;
pub(crate) mod fault;
mod generate_content;
mod item;
mod json;
mod messages;
mod output_marks;
pub(crate) mod readable;
mod responses;
mod usage;

use capture::record;

use crate::call::Call;
use crate::line::exchange;
use crate::line::exchange::{Exchange, Field};

pub use item::Part;
pub(crate) use item::{Decoded, Item};

/// Understands `exchange` as a call, where it is one.
pub(crate) fn decode<'a>(exchange: &Exchange<'a>) -> Option<Decoded<'a>> {
    let path = path_of(&exchange.request.url);
    let (_, decoder) = DECODERS.iter().find(|(end, _)| path.ends_with(end))?;
    decoder(exchange)
}

impl Call {
    /// Understands `exchange` as a request to a model, where it is one.
    ///
    /// What only its neighbours tell is not known here: a retry looks like a first try.
    pub fn of(exchange: &record::Exchange) -> Option<Self> {
        exchange::read(exchange, |exchange| Some(decode(exchange)?.into_call()))?
    }
}

/// Reads one provider's exchanges.
type Decoder = for<'a> fn(&Exchange<'a>) -> Option<Decoded<'a>>;

/// The end of the path, and who reads it.
const DECODERS: &[(&str, Decoder)] = &[
    ("/responses", responses::decode),
    ("/responses/compact", responses::decode),
    ("/v1/messages", messages::decode),
    ("/chat/completions", chat_completions::decode),
    (":generateContent", generate_content::decode),
    (":streamGenerateContent", generate_content::decode),
];

/// Whether an exchange with this path speaks to a model, understood or not.
pub(crate) fn is_model_path(path: &str) -> bool {
    DECODERS.iter().any(|(end, _)| path.ends_with(end))
}

/// The path of a URL, without query and fragment.
pub(crate) fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split(['?', '#']).next().unwrap_or(path)
}

/// The host of a URL, without its port and the user before it.
pub(crate) fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host_without_port(host)
}

/// `host` of `host:port`; brackets of an IPv6 address stay.
pub(crate) fn host_without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The first value of a header.
pub(crate) fn header<'h, H: Field>(headers: &'h [H], name: &str) -> Option<&'h str> {
    let mut headers = headers.iter();
    let header = headers.find(|header| header.name().eq_ignore_ascii_case(name))?;
    Some(header.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_falls_into_host_and_path() {
        for (url, host, path) in [
            (
                "https://api.openai.com/v1/responses?x=/y#z",
                "api.openai.com",
                "/v1/responses",
            ),
            ("wss://user:pw@h:8443/a", "h", "/a"),
            ("http://[::1]:80", "[::1]", "/"),
            ("nonsense", "nonsense", "/"),
            ("", "", "/"),
        ] {
            assert_eq!(host_of(url), host, "{url}");
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
