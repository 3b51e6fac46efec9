//! Growth of the context: input tokens of each request, one line per conversation.

use crate::text::units;

use super::super::svg::{Anchor, Svg};
use super::scale::{Scale, Steps, draw_count_grid};

/// One conversation: the input tokens of its requests in order, each with a description.
#[derive(Debug, Clone)]
pub(in super::super) struct Series {
    pub(in super::super) name: String,
    pub(in super::super) points: Vec<(u64, String)>,
}

/// Draws the lines; `None` if no conversation has a request.
pub(in super::super) fn draw(threads: &[Series]) -> Option<String> {
    let longest = threads
        .iter()
        .map(|thread| thread.points.len())
        .max()
        .filter(|n| *n > 0)?;
    let points = threads.iter().flat_map(|thread| &thread.points);
    let most = points.map(|(tokens, _)| *tokens).max()?;
    let bottom = HEIGHT - BOTTOM;
    let down = Scale::new(most as f64, bottom, TOP);
    let along = Scale::new((longest.max(2) - 1) as f64, LEFT, WIDTH - RIGHT);
    let description = format!(
        "{}, the longest with {}; the largest input is {}.",
        units::plural(threads.len() as u64, "conversation"),
        units::plural(longest as u64, "request"),
        units::plural(most, "token"),
    );
    let mut svg = Svg::new(
        "growth",
        (WIDTH, HEIGHT),
        "Growth of the context",
        &description,
    );
    draw_count_grid(&mut svg, down, 5, (LEFT, WIDTH - RIGHT));
    for tick in along.ticks(Steps::Decimal, 10) {
        let label = units::count(tick as u64 + 1);
        svg.text(
            "axis",
            (along.at(tick), bottom + 15.0),
            Anchor::Middle,
            &label,
        );
    }
    for (index, thread) in threads.iter().enumerate() {
        draw_series(&mut svg, thread, index, (along, down));
    }
    Some(svg.finish())
}

fn draw_series(svg: &mut Svg, thread: &Series, index: usize, (along, down): (Scale, Scale)) {
    let hue = CLASSES[index % HUES];
    let place = |n: usize, tokens: u64| (along.at(n as f64), down.at(tokens as f64));
    // If there are more points than can be told apart, only every n-th is drawn.
    let every = thread.points.len().div_ceil(MAX_POINTS).max(1);
    let drawn = || thread.points.iter().enumerate().step_by(every);
    let points: Vec<(f64, f64)> = drawn().map(|(n, (tokens, _))| place(n, *tokens)).collect();
    svg.polyline(&format!("thread {hue}"), &points);
    for (at, (_, (tokens, about))) in points.iter().zip(drawn()) {
        let tip = format!("{}: {about}, {} tokens", thread.name, units::count(*tokens));
        svg.dot(hue, *at, &tip);
    }
}

/// More points would overlap.
const MAX_POINTS: usize = 1000;
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 24.0;
/// The number of line colours in the style sheet, and their classes.
pub(in super::super) const HUES: usize = 6;
pub(in super::super) const CLASSES: [&str; HUES] = ["hue0", "hue1", "hue2", "hue3", "hue4", "hue5"];
