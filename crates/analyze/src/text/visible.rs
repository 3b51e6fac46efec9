//! Makes hidden characters visible: controls, invisible characters, marks of direction.
//!
//! People, terminals and models read reports. No escape sequence may reach a terminal, and a report
//! must not tell a model what a person does not see in it.

use std::fmt::{self, Write};

/// Whether a character has an effect instead of a glyph.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Khmer vowels.
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            // Mongolian variation selectors; spaces without width, marks and overrides of
            // direction, separators of lines; invisible operators, isolates.
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{ffa0}'
            // Variation selectors, byte order mark, annotations.
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            // Shorthand and musical format controls; tags, and the supplement of selectors.
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Calls `put` with how each character of `text` is shown.
///
/// C0 controls and DEL have pictures (`␛`); other hidden characters appear as code points: `⟨U+202E⟩`.
/// A variation selector that chooses between emoji and text style (`❤️`) is kept.
pub(crate) fn each<E>(text: &str, mut put: impl FnMut(Shown) -> Result<(), E>) -> Result<(), E> {
    let mut before = '\u{fe0f}';
    for character in text.chars() {
        let is_style = matches!(character, '\u{fe0e}' | '\u{fe0f}') && !is_hidden(before);
        put(match character {
            '\u{0}'..='\u{1f}' => Shown::Control(character),
            '\u{7f}' => Shown::Picture('\u{2421}'),
            hidden if is_hidden(hidden) && !is_style => Shown::Number(hidden),
            seen => Shown::Same(seen),
        })?;
        before = character;
    }
    Ok(())
}

/// How one character is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown {
    Same(char),
    /// A C0 control; some formats keep tabs and newlines.
    Control(char),
    Picture(char),
    Number(char),
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same(character) | Self::Picture(character) => f.write_char(*character),
            Self::Control(control) => {
                let picture = char::from_u32(0x2400 + u32::from(*control));
                f.write_char(picture.unwrap_or('\u{fffd}'))
            }
            Self::Number(character) => write!(f, "⟨U+{:04X}⟩", u32::from(*character)),
        }
    }
}

/// `text` with hidden characters made visible; newlines and tabs too, unless `keep_lines`.
pub(crate) fn visible(text: &str, keep_lines: bool) -> String {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') || (keep_lines && byte == b'\n');
    if text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let shown = each(text, |shown| match shown {
        Shown::Control(control @ ('\n' | '\t')) if keep_lines => out.write_char(control),
        Shown::Same(character) => out.write_char(character),
        other => write!(out, "{other}"),
    });
    shown.expect("writing to a String cannot fail");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_acts_is_shown_by_its_number() {
        for (text, shown) in [
            ("plain é 漢", "plain é 漢"),
            ("\u{1b}[31m\n", "␛[31m␊"),
            ("\u{7f}\u{85}", "␡⟨U+0085⟩"),
            ("user\u{202e}txt.exe", "user⟨U+202E⟩txt.exe"),
            (
                "a\u{200b}b\u{2066}c\u{feff}d\u{ad}e",
                "a⟨U+200B⟩b⟨U+2066⟩c⟨U+FEFF⟩d⟨U+00AD⟩e",
            ),
            ("\u{e0041}\u{e0100}", "⟨U+E0041⟩⟨U+E0100⟩"),
            // One selector chooses a style; more of them hide a text.
            ("❤\u{fe0f}", "❤\u{fe0f}"),
            ("❤\u{fe0f}\u{fe01}\u{fe0f}", "❤\u{fe0f}⟨U+FE01⟩⟨U+FE0F⟩"),
            ("👩\u{200d}💻", "👩⟨U+200D⟩💻"),
        ] {
            assert_eq!(visible(text, false), shown);
        }
        assert_eq!(visible("a\tb\n\r", true), "a\tb\n␍");
    }
}
