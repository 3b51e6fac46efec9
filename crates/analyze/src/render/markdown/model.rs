//! The model requests: their number and outcome, speed, tokens, and tools.

use super::cells::{counts, or_dash};
use super::escape::code;
use super::table::Table;
use crate::report::{ModelStats, ModelUse, Models, ToolStats};
use crate::stats::Quantiles;
use crate::text::units::{bytes, count, duration, percent_of, three_digits};

pub(super) fn write(models: &Models, out: &mut String) {
    if models.models.is_empty() {
        out.push_str("No request to a model was recorded.\n\n");
        return;
    }
    speed(models, out);
    out.push_str(
        "TTFT: from the end of the request to the first event that carries model output. Stall: the longest \
         time between two such events.\n\n",
    );
    tokens(models, out);
    gaps(models, out);
    tools(models, out);
}

/// Each use of each model.
fn uses(models: &Models) -> impl Iterator<Item = (&ModelStats, &ModelUse)> {
    let models = models.models.iter();
    models.flat_map(|model| model.uses.iter().map(move |usage| (model, usage)))
}

fn speed(models: &Models, out: &mut String) {
    let mut table = Table::new(&[
        "model",
        "kind",
        ">requests",
        "ended",
        ">TTFT p50",
        ">p95",
        ">total p50",
        ">p95",
        ">stall",
        ">tokens/s",
    ]);
    for (model, usage) in uses(models) {
        let rate = usage.output_tokens_per_second;
        table.row([
            code(&model.model),
            usage.kind.name().to_owned(),
            requests(usage),
            endings(usage),
            time(usage.ttft_us.as_ref(), |all| all.p50),
            time(usage.ttft_us.as_ref(), |all| all.p95),
            time(usage.total_us.as_ref(), |all| all.p50),
            time(usage.total_us.as_ref(), |all| all.p95),
            or_dash(usage.longest_stall_us, duration),
            or_dash(rate, three_digits),
        ]);
    }
    table.finish(out);
}

/// `12 (9 WebSocket)`.
fn requests(usage: &ModelUse) -> String {
    match usage.websocket {
        0 => count(usage.count),
        all if all == usage.count => format!("{} (WebSocket)", count(all)),
        some => format!("{} ({} WebSocket)", count(usage.count), count(some)),
    }
}

fn endings(usage: &ModelUse) -> String {
    counts([
        ("completed", usage.completed),
        ("incomplete", usage.incomplete),
        ("failed", usage.failed),
    ])
}

fn tokens(models: &Models, out: &mut String) {
    let mut table = Table::new(&[
        "model",
        "kind",
        ">input",
        ">cached",
        ">share",
        ">output",
        ">reasoning",
        ">input p50",
        ">max",
        ">tool calls",
    ]);
    for (model, usage) in uses(models) {
        let tokens = &usage.tokens;
        let input = usage.input_tokens.as_ref();
        table.row([
            code(&model.model),
            usage.kind.name().to_owned(),
            count(tokens.input),
            count(tokens.cached),
            percent_of(tokens.cached, tokens.input),
            count(tokens.output),
            count(tokens.reasoning),
            or_dash(input, |all| count(all.p50)),
            or_dash(input, |all| count(all.max)),
            count(usage.tool_calls),
        ]);
    }
    table.finish(out);
}

fn gaps(models: &Models, out: &mut String) {
    let mut table = Table::new(&[
        "between output events",
        ">gaps",
        ">p50",
        ">p90",
        ">p99",
        ">max",
    ]);
    for model in &models.models {
        let Some(gaps) = &model.gap_us else { continue };
        table.row([
            code(&model.model),
            count(gaps.count),
            duration(gaps.p50),
            duration(gaps.p90),
            duration(gaps.p99),
            duration(gaps.max),
        ]);
    }
    table.finish(out);
}

fn tools(models: &Models, out: &mut String) {
    let mut table = Table::new(&[
        "tool",
        ">calls",
        ">arguments p50",
        ">duration p50",
        ">p95",
        ">result p50",
        ">max",
        ">unanswered",
    ]);
    for tool in &models.tools {
        let ToolStats {
            argument_bytes,
            result_bytes,
            ..
        } = tool;
        table.row([
            code(&tool.name),
            count(tool.calls),
            size(argument_bytes.as_ref(), |all| all.p50),
            time(tool.duration_us.as_ref(), |all| all.p50),
            time(tool.duration_us.as_ref(), |all| all.p95),
            size(result_bytes.as_ref(), |all| all.p50),
            size(result_bytes.as_ref(), |all| all.max),
            count(tool.unanswered),
        ]);
    }
    table.finish(out);
}

fn time(all: Option<&Quantiles>, quantile: fn(&Quantiles) -> u64) -> String {
    or_dash(all, |all| duration(quantile(all)))
}

fn size(all: Option<&Quantiles>, quantile: fn(&Quantiles) -> u64) -> String {
    or_dash(all, |all| bytes(quantile(all)))
}
