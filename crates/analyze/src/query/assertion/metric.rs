//! The metrics that an assertion can name, and the statistics over them.

use crate::query::expression::quantity::Unit;
use crate::stats::rank;

/// A number that can be computed from a report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Measured {
    /// A metric of the whole report.
    Total(Total),
    /// A statistic over a metric of each request.
    Over(Statistic, Sampled),
}

impl Measured {
    pub(crate) fn unit(&self) -> Unit {
        match self {
            Self::Total(total) => total.unit(),
            Self::Over(Statistic::Count, _) => Unit::Count,
            Self::Over(_, sampled) => sampled.unit(),
        }
    }
}

/// A metric of the whole report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Total {
    Exchanges,
    Errors,
    Calls,
    Turns,
    Threads,
    Retries,
    ToolCalls,
    Models,
    Hosts,
    Endpoints,
    InputTokens,
    CachedTokens,
    OutputTokens,
    ReasoningTokens,
    CacheHit,
    BytesUp,
    BytesDown,
    Period,
    Missing,
}

impl Total {
    pub(crate) const NAMES: [(&'static str, Self); 19] = [
        ("exchanges", Self::Exchanges),
        ("errors", Self::Errors),
        ("calls", Self::Calls),
        ("turns", Self::Turns),
        ("threads", Self::Threads),
        ("retries", Self::Retries),
        ("tool_calls", Self::ToolCalls),
        ("models", Self::Models),
        ("hosts", Self::Hosts),
        ("endpoints", Self::Endpoints),
        ("input_tokens", Self::InputTokens),
        ("cached_tokens", Self::CachedTokens),
        ("output_tokens", Self::OutputTokens),
        ("reasoning_tokens", Self::ReasoningTokens),
        ("cache_hit", Self::CacheHit),
        ("bytes_up", Self::BytesUp),
        ("bytes_down", Self::BytesDown),
        ("period", Self::Period),
        ("missing", Self::Missing),
    ];

    fn unit(self) -> Unit {
        match self {
            Self::CacheHit => Unit::Share,
            Self::BytesUp | Self::BytesDown => Unit::Bytes,
            Self::Period => Unit::Duration,
            _ => Unit::Count,
        }
    }
}

/// A metric of each request that it applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampled {
    Ttft,
    Ttfb,
    Latency,
    CallLatency,
    Stall,
    RequestSize,
    ResponseSize,
    Input,
    Cached,
    Output,
    Reasoning,
    OutputRate,
}

impl Sampled {
    pub(crate) const NAMES: [(&'static str, Self); 12] = [
        ("ttft", Self::Ttft),
        ("ttfb", Self::Ttfb),
        ("latency", Self::Latency),
        ("call_latency", Self::CallLatency),
        ("stall", Self::Stall),
        ("request_size", Self::RequestSize),
        ("response_size", Self::ResponseSize),
        ("input_tokens", Self::Input),
        ("cached_tokens", Self::Cached),
        ("output_tokens", Self::Output),
        ("reasoning_tokens", Self::Reasoning),
        ("output_rate", Self::OutputRate),
    ];

    fn unit(self) -> Unit {
        match self {
            Self::Ttft | Self::Ttfb | Self::Latency | Self::CallLatency | Self::Stall => {
                Unit::Duration
            }
            Self::RequestSize | Self::ResponseSize => Unit::Bytes,
            Self::Input | Self::Cached | Self::Output | Self::Reasoning => Unit::Count,
            Self::OutputRate => Unit::Rate,
        }
    }
}

/// A function of many values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    /// A percentile (nearest rank), from 0 to 100.
    Percentile(f64),
    Min,
    Max,
    Mean,
    Sum,
    Count,
}

impl Statistic {
    /// Parses a name: `p95`, `p99.9`, `max`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "min" => Self::Min,
            "max" => Self::Max,
            "mean" => Self::Mean,
            "sum" => Self::Sum,
            "count" => Self::Count,
            _ => {
                let digits = name.strip_prefix('p')?;
                if !digits.starts_with(|c: char| c.is_ascii_digit()) {
                    return None;
                }
                let percent: f64 = digits.parse().ok()?;
                return (0.0..=100.0)
                    .contains(&percent)
                    .then_some(Self::Percentile(percent));
            }
        })
    }

    /// The statistic of `values`; without values `None`, except for a count.
    pub(crate) fn of(self, mut values: Vec<f64>) -> Option<f64> {
        let count = values.len() as f64;
        let sum = values.iter().sum::<f64>();
        if self == Self::Count {
            return Some(count);
        }
        values.sort_unstable_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        Some(match self {
            Self::Percentile(percent) => values[rank(values.len() as u64, percent) as usize - 1],
            Self::Min => values[0],
            Self::Max => values[last],
            Self::Mean => sum / count,
            Self::Sum => sum,
            Self::Count => count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_parsed_by_name() {
        assert_eq!(Statistic::parse("p99.9"), Some(Statistic::Percentile(99.9)));
        assert_eq!(Statistic::parse("max"), Some(Statistic::Max));
        for name in ["p", "p101", "pinf", "p-1", "median", "", "pNaN", "p+5"] {
            assert_eq!(Statistic::parse(name), None, "{name}");
        }
    }

    #[test]
    fn statistics_of_ten_values_agree_with_those_computed_by_hand() {
        let values: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        for (statistic, expected) in [
            (Statistic::Percentile(0.0), 1.0),
            (Statistic::Percentile(50.0), 5.0),
            (Statistic::Percentile(90.0), 9.0),
            (Statistic::Percentile(91.0), 10.0),
            (Statistic::Percentile(100.0), 10.0),
            (Statistic::Min, 1.0),
            (Statistic::Max, 10.0),
            (Statistic::Mean, 5.5),
            (Statistic::Sum, 55.0),
            (Statistic::Count, 10.0),
        ] {
            assert_eq!(
                statistic.of(values.clone()),
                Some(expected),
                "{statistic:?}"
            );
        }
        assert_eq!(Statistic::Max.of(vec![]), None);
        assert_eq!(Statistic::Count.of(vec![]), Some(0.0));
    }
}
