//! Computes the section "Model requests".

use std::collections::BTreeMap;

use capture::record::Transport;

use crate::call::{Call, Ending, Kind, Provider, Tokens};
use crate::fold::gaps as gap_classes;
use crate::fold::sections::tools;
use crate::fold::sections::tools::Results;
use crate::fold::timeline_index::{IndexedExchange, TimelineIndex};
use crate::report::{ModelStats, ModelUse, Models};
use crate::stats::{Histogram, Quantiles};

pub(crate) fn finish(
    timeline: &TimelineIndex<'_>,
    results: &Results,
    gaps: &BTreeMap<String, Histogram>,
) -> Models {
    let mut groups: BTreeMap<(&str, Provider), BTreeMap<Kind, Vec<_>>> = BTreeMap::new();
    for (entry, call) in timeline.calls() {
        let model = groups.entry((&call.model, call.provider)).or_default();
        let kind = entry.kind().unwrap_or(call.kind);
        model.entry(kind).or_default().push((entry, call));
    }
    let mut models: Vec<ModelStats> = groups
        .into_iter()
        .map(|((model, provider), kinds)| {
            let uses: Vec<ModelUse> = kinds
                .into_iter()
                .map(|(kind, calls)| model_use(kind, &calls))
                .collect();
            let mut tokens = Tokens::default();
            uses.iter()
                .for_each(|model_use| tokens.add(model_use.tokens));
            ModelStats {
                model: model.to_owned(),
                provider,
                tokens,
                gap_us: gaps.get(model).and_then(Histogram::quantiles),
                uses,
            }
        })
        .collect();
    let requests = |model: &ModelStats| model.uses.iter().map(|kind| kind.count).sum::<u64>();
    models.sort_by_key(|model| std::cmp::Reverse(requests(model)));
    Models {
        models,
        tools: tools::finish(timeline, results),
        gap_classes: gap_classes::classes(gaps),
        unknown_streams: timeline.exchanges.iter().filter(is_unknown_stream).count() as u64,
    }
}

fn is_unknown_stream(entry: &&IndexedExchange<'_>) -> bool {
    entry.row.streamed_post && entry.row.call.is_none()
}

fn model_use(kind: Kind, calls: &[(&IndexedExchange<'_>, &Call)]) -> ModelUse {
    let each = || calls.iter().map(|(_, call)| *call);
    let ended = |ending| each().filter(|call| call.ending == ending).count() as u64;
    let counted = || each().filter_map(|call| call.tokens);
    let mut tokens = Tokens::default();
    counted().for_each(|each| tokens.add(each));
    let mut efforts = BTreeMap::new();
    for effort in each().filter_map(|call| call.settings.effort.as_ref()) {
        *efforts.entry(effort.clone()).or_default() += 1;
    }
    ModelUse {
        kind,
        count: calls.len() as u64,
        websocket: calls
            .iter()
            .filter(|(entry, _)| entry.row.transport == Transport::Websocket)
            .count() as u64,
        completed: ended(Ending::Completed),
        incomplete: ended(Ending::Incomplete),
        failed: ended(Ending::Failed) + ended(Ending::Cut),
        ttft_us: Quantiles::of(each().filter_map(|call| call.marks.ttft_us())),
        total_us: Quantiles::of(each().filter_map(|call| call.marks.total_us())),
        longest_stall_us: each().filter_map(|call| call.marks.longest_gap_us).max(),
        output_tokens_per_second: rate(each()),
        input_tokens: Quantiles::of(counted().map(|tokens| tokens.input)),
        output_tokens: Quantiles::of(counted().map(|tokens| tokens.output)),
        tokens,
        efforts,
        tool_calls: each().map(|call| call.tool_calls.len() as u64).sum(),
    }
}

/// Output tokens a second, over the calls with both tokens and times.
fn rate<'a>(calls: impl Iterator<Item = &'a Call>) -> Option<f64> {
    let known = calls.filter_map(|call| Some((call.tokens?.output, call.marks.total_us()?)));
    let (tokens, time_us) = known.fold((0_u64, 0_u64), |(tokens, time_us), (output, total)| {
        (tokens.saturating_add(output), time_us.saturating_add(total))
    });
    (tokens > 0 && time_us > 0).then(|| tokens as f64 * 1e6 / time_us as f64)
}
