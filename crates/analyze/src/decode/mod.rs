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

use self::api::Api;
use crate::call::Call;
use crate::line::Exchange;
use crate::text::urls::path_of;

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
    pub fn of(exchange: &Exchange<'_>) -> Option<Self> {
        Some(decode(exchange)?.into_call())
    }
}

/// Whether an exchange with this path speaks to a model, understood or not.
pub(crate) fn is_model_path(path: &str) -> bool {
    APIS.iter().any(|api| api.has_path(path))
}
