//! The styles of what people read on a terminal; `anstream` strips them elsewhere.

use anstyle::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
/// All is well.
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
/// Worth knowing.
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
/// Trouble.
pub(crate) const RED: Style = AnsiColor::Red.on_default();
