//! Sentences: the verdict, and what else helps to correct a server.

use cors_text::blanks::trimmed_text;
use std::fmt::Write as _;

use cors_model::error::{Reason, Refusal, Stage, Wanted};
use cors_model::header::{HeaderList, HeaderName};
use cors_model::network::RequestKind;
use cors_model::request::CredentialsMode;
use cors_model::response::{FilteredResponse, Response};
use cors_model::safelist::is_forbidden_response_header_name;
use cors_text::escape::escape_cut;

use crate::console::{self, ConsoleView, Refused};
use crate::derive::Act;
use crate::replay::{Answer, End, Run};

/// Words as a list: `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What engines write of a refusal: the one that is asked about, or all.
pub(crate) fn on_console(
    act: &Act,
    run: &Run,
    answers: &[Answer],
    refusal: &Refusal,
) -> Vec<ConsoleView> {
    let compared = refusal.compared.as_ref();
    let got = compared.and_then(|compared| compared.got.as_deref());
    let got = got.map(escape_cut);
    let judged = run.judged(refusal.stage);
    let sent = run.sent.iter().rfind(|sent| sent.answer == judged);
    let first = run.sent.first().map(|sent| sent.url.as_str());
    let url = sent.map_or("", |sent| sent.url.as_str());
    let element = refusal
        .reason
        .missing_element()
        .map(|element| escape_cut(&element));
    let mut views = console::written(&Refused {
        at: &refusal.at.to_string(),
        stage: &refusal.stage.to_string(),
        got: got.as_deref(),
        element: element.as_deref(),
        status: judged
            .and_then(|index| answers.get(index))
            .map(|answer| answer.response.status),
        page: &act.origin,
        url,
        asked: first.filter(|first| *first != url),
    });
    let name = act.dialect.name;
    views.retain(|view| name.is_empty() || view.engine == name);
    views
}

const ACAO: &str = "Access-Control-Allow-Origin";

fn lines(headers: &HeaderList, name: &str) -> Vec<String> {
    let values = headers.values(name.as_bytes());
    values.map(|value| escape_cut(value.as_bytes())).collect()
}

/// How an answer is called.
pub(crate) fn answer_name(preflight: bool) -> &'static str {
    if preflight {
        "the answer to the preflight"
    } else {
        "the response"
    }
}

/// What a browser decides, as a sentence.
pub(crate) fn verdict(act: &Act, run: &Run, answers: &[Answer]) -> String {
    let origin = &act.origin;
    let who = match act.dialect.name {
        "" => "A browser",
        name => name,
    };
    match &run.end {
        End::Shared(FilteredResponse::Basic(_)) => format!(
            "No CORS is needed: the page and the URL have the same origin, {origin}, so the page \
             may read this response."
        ),
        End::Shared(_) => format!("{who} shares this response with {}.", page_of(origin)),
        End::Refused(refusal) => {
            let judged = run
                .judged(refusal.stage)
                .and_then(|index| answers.get(index));
            let judged = judged.map(|answer| &answer.response);
            format!("{who} refuses this: {}", why(act, refusal, judged))
        }
        End::Unanswered => {
            let open = run.sent.last();
            let method = open.map_or_else(String::new, |sent| escape_cut(&sent.method));
            let redirected = run
                .sent
                .iter()
                .filter(|sent| sent.kind == RequestKind::Actual)
                .count()
                > 1;
            let mut last = run
                .sent
                .iter()
                .rev()
                .filter_map(|sent| answers.get(sent.answer?));
            if last
                .next()
                .is_some_and(|answer| answer.response.status == 421)
            {
                format!(
                    "{who} sends the {method} request once more, on a new connection: the status 421 \
                     says that this one does not lead to the right server."
                )
            } else if redirected {
                format!("{who} follows the redirect: the {method} request there comes next.")
            } else {
                format!("{who} allows this preflight: the {method} request itself comes next.")
            }
        }
    }
}

fn page_of(origin: &str) -> String {
    if origin == "null" {
        "this page, whose origin is opaque (null)".to_owned()
    } else {
        format!("pages of {origin}")
    }
}

/// Why a browser refuses, as the end of a sentence.
fn why(act: &Act, refusal: &Refusal, answered: Option<&Response>) -> String {
    let status = answered.map(|answered| answered.status);
    let empty = HeaderList::new();
    let headers = answered.map_or(&empty, |answered| &answered.header_list);
    let preflight = refusal.stage == Stage::Preflight;
    let answer = answer_name(preflight);
    let method = escape_cut(act.method.as_bytes());
    let failed = status.filter(|status| preflight && !(200..=299).contains(status));
    // The rare reasons are said well by the model.
    let cause = match (&refusal.reason, failed) {
        (Reason::AllowOriginMissing, Some(status)) => {
            format!("the preflight is answered with the status {status} and without {ACAO}")
        }
        (Reason::AllowOriginMissing, _) => format!("{answer} has no {ACAO}"),
        (Reason::AllowOriginMismatch, _) => mismatch(act, refusal, headers, answer),
        (Reason::CredentialsNotAllowed, _) => format!(
            "the page asks with credentials, and {answer} does not have \
             Access-Control-Allow-Credentials: true"
        ),
        (Reason::PreflightStatus { status }, _) => {
            format!(
                "the preflight is answered with the status {status}, where only 200 to 299 will do"
            )
        }
        (Reason::MethodNotAllowed { .. }, _) => {
            format!("{answer} does not list {method} in Access-Control-Allow-Methods")
        }
        (Reason::HeaderNotAllowed { name }, _) => format!(
            "{answer} does not list {} in Access-Control-Allow-Headers",
            escape_cut(name.as_bytes())
        ),
        (Reason::NonWildcardHeaderNotAllowed { name }, _) => {
            let name = escape_cut(name.clone().into_lowercase().as_bytes());
            if lines(headers, "Access-Control-Allow-Headers")
                .iter()
                .any(|line| line.contains('*'))
            {
                format!(
                    "{answer} allows the headers `*`, which never covers {name}: it has to be listed \
                     by its name"
                )
            } else {
                format!("{answer} does not list {name} in Access-Control-Allow-Headers")
            }
        }
        (Reason::MalformedList { name }, _) => {
            format!(
                "{answer} has a {} that cannot be read",
                escape_cut(name.as_bytes())
            )
        }
        (other, _) => format!("{other}"),
    };
    match refusal.stage {
        Stage::Preflight => format!("{cause}, so the {method} request is never sent."),
        Stage::Response => format!(
            "{cause}, so the page may not read it. The request itself has reached the server."
        ),
        Stage::Api | Stage::Fetch | Stage::Redirect | Stage::Transport => format!("{cause}."),
    }
}

/// The origin that the response has to be for. After a redirect from one foreign origin to another
/// the page's own does not count.
fn wanted_origin(act: &Act, refusal: &Refusal) -> String {
    let wanted = refusal.compared.as_ref().map(|compared| &compared.wanted);
    let wanted = match wanted {
        Some(Wanted::OneOf(values)) => values.first().map(|value| escape_cut(value)),
        Some(Wanted::ListWith(_) | Wanted::Described(_) | Wanted::Between(..)) | None => None,
    };
    wanted.unwrap_or_else(|| act.origin.clone())
}

fn mismatch(act: &Act, refusal: &Refusal, headers: &HeaderList, answer: &str) -> String {
    let origin = &wanted_origin(act, refusal);
    match lines(headers, ACAO).as_slice() {
        [value] if value == "*" => format!(
            "the page asks with credentials, and {answer} has {ACAO}: *, which means any page \
             only as long as there are no credentials"
        ),
        [value] if value.strip_suffix('/') == Some(origin) => format!(
            "{answer} has {ACAO}: {value} with a slash at the end, which no origin has (the page's \
             is {origin})"
        ),
        [value] if value != origin && value.eq_ignore_ascii_case(origin) => format!(
            "{answer} has {ACAO}: {value}, which differs from {origin} in upper and lower case"
        ),
        [value] if value.contains([',', ' ']) => format!(
            "{answer} lists several origins in {ACAO}, `{value}`, where there is room for one"
        ),
        [value] if *origin != act.origin => format!(
            "{answer} is for {value}, and after a redirect from one foreign origin to another a \
             browser sends Origin: {origin}"
        ),
        [value] => format!("{answer} is for {value}, and the page is of {origin}"),
        several => format!(
            "{answer} has {} {ACAO} headers, which a browser reads as the one value `{}`",
            several.len(),
            several.join(", ")
        ),
    }
}

/// What helps to correct a refusal.
pub(crate) fn on_refusal(act: &Act, refusal: &Refusal, answer: &Response) -> Vec<String> {
    let headers = &answer.header_list;
    let mut notes = Vec::new();
    if refusal.stage == Stage::Preflight {
        notes.extend(on_preflight_status(answer.status).map(str::to_owned));
    }
    let of_origin = matches!(
        refusal.reason,
        Reason::AllowOriginMissing | Reason::AllowOriginMismatch
    );
    if of_origin && act.origin != "null" && wanted_origin(act, refusal) == "null" {
        notes.push(
            "After a redirect from one foreign origin to another a browser sends Origin: null, as \
             every sandboxed frame of any page does: a server that allows null lets all of them in, \
             and with credentials they act as its visitor. Better ask for the last URL at once; an \
             API answers 401, with its CORS headers, in place of a redirect to a login page."
                .to_owned(),
        );
    }
    let has = |name: &str| headers.contains(name);
    let asks = [
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
    ];
    if asks.iter().any(|name| has(name)) {
        notes.push(
            "The server sends the request's own headers back, Access-Control-Request-Headers too: \
             that is the question. The answer is in Access-Control-Allow-Methods and \
             Access-Control-Allow-Headers."
                .to_owned(),
        );
    }
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "there is nothing to add to most reasons"
    )]
    match &refusal.reason {
        Reason::AllowOriginMissing => {
            if has("Access-Control-Allow-Credentials")
                || has("Access-Control-Allow-Methods")
                || has("Access-Control-Expose-Headers")
            {
                notes.push(format!(
                    "The server speaks CORS but does not name the origin: {} is probably not in its \
                     list of allowed origins. Add it there, if it is to have access; if not, the \
                     refusal is right.",
                    act.origin
                ));
            } else if refusal.stage == Stage::Response {
                notes.push(
                    "No header here is of CORS: nothing on the way of this answer has set any. Error \
                     pages, answers of a proxy or gateway and answers from a cache often bypass what \
                     adds them."
                        .to_owned(),
                );
            }
        }
        Reason::AllowOriginMismatch => match lines(headers, ACAO).as_slice() {
            [value] if value == "*" => {}
            [value] if value.contains([',', ' ']) => notes.push(format!(
                "The server has to compare the request's Origin with its list and answer with that \
                 one origin. {ACAO} never holds a list."
            )),
            [_] => {}
            _ => notes.push(format!(
                "Two parts of the server each add {ACAO}, such as the application and the proxy in \
                 front of it. Let one of them do it, and take it out of the other."
            )),
        },
        Reason::CredentialsNotAllowed => {
            notes.push("Any spelling but `true`, in lower case, counts as absent.".to_owned());
        }
        Reason::MethodNotAllowed { method } => {
            let listed = lines(headers, "Access-Control-Allow-Methods").join(",");
            let wanted = escape_cut(method.as_bytes());
            let mut elements = listed.split(',').map(trimmed_text);
            if elements.any(|element| element.eq_ignore_ascii_case(&wanted)) {
                notes.push(format!(
                    "Methods are compared byte for byte: the page has to spell it as the server \
                     does, and browsers write only DELETE, GET, HEAD, OPTIONS, POST and PUT in upper \
                     case by themselves. `{wanted}` is what this page uses."
                ));
            } else if listed
                .split(',')
                .any(|element| trimmed_text(element) == "*")
            {
                notes.push("`*` covers methods only without credentials.".to_owned());
            }
        }
        Reason::HeaderNotAllowed { .. }
            if act.credentials == CredentialsMode::Include
                && lines(headers, "Access-Control-Allow-Headers")
                    .iter()
                    .any(|line| line.contains('*')) =>
        {
            notes.push("`*` covers headers only without credentials.".to_owned());
        }
        _ => {}
    }
    notes
}

/// What usually is behind a status of the answer to a preflight.
const fn on_preflight_status(status: u16) -> Option<&'static str> {
    Some(match status {
        300..=399 => {
            "A preflight is never redirected. Common causes: http instead of https in the URL, a \
             slash too many or too few at its end, a login page. Ask for the final URL, or let \
             OPTIONS through before whatever redirects."
        }
        401 | 403 => {
            "A preflight carries neither cookies nor Authorization, so it cannot be authenticated. \
             Answer OPTIONS with Access-Control-Request-Method before the check of who is asking."
        }
        404 | 405 | 501 => {
            "The server has no handler for OPTIONS at this URL. Put what answers preflights in \
             front of the routes."
        }
        _ => return None,
    })
}

/// What to know of a response with the status 421.
pub(crate) fn on_misdirected() -> String {
    "A browser reuses an HTTP/2 connection for another host that has the same address and that the \
     certificate covers. A server that does not answer for both on one connection says 421 Misdirected \
     Request (RFC 9110, 15.5.20). If the second try fails too, a page sees the missing \
     Access-Control-Allow-Origin of the 421 and not its cause. Give the hosts certificates or addresses \
     of their own, or let the server answer for each of them."
        .to_owned()
}

/// What script reads of a response.
pub(crate) fn on_exposed(response: &FilteredResponse) -> String {
    let shown = response.header_names();
    let all = response.internal().header_list.names();
    let names = |names: &[&HeaderName]| {
        let names: Vec<_> = names
            .iter()
            .map(|name| escape_cut(name.as_bytes()))
            .collect();
        names.join(", ")
    };
    let is_hidden =
        |name: &&HeaderName| !shown.contains(name) && !is_forbidden_response_header_name(name);
    let hidden: Vec<_> = all.iter().filter(is_hidden).collect();
    let readable = if shown.is_empty() {
        "no header".to_owned()
    } else {
        format!("the headers {}", names(&shown.iter().collect::<Vec<_>>()))
    };
    let mut said = format!("The page reads the status, the body and {readable}.");
    if !hidden.is_empty() {
        // Writing to a String does not fail.
        let _ = write!(
            said,
            " It does not see {}: only what Access-Control-Expose-Headers names, beyond a few that \
             are always visible.",
            names(&hidden)
        );
    }
    said
}

/// What to know of an answer that names an origin, or is about to.
pub(crate) fn on_vary(headers: &HeaderList, names_origin: bool) -> Option<String> {
    let named = lines(headers, ACAO);
    let names_origin = names_origin || named.iter().any(|value| value != "*");
    let varies = lines(headers, "Vary").join(",");
    let mut varies = varies.split(',').map(trimmed_text);
    if !names_origin || varies.any(|name| name == "*" || name.eq_ignore_ascii_case("origin")) {
        return None;
    }
    Some(format!(
        "When {ACAO} depends on who asks, add `Vary: Origin` to every answer of this URL, also to \
         those without Origin in the request; else a cache hands the answer for one site to another."
    ))
}
