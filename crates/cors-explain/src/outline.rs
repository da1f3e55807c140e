//! What comes of an act under a dialect, to tell dialects apart.

use cors_model::dialect::Dialect;
use cors_model::header::HeaderName;
use cors_model::network::RequestKind;
use cors_model::safelist::cors_unsafe_request_header_names;
use cors_model::trace::NoTrace;
use cors_text::escape::escape_cut;

use crate::advice::verdict;
use crate::derive::Act;
use crate::replay::{Answer, Run, Sent, replay};

/// A header line as it was sent.
type Line = (Vec<u8>, Vec<u8>);

/// What comes of an act, as far as two dialects can be told apart by it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    said: String,
    sent: Vec<(RequestKind, String, Vec<Line>)>,
}

impl Outline {
    /// What a user agent with a dialect makes of it.
    pub(crate) fn of(act: &Act, dialect: Dialect, answers: &[Answer]) -> Self {
        let act = Act {
            dialect,
            ..act.clone()
        };
        let run = replay(&act, act.credentials, answers, &mut NoTrace);
        let line = |sent: &Sent| {
            let line = format!("{} {}", escape_cut(&sent.method), sent.url);
            (sent.kind, line, sent.headers.clone())
        };
        let sent = run.sent.iter().map(line).collect();
        // The engine's own name is no difference.
        let act = Act {
            dialect: Dialect::STANDARD,
            ..act
        };
        let said = verdict(&act, &run, answers);
        Self { said, sent }
    }

    /// This outcome as a sentence, next to another.
    pub(crate) fn told(&self, other: &Self) -> String {
        if self.said != other.said {
            return self.said.clone();
        }
        let lines: Vec<String> = self
            .sent
            .iter()
            .map(|(kind, line, _)| match kind {
                RequestKind::Preflight => format!("a preflight {line}"),
                RequestKind::Actual => line.clone(),
            })
            .collect();
        format!(
            "The same comes of it, by other requests: {}.",
            lines.join(", then ")
        )
    }
}

/// The header names that call for a preflight.
pub(crate) fn asked_about(act: &Act, run: &Run) -> Vec<HeaderName> {
    if act.dialect.name.is_empty() {
        return cors_unsafe_request_header_names(&act.header_list, &mut NoTrace);
    }
    let first = run.sent.first().into_iter();
    let mut names: Vec<HeaderName> = first
        .flat_map(|sent| &sent.headers)
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"access-control-request-headers"))
        .flat_map(|(_, value)| value.split(|&byte| byte == b','))
        .filter_map(|name| HeaderName::try_from(name).ok())
        .collect();
    names.dedup();
    names
}
