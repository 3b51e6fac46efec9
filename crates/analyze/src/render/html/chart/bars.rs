//! Bytes sent to and received from each endpoint, as pairs of bars.

use crate::text::units;

use super::super::svg::{Anchor, Area, Svg};
use super::scale::{Scale, Steps, cut_label};

/// One endpoint.
#[derive(Debug, Clone)]
pub(in super::super) struct Bar {
    pub(in super::super) label: String,
    pub(in super::super) up: u64,
    pub(in super::super) down: u64,
}

/// Draws a pair of bars for each endpoint; `None` if there is nothing to draw.
pub(in super::super) fn draw(bars: &[Bar]) -> Option<String> {
    let most = bars
        .iter()
        .map(|bar| bar.up.max(bar.down))
        .max()
        .filter(|most| *most > 0)?;
    let height = TOP + bars.len() as f64 * ROW + BOTTOM;
    let scale = Scale::new(most as f64, LEFT, WIDTH - RIGHT);
    let description = format!(
        "{} with two bars each, bytes sent and received; the longest is {}.",
        units::plural(bars.len() as u64, "endpoint"),
        units::bytes(most),
    );
    let mut svg = Svg::new("sizes", (WIDTH, height), "Sizes by endpoint", &description);
    for tick in scale.ticks(Steps::Binary, 5) {
        let x = scale.at(tick);
        svg.line("grid", (x, TOP - 4.0), (x, height - BOTTOM));
        svg.text(
            "axis",
            (x, TOP - 8.0),
            Anchor::Middle,
            &units::bytes(tick as u64),
        );
    }
    for (index, bar) in bars.iter().enumerate() {
        let y = TOP + index as f64 * ROW;
        svg.text(
            "label",
            (LEFT - 8.0, y + 13.0),
            Anchor::End,
            &cut_label(&bar.label, MAX_LABEL_CHARS),
        );
        for (class, name, bytes, offset) in [
            ("send", "sent", bar.up, 3.0),
            ("receive", "received", bar.down, 11.0),
        ] {
            let area = Area {
                x: LEFT,
                y: y + offset,
                width: scale.at(bytes as f64) - LEFT,
                height: 7.0,
            };
            let tip = format!("{}: {} {name}", bar.label, units::bytes(bytes));
            svg.rect(class, area, &tip);
        }
    }
    Some(svg.finish())
}

const WIDTH: f64 = 960.0;
const LEFT: f64 = 400.0;
const RIGHT: f64 = 30.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 6.0;
const ROW: f64 = 22.0;
const MAX_LABEL_CHARS: usize = 62;
