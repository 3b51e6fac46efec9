//! Exchanges over time: a line for each slice, with a bar drawn in text.

use super::table::Table;
use crate::report::{Frequency, Slice};
use crate::text::units::{bytes, count, duration};

pub(super) fn write(frequency: &Frequency, out: &mut String) {
    if frequency.slices.is_empty() {
        out.push_str("No exchange was recorded.\n\n");
        return;
    }
    out.push_str(&format!(
        "Busiest second: {}; busiest minute: {}; most at once: {} (to models: {}).",
        count(frequency.busiest_second),
        count(frequency.busiest_minute),
        count(frequency.concurrent),
        count(frequency.concurrent_model),
    ));
    if let Some(think) = &frequency.think_us {
        out.push_str(&format!(
            " Between the turns of a thread: p50 {}, max {}.",
            duration(think.p50),
            duration(think.max),
        ));
    }
    out.push_str(&format!(
        "\n\nIn slices of {}:\n\n",
        duration(frequency.slice_us)
    ));
    let most = frequency
        .slices
        .iter()
        .map(|slice| slice.exchanges)
        .max()
        .unwrap_or(0);
    let mut table = Table::new(&["from", ">exchanges", "", ">to models", ">failed", ">bodies"]);
    for slice in &frequency.slices {
        table.row(row(slice, most));
    }
    table.finish(out);
}

fn row(slice: &Slice, most: u64) -> [String; 6] {
    let start = slice.start.to_string();
    [
        // Without fractions: no slice is shorter than a second.
        start.split('.').next().unwrap_or(&start).replace('T', " "),
        count(slice.exchanges),
        bar(slice.exchanges, most),
        count(slice.model_requests),
        count(slice.failed),
        bytes(slice.wire_bytes),
    ]
}

/// A bar in proportion to `part` of `most`; never empty unless `part` is 0.
fn bar(part: u64, most: u64) -> String {
    let length = u128::from(part) * BAR_LENGTH / u128::from(most.max(1));
    let length = usize::try_from(length)
        .unwrap_or(0)
        .max(usize::from(part > 0));
    "█".repeat(length)
}

const BAR_LENGTH: u128 = 20;
