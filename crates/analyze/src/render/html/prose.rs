//! The report's Markdown as safe and accessible HTML.
//!
//! Our own renderer writes the Markdown, but what it quotes comes from a recording. So raw HTML
//! becomes text, images become their text, and links lead only to places on the page.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::escape::Escaped;
use super::table::HtmlTable;

/// A heading of the report, as the table of contents lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) id: String,
    pub(super) text: String,
}

/// The HTML of `markdown`, and its second-level headings.
///
/// The ids of headings start with `prefix`, so that several texts can share a page.
pub(super) fn to_html(markdown: &str, prefix: &str) -> (String, Vec<Heading>) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut page = ProsePage {
        prefix,
        ..ProsePage::default()
    };
    let events = Parser::new_ext(markdown, options).collect::<Vec<_>>();
    let mut safe = Vec::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        page.take(event, &events[at + 1..], &mut safe);
    }
    let mut html = String::with_capacity(markdown.len() * 2);
    pulldown_cmark::html::push_html(&mut html, safe.into_iter());
    (html, page.headings)
}

/// The state between events.
#[derive(Default)]
struct ProsePage<'p> {
    prefix: &'p str,
    headings: Vec<Heading>,
    count: usize,
    /// The text of the last heading, which names the tables under it.
    title: String,
    table: HtmlTable,
    /// The text of the diff block that is open.
    diff: Option<String>,
}

impl ProsePage<'_> {
    /// Passes on one event, made safe. `rest` are the events after it.
    fn take<'e>(&mut self, event: &Event<'e>, rest: &[Event<'e>], out: &mut Vec<Event<'e>>) {
        match event {
            Event::Html(raw) | Event::InlineHtml(raw) => out.push(Event::Text(raw.clone())),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            // The text of an image stays.
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Start(Tag::Link { dest_url, .. }) => {
                let target = dest_url.strip_prefix('#').unwrap_or_default();
                out.push(own(format!("<a href=\"#{}\">", Escaped(target))));
            }
            Event::Start(Tag::Heading { level, .. }) => out.push(self.heading(*level, rest)),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
                if **language == *"diff" =>
            {
                self.diff = Some(String::new());
            }
            Event::End(TagEnd::CodeBlock) if self.diff.is_some() => {
                let diff = self.diff.take().unwrap_or_default();
                out.push(own(super::diff::html(&diff)));
            }
            Event::Text(text) if self.diff.is_some() => {
                self.diff.iter_mut().for_each(|diff| diff.push_str(text))
            }
            _ => match self.table.take(event, &self.title) {
                Some(markup) => out.push(own(markup)),
                None => out.push(event.clone()),
            },
        }
    }

    fn heading<'e>(&mut self, level: HeadingLevel, rest: &[Event<'e>]) -> Event<'e> {
        let text: String = rest
            .iter()
            .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(&**text),
                _ => None,
            })
            .collect();
        self.count += 1;
        let id = format!("{}-{}", self.prefix, self.count);
        let opened = own(format!("<{level} id=\"{id}\">"));
        self.title.clone_from(&text);
        if level == HeadingLevel::H2 {
            self.headings.push(Heading { id, text });
        }
        opened
    }
}

/// Our own markup, which is passed through unchanged.
fn own<'e>(markup: String) -> Event<'e> {
    Event::InlineHtml(CowStr::from(markup))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        to_html(markdown, "p").0
    }

    #[test]
    fn raw_html_is_text_wherever_it_stands() {
        for markdown in [
            "<script>alert(1)</script>",
            "a <script>alert(1)</script> b",
            "# <script>alert(1)</script>",
            "| <script>alert(1)</script> |\n|---|\n| <script>alert(1)</script> |",
            "<div>\n<script>alert(1)</script>\n</div>",
            "`<script>alert(1)</script>`",
            "```<script>\n<script>alert(1)</script>\n```",
            "[x](<#\"><script>alert(1)</script>>)",
            "![<script>alert(1)</script>](x)",
            "- <script>alert(1)</script>\n\n> <script>alert(1)</script>",
        ] {
            let html = html(markdown);
            assert!(!html.contains("<script"), "{markdown} became {html}");
            assert!(html.contains("script"), "{markdown} was lost: {html}");
        }
    }

    #[test]
    fn no_link_and_no_image_leads_off_the_page() {
        for markdown in [
            "[a](https://example.com)",
            "[a](javascript:alert(1))",
            "<https://example.com>",
            "![a](https://example.com/pixel.png)",
            "[a]: https://example.com\n\n[a]",
        ] {
            let html = html(markdown);
            for sign in ["href=\"h", "href=\"j", "<img", "src="] {
                assert!(!html.contains(sign), "{markdown} became {html}");
            }
        }
        assert!(html("[a](#x)").contains("<a href=\"#x\">a</a>"));
    }

    #[test]
    fn headings_of_the_second_level_are_listed_with_their_ids() {
        let (html, headings) = to_html("# T\n\n## A `b` & c\n\n### D\n\n## E", "p");
        let listed: Vec<_> = headings
            .iter()
            .map(|h| (h.id.as_str(), h.text.as_str()))
            .collect();
        assert_eq!(listed, [("p-2", "A b & c"), ("p-4", "E")]);
        assert!(
            html.contains("<h2 id=\"p-2\">A <code>b</code> &amp; c</h2>"),
            "{html}"
        );
    }

    #[test]
    fn a_heading_does_not_break_out_of_the_name_of_its_table() {
        let html = html("## `\" onfocus=\"x`\n\n| a |\n|---|\n| x |");
        assert!(
            html.contains("aria-label=\"Table: &quot; onfocus=&quot;x\""),
            "{html}"
        );
    }

    #[test]
    fn tables_say_what_their_heads_are_for() {
        let html = html("## Sizes\n\n| a | b |\n|---|--:|\n| x | 1 |");
        assert_eq!(
            html.lines().skip(1).collect::<String>(),
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table: Sizes\"><table>\
             <thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"right\">b</th></tr></thead><tbody>\
             <tr><th scope=\"row\">x</th><td class=\"right\">1</td></tr>\
             </tbody></table></div>"
        );
    }
}
