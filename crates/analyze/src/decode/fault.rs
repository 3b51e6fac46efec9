//! What a provider says when a request fails: a status, an error object, a time to wait.

use crate::line::exchange::Response;

use super::json::{fields, name};
use crate::call::Fault;
use crate::json::Json;
use crate::line::exchange::header;

/// Reads an answer whose status says that the request failed.
///
/// OpenAI and Anthropic both answer `{"error": {"type", "code", "message"}}`,
/// Google `{"error": {"status", "message"}}`; the ChatGPT backend also `{"detail"}`.
pub(super) fn fault_of_response(response: &Response) -> Fault {
    fields! {
        struct Refusal {
            error: "error",
            detail: "detail",
        }
    }
    let json = response.body.as_ref().and_then(|body| body.json);
    let refusal = json.map(Refusal::of).unwrap_or_default();
    let mut fault = refusal.error.and_then(fault_of_error).unwrap_or_default();
    fault.message = fault.message.or_else(|| name(refusal.detail));
    fault.status = Some(response.status);
    fault.retry_after_us = retry_after_us(response);
    fault
}

/// Reads an error object; `None` if it is no object.
pub(super) fn fault_of_error(error: Json<'_>) -> Option<Fault> {
    fields! {
        struct ErrorObject {
            kind: "type",
            code: "code",
            status: "status",
            message: "message",
        }
    }
    let object = error.object().map(ErrorObject::of)?;
    Some(Fault {
        code: name(object.code)
            .or_else(|| name(object.kind))
            .or_else(|| name(object.status)),
        message: name(object.message),
        ..Fault::default()
    })
}

/// How long the answer asks to wait: `retry-after` in seconds (RFC 9110, section
/// 10.2.3), or the finer `retry-after-ms`. A date is not read: it needs a clock.
pub(crate) fn retry_after_us(response: &Response) -> Option<u64> {
    let number = |header_name: &str, unit: f64| {
        let value: f64 = header(&response.headers, header_name)?
            .trim()
            .parse()
            .ok()?;
        (0.0..=MAX_WAIT_SECONDS * 1e3)
            .contains(&value)
            .then_some((value * unit) as u64)
    };
    number("retry-after-ms", 1e3).or_else(|| number("retry-after", 1e6))
}

/// A year: a longer wait is a mistake, not a wait.
const MAX_WAIT_SECONDS: f64 = 366.0 * 86_400.0;
