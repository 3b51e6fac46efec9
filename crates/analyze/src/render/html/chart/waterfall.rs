//! The waterfall: every exchange on one time axis, with sending, waiting and receiving.

use crate::text::units;

use super::super::svg::{Anchor, Area, Svg};
use super::axis::Axis;
use super::scale::{cut_label, time_label};

/// One exchange; times are microseconds from the start of the chart.
#[derive(Debug, Clone)]
pub(in super::super) struct Lane {
    pub(in super::super) label: String,
    /// The id of the exchange's element in the transcript.
    pub(in super::super) target: Option<String>,
    /// The tooltip.
    pub(in super::super) tip: String,
    pub(in super::super) start_us: u64,
    /// When the end of the request was sent.
    pub(in super::super) sent_us: u64,
    /// When the first output arrived, or the first byte of a response that does not stream.
    pub(in super::super) first_us: Option<u64>,
    pub(in super::super) end_us: u64,
    pub(in super::super) failed: bool,
    /// Whether it is a request to a model.
    pub(in super::super) is_call: bool,
}

/// Draws the waterfall; `None` if there are no lanes. `id` must be unique on the page.
pub(in super::super) fn draw(id: &str, lanes: &[Lane]) -> Option<String> {
    let spans = lanes.iter().map(|lane| (lane.start_us, lane.end_us));
    let start = spans.clone().map(|(start, _)| start).min()?;
    let end = spans.clone().map(|(_, end)| end).max()?;
    let axis = Axis::new(spans, LEFT, WIDTH - RIGHT);
    let height = TOP + lanes.len() as f64 * ROW + BOTTOM;
    let calls = lanes.iter().filter(|lane| lane.is_call).count();
    let failed = lanes.iter().filter(|lane| lane.failed).count();
    let description = format!(
        "{} over {}, one row each, in order of their start; {calls} to a model, {failed} failed. \
         In each row: sending, waiting for the first output, receiving. Long pauses are shortened.",
        units::plural(lanes.len() as u64, "request"),
        units::duration(end.saturating_sub(start)),
    );
    let mut svg = Svg::new(id, (WIDTH, height), "Requests over time", &description);
    for (from, to, length) in axis.pauses() {
        let area = Area {
            x: from,
            y: TOP - 4.0,
            width: to - from,
            height: height - BOTTOM - TOP + 4.0,
        };
        svg.rect(
            "pause",
            area,
            &format!("idle for {}", units::duration(length)),
        );
    }
    for tick in axis.ticks() {
        let x = axis.at(tick);
        svg.line("grid", (x, TOP - 4.0), (x, height - BOTTOM));
        svg.text("axis", (x, TOP - 8.0), Anchor::Middle, &time_label(tick));
    }
    for (index, lane) in lanes.iter().enumerate() {
        draw_lane(&mut svg, lane, TOP + index as f64 * ROW, &axis);
    }
    Some(svg.finish())
}

fn draw_lane(svg: &mut Svg, lane: &Lane, y: f64, axis: &Axis) {
    let class = if lane.is_call { "label call" } else { "label" };
    if let Some(target) = &lane.target {
        svg.open_link(target);
    }
    let label = cut_label(&lane.label, MAX_LABEL_CHARS);
    svg.text(class, (LEFT - 8.0, y + 10.0), Anchor::End, &label);
    if lane.target.is_some() {
        svg.close_link();
    }
    let first = lane.first_us.unwrap_or(lane.end_us);
    let mut part = |class: &str, from: u64, to: u64, height: f64| {
        let (x, end) = (axis.at(from), axis.at(to));
        let area = Area {
            x,
            y: y + (ROW - height) / 2.0,
            width: (end - x).max(1.0),
            height,
        };
        svg.rect(class, area, &lane.tip);
    };
    let bad = if lane.failed { " bad" } else { "" };
    part("send", lane.start_us, lane.sent_us, 3.0);
    part(&format!("wait{bad}"), lane.sent_us, first, 5.0);
    if lane.first_us.is_some() {
        part(&format!("receive{bad}"), first, lane.end_us, 10.0);
    }
    if lane.failed {
        let x = axis.at(lane.end_us) + 4.0;
        svg.text("mark bad", (x, y + 10.5), Anchor::Start, "✕");
    }
}

const WIDTH: f64 = 960.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 6.0;
const ROW: f64 = 15.0;
const MAX_LABEL_CHARS: usize = 38;
