//! From exchanges to an explanation.

use cors_model::error::{Refusal, Stage};
use cors_model::header::{HeaderList, HeaderValue};
use cors_model::network::RequestKind;
use cors_model::request::CredentialsMode;
use cors_model::response::{FilteredResponse, Response};
use cors_model::trace::NoTrace;
use cors_text::escape::{escape_cut, shell_word};
use cors_text::redact::{REDACTED, Redactor};

use crate::advice;
use crate::change::{Change, ChangedLine, changes};
use crate::derive::{Act, LISTENER, Stated, Unclear, derive};
use crate::exchanges::{exchanges, is_incidental};
use crate::gather::{Chosen, Exchanged, Material};
use crate::message::ResponseMessage;
use crate::outline::{Outline, asked_about};
use crate::replay::{Answer, End, Run, Sent, replay, replay_traced};
use crate::steps;
use crate::view::{Explanation, Next, Page, Verdict};

/// Explains what a browser decides.
pub(crate) fn explain(material: &Material, given: &Stated) -> Result<Explanation, Unclear> {
    let chosen = material.chosen();
    let mut responses: Vec<&ResponseMessage> = Vec::new();
    let of_exchanges = material
        .exchanges
        .iter()
        .filter_map(|given| given.response.as_ref());
    responses.extend(of_exchanges.chain(&material.loose));
    let request = |given: Option<&'_ Exchanged>| given.map(|given| given.request.clone());
    let (preflight, actual) = (request(chosen.preflight), request(chosen.actual));
    let mut act = derive(preflight.as_ref(), actual.as_ref(), &responses, given)?;
    if act.forced_preflight && !act.dialect.name.is_empty() {
        // What the standard sees no need for, the engine may.
        act.forced_preflight = false;
        let probe = replay(&act, act.credentials, &[], &mut NoTrace);
        let first = probe.sent.first().map(|sent| sent.kind);
        act.forced_preflight = first != Some(RequestKind::Preflight);
        if !act.forced_preflight {
            act.assumed.retain(|said| said != LISTENER);
        }
    }
    let mut notes = material.notes.clone();
    let answers = assigned(&act, &chosen, &material.loose, &mut notes)?;
    let (run, trace) = replay_traced(&act, &answers);
    check_answered(&act, &chosen, &run)?;
    if material.recorded
        && act.credentials_assumed
        && act.credentials == CredentialsMode::SameOrigin
    {
        notes.push(
            "Browsers save HAR files without cookies unless they are asked to keep them, so that \
             there are none means little."
                .to_owned(),
        );
    }
    let redactor = redactor(&act);
    let refusal = match &run.end {
        End::Refused(refusal) => Some(refusal.as_ref()),
        End::Shared(_) | End::Unanswered => None,
    };
    let name = |index: usize| answer_name(&run, &answers, index);
    let found = changes(&act, &answers, &run, name);
    notes.extend(advised(&act, &run, &answers, refusal, &found.changes));
    Ok(Explanation {
        verdict: match &run.end {
            End::Shared(_) => Verdict::Shared,
            End::Refused(_) => Verdict::Refused,
            End::Unanswered => Verdict::AllowedSoFar,
        },
        said: redactor.text(&advice::verdict(&act, &run, &answers)),
        engine: given.engine.as_ref().map(|known| {
            let mut view = known.view(
                None,
                |dialect| Outline::of(&act, dialect, &answers),
                |usual| usual.told(&Outline::of(&act, act.dialect, &answers)),
            );
            view.standard = view.standard.map(|said| redactor.text(&said));
            view
        }),
        page: page(&act, &run, &redactor),
        exchanges: exchanges(&run, &answers, refusal, &redactor),
        steps: steps::view(&trace, refusal, &redactor),
        console: refusal.map_or_else(Vec::new, |refusal| advice::on_console(&act, refusal)),
        changes: found.changes,
        next: match (&run.end, found.answers.as_slice()) {
            (End::Shared(_), _) | (End::Refused(_), []) => None,
            (End::Unanswered, _) => next(&act, &answers),
            // What comes when the server has been mended.
            (End::Refused(_), mended) => next(&act, mended),
        },
        notes: notes.iter().map(|note| redactor.text(note)).collect(),
    })
}

fn redactor(act: &Act) -> Redactor {
    let authorization = act.header_list.values(b"authorization");
    let secrets: Vec<_> = authorization
        .map(|value| (b"authorization".to_vec(), value.as_bytes().to_vec()))
        .collect();
    Redactor::new(&secrets, act.cookie.as_ref().map(HeaderValue::as_bytes))
}

/// Which answer is to which request.
fn assigned(
    act: &Act,
    chosen: &Chosen<'_>,
    loose: &[ResponseMessage],
    notes: &mut Vec<String>,
) -> Result<Vec<Answer>, Unclear> {
    let response = |given: Option<&'_ Exchanged>| given.and_then(|given| given.response.clone());
    let mut preflight = response(chosen.preflight);
    let mut actual: Vec<ResponseMessage> = response(chosen.actual).into_iter().collect();
    let mut loose = loose.to_vec();
    let probe = replay(act, act.credentials, &[], &mut NoTrace);
    let wants_preflight = probe
        .sent
        .first()
        .is_some_and(|sent| sent.kind == RequestKind::Preflight);
    if !wants_preflight
        && preflight.is_none()
        && let [first, second, ..] = loose.as_slice()
        && first.answers_preflight()
        && !second.answers_preflight()
    {
        notes.push(format!(
            "{} answers a preflight, and this request needs none: it is not looked at.",
            first.place
        ));
        loose.remove(0);
    }
    if wants_preflight && preflight.is_none() {
        match loose.as_slice() {
            [] => {}
            [only] if chosen.actual.is_none() || only.answers_preflight() => {
                if chosen.actual.is_some() {
                    notes.push(format!(
                        "{} is taken for the answer to the preflight, since only such an answer has \
                         those headers.",
                        only.place
                    ));
                }
                preflight = loose.pop();
            }
            [only] if actual.is_empty() => {
                return Err(Unclear(format!(
                    "{}: a browser sends a preflight before this request, so there are two answers, \
                     and it is not clear which one this is. Give both, the preflight's first. To get \
                     the other:\n  {}",
                    only.place,
                    curl(probe.sent.first())
                )));
            }
            [first, second, ..] if second.answers_preflight() && !first.answers_preflight() => {
                notes.push(format!(
                    "{} is taken for the answer to the preflight, and {} for that to the request, by \
                     their headers.",
                    second.place, first.place
                ));
                preflight = Some(loose.remove(1));
            }
            [..] => preflight = Some(loose.remove(0)),
        }
    }
    let mut rest = loose.into_iter();
    if actual.is_empty() {
        actual.extend(rest.next());
    }
    let mut answers: Vec<Answer> = Vec::new();
    answers.extend(
        preflight
            .iter()
            .map(|message| Answer::new(RequestKind::Preflight, message)),
    );
    answers.extend(
        actual
            .iter()
            .map(|message| Answer::new(RequestKind::Actual, message)),
    );
    for given in &chosen.rest {
        let kind = if given.request.is_preflight() {
            RequestKind::Preflight
        } else {
            RequestKind::Actual
        };
        answers.extend(
            given
                .response
                .iter()
                .map(|message| Answer::new(kind, message)),
        );
    }
    answers.extend(rest.map(|message| Answer::new(RequestKind::Actual, &message)));
    Ok(answers)
}

/// Nothing can be said without the answers that decide.
fn check_answered(act: &Act, chosen: &Chosen<'_>, run: &Run) -> Result<(), Unclear> {
    let End::Unanswered = run.end else {
        return Ok(());
    };
    let Some(open) = run.sent.last() else {
        return Ok(());
    };
    let asked = if open.kind == RequestKind::Preflight {
        chosen.preflight
    } else {
        chosen.actual
    };
    let place = asked.or(chosen.actual).or(chosen.preflight);
    let place = place.map_or("the request", |given| given.request.place.as_str());
    let error = asked.and_then(|given| given.error.as_deref());
    let alone = !run.sent.iter().any(|sent| sent.answer.is_some());
    if open.kind == RequestKind::Preflight && alone {
        let method = escape_cut(act.method.as_bytes());
        return Err(Unclear(format!(
            "{place}: a browser sends a preflight before this {method} request, and the answer to it \
             is not given. Get it with\n  {}\nand give it too, before the other: \
             --request answer.txt --request FILE",
            curl(Some(open))
        )));
    }
    if alone || error.is_some() {
        let why = error.map_or(String::new(), |error| {
            format!(
                " (the browser says {}: it hides what it has blocked)",
                escape_cut(error.as_bytes())
            )
        });
        return Err(Unclear(format!(
            "{place}: the answer is not given{why}. Get it with\n  {}\nand give it with \
             --request answer.txt, or the answer alone with --response",
            curl(Some(open))
        )));
    }
    Ok(())
}

/// A command that makes a request as a browser would.
fn curl(sent: Option<&Sent>) -> String {
    let Some(sent) = sent else {
        return "curl -v".to_owned();
    };
    let mut command = "curl -sv -o /dev/null".to_owned();
    if sent.method == b"HEAD" {
        command.push_str(" --head");
    } else if sent.method != b"GET" {
        command.push_str(" -X ");
        command.push_str(&shell_word(&sent.method));
    }
    for (name, value) in &sent.headers {
        if !is_incidental(name) {
            let secret = Redactor::default().hides(name);
            let value = if secret { b"..." } else { value.as_slice() };
            let line = [name.as_slice(), b": ", value].concat();
            command.push_str(" -H ");
            command.push_str(&shell_word(&line));
        }
    }
    command.push(' ');
    command.push_str(&shell_word(sent.url.as_bytes()));
    // What `-v` says goes to standard error.
    command.push_str(" 2>answer.txt");
    command
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
            let value = act.header_list.get(&name);
            let value =
                value.filter(|_| name == "content-type" && !act.unknown_values.contains(&name));
            because.push(match value {
                Some(value) => format!("the header {name} ({})", escape_cut(&value)),
                None => format!("the header {name}"),
            });
        }
        if act.forced_preflight {
            because.push("a listener for the progress of an upload, or a stream".to_owned());
        }
    }
    let header = |header: &cors_model::header::Header| {
        let name = escape_cut(header.name.as_bytes());
        let value = if act.unknown_values.contains(&name) {
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
        url: redactor.text(&escape_cut(act.url.as_str().as_bytes())),
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
    let run = replay(act, act.credentials, &answers, &mut NoTrace);
    let found = changes(act, &answers, &run, |_| String::new());
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
    if let End::Shared(response @ FilteredResponse::Cors(_)) = &run.end {
        notes.push(advice::on_exposed(response));
    }
    if let Some(other) = otherwise(act, run, answers) {
        notes.push(other);
    }
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
