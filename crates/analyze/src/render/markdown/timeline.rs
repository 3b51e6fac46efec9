//! The timeline: every request to a model, with its times and tokens.

use super::cells::{or_dash, status};
use super::escape::code;
use super::table::Table;
use crate::report::{CallMoment, Moment, Timeline};
use crate::text::units::{count, duration};

pub(super) fn write(timeline: &Timeline, out: &mut String) {
    let mut table = Table::new(&[
        ">exchange",
        ">at",
        "kind",
        "model",
        "status",
        ">TTFT",
        ">total",
        ">stall",
        ">input",
        ">cached",
        ">output",
    ]);
    let calls = timeline
        .exchanges
        .iter()
        .filter_map(|moment| Some((moment, moment.call.as_ref()?)));
    table.rows(calls, |(moment, call)| row(moment, call));
    let mut body = String::new();
    table.finish(&mut body);
    if body.is_empty() {
        body.push_str("No request to a model was recorded.\n\n");
    }
    out.push_str(&body);
}

fn row(moment: &Moment, call: &CallMoment) -> [String; 11] {
    let time = |us: Option<u64>| or_dash(us, duration);
    let tokens = call.tokens.as_ref();
    let status = status(moment.status);
    [
        moment.exchange.to_string(),
        duration(moment.start_us),
        call.kind.name().to_owned(),
        code(&call.model),
        if moment.failed {
            format!("**{status}**")
        } else {
            status
        },
        time(call.ttft_us),
        time(call.total_us),
        time(call.longest_gap_us),
        or_dash(tokens, |tokens| count(tokens.input)),
        or_dash(tokens, |tokens| count(tokens.cached)),
        or_dash(tokens, |tokens| count(tokens.output)),
    ]
}
