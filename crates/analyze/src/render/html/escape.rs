//! Text on its way into HTML: the one gate for everything that a recording holds.

use std::fmt::{self, Write as _};

/// Prints text so that HTML and SVG, in content and in quoted attributes, show it as it is.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(c)?,
                // Not allowed in HTML; and marks that turn the direction of text can make
                // it look like what it is not.
                c if c.is_control() || is_direction_mark(c) => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_opens_a_tag_an_entity_or_an_attribute_comes_through() {
        let shown = Escaped("<a b=\"c\" d='e'>&amp;\u{0}\u{202e}é\n").to_string();
        assert_eq!(
            shown,
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;\u{fffd}\u{fffd}é\n"
        );
    }
}
