//! Why cases did not pass: each reason once.

use std::slice::Iter;

use cors_harness::event::CaseEvent;
use cors_text::terminal as escape;

/// Why a case did not pass.
pub(crate) fn reason(case: &CaseEvent) -> &str {
    case.reason.as_deref().unwrap_or("no reason was given")
}

/// A reason that cases gave.
#[derive(Debug)]
pub(crate) struct Reason {
    /// In how many cases.
    pub(crate) count: usize,
    /// The reason.
    pub(crate) text: String,
    /// The first case.
    pub(crate) first: String,
}

/// Reasons in the order in which they came up.
#[derive(Debug, Default)]
pub(crate) struct Reasons(Vec<Reason>);

impl Reasons {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a case.
    pub(crate) fn add(&mut self, text: &str, id: &str) {
        match self.0.iter_mut().find(|known| known.text == text) {
            Some(known) => known.count += 1,
            None => self.0.push(Reason {
                count: 1,
                text: text.to_owned(),
                first: id.to_owned(),
            }),
        }
    }

    pub(crate) fn iter(&self) -> Iter<'_, Reason> {
        self.0.iter()
    }
}

/// A reason and the first case that gave it.
pub(crate) fn shown(reason: &Reason) -> String {
    let more = if reason.count > 1 { ", …" } else { "" };
    let (text, first) = (
        escape::sentence(&reason.text),
        escape::sentence(&reason.first),
    );
    format!("{text} ({first}{more})")
}
