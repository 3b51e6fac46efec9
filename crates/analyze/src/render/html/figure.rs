//! A chart on the page: caption, legend, and a frame that scrolls.

use super::escape::Escaped;

/// A chart with its caption, legend and note.
pub(super) struct Figure<'a> {
    caption: &'a str,
    svg: String,
    legend: &'a [Swatch<'a>],
    note: &'a str,
}

/// A colour and its meaning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Swatch<'a> {
    class: &'static str,
    meaning: &'a str,
}

impl<'a> Swatch<'a> {
    pub(super) fn new(class: &'static str, meaning: &'a str) -> Self {
        Self { class, meaning }
    }
}

impl<'a> Figure<'a> {
    pub(super) fn new(caption: &'a str, svg: String) -> Self {
        Self {
            caption,
            svg,
            legend: &[],
            note: "",
        }
    }

    pub(super) fn legend(self, legend: &'a [Swatch<'a>]) -> Self {
        Self { legend, ..self }
    }

    /// A note under the chart; empty for none.
    pub(super) fn note(self, note: &'a str) -> Self {
        Self { note, ..self }
    }

    pub(super) fn html(self) -> String {
        let caption = Escaped(self.caption);
        let mut html = format!("<figure>\n<figcaption>{caption}</figcaption>\n");
        if !self.legend.is_empty() {
            html.push_str("<ul class=\"legend\">");
            for Swatch { class, meaning } in self.legend {
                let meaning = Escaped(meaning);
                html.push_str(&format!("<li><i class=\"{class}\"></i>{meaning}</li>"));
            }
            html.push_str("</ul>\n");
        }
        html.push_str(&format!(
            "<div class=\"picture\" role=\"region\" tabindex=\"0\" aria-label=\"Chart: {caption}\">\n{}</div>\n",
            self.svg
        ));
        if !self.note.is_empty() {
            html.push_str(&format!("<p class=\"note\">{}</p>\n", Escaped(self.note)));
        }
        html.push_str("</figure>\n");
        html
    }
}
