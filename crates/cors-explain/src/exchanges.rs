//! The exchanges as they are shown, with the bytes that decided.

use std::collections::BTreeSet;

use cors_model::error::{Part, Refusal, Wanted};
use cors_model::header::Header;
use cors_model::network::RequestKind;
use cors_text::escape::{escape, escape_cut};
use cors_text::redact::{REDACTED, Redactor};

use crate::derive::Act;
use crate::replay::{Answer, Run, Sent};
use crate::view::{AnswerView, Exchange, Line};
use cors_text::difference::differing;

/// Whether a request header has nothing to do with the decision.
pub(crate) fn is_incidental(name: &[u8]) -> bool {
    [
        &b"accept"[..],
        b"accept-language",
        b"accept-encoding",
        b"content-length",
        b"referer",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(name))
}

/// Response headers that matter besides those of CORS itself.
const CONCERNED: [&str; 5] = ["allow", "location", "origin", "vary", "www-authenticate"];

fn is_concerned(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(b"access-control-") || CONCERNED.iter().any(|known| known.as_bytes() == name)
}

/// The exchanges as they are shown, with what decided in them.
pub(crate) fn exchanges(
    act: &Act,
    run: &Run,
    answers: &[Answer],
    refusal: Option<&Refusal>,
    redactor: &Redactor,
) -> Vec<Exchange> {
    let unknown: BTreeSet<&[u8]> = act.unknown_values.iter().map(String::as_bytes).collect();
    let is_unknown =
        |name: &[u8]| !unknown.is_empty() && unknown.contains(name.to_ascii_lowercase().as_slice());
    let decisive = refusal.and_then(|refusal| Some((run.judged(refusal.stage)?, refusal)));
    let shown = |name: &[u8], value: &[u8]| {
        if redactor.hides(name) {
            REDACTED.to_owned()
        } else {
            redactor.text(&escape(value))
        }
    };
    let exchange = |sent: &Sent| {
        let preflight = sent.kind == RequestKind::Preflight;
        let line = |(name, value): &(Vec<u8>, Vec<u8>)| Line {
            name: escape_cut(name),
            value: if !preflight && is_unknown(name) {
                "(value not known)".to_owned()
            } else {
                shown(name, value)
            },
            concerned: !is_incidental(name),
            decided: None,
        };
        let index = sent.answer;
        let answer = index.and_then(|index| answers.get(index)).map(|answer| {
            let refusal = decisive.filter(|(judged, _)| Some(*judged) == index);
            answer_view(answer, refusal.map(|(_, refusal)| refusal), &shown)
        });
        Exchange {
            preflight,
            method: escape_cut(&sent.method),
            url: redactor.text(&escape(sent.url.as_bytes())),
            request: sent.headers.iter().map(line).collect(),
            answer,
        }
    };
    run.sent.iter().map(exchange).collect()
}

fn answer_view(
    answer: &Answer,
    refusal: Option<&Refusal>,
    shown: &impl Fn(&[u8], &[u8]) -> String,
) -> AnswerView {
    let compared = refusal.and_then(|refusal| refusal.compared.as_ref());
    let what = match compared.map(|compared| &compared.what) {
        Some(Part::Header(name)) => Some(name),
        Some(Part::Status) | None => None,
    };
    let headers = &answer.response.header_list;
    let values = what.map_or(0, |name| headers.values(name.as_bytes()).count());
    let exact = compared.and_then(|compared| match &compared.wanted {
        Wanted::OneOf(values) => values.first().map(|value| escape(value)),
        Wanted::ListWith(_) | Wanted::Described(_) | Wanted::Between(..) => None,
    });
    let line = |header: &Header| {
        let value = shown(header.name.as_bytes(), header.value.as_bytes());
        let decided = (what == Some(&header.name)).then(|| {
            let range = match &exact {
                Some(exact) if values == 1 => differing(&value, exact),
                _ => 0..value.len(),
            };
            (range.start, range.end)
        });
        Line {
            name: escape_cut(header.name.as_bytes()),
            value,
            concerned: decided.is_some() || is_concerned(header.name.as_bytes()),
            decided,
        }
    };
    AnswerView {
        place: answer
            .place
            .clone()
            .map(|place| escape_cut(place.as_bytes())),
        status: answer.response.status,
        status_decided: compared.is_some_and(|compared| compared.what == Part::Status),
        headers: headers.iter().map(line).collect(),
        missing: what
            .filter(|_| values == 0)
            .map(|name| escape(name.as_bytes())),
        expected: compared.map(|compared| {
            let wanted = compared.wanted.to_string();
            if values > 1 && exact.is_some() {
                format!("one line, {wanted}")
            } else {
                wanted
            }
        }),
    }
}
