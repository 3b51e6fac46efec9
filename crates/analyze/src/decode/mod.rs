//! Tells which exchanges are calls, and picks the decoder for each.
//!
//! An exchange comes in, a call with its content goes out; exchanges that no
//! decoder knows are still counted as endpoints. The picking is by path, not by
//! host: agents reach the same API through many hosts.

mod anthropic;
mod chat;
pub(crate) mod content;
mod events;
pub(crate) mod fault;
mod gemini;
mod item;
mod json;
mod metadata;
mod openai;

use crate::call::Call;
use crate::line::Exchange;
use crate::text::urls::path_of;

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
    pub fn of(exchange: &Exchange<'_>) -> Option<Self> {
        Some(decode(exchange)?.into_call())
    }
}

/// Reads one provider's exchanges.
type Decoder = for<'a> fn(&Exchange<'a>) -> Option<Decoded<'a>>;

/// The end of the path, and who reads it.
const DECODERS: &[(&str, Decoder)] = &[
    ("/responses", openai::decode),
    ("/responses/compact", openai::decode),
    ("/v1/messages", anthropic::decode),
    ("/chat/completions", chat::decode),
    (":generateContent", gemini::decode),
    (":streamGenerateContent", gemini::decode),
];

/// Whether an exchange with this path speaks to a model, understood or not.
pub(crate) fn is_model_path(path: &str) -> bool {
    DECODERS.iter().any(|(end, _)| path.ends_with(end))
}
