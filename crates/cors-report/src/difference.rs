//! Where in an answer the offending bytes are.
//!
//! Works on events, in which values are already printable ASCII: a byte of text is a column.

use std::ops::Range;

use cors_harness::event::{CaseEvent, CheckOutcome, Got, ResponseEvent, StepEvent};
use cors_text::difference::differing;
use cors_vectors::server::Verdict;

/// A place in an answer to point at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// These columns of the value of the header line with this index.
    Value(usize, Range<usize>),
    /// A header that is not there.
    Missing(String),
    /// The status.
    Status,
}

/// The places in the last answer of a step that explain why the case failed there.
pub fn marks(
    case: &CaseEvent,
    index: usize,
    step: &StepEvent,
    answer: &ResponseEvent,
) -> Vec<Mark> {
    let mut marks = Vec::new();
    match (step.wanted, step.got, &step.refusal) {
        (Some(Verdict::Shared), Some(Got::Refused), Some(refusal)) => {
            let what = refusal.compared.as_deref().unwrap_or_default();
            let wanted = refusal.wanted.as_deref();
            if what.eq_ignore_ascii_case("status") {
                marks.push(Mark::Status);
            } else if is_field(what) {
                let lines = lines(answer, what);
                if lines.is_empty() {
                    marks.push(Mark::Missing(what.to_owned()));
                }
                // Several lines are one value to the algorithm; then none alone differs.
                let alone = lines.len() == 1;
                marks.extend(lines.into_iter().map(|(line, value)| {
                    let range = match wanted {
                        Some(wanted) if alone => differing(value, wanted),
                        _ => 0..value.len(),
                    };
                    Mark::Value(line, range)
                }));
            }
        }
        // What let the page in.
        (Some(Verdict::Refused), Some(Got::Shared), _) => {
            for name in [
                "Access-Control-Allow-Origin",
                "Access-Control-Allow-Credentials",
            ] {
                let lines = lines(answer, name);
                marks.extend(
                    lines
                        .into_iter()
                        .map(|(line, value)| Mark::Value(line, 0..value.len())),
                );
            }
        }
        _ => {}
    }
    let failed = |check: &&cors_harness::event::CheckEvent| {
        check.step == index && check.outcome == CheckOutcome::Fail
    };
    for check in case.checks.iter().filter(failed) {
        for name in FIELDS.iter().filter(|name| mentions(&check.said, name)) {
            let lines = lines(answer, name);
            if lines.is_empty() {
                marks.push(Mark::Missing((*name).to_owned()));
            }
            marks.extend(
                lines
                    .into_iter()
                    .map(|(line, value)| Mark::Value(line, 0..value.len())),
            );
        }
    }
    let mut seen: Vec<Mark> = Vec::new();
    for mark in marks {
        let twice = seen.iter().any(|earlier| match (earlier, &mark) {
            (Mark::Value(line, _), Mark::Value(other, _)) => line == other,
            (earlier, mark) => earlier == mark,
        });
        if !twice {
            seen.push(mark);
        }
    }
    seen
}

/// The response headers that cases make statements about.
const FIELDS: [&str; 8] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Expose-Headers",
    "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network",
    "Vary",
];

/// Whether a sentence names a header, as a word of its own.
fn mentions(said: &str, name: &str) -> bool {
    said.match_indices(name).any(|(at, _)| {
        let inside = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        };
        let bytes = said.as_bytes();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !inside(before) && !inside(bytes.get(at + name.len()))
    })
}

/// Whether what was compared is a response header rather than something of the algorithm's own.
fn is_field(what: &str) -> bool {
    FIELDS.iter().any(|name| name.eq_ignore_ascii_case(what))
        || what.eq_ignore_ascii_case("location")
}

fn lines<'a>(answer: &'a ResponseEvent, name: &str) -> Vec<(usize, &'a str)> {
    answer
        .headers
        .iter()
        .enumerate()
        .filter(|(_, (found, _))| found.eq_ignore_ascii_case(name))
        .map(|(line, (_, value))| (line, value.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_named_only_as_a_word() {
        assert!(mentions("Vary lacks Origin", "Vary"));
        assert!(mentions("`Vary`: lacks Origin", "Vary"));
        assert!(!mentions("X-Vary lacks Origin", "Vary"));
        assert!(!mentions("Varying", "Vary"));
    }
}
