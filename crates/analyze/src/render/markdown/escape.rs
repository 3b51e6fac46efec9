//! Makes other people's text harmless in Markdown and on a terminal.
//!
//! Everything from a recording passes through here and ends up in code spans and fenced blocks, where
//! neither Markdown nor HTML has a meaning. Control and hidden characters become visible
//! (`text::visible`), so no escape sequence reaches a terminal.

use crate::text::visible::visible;

/// `text` on one line, in a code span.
pub(crate) fn code(text: &str) -> String {
    let text = visible(text, false);
    if text.is_empty() {
        return "–".to_owned();
    }
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    // CommonMark strips one space from both sides (0.31, section 6.1).
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// `text` in a fenced block that it cannot close, with a final newline.
pub(crate) fn block(text: &str, language: &str) -> String {
    let text = visible(text, true);
    let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
    format!(
        "{fence}{language}\n{}\n{fence}\n",
        text.trim_end_matches('\n')
    )
}

/// Markdown in a table cell, which `|` would end.
pub(crate) fn cell(markdown: &str) -> String {
    // A backslash before the bar would undo the escape in some parsers and not in others.
    markdown.replace("\\|", "\\¦").replace('|', "\\|")
}

/// The length of the longest run of `wanted` in `text`.
fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_code_span() {
        assert_eq!(code("plain_text*"), "`plain_text*`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(code("a\u{1b}[31m\nb"), "`a␛[31m␊b`");
        assert_eq!(code("a\u{202e}b\u{200b}"), "`a⟨U+202E⟩b⟨U+200B⟩`");
        assert_eq!(code(""), "–");
    }

    #[test]
    fn nothing_breaks_out_of_a_fence_or_a_cell() {
        let block = block("a\n````\n<b>\n", "text");
        assert_eq!(block, "`````text\na\n````\n<b>\n`````\n");
        assert_eq!(cell("`a|b\\|c`"), "`a\\|b\\¦c`");
    }
}
