//! The last line of a run.

use cors_harness::event::Counts;
use cors_text::style::{BAD, GOOD};

/// The last line of a run.
pub(crate) fn last_line(counts: &Counts) -> String {
    let (passed, failed) = (counts.pass, counts.fail + counts.error);
    let skipped = counts.skip + counts.blocked + counts.unjudged;
    let good = if passed > 0 && failed == 0 {
        GOOD
    } else {
        anstyle::Style::new()
    };
    let bad = if failed > 0 {
        BAD
    } else {
        anstyle::Style::new()
    };
    let info = match counts.info {
        0 => String::new(),
        info => format!(", {info} info"),
    };
    format!(
        "conformance: {good}{passed} passed{good:#}{info}, {bad}{failed} failed{bad:#}, {skipped} skipped"
    )
}
