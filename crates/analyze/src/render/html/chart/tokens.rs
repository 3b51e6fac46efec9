//! Tokens of each turn, stacked: cached input, new input, output, reasoning.

use crate::text::units;

use super::super::svg::{Anchor, Area, Svg};
use super::scale::{Scale, draw_count_grid};

/// One column.
#[derive(Debug, Clone)]
pub(in super::super) struct Column {
    pub(in super::super) label: String,
    pub(in super::super) cached: u64,
    pub(in super::super) fresh: u64,
    /// Output without reasoning.
    pub(in super::super) output: u64,
    pub(in super::super) reasoning: u64,
}

impl Column {
    fn parts(&self) -> [(&'static str, &'static str, u64); 4] {
        [
            ("cached", "cached input", self.cached),
            ("fresh", "new input", self.fresh),
            ("output", "output", self.output),
            ("reasoning", "reasoning", self.reasoning),
        ]
    }

    fn total(&self) -> u64 {
        self.parts()
            .iter()
            .fold(0, |sum, part| sum.saturating_add(part.2))
    }
}

/// Draws the columns; `None` if there are no tokens.
pub(in super::super) fn draw(columns: &[Column]) -> Option<String> {
    let most = columns
        .iter()
        .map(Column::total)
        .max()
        .filter(|most| *most > 0)?;
    let bottom = HEIGHT - BOTTOM;
    let scale = Scale::new(most as f64, bottom, TOP);
    let description = format!(
        "{}, one for each turn in order; the tallest is {}. \
         In each, from the bottom: cached input, new input, output, reasoning.",
        units::plural(columns.len() as u64, "column"),
        units::plural(most, "token"),
    );
    let mut svg = Svg::new(
        "tokens",
        (WIDTH, HEIGHT),
        "Tokens of each turn",
        &description,
    );
    draw_count_grid(&mut svg, scale, 5, (LEFT, WIDTH - RIGHT));
    let pitch = ((WIDTH - LEFT - RIGHT) / columns.len() as f64).min(MAX_PITCH);
    let every = (columns.len() as f64 * MIN_LABEL_PITCH / (WIDTH - LEFT - RIGHT))
        .ceil()
        .max(1.0);
    for (index, column) in columns.iter().enumerate() {
        let x = LEFT + index as f64 * pitch;
        draw_column(&mut svg, column, (x, pitch), scale);
        if index % every as usize == 0 {
            let at = (x + pitch / 2.0, bottom + 15.0);
            svg.text("axis", at, Anchor::Middle, &column.label);
        }
    }
    Some(svg.finish())
}

fn draw_column(svg: &mut Svg, column: &Column, (x, pitch): (f64, f64), scale: Scale) {
    let gap = (pitch * 0.2).min(8.0);
    let mut below = 0_u64;
    for (class, name, tokens) in column.parts() {
        if tokens == 0 {
            continue;
        }
        let above = below.saturating_add(tokens);
        let y = scale.at(above as f64);
        let area = Area {
            x: x + gap / 2.0,
            y,
            width: pitch - gap,
            height: scale.at(below as f64) - y,
        };
        let tip = format!("{}: {} tokens {name}", column.label, units::count(tokens));
        svg.rect(class, area, &tip);
        below = above;
    }
}

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 24.0;
/// A single turn should not fill the chart.
const MAX_PITCH: f64 = 64.0;
/// Labels closer than this would overlap.
const MIN_LABEL_PITCH: f64 = 44.0;
