//! What failed, what was retried, and what that cost.

use capture::record::State;

use super::cells::{or_dash, status};
use super::endpoints;
use super::escape::code;
use super::table::Table;
use crate::report::{Errors, FailedExchange, Fallback, RetryChain};
use crate::text::units::{bytes, count, duration, plural};

pub(super) fn write(errors: &Errors, out: &mut String) {
    if errors.failures.is_empty() && errors.connections.is_empty() {
        out.push_str("Nothing failed.\n\n");
    }
    kinds(errors, out);
    failures(errors, out);
    for retry in errors.retries.iter().take(MAX_LISTED) {
        out.push_str(&format!("- {}\n", chain(retry)));
    }
    for fallback in errors.fallbacks.iter().take(MAX_LISTED) {
        out.push_str(&format!("- {}\n", gave_up(fallback)));
    }
    if !errors.retries.is_empty() || !errors.fallbacks.is_empty() {
        out.push('\n');
    }
    connections(errors, out);
    websockets(errors, out);
}

fn kinds(errors: &Errors, out: &mut String) {
    let mut table = Table::new(&["failure", ">exchanges", ">wasted bytes", ">wasted time"]);
    for kind in &errors.kinds {
        table.row([
            kind.kind.name().to_owned(),
            count(kind.count),
            bytes(kind.wasted_bytes),
            duration(kind.wasted_us),
        ]);
    }
    table.finish(out);
}

fn failures(errors: &Errors, out: &mut String) {
    let mut table = Table::new(&[
        ">exchange",
        "endpoint",
        "failure",
        ">status",
        "cause",
        ">retry after",
        "retried by",
    ]);
    for failure in &errors.failures {
        table.row([
            count(failure.exchange),
            endpoints::name(&failure.endpoint),
            failure.kind.name().to_owned(),
            or_dash(failure.status, |status| status.to_string()),
            cause(failure),
            or_dash(failure.retry_after_us, duration),
            again(failure),
        ]);
    }
    table.finish(out);
}

fn cause(failure: &FailedExchange) -> String {
    let texts = [failure.code.as_deref(), failure.message.as_deref()];
    let texts: Vec<String> = texts.into_iter().flatten().map(code).collect();
    texts.join(" ")
}

fn again(failure: &FailedExchange) -> String {
    match (failure.retried_by, failure.waited_us) {
        (Some(exchange), Some(wait)) => format!("{} after {}", count(exchange), duration(wait)),
        _ => "–".to_owned(),
    }
}

fn chain(retry: &RetryChain) -> String {
    let tries: Vec<String> = retry.exchanges.iter().map(|id| count(*id)).collect();
    format!(
        "Attempts {}: {} after {}, {} sent again.",
        tries.join(" → "),
        if retry.recovered {
            "answered"
        } else {
            "still not answered"
        },
        duration(retry.delay_us),
        bytes(retry.resent_bytes),
    )
}

fn gave_up(fallback: &Fallback) -> String {
    format!(
        "The agent gave up on WebSockets to {} after {} ({}) and switched to HTTP with exchange {} \
         after {}.",
        code(&fallback.host),
        plural(fallback.upgrades, "attempt"),
        status(fallback.status),
        count(fallback.exchange),
        duration(fallback.delay_us),
    )
}

fn connections(errors: &Errors, out: &mut String) {
    let mut table = Table::new(&["host", "outcome", ">count", "cause", "reason"]);
    for failed in &errors.connections {
        let state = match failed.state {
            State::Rejected => "the agent refused our certificate",
            State::Failed => "the origin could not be reached or trusted",
            State::Refused if matches!(failed.cause.as_str(), "agent_gone" | "unused") => {
                "the agent gave up"
            }
            State::Refused => "refused by the proxy",
            State::Intercepted | State::Opaque | State::Unknown => "relayed",
        };
        table.row([
            code(&failed.host),
            state.to_owned(),
            count(failed.count),
            code(&failed.cause),
            code(failed.reason.as_deref().unwrap_or("")),
        ]);
    }
    table.finish(out);
}

fn websockets(errors: &Errors, out: &mut String) {
    let mut table = Table::new(&["WebSockets ended by", ">count"]);
    for end in &errors.websocket_ends {
        let text = match (end.close_up, end.close_down) {
            (None, None) => "the connection, without a Close frame".to_owned(),
            (Some(up), None) => format!("the agent's Close {up}"),
            (None, Some(down)) => format!("the origin's Close {down}"),
            (Some(up), Some(down)) => format!("Close {up} from the agent, {down} from the origin"),
        };
        table.row([text, count(end.count)]);
    }
    table.finish(out);
}

/// For longer lists JSON is the better format.
const MAX_LISTED: usize = 40;
