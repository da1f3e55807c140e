//! From what was concluded to an explanation.

use std::collections::BTreeSet;

use cors_model::dialect::Engine;
use cors_model::error::{Refusal, Stage};
use cors_model::header::{HeaderList, HeaderValue};
use cors_model::network::RequestKind;
use cors_model::request::CredentialsMode;
use cors_model::response::{FilteredResponse, Response};
use cors_model::trace::NoTrace;
use cors_text::escape::{escape, escape_cut};
use cors_text::redact::{REDACTED, Redactor};

use crate::advice;
use crate::change::{Change, ChangedLine, changes};
use crate::conclude::Concluded;
use crate::derive::{Act, Stated};
use crate::exchanges::exchanges;
use crate::outline::{Outline, asked_about};
use crate::replay::{Answer, End, Run, replay, replay_traced};
use crate::steps;
use crate::view::{Explanation, Next, Page, Verdict};

/// Puts together what is said of what was concluded.
pub(crate) fn explanation(concluded: &Concluded, stated: &Stated) -> Explanation {
    let Concluded { act, answers, .. } = concluded;
    let redactor = redactor(act);
    if let Some(reason) = &concluded.blocked {
        return Explanation {
            verdict: Verdict::NotCors,
            said: redactor.text(reason),
            engine: None,
            page: page(act, &concluded.run, &redactor),
            exchanges: Vec::new(),
            steps: Vec::new(),
            console: Vec::new(),
            changes: Vec::new(),
            next: None,
            notes: concluded
                .notes
                .iter()
                .map(|note| redactor.text(note))
                .collect(),
        };
    }
    let (run, trace) = replay_traced(act, answers);
    let mut notes = concluded.notes.clone();
    let refusal = match &run.end {
        End::Refused(refusal) => Some(refusal.as_ref()),
        End::Shared(_) | End::Unanswered => None,
    };
    let name = |index: usize| answer_name(&run, answers, index);
    let found = changes(act, answers, name);
    notes.extend(advised(act, &run, answers, refusal, &found.changes));
    Explanation {
        verdict: concluded.verdict(),
        said: redactor.text(&advice::verdict(act, &run, answers)),
        engine: stated.engine.as_ref().map(|known| {
            let mut view = known.view(
                None,
                |dialect| Outline::of(act, dialect, answers),
                |usual| usual.told(&Outline::of(act, act.dialect, answers)),
            );
            view.standard = view.standard.map(|said| redactor.text(&said));
            view
        }),
        page: page(act, &run, &redactor),
        exchanges: exchanges(act, &run, answers, refusal, &redactor),
        steps: steps::view(&trace, refusal, &redactor),
        console: refusal.map_or_else(Vec::new, |refusal| {
            let mut written = advice::on_console(act, &run, answers, refusal);
            // An engine that does not refuse this writes nothing of it.
            let differing = differing(act, &run, answers);
            written.retain(|view| !differing.contains(&view.engine));
            written
        }),
        changes: found.changes,
        next: match (&run.end, found.answers.as_slice()) {
            (End::Shared(_), _) | (End::Refused(_), []) => None,
            (End::Unanswered, _) => next(act, answers),
            // What comes when the server has been changed.
            (End::Refused(_), changed) => next(act, changed),
        },
        notes: notes.iter().map(|note| redactor.text(note)).collect(),
    }
}

fn redactor(act: &Act) -> Redactor {
    let authorization = act.header_list.values(b"authorization");
    let secrets: Vec<_> = authorization
        .map(|value| (b"authorization".to_vec(), value.as_bytes().to_vec()))
        .collect();
    Redactor::new(&secrets, act.cookie.as_ref().map(HeaderValue::as_bytes))
}

/// How the answer with an index is called.
fn answer_name(run: &Run, answers: &[Answer], index: usize) -> String {
    let preflight = answers
        .get(index)
        .is_some_and(|answer| answer.kind == RequestKind::Preflight);
    let name = advice::answer_name(preflight);
    let to = run.sent.iter().find(|sent| sent.answer == Some(index));
    let several = run
        .sent
        .iter()
        .filter(|sent| sent.kind == RequestKind::Actual)
        .count()
        > 1;
    match to {
        Some(to) if several => {
            let word = if preflight { "for" } else { "from" };
            format!("{name} {word} {}", escape_cut(to.url.as_bytes()))
        }
        _ => name.to_owned(),
    }
}

fn page(act: &Act, run: &Run, redactor: &Redactor) -> Page {
    let mut because = Vec::new();
    if run
        .sent
        .iter()
        .any(|sent| sent.kind == RequestKind::Preflight)
    {
        if !act.method.is_cors_safelisted() {
            because.push(format!("the method {}", escape_cut(act.method.as_bytes())));
        }
        for name in asked_about(act, run) {
            let name = escape_cut(name.as_bytes());
            let is_known = name == "content-type" && !act.unknown_values.contains(&name);
            let value = is_known.then(|| act.header_list.get(&name)).flatten();
            because.push(match value {
                Some(value) => format!("the header {name} ({})", escape_cut(&value)),
                None => format!("the header {name}"),
            });
        }
        if act.forced_preflight {
            because.push("a listener for the progress of an upload, or a stream".to_owned());
        }
    }
    let unknown: BTreeSet<&String> = act.unknown_values.iter().collect();
    let header = |header: &cors_model::header::Header| {
        let name = escape_cut(header.name.as_bytes());
        let value = if unknown.contains(&name) {
            None
        } else if redactor.hides(header.name.as_bytes()) {
            Some(REDACTED.to_owned())
        } else {
            Some(escape_cut(header.value.as_bytes()))
        };
        (name, value)
    };
    Page {
        origin: act.origin.clone(),
        method: escape_cut(act.method.as_bytes()),
        url: redactor.text(&escape(act.url.to_string().as_bytes())),
        headers: act.header_list.iter().map(header).collect(),
        credentials: act.credentials.to_string(),
        preflight_because: because,
        assumed: act.assumed.iter().map(|said| redactor.text(said)).collect(),
    }
}

/// What comes next when no answer to it is given, and what its answer has to hold.
fn next(act: &Act, answers: &[Answer]) -> Option<Next> {
    let run = replay(act, act.credentials, answers, &mut NoTrace);
    let End::Unanswered = run.end else {
        return None;
    };
    let open = run.sent.last()?;
    let mut answers = answers.to_vec();
    answers.push(Answer {
        kind: open.kind,
        response: Response::new(200, HeaderList::new(), None),
        place: None,
    });
    let found = changes(act, &answers, |_| String::new());
    let lines: Vec<ChangedLine> = found
        .changes
        .into_iter()
        .take(1)
        .flat_map(|change| change.answers)
        .flat_map(|answer| answer.set)
        .collect();
    Some(Next {
        method: escape_cut(&open.method),
        url: escape_cut(open.url.as_bytes()),
        must_hold: lines,
    })
}

fn advised(
    act: &Act,
    run: &Run,
    answers: &[Answer],
    refusal: Option<&Refusal>,
    found: &[Change],
) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(refusal) = refusal {
        let judged = run
            .judged(refusal.stage)
            .and_then(|index| answers.get(index));
        if let Some(judged) = judged {
            notes.extend(advice::on_refusal(act, refusal, &judged.response));
        }
        if refusal.stage == Stage::Response || refusal.stage == Stage::Redirect {
            let error = judged.filter(|judged| judged.response.status >= 400);
            notes.extend(error.map(|judged| {
                format!(
                    "The status is {}: the page would get to see this error if CORS headers came \
                     with it, as they have to with every answer.",
                    judged.response.status
                )
            }));
        }
    }
    let mut seen = run.sent.iter().filter_map(|sent| answers.get(sent.answer?));
    if seen.any(|answer| answer.response.status == 421) {
        notes.push(advice::on_misdirected());
    }
    if let End::Shared(response @ FilteredResponse::Cors(_)) = &run.end {
        notes.push(advice::on_exposed(response));
    }
    notes.extend(engines_differ(act, run, answers));
    notes.extend(otherwise(act, run, answers));
    let sets_origin = found
        .iter()
        .flat_map(|change| &change.answers)
        .any(|answer| {
            let own = |line: &ChangedLine| {
                line.name
                    .eq_ignore_ascii_case("Access-Control-Allow-Origin")
                    && line.value != "*"
            };
            answer.set.iter().any(own)
        });
    let seen = run.sent.iter().filter_map(|sent| answers.get(sent.answer?));
    let vary = seen.filter_map(|answer| {
        let named = sets_origin && refusal.is_some();
        advice::on_vary(&answer.response.header_list, named)
    });
    notes.extend(vary.take(1));
    notes
}

/// Headers of a page beyond which no engine is asked.
const MOST_HEADERS: usize = 500;

/// The engines that decide otherwise than the standard, where the standard's decision is shown.
fn differing(act: &Act, run: &Run, answers: &[Answer]) -> Vec<String> {
    // An engine goes through all header names for each of them.
    if !act.dialect.name.is_empty() || act.header_list.iter().count() > MOST_HEADERS {
        return Vec::new();
    }
    let differs = |engine: &Engine| {
        let act = Act {
            dialect: engine.dialect(),
            ..act.clone()
        };
        let own = replay(&act, act.credentials, answers, &mut NoTrace);
        let first = |run: &Run| run.sent.first().map(|sent| sent.kind);
        // What an engine would not have sent is not that engine's.
        first(&own) == first(run) && own.is_good() != run.is_good()
    };
    let differing = Engine::ALL.into_iter().filter(differs);
    differing
        .map(|engine| engine.dialect().name.to_owned())
        .collect()
}

/// What is said of them.
fn engines_differ(act: &Act, run: &Run, answers: &[Answer]) -> Option<String> {
    let names = differing(act, run, answers);
    let [first, ..] = names.as_slice() else {
        return None;
    };
    let verb = match (names.len() == 1, run.is_good()) {
        (true, true) => "refuses",
        (true, false) => "allows",
        (false, true) => "refuse",
        (false, false) => "allow",
    };
    Some(format!(
        "This is what the standard says. {} {verb} it, as was seen: --as {} tells more. Do not rely \
         on that.",
        advice::listed(&names),
        first.to_ascii_lowercase()
    ))
}

/// What the other credentials mode would change.
fn otherwise(act: &Act, run: &Run, answers: &[Answer]) -> Option<String> {
    let other = match act.credentials {
        CredentialsMode::Include => CredentialsMode::SameOrigin,
        CredentialsMode::SameOrigin | CredentialsMode::Omit => CredentialsMode::Include,
    };
    let refused = !run.is_good();
    let differs = replay(act, other, answers, &mut NoTrace).is_good() == refused;
    match other {
        _ if !differs => None,
        CredentialsMode::Include => Some(
            "If the page asks with credentials (`credentials: \"include\"`, `withCredentials`), a \
             browser refuses this: see --credentials include."
                .to_owned(),
        ),
        CredentialsMode::SameOrigin | CredentialsMode::Omit => Some(
            "Without credentials a browser would share this as it is. If the page needs no cookies, \
             leave out `credentials: \"include\"` (of XMLHttpRequest: `withCredentials`)."
                .to_owned(),
        ),
    }
}
