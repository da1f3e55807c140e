//! What a server does wrong, in one sentence, for the failures that have that cause.

use std::collections::BTreeSet;

use cors_harness::defect::{Defect, Stranger, Where, Wrong};
use cors_harness::defects::cached;
use cors_harness::event::{CaseEvent, CheckEvent, CheckOutcome, Kind, ResponseEvent};

use crate::groups::{Group, exchange, origin, response_values};
use crate::reasons::reason;

const ORIGIN: &str = "Access-Control-Allow-Origin";

/// The diagnosis: what the server does, with the header and the value of the case that stands for the
/// others. Not escaped.
pub fn diagnosis(group: &Group<'_>) -> String {
    let case = group.first;
    let Some(wrong) = &group.wrong else {
        return begin(reason(case));
    };
    let defects = case.cause.iter().flat_map(|cause| &cause.defects);
    let defects: Vec<&Defect> = defects.collect();
    let own = defects.iter().find(|defect| defect.wrong == *wrong);
    match own.or_else(|| defects.first()) {
        Some(defect) => Shown { group, defect }.text(wrong),
        None => begin(reason(case)),
    }
}

/// A sentence from the words of a check or a verdict.
fn begin(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let sentence: String = first.into_iter().chain(letters).collect();
    let end = if sentence.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    sentence + end
}

/// A defect where the case that stands for a cause shows it.
struct Shown<'a> {
    group: &'a Group<'a>,
    defect: &'a Defect,
}

impl Shown<'_> {
    const fn case(&self) -> &CaseEvent {
        self.group.first
    }

    fn response(&self) -> Option<&ResponseEvent> {
        exchange(self.case(), self.defect)?.response.as_ref()
    }

    fn status(&self) -> u16 {
        self.response().map_or(0, |response| response.status)
    }

    fn method(&self) -> &str {
        let exchange = exchange(self.case(), self.defect);
        exchange.map_or("request", |exchange| exchange.request.method.as_str())
    }

    /// Method and origin, as the subject of a sentence.
    fn request(&self) -> String {
        let method = self.method();
        match origin(self.case(), self.defect) {
            Some(origin) => format!("{method} with Origin: {origin}"),
            None => format!("{method} without Origin"),
        }
    }

    /// Whose request it is, in the middle of a sentence.
    fn page(&self) -> String {
        match origin(self.case(), self.defect) {
            Some(origin) => format!("a page of {origin}"),
            None => "a request without Origin".to_owned(),
        }
    }

    /// What the policy says of the origin, as the end of a sentence.
    fn allowed(&self) -> String {
        let origin = origin(self.case(), self.defect);
        origin.map_or_else(String::new, |origin| {
            format!("; the policy allows {origin}")
        })
    }

    fn origin(&self) -> &str {
        origin(self.case(), self.defect).unwrap_or_default()
    }

    /// The value of a header of the response, its lines joined; `None` without such a header.
    fn value(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = response_values(self.case(), self.defect, name).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    fn is_preflight(&self) -> bool {
        exchange(self.case(), self.defect).is_some_and(|exchange| {
            exchange.kind == Kind::Preflight
                || (exchange.request.method == "OPTIONS"
                    && self.sent("access-control-request-method").is_some())
        })
    }

    /// The page's origins of all failures with this cause that are of one kind.
    fn origins(&self, wrong: &Wrong) -> BTreeSet<&str> {
        let cases = self.group.cases();
        cases
            .flat_map(|case| {
                let defects = case.cause.iter().flat_map(|cause| &cause.defects);
                let of_kind = defects.filter(|defect| defect.wrong == *wrong);
                of_kind.filter_map(|defect| origin(case, defect))
            })
            .collect()
    }

    fn text(&self, wrong: &Wrong) -> String {
        match wrong {
            Wrong::NoResponse => {
                let exchange = exchange(self.case(), self.defect);
                let why = exchange.and_then(|exchange| exchange.transport.as_deref());
                let why = why.unwrap_or_else(|| reason(self.case()));
                begin(&format!(
                    "there is no complete response to {}: {why}",
                    self.method()
                ))
            }
            Wrong::Cached => self.cached(),
            Wrong::Granted(stranger) => self.granted(*stranger),
            Wrong::Wildcard => self.wildcard(),
            Wrong::SeveralOrigins => {
                let value = self.value(ORIGIN).unwrap_or_default();
                format!(
                    "{ORIGIN} comes in several lines, which a browser joins to `{value}`; that is no \
                     origin, so no page may read the response."
                )
            }
            Wrong::WrongOrigin if self.defect.wrong == Wrong::WrongOrigin => self.wrong_origin(),
            Wrong::NotGranted(place) => self.not_granted(*place),
            Wrong::Preflight { .. } => self.preflight(),
            Wrong::Status { status } => {
                format!("{} is answered with the status {status}.", self.request())
            }
            Wrong::NoLists => {
                "The response to a preflight has neither Access-Control-Allow-Methods nor \
                               Access-Control-Allow-Headers: OPTIONS is answered like any other \
                               request, not as a preflight."
                    .to_owned()
            }
            Wrong::Lacks { header } => self.lacks(header),
            Wrong::Exceeds { header } => self.exceeds(header),
            Wrong::Header { header } if header == "vary" && self.is_of_vary() => {
                let vary = self.value("vary");
                let vary =
                    vary.map_or_else(|| "is missing".to_owned(), |vary| format!("is `{vary}`"));
                format!(
                    "Vary {vary} and does not name Origin, on which the response depends: a cache \
                     may answer a page with what was meant for another."
                )
            }
            Wrong::WrongOrigin | Wrong::Header { .. } | Wrong::Bytes { .. } => self.of_check(),
        }
    }

    /// The worst of the checks in which the defect shows.
    fn check(&self) -> Option<&CheckEvent> {
        let checks = self.case().checks.iter();
        let failed = checks
            .filter(|check| check.step == self.defect.step && check.outcome == CheckOutcome::Fail);
        failed.max_by_key(|check| check.level)
    }

    /// Whether it shows in the check that Vary names Origin.
    fn is_of_vary(&self) -> bool {
        let ids = [
            "vary",
            "vary-allowed",
            "vary-foreign",
            "vary-no-origin",
            "vary-other",
            "vary-word",
        ];
        self.check()
            .is_some_and(|check| ids.contains(&check.id.as_str()))
    }

    /// The words of the check in which the defect shows.
    fn of_check(&self) -> String {
        let text = self
            .check()
            .map_or_else(|| reason(self.case()), |check| check.said.as_str());
        let place = if self.is_preflight() {
            "in the response to a preflight, "
        } else {
            ""
        };
        begin(&format!("{place}{text}"))
    }

    fn cached(&self) -> String {
        let signs = self.response().and_then(cached).unwrap_or_default();
        let value = self.value(ORIGIN);
        let value = value.map_or_else(|| "none".to_owned(), |value| format!("`{value}`"));
        format!(
            "A cache in front of the server gives everybody the same response, the one that it kept \
             of the first request ({signs}): {} too gets {value} as {ORIGIN}. The response needs \
             Vary: Origin, and the cache has to obey it.",
            self.page()
        )
    }

    fn granted(&self, stranger: Stranger) -> String {
        let origin = self.origin();
        let shown = format!("`{ORIGIN}: {origin}`");
        let others = self.origins(&Wrong::Granted(Stranger::Any));
        let what = match stranger {
            Stranger::Any if others.len() > 1 => {
                return format!(
                    "Any origin is allowed: {ORIGIN} repeats the Origin of the request, here {origin}, \
                     which the policy refuses."
                );
            }
            Stranger::Any => "An origin that the policy refuses is allowed",
            Stranger::Host => "A host that only resembles an allowed one is allowed",
            Stranger::Port => "An allowed host is allowed with another port",
            Stranger::Scheme => "An allowed host is allowed with another scheme",
            Stranger::Own => "An origin is allowed since its host is that of the request",
            Stranger::Local => {
                "An address, or a host of a local network, is allowed although it is not listed"
            }
            Stranger::Application => {
                "An application, or a browser extension, is allowed although it is not listed"
            }
            Stranger::Null => {
                "The origin null, which a sandboxed frame on any page has, is allowed"
            }
            Stranger::Malformed => "A value that is no origin is allowed",
        };
        let place = if self.is_preflight() {
            " in the response to a preflight"
        } else {
            ""
        };
        format!("{what}: {shown}{place}.")
    }

    fn wildcard(&self) -> String {
        let credentials = self.value("Access-Control-Allow-Credentials");
        match credentials {
            Some(value) => format!(
                "{ORIGIN} is `*` beside Access-Control-Allow-Credentials: {value}. A browser refuses \
                 `*` for requests with credentials, and lets every page read what is sent without."
            ),
            None => format!(
                "{ORIGIN} is `*`, which lets every page read the response, also those that the \
                 policy refuses."
            ),
        }
    }

    fn wrong_origin(&self) -> String {
        let (value, origin) = (self.value(ORIGIN).unwrap_or_default(), self.origin());
        let hint = if value.strip_suffix('/') == Some(origin) {
            ": an origin has no slash at its end"
        } else if value.eq_ignore_ascii_case(origin) {
            ": an origin is written in small letters"
        } else if value.contains([',', ' ']) && value.contains(origin) {
            ": only one origin may be sent, that of the request"
        } else {
            ""
        };
        format!(
            "{ORIGIN} is `{value}` for a page of {origin}; a browser wants exactly that origin{hint}."
        )
    }

    fn not_granted(&self, place: Where) -> String {
        let allowed = self.allowed();
        match place {
            Where::Response => {
                let all = self.origins(&Wrong::NotGranted(Where::Response));
                let pages = if all.len() > 1 {
                    "pages of allowed origins".to_owned()
                } else {
                    let origin = origin(self.case(), self.defect);
                    let of = |origin| format!("pages of {origin}");
                    origin.map_or_else(|| "requests without Origin".to_owned(), of)
                };
                format!(
                    "Responses to {pages} have no {ORIGIN}, so that no page may read them{allowed}."
                )
            }
            Where::Preflight => format!(
                "Responses to preflights have no {ORIGIN}, so that a browser sends no request that \
                 needs one{allowed}."
            ),
            Where::Error => format!(
                "The response to {} with the status {} has no {ORIGIN}, so that a page sees a network \
                 error and not the status.",
                self.page(),
                self.status()
            ),
        }
    }

    fn preflight(&self) -> String {
        let status = self.status();
        let hint = match status {
            300..=399 => {
                let to = self.value("Location");
                let to = to.map_or(String::new(), |to| format!(" to {to}"));
                return format!(
                    "Preflights are redirected (status {status}{to}); a browser follows no redirect of \
                     a preflight."
                );
            }
            401 | 407 => {
                " A preflight has no credentials: what asks for a login must let OPTIONS through."
            }
            403 => {
                " Either what handles CORS refuses it, or something before that wants a login or a \
                 token, which no preflight has."
            }
            404 | 405 | 501 => {
                " OPTIONS does not reach what handles CORS: it has to be routed there, before the \
                 routes of the application."
            }
            500..=599 => " The server fails on OPTIONS.",
            _ => "",
        };
        format!(
            "Preflights are answered with the status {status}; a browser wants one from 200 to \
             299.{hint}"
        )
    }

    fn lacks(&self, header: &str) -> String {
        let name = display(header);
        let refusal = self.case().steps.get(self.defect.step);
        let refusal = refusal.and_then(|step| step.refusal.as_ref());
        let element = refusal.and_then(|refusal| refusal.element.as_deref());
        let place = if self.is_preflight() {
            "in the response to a preflight, "
        } else {
            ""
        };
        let text = match (self.value(header), element) {
            (None, Some(element)) => {
                format!("{place}{name} is missing, so that a browser does not send {element}")
            }
            (None, None) => format!("{place}{name} is missing"),
            (Some(value), Some(element)) => {
                format!("{place}{name} is `{value}`, in which a browser does not find {element}")
            }
            (Some(value), None) if header.ends_with("credentials") => format!(
                "{place}{name} is `{value}`; a browser takes only `true`, in one line and small \
                 letters"
            ),
            (Some(value), None) if refusal.is_some() => {
                format!("{place}{name} is `{value}`, which no browser can read as a list of names")
            }
            (Some(_), None) => return self.of_check(),
        };
        begin(&text)
    }

    fn exceeds(&self, header: &str) -> String {
        let name = display(header);
        let Some(value) = self.value(header) else {
            return format!(
                "{name} is missing in the response to a preflight that asks for {}, which the policy \
                 does not allow: where a page listens to its upload, the standard takes that as \
                 leave.",
                self.asked_for(header)
            );
        };
        if header.ends_with("credentials") {
            return format!(
                "{name} is `{value}`: pages may send and read what belongs to the user, which the \
                 policy does not allow."
            );
        }
        format!(
            "{name} is `{value}` for a preflight that asks for {}, which the policy does not allow.",
            self.asked_for(header)
        )
    }

    /// What a preflight asks for, which is answered in a header.
    fn asked_for(&self, header: &str) -> &str {
        let name = if header.ends_with("methods") {
            "access-control-request-method"
        } else {
            "access-control-request-headers"
        };
        self.sent(name).unwrap_or_default()
    }

    fn sent(&self, name: &str) -> Option<&str> {
        let mut headers = exchange(self.case(), self.defect)?.request.headers.iter();
        let found = headers.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A header's name as it is usually written.
fn display(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}
