//! Unified diffs of two texts.

use std::borrow::Cow;

use similar::TextDiff;

/// The changed lines with some context; `None` if the texts are equal.
///
/// Lines start with `+`, `-` or a space, hunks with `@@`. Only the first [`MAX_LINES`] lines are
/// compared; if there are more, the last line says so.
pub(crate) fn unified(old: &str, new: &str) -> Option<String> {
    if old == new {
        return None;
    }
    let (old, new) = (in_lines(old), in_lines(new));
    let (old_start, new_start) = (beginning(&old), beginning(&new));
    let cut = old_start.len() < old.len() || new_start.len() < new.len();
    let mut text = TextDiff::from_lines(old_start, new_start)
        .unified_diff()
        .context_radius(CONTEXT_LINES)
        .missing_newline_hint(false)
        .to_string();
    if cut {
        text.push_str("@@ the rest was not compared @@\n");
    }
    Some(text)
}

/// JSON with a newline after each `\n` in a string. Without it a tool's description is one long line,
/// and its diff shows nothing.
fn in_lines(text: &str) -> Cow<'_, str> {
    if text.starts_with('{') && text.contains("\\n") {
        Cow::Owned(text.replace("\\n", "\\n\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The first [`MAX_LINES`] lines.
fn beginning(text: &str) -> &str {
    let end = text
        .match_indices('\n')
        .nth(MAX_LINES - 1)
        .map_or(text.len(), |(at, _)| at + 1);
    &text[..end]
}

/// As in `diff -u`.
const CONTEXT_LINES: usize = 3;
/// Comparing takes time proportional to lines times changes; codex's instructions have 300 lines.
const MAX_LINES: usize = 4000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_stands_among_its_neighbours() {
        let text = unified("a\nb\nc\n", "a\nB\nc\n").unwrap();
        assert_eq!(text, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        assert_eq!(unified("a", "a"), None);
    }

    #[test]
    fn a_line_inside_of_a_json_string_is_compared_as_one() {
        let text = unified(r#"{"d": "a\nb\nc"}"#, r#"{"d": "a\nB\nc"}"#).unwrap();
        assert_eq!(
            text,
            "@@ -1,3 +1,3 @@\n {\"d\": \"a\\n\n-b\\n\n+B\\n\n c\"}\n"
        );
    }

    #[test]
    fn very_long_texts_are_compared_by_their_beginnings() {
        let old = "x\n".repeat(5000);
        let text = unified(&old, &format!("{old}y\n")).unwrap();
        assert_eq!(text, "@@ the rest was not compared @@\n");
        for (one, other) in [(old.as_str(), ""), ("", old.as_str())] {
            let text = unified(one, other).unwrap();
            assert!(text.ends_with("\n@@ the rest was not compared @@\n"));
        }
    }
}
