//! Tables: heads with a scope, aligned columns, and a frame that scrolls.

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

use super::escape::Escaped;

/// Writes the markup of a table, event by event.
#[derive(Debug, Default)]
pub(super) struct HtmlTable {
    columns: Vec<Alignment>,
    in_head: bool,
    column: usize,
}

impl HtmlTable {
    /// The markup for an event of a table; `None` for any other event.
    ///
    /// `title` names the table for screen readers.
    pub(super) fn take(&mut self, event: &Event<'_>, title: &str) -> Option<String> {
        Some(match event {
            Event::Start(Tag::Table(columns)) => {
                self.columns.clone_from(columns);
                // In a narrow window the table scrolls by itself; the tab index lets the keyboard do it.
                format!(
                    "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table: {}\"><table>\n",
                    Escaped(title)
                )
            }
            Event::End(TagEnd::Table) => "</tbody></table></div>\n".to_owned(),
            Event::Start(Tag::TableHead) => {
                self.in_head = true;
                self.column = 0;
                "<thead><tr>".to_owned()
            }
            Event::End(TagEnd::TableHead) => {
                self.in_head = false;
                "</tr></thead><tbody>\n".to_owned()
            }
            Event::Start(Tag::TableRow) => {
                self.column = 0;
                "<tr>".to_owned()
            }
            Event::End(TagEnd::TableRow) => "</tr>\n".to_owned(),
            Event::Start(Tag::TableCell) => {
                let cell = self.cell();
                let class = self.class();
                format!("<{cell}{class}>")
            }
            Event::End(TagEnd::TableCell) => {
                let is_head = self.in_head || self.column == 0;
                self.column += 1;
                if is_head { "</th>" } else { "</td>" }.to_owned()
            }
            _ => return None,
        })
    }

    /// The element of a cell: the first cell of a row is its head.
    fn cell(&self) -> &'static str {
        match (self.in_head, self.column) {
            (true, _) => "th scope=\"col\"",
            (false, 0) => "th scope=\"row\"",
            (false, _) => "td",
        }
    }

    fn class(&self) -> &'static str {
        match self.columns.get(self.column) {
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        }
    }
}
