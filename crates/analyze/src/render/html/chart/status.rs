//! Status of responses over time: a row of points for each class.

use super::super::svg::{Anchor, Area, Svg};
use super::scale::{Scale, Steps, time_label};

/// One exchange.
#[derive(Debug, Clone)]
pub(in super::super) struct Point {
    /// When it ended, in microseconds from the start of the chart.
    pub(in super::super) at_us: u64,
    pub(in super::super) class: StatusClass,
    /// The tooltip.
    pub(in super::super) tip: String,
}

/// The class of an exchange's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum StatusClass {
    Switched,
    Success,
    Redirect,
    ClientError,
    ServerError,
    /// Cut off before the end, or without a response.
    Cut,
}

impl StatusClass {
    /// The class of a status; `None` stands for no complete response.
    pub(in super::super) fn of(status: Option<u16>) -> Self {
        match status {
            None => Self::Cut,
            Some(..200) => Self::Switched,
            Some(200..300) => Self::Success,
            Some(300..400) => Self::Redirect,
            Some(400..500) => Self::ClientError,
            Some(500..) => Self::ServerError,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Switched => "1xx, WebSocket",
            Self::Success => "2xx",
            Self::Redirect => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
            Self::Cut => "cut or failed",
        }
    }

    fn is_bad(self) -> bool {
        self >= Self::ClientError
    }
}

/// Draws the points; `None` if there are none. `id` must be unique on the page.
pub(in super::super) fn draw(id: &str, points: &[Point]) -> Option<String> {
    let end = points.iter().map(|point| point.at_us).max()?;
    let mut classes: Vec<StatusClass> = points.iter().map(|point| point.class).collect();
    classes.sort_unstable();
    classes.dedup();
    let height = TOP + classes.len() as f64 * ROW + BOTTOM;
    let scale = Scale::new(end as f64, LEFT, WIDTH - RIGHT);
    let counts: Vec<String> = classes
        .iter()
        .map(|class| {
            let count = points.iter().filter(|point| point.class == *class).count();
            format!("{} {}", count, class.name())
        })
        .collect();
    let mut svg = Svg::new(id, (WIDTH, height), "Status over time", &counts.join(", "));
    for tick in scale.ticks(Steps::Time, 8) {
        let x = scale.at(tick);
        svg.line("grid", (x, TOP), (x, height - BOTTOM));
        let label = time_label(tick as u64);
        svg.text("axis", (x, height - BOTTOM + 15.0), Anchor::Middle, &label);
    }
    for (row, class) in classes.iter().enumerate() {
        let y = TOP + row as f64 * ROW;
        svg.text("label", (LEFT - 8.0, y + 14.0), Anchor::End, class.name());
        let shape = if class.is_bad() { "tick bad" } else { "tick" };
        let mut own: Vec<&Point> = points
            .iter()
            .filter(|point| point.class == *class)
            .collect();
        own.sort_by_key(|point| point.at_us);
        let mut last = f64::NEG_INFINITY;
        for point in own {
            let x = scale.at(point.at_us as f64) - 1.0;
            // A point that would hide the previous one is left out, which bounds their number.
            if x - last < 0.5 {
                continue;
            }
            last = x;
            let area = Area {
                x,
                y: y + 3.0,
                width: 2.5,
                height: ROW - 6.0,
            };
            svg.rect(shape, area, &point.tip);
        }
    }
    Some(svg.finish())
}

const WIDTH: f64 = 960.0;
const LEFT: f64 = 110.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 6.0;
const BOTTOM: f64 = 22.0;
const ROW: f64 = 22.0;
