//! Finds out which exchanges are calls to a model, and what they say.
//!
//! An exchange comes in; a call with its content goes out. Exchanges of no API in the table are
//! still counted as endpoints. APIs are told apart by path, not by host: agents reach the same API
//! through many hosts.

mod answer;
mod api;
mod call_labels;
mod chat_completions;
mod decoded;
pub(crate) mod fault;
mod generate_content;
mod item;
mod json;
mod messages;
mod output_marks;
mod prompt;
pub(crate) mod readable;
mod responses;
mod streamed_part;
mod usage;

use capture::record;

use self::api::Api;
use crate::call::Call;
use crate::line::exchange;
use crate::line::exchange::{Exchange, Field};

pub(crate) use decoded::Decoded;
pub(crate) use item::Item;
pub use item::Part;

/// The model APIs. The first that has the path of an exchange reads it.
const APIS: &[Api] = &[
    responses::API,
    messages::API,
    chat_completions::API,
    generate_content::API,
];

/// Reads `exchange` as a call, if it is one.
pub(crate) fn decode<'a>(exchange: &Exchange<'a>) -> Option<Decoded<'a>> {
    let path = path_of(&exchange.request.url);
    APIS.iter().find(|api| api.has_path(path))?.decode(exchange)
}

impl Call {
    /// Reads `exchange` as a request to a model, if it is one.
    ///
    /// Only what the exchange itself says is known here: a retry looks like a first try.
    pub fn of(exchange: &record::Exchange) -> Option<Self> {
        exchange::read(exchange, |exchange| Some(decode(exchange)?.into_call()))?
    }
}

/// Whether an exchange with this path speaks to a model, understood or not.
pub(crate) fn is_model_path(path: &str) -> bool {
    APIS.iter().any(|api| api.has_path(path))
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
