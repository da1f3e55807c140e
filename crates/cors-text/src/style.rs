//! The few styles that are used. A sink that is no terminal strips them.

use anstyle::{AnsiColor, Style};

/// What a reader looks for first.
pub const STRONG: Style = Style::new().bold();
/// What a reader can do without.
pub const FAINT: Style = Style::new().dimmed();
/// What is as it should be.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What is not.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What is neither.
pub const DOUBT: Style = AnsiColor::Yellow.on_default();
