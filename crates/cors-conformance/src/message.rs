//! What is written to standard error beside the result, or in its place.

use std::io::Write as _;

use cors_text::style::BAD;
use cors_text::terminal::sentence;

/// What was done beside the result.
pub(crate) fn note(text: &str) {
    // Where it cannot be printed nobody reads it.
    let _ = writeln!(anstream::stderr(), "{}", sentence(text));
}

/// Why there is no result. Lines are kept.
pub(crate) fn error(text: &str) {
    let lines: Vec<String> = text.split('\n').map(sentence).collect();
    // Where it cannot be printed nobody reads it.
    let _ = writeln!(
        anstream::stderr(),
        "{BAD}error:{BAD:#} {}",
        lines.join("\n")
    );
}
