//! A step that was carried out, as an event.

use cors_text::escape::escape;

use crate::done::{Done, Exchange};
use crate::event::{ExchangeEvent, StepEvent};
use crate::kit::Site;
use crate::model::refusal_event;
use crate::page::retrace;
use crate::plan::{Action, PlannedStep};
use crate::redact::{self, Redactor};
use crate::session::Session;

/// What a step brought as an event, with the steps of the standard that were taken when they are wanted.
pub(crate) fn event(
    done: &Done,
    step: &PlannedStep,
    site: &Site,
    session: &Session<'_>,
    redactor: &Redactor,
) -> StepEvent {
    let exchange = |exchange: &Exchange| {
        let (response, transport) = match &exchange.answer {
            Ok(response) => (Some(redact::response(redactor, response)), None),
            Err(transport) => (None, Some(redactor.text(&transport.to_string()))),
        };
        let request = redact::request(redactor, &exchange.request);
        ExchangeEvent {
            kind: exchange.kind,
            request,
            response,
            transport,
        }
    };
    let fetch = match &step.action {
        Action::Fetch(fetch) => Some(fetch),
        Action::Send(_) => None,
    };
    let trace = fetch
        .filter(|_| session.options.trace)
        .map(|fetch| retrace(fetch, site, session, &done.exchanges, redactor));
    StepEvent {
        wanted: step.verdict,
        got: done.decision.is_some().then(|| done.got()),
        origin: fetch.map(|fetch| redactor.text(&escape(&fetch.origin))),
        refusal: done
            .refusal
            .as_ref()
            .map(|refusal| refusal_event(refusal, redactor)),
        note: done.note.as_deref().map(|note| redactor.text(note)),
        trace: trace.unwrap_or_default(),
        exchanges: done.exchanges.iter().map(exchange).collect(),
    }
}
