//! How steadily responses stream: a histogram of the times between output events.

use crate::report::GapClass;
use crate::text::units;

use super::super::svg::{Anchor, Area, Svg};
use super::scale::{Scale, draw_count_grid};

/// Draws a column for each class; `None` if there are no gaps.
pub(in super::super) fn draw(classes: &[GapClass]) -> Option<String> {
    let counts = || classes.iter().map(|class| class.count);
    let most = counts().max().filter(|most| *most > 0)?;
    let all = counts().fold(0, u64::saturating_add);
    let bottom = HEIGHT - BOTTOM;
    let scale = Scale::new(most as f64, bottom, TOP);
    let stalls = classes.iter().filter(|class| class.from_us >= STALL_US);
    let stalls = stalls.map(|class| class.count).fold(0, u64::saturating_add);
    let description = format!(
        "{} in {} classes by length; {} last {} or longer.",
        units::plural(all, "gap"),
        classes.len(),
        units::count(stalls),
        units::duration(STALL_US),
    );
    let title = "Time between output events";
    let mut svg = Svg::new("gaps", (WIDTH, HEIGHT), title, &description);
    draw_count_grid(&mut svg, scale, 4, (LEFT, WIDTH - RIGHT));
    let pitch = (WIDTH - LEFT - RIGHT) / classes.len() as f64;
    for (index, class) in classes.iter().enumerate() {
        let x = LEFT + index as f64 * pitch;
        let y = scale.at(class.count as f64);
        let area = Area {
            x: x + 1.0,
            y,
            width: pitch - 2.0,
            height: bottom - y,
        };
        let color = if class.from_us < STALL_US {
            "receive"
        } else {
            "receive bad"
        };
        svg.rect(
            color,
            area,
            &format!("{}: {}", range(class), units::count(class.count)),
        );
        if let Some(end) = class.below_us {
            let at = (x + pitch, bottom + 15.0);
            svg.text("axis", at, Anchor::Middle, &units::duration(end));
        }
    }
    Some(svg.finish())
}

/// The lengths in a class, in words.
fn range(class: &GapClass) -> String {
    let from = units::duration(class.from_us);
    match class.below_us {
        Some(below) => format!("{from} to {}", units::duration(below)),
        None => format!("{from} or more"),
    }
}

/// From here on a reader notices that the output stalls.
const STALL_US: u64 = 2_000_000;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 24.0;
