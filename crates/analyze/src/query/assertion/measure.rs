//! Finds the value of an assertion's metric in a report.

use crate::call::{Kind, Tokens};
use crate::report::{Glance, Moment, Report};

use crate::query::assertion::metric::{Measured, Sampled, Total};

/// The value of the metric; `None` if the report has nothing to measure.
pub(crate) fn measure(measured: &Measured, report: &Report) -> Option<f64> {
    match *measured {
        Measured::Total(total) => total_of(total, report),
        Measured::Over(statistic, sampled) => {
            let exchanges = &report.timeline.as_ref()?.exchanges;
            let values = exchanges
                .iter()
                .filter_map(|moment| sample(sampled, moment));
            statistic.of(values.collect())
        }
    }
}

fn total_of(total: Total, report: &Report) -> Option<f64> {
    let glance = report.glance.as_ref()?;
    let Glance { tokens, .. } = glance;
    let number = match total {
        Total::Exchanges => glance.exchanges,
        Total::Errors => glance.failed,
        Total::Calls => glance.model_requests,
        Total::Turns => glance.turns,
        Total::Threads => glance.threads,
        Total::ToolCalls => glance.tool_calls,
        Total::Hosts => glance.hosts,
        Total::InputTokens => tokens.input,
        Total::CachedTokens => tokens.cached,
        Total::OutputTokens => tokens.output,
        Total::ReasoningTokens => tokens.reasoning,
        Total::BytesUp => glance.wire_bytes_up,
        Total::BytesDown => glance.wire_bytes_down,
        Total::Period => glance.period_us,
        Total::CacheHit => {
            return (tokens.input > 0).then(|| tokens.cached as f64 / tokens.input as f64);
        }
        Total::Models => report.model.as_ref()?.models.len() as u64,
        Total::Endpoints => {
            let all = report.endpoints.as_ref()?;
            let listed = all
                .endpoints
                .iter()
                .filter(|stats| !stats.endpoint.is_folded());
            listed.count() as u64 + all.folded
        }
        Total::Missing => report
            .completeness
            .as_ref()?
            .lapses
            .iter()
            .map(|lapse| lapse.count)
            .sum(),
        Total::Retries => {
            let calls = report.timeline.as_ref()?.exchanges.iter();
            let calls = calls.filter_map(|moment| moment.call.as_ref());
            calls.filter(|call| call.kind == Kind::Retry).count() as u64
        }
    };
    Some(number as f64)
}

fn sample(sampled: Sampled, moment: &Moment) -> Option<f64> {
    let call = moment.call.as_ref();
    let tokens = |of: fn(&Tokens) -> u64| call?.tokens.as_ref().map(of);
    let number = match sampled {
        Sampled::Ttfb => moment.ttfb_us(),
        Sampled::Latency => moment.end_us,
        Sampled::Ttft => call?.ttft_us,
        Sampled::CallLatency => call?.total_us,
        Sampled::Stall => call?.longest_gap_us,
        Sampled::RequestSize => Some(moment.bytes_up),
        Sampled::ResponseSize => Some(moment.bytes_down),
        Sampled::Input => tokens(|tokens| tokens.input),
        Sampled::Cached => tokens(|tokens| tokens.cached),
        Sampled::Output => tokens(|tokens| tokens.output),
        Sampled::Reasoning => tokens(|tokens| tokens.reasoning),
        Sampled::OutputRate => {
            let seconds = call?.total_us.filter(|total| *total > 0)? as f64 / 1e6;
            return Some(tokens(|tokens| tokens.output)? as f64 / seconds);
        }
    };
    number.map(|number| number as f64)
}
