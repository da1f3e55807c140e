//! From exchanges to what a browser makes of them.

use cors_model::network::RequestKind;
use cors_model::request::CredentialsMode;
use cors_model::trace::NoTrace;
use cors_text::escape::{escape_cut, shell_word};
use cors_text::redact::Redactor;

use crate::browser_error;
use crate::derive::{Act, LISTENER, Stated, Unclear, WITH_CREDENTIALS, derive};
use crate::exchanges::is_incidental;
use crate::gather::{Chosen, Exchanged, Material};
use crate::message::ResponseMessage;
use crate::replay::{Answer, End, Run, Sent, replay};
use crate::view::Verdict;

/// What was concluded: what the page did, and how it ends.
#[derive(Debug)]
pub(crate) struct Concluded {
    pub(crate) act: Act,
    pub(crate) answers: Vec<Answer>,
    pub(crate) run: Run,
    pub(crate) notes: Vec<String>,
    /// Why the browser shows no answer, when that has nothing to do with CORS, as a sentence.
    pub(crate) blocked: Option<String>,
}

impl Concluded {
    /// Concludes what a browser decides.
    pub(crate) fn of(material: &Material, stated: &Stated) -> Result<Self, Unclear> {
        let chosen = material.chosen();
        let mut responses: Vec<&ResponseMessage> = Vec::new();
        let of_exchanges = material
            .exchanges
            .iter()
            .filter_map(|exchange| exchange.response.as_ref());
        responses.extend(of_exchanges.chain(&material.loose));
        let request = |exchange: Option<&'_ Exchanged>| exchange.map(|known| known.request.clone());
        let (preflight, actual) = (request(chosen.preflight), request(chosen.actual));
        let mut act = derive(preflight.as_ref(), actual.as_ref(), &responses, stated)?;
        if act.forced_preflight && !act.dialect.name.is_empty() {
            // What the standard sees no need for, the engine may.
            act.forced_preflight = false;
            let probe = replay(&act, act.credentials, &[], &mut NoTrace);
            let first = probe.sent.first().map(|sent| sent.kind);
            act.forced_preflight = first != Some(RequestKind::Preflight);
            if !act.forced_preflight {
                act.assumed.retain(|assumed| assumed != LISTENER);
            }
        }
        if material.bare_options {
            act.assumed.retain(|assumed| assumed != LISTENER);
        }
        let mut notes = material.notes.clone();
        if let Some(blocked) = blocked(&chosen) {
            let run = replay(&act, act.credentials, &[], &mut NoTrace);
            return Ok(Self {
                act,
                answers: Vec::new(),
                run,
                notes,
                blocked: Some(blocked),
            });
        }
        let answers = assigned(&act, &chosen, &material.loose, &mut notes)?;
        if material.recorded {
            yield_to_what_was_sent(&mut act, &chosen, &answers);
        }
        let run = replay(&act, act.credentials, &answers, &mut NoTrace);
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
        if material.cached {
            notes.push(
                "The response came from the browser's own cache, so the server was not asked this \
                 time. What is stored may have been made for another page: see Vary, and try again \
                 with the cache switched off."
                    .to_owned(),
            );
        }
        Ok(Self {
            act,
            answers,
            run,
            notes,
            blocked: None,
        })
    }

    /// What a browser decides.
    pub(crate) const fn verdict(&self) -> Verdict {
        match (&self.blocked, &self.run.end) {
            (Some(_), _) => Verdict::NotCors,
            (None, End::Shared(_)) => Verdict::Shared,
            (None, End::Refused(_)) => Verdict::Refused,
            (None, End::Unanswered) => Verdict::AllowedSoFar,
        }
    }
}

/// Why the browser shows no answer to the request, when that is not CORS.
fn blocked(chosen: &Chosen<'_>) -> Option<String> {
    let mut silent = [chosen.actual, chosen.preflight]
        .into_iter()
        .flatten()
        .filter(|exchange| exchange.response.is_none());
    silent.find_map(|exchange| browser_error::apart_from_cors(exchange.error.as_deref()?))
}

/// That the page asks with credentials is a guess, which yields to what the browser did: it sent the
/// request, which it would not have done after such a preflight with them.
fn yield_to_what_was_sent(act: &mut Act, chosen: &Chosen<'_>, answers: &[Answer]) {
    let was_sent = chosen
        .actual
        .is_some_and(|actual| actual.response.is_some());
    if !was_sent || !act.credentials_assumed || act.credentials != CredentialsMode::Include {
        return;
    }
    let stops = |credentials: CredentialsMode| {
        let run = replay(act, credentials, answers, &mut NoTrace);
        run.sent
            .iter()
            .all(|sent| sent.kind == RequestKind::Preflight)
    };
    if stops(CredentialsMode::Include) && !stops(CredentialsMode::SameOrigin) {
        act.credentials = CredentialsMode::SameOrigin;
        act.assumed.retain(|assumed| assumed != WITH_CREDENTIALS);
        act.assumed.push(
            "the page asks without credentials, since the request was sent: with them the answer to \
             the preflight would have stopped it"
                .to_owned(),
        );
    }
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
