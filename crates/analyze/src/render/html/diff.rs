//! A unified diff with marked lines.

use super::escape::Escaped;

/// `diff` as HTML: added lines are `ins`, removed ones `del`.
pub(super) fn html(diff: &str) -> String {
    let mut html = String::from("<pre class=\"diff\">");
    for line in diff.lines() {
        let shown = Escaped(line);
        match line.as_bytes().first() {
            Some(b'+') => html.push_str(&format!("<ins>{shown}</ins>")),
            Some(b'-') => html.push_str(&format!("<del>{shown}</del>")),
            _ => html.push_str(&format!("<span>{shown}</span>")),
        }
    }
    html.push_str("</pre>\n");
    html
}
