//! How much input came from the provider's cache, and why not more.

use super::table::Table;
use crate::report::{Cache, CacheUse, MissReason};
use crate::text::units::{bytes, count, percent, percent_of, plural};

pub(super) fn write(cache: &Cache, out: &mut String) {
    let Some(share) = &cache.share else {
        out.push_str("No response reported its tokens.\n\n");
        return;
    };
    let hundredths = |share: u64| percent(share as f64 / 1e4);
    out.push_str(&format!(
        "{}, {}. Share of the input from the cache: p50 {}, minimum {}.",
        plural(cache.hits, "hit"),
        if cache.misses == 1 {
            "1 miss".to_owned()
        } else {
            format!("{} misses", count(cache.misses))
        },
        hundredths(share.p50),
        hundredths(share.min),
    ));
    if cache.missed_tokens > 0 {
        let tokens = count(cache.missed_tokens);
        out.push_str(&format!(
            " Misses made the provider read {tokens} tokens again."
        ));
    }
    out.push_str("\n\n");
    let mut table = Table::new(&["likely reason", ">misses", ">tokens read again"]);
    for reason in &cache.reasons {
        let cells = [reason.count, reason.missed_tokens].map(count);
        table.row([words(reason.reason).to_owned()].into_iter().chain(cells));
    }
    table.finish(out);
    requests(cache, out);
}

fn requests(cache: &Cache, out: &mut String) {
    let mut table = Table::new(&[
        ">exchange",
        ">thread",
        ">tokens in",
        ">cached",
        ">share",
        ">common prefix",
        "of the previous prompt",
        "miss",
    ]);
    table.rows(&cache.requests, |request| {
        let CacheUse {
            exchange,
            thread,
            input,
            cached,
            ..
        } = *request;
        [
            count(exchange),
            count(thread),
            count(input),
            count(cached),
            percent_of(cached, input),
            bytes(request.common_bytes),
            percent_of(request.common_bytes, request.previous_bytes),
            request.miss.map_or("", words).to_owned(),
        ]
    });
    table.finish(out);
}

fn words(reason: MissReason) -> &'static str {
    match reason {
        MissReason::FirstRequest => "first request",
        MissReason::OtherModel => "different model",
        MissReason::Compaction => "compaction",
        MissReason::ChangedTools => "tools changed",
        MissReason::ChangedInstructions => "instructions changed",
        MissReason::ChangedInput => "earlier input changed",
        MissReason::LongPause => "pause of over five minutes",
        MissReason::Unexplained => "not explained by the request",
    }
}
