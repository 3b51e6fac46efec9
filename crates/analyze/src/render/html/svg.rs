//! Writes SVG: a few shapes, with all text escaped and numbers short.
//!
//! Shapes have class names instead of colours: the page's style sheet colours them for both themes
//! and for print.

use std::fmt::Write as _;

use super::escape::Escaped;

/// An SVG under construction.
#[derive(Debug)]
pub(super) struct Svg {
    text: String,
}

/// Which point of a text is at its coordinates.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The position and size of a rectangle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Svg {
    /// Starts a drawing; `title` and `description` are for screen readers.
    ///
    /// `id` must be unique on the page and needs no escaping.
    pub(super) fn new(id: &str, size: (f64, f64), title: &str, description: &str) -> Self {
        let (width, height) = (Short(size.0), Short(size.1));
        let mut svg = Self {
            text: String::new(),
        };
        svg.put(format_args!(
            "<svg role=\"img\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>\n",
            Escaped(title),
            Escaped(description),
        ));
        svg
    }

    /// A rectangle with a tooltip.
    pub(super) fn rect(&mut self, class: &str, area: Area, tip: &str) {
        self.put(format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            Short(area.x),
            Short(area.y),
            Short(area.width),
            Short(area.height),
        ));
        self.close("rect", tip);
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.put(format_args!(
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n",
            Short(from.0),
            Short(from.1),
            Short(to.0),
            Short(to.1),
        ));
    }

    /// A line through all points; nothing if there are fewer than two.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        if points.len() < 2 {
            return;
        }
        self.put(format_args!("<polyline class=\"{class}\" points=\""));
        for (x, y) in points {
            self.put(format_args!("{},{} ", Short(*x), Short(*y)));
        }
        self.put(format_args!("\"/>\n"));
    }

    /// A dot with a tooltip.
    pub(super) fn dot(&mut self, class: &str, at: (f64, f64), tip: &str) {
        self.put(format_args!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"3\"",
            Short(at.0),
            Short(at.1),
        ));
        self.close("circle", tip);
    }

    /// A line of text.
    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.put(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>\n",
            Short(at.0),
            Short(at.1),
            Escaped(text),
        ));
    }

    /// Starts a link to the element `id`. It is not in the tab order: its heading is.
    pub(super) fn open_link(&mut self, id: &str) {
        self.put(format_args!(
            "<a href=\"#{}\" tabindex=\"-1\">",
            Escaped(id)
        ));
    }

    /// Ends the link that [`Svg::open_link`] started.
    pub(super) fn close_link(&mut self) {
        self.put(format_args!("</a>"));
    }

    /// The whole drawing.
    pub(super) fn finish(mut self) -> String {
        self.put(format_args!("</svg>\n"));
        self.text
    }

    fn close(&mut self, element: &str, tip: &str) {
        self.put(format_args!(
            "><title>{}</title></{element}>\n",
            Escaped(tip)
        ));
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        self.text
            .write_fmt(text)
            .expect("writing to a String cannot fail");
    }
}

/// A coordinate with at most one decimal; NaN and infinities are 0.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = (self.0 * 10.0).round();
        if !tenths.is_finite() {
            return f.write_str("0");
        }
        if tenths % 10.0 == 0.0 {
            write!(f, "{:.0}", tenths / 10.0)
        } else {
            write!(f, "{:.1}", tenths / 10.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_recording_stays_text() {
        let evil = "</text><script>alert(1)</script>";
        let mut svg = Svg::new("x", (1.0, 1.0), evil, evil);
        let area = Area {
            x: 0.0,
            y: 0.0,
            width: 1.0,
            height: 1.0,
        };
        svg.rect("a", area, evil);
        svg.dot("a", (0.0, 0.0), evil);
        svg.text("a", (0.0, 0.0), Anchor::Start, evil);
        let text = svg.finish();
        assert!(!text.contains("<script"), "{text}");
        assert_eq!(text.matches("&lt;script&gt;").count(), 5);
    }

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        let shown: Vec<String> = [1.0, 1.25, -0.04, f64::NAN, f64::INFINITY]
            .into_iter()
            .map(|x| Short(x).to_string())
            .collect();
        assert_eq!(shown, ["1", "1.3", "-0", "0", "0"]);
    }
}
