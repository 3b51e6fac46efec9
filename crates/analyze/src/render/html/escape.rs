//! Escapes text for HTML: everything from a recording passes through here.

use std::fmt::{self, Write as _};

use crate::text::visible;
use crate::text::visible::Shown;

/// Displays text escaped for content and quoted attributes of HTML and SVG.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        visible::each(self.0, |shown| match shown {
            Shown::Same('&') => f.write_str("&amp;"),
            Shown::Same('<') => f.write_str("&lt;"),
            Shown::Same('>') => f.write_str("&gt;"),
            Shown::Same('"') => f.write_str("&quot;"),
            Shown::Same('\'') => f.write_str("&#39;"),
            Shown::Control(control @ ('\n' | '\t')) => f.write_char(control),
            // HTML does not allow controls, and hidden characters disguise a text.
            shown => shown.fmt(f),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_opens_a_tag_an_entity_or_an_attribute_comes_through() {
        let shown = Escaped("<a b=\"c\" d='e'>&amp;\u{0}\u{202e}é\n").to_string();
        assert_eq!(
            shown,
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;␀⟨U+202E⟩é\n"
        );
    }
}
