//! What the requests cost at the user's own prices.

use super::cells::codes;
use super::escape::code;
use super::table::Table;
use crate::report::Cost;

pub(super) fn write(cost: &Cost, out: &mut String) {
    let mut table = Table::new(&[
        "model",
        "kind",
        ">input",
        ">cached",
        ">output",
        ">total",
        ">saved by cache",
    ]);
    for usage in &cost.uses {
        table.row([
            code(&usage.model),
            usage.kind.name().to_owned(),
            money(usage.input),
            money(usage.cached),
            money(usage.output),
            money(usage.total),
            money(usage.saved),
        ]);
    }
    table.finish(out);
    out.push_str(&format!(
        "**{} {}** in total, at the prices given; the cache saved {}.\n\n",
        money(cost.total),
        code(&cost.currency),
        money(cost.saved),
    ));
    if !cost.unpriced.is_empty() {
        let models = codes(&cost.unpriced);
        out.push_str(&format!("No price, so not in any sum: {models}.\n\n"));
    }
}

/// Four decimals: a short request costs less than a cent.
fn money(amount: f64) -> String {
    format!("{amount:.4}")
}
