//! The endpoints: one table of counts and times, one of sizes.

use super::cells::{counts, or_dash};
use super::escape::code;
use super::table::Table;
use crate::endpoint::{Endpoint, FOLDED};
use crate::report::{Endpoints, Statuses};
use crate::stats::Quantiles;
use crate::text::units::{bytes, count, duration, percent};

pub(super) fn write(endpoints: &Endpoints, out: &mut String) {
    if endpoints.endpoints.is_empty() {
        out.push_str("No exchange was recorded.\n\n");
        return;
    }
    if endpoints.folded > 0 {
        out.push_str(&format!(
            "Too many endpoints to list them all: {} are counted together under {}, by host or for all \
             remaining hosts. The structure of their payloads is left out.\n\n",
            count(endpoints.folded),
            code(FOLDED),
        ));
    }
    times(endpoints, out);
    out.push_str("Body sizes, without headers: p50 / p95 / max, then the total.\n\n");
    sizes(endpoints, out);
}

fn times(endpoints: &Endpoints, out: &mut String) {
    let mut table = Table::new(&[
        "endpoint",
        "for",
        ">count",
        ">share",
        "status",
        ">TTFB p50",
        ">latency p50",
        ">p90",
        ">p99",
        ">max",
    ]);
    for stats in &endpoints.endpoints {
        let latency = |quantile: fn(&Quantiles) -> u64| {
            or_dash(stats.latency_us.as_ref(), |all| duration(quantile(all)))
        };
        table.row([
            name(&stats.endpoint),
            stats.endpoint.purpose.name().to_owned(),
            count(stats.count),
            percent(stats.share),
            statuses(&stats.statuses),
            or_dash(stats.ttfb_us.as_ref(), |all| duration(all.p50)),
            latency(|all| all.p50),
            latency(|all| all.p90),
            latency(|all| all.p99),
            latency(|all| all.max),
        ]);
    }
    table.finish(out);
}

fn sizes(endpoints: &Endpoints, out: &mut String) {
    let mut table = Table::new(&[
        "endpoint",
        ">request",
        ">total",
        ">on the wire",
        ">response",
        ">total",
        ">on the wire",
    ]);
    for stats in &endpoints.endpoints {
        table.row([
            name(&stats.endpoint),
            spread(stats.up.content.as_ref()),
            total(stats.up.content.as_ref()),
            total(stats.up.wire.as_ref()),
            spread(stats.down.content.as_ref()),
            total(stats.down.content.as_ref()),
            total(stats.down.wire.as_ref()),
        ]);
    }
    table.finish(out);
}

/// The endpoint as a code span: `POST api.openai.com/v1/responses`.
pub(super) fn name(endpoint: &Endpoint) -> String {
    let Endpoint {
        method, host, path, ..
    } = endpoint;
    let host = match endpoint.is_folded() {
        true => &format!("{host}/"),
        false => host,
    };
    match &endpoint.message {
        Some(message) => code(&format!("{method} {host}{path} {message}")),
        None => code(&format!("{method} {host}{path}")),
    }
}

fn spread(sizes: Option<&Quantiles>) -> String {
    let sizes = sizes.filter(|sizes| sizes.max > 0);
    or_dash(sizes, |sizes| {
        if sizes.count == 1 {
            return bytes(sizes.max);
        }
        format!(
            "{} / {} / {}",
            bytes(sizes.p50),
            bytes(sizes.p95),
            bytes(sizes.max)
        )
    })
}

fn total(sizes: Option<&Quantiles>) -> String {
    let sizes = sizes.filter(|sizes| sizes.max > 0);
    or_dash(sizes, |sizes| bytes(sizes.total))
}

/// The classes that occur: `2xx 12, 4xx 1, aborted 1`.
fn statuses(statuses: &Statuses) -> String {
    counts([
        ("1xx", statuses.informational),
        ("2xx", statuses.success),
        ("3xx", statuses.redirection),
        ("4xx", statuses.client_error),
        ("5xx", statuses.server_error),
        ("no response", statuses.none),
        ("aborted", statuses.aborted),
        ("failed", statuses.failed),
        ("unknown", statuses.unknown),
    ])
}
