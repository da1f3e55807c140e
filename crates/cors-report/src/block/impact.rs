//! What a failure does, where the case's own words for it do not fit what was found.

use cors_harness::cause::About;
use cors_harness::event::{CaseEvent, CheckEvent, CheckOutcome, Got, ResponseEvent};
use cors_vectors::server::{Level, On};

/// The impact of a failed case; `None` where the case does not say it.
pub(super) fn text(case: &CaseEvent) -> Option<String> {
    if only_about(case, "Access-Control-Allow-Credentials") && nothing_is_shared(case) {
        return Some(
            "Without effect by itself: a browser reads Access-Control-Allow-Credentials only beside \
             an Access-Control-Allow-Origin that it accepts. It shows that the header is sent without \
             a look at the origin."
                .to_owned(),
        );
    }
    if only_about(case, "Vary") && failed(case).all(|check| !may_be_stored(case, check)) {
        return Some(
            "Nothing today: this response says that no cache may keep it for others. It goes wrong as \
             soon as that line is taken away."
                .to_owned(),
        );
    }
    (!case.why.is_empty()).then(|| case.why.clone())
}

/// The checks that do not hold and that bind.
fn failed(case: &CaseEvent) -> impl Iterator<Item = &CheckEvent> {
    let checks = case.checks.iter();
    checks.filter(|check| check.outcome == CheckOutcome::Fail && check.level > Level::Info)
}

/// Whether the verdict holds, and the checks that do not are all about one header.
fn only_about(case: &CaseEvent, name: &str) -> bool {
    let is_it = |check: &CheckEvent| matches!(&check.about, Some(About::Header(about)) if about.eq_ignore_ascii_case(name));
    let verdict = case.cause.as_ref().and_then(|cause| cause.verdict.as_ref());
    verdict.is_none() && failed(case).next().is_some() && failed(case).all(is_it)
}

/// Whether a browser refuses all that the failed checks look at.
fn nothing_is_shared(case: &CaseEvent) -> bool {
    failed(case).all(|check| {
        let step = case.steps.get(check.step);
        step.is_some_and(|step| step.got == Some(Got::Refused))
    })
}

/// Whether a shared cache may store the response that a check looks at, as far as it forbids that
/// itself: <https://www.rfc-editor.org/rfc/rfc9111.html#section-3>
fn may_be_stored(case: &CaseEvent, check: &CheckEvent) -> bool {
    let step = case.steps.get(check.step);
    let last = step.and_then(|step| step.exchanges.last());
    let response = last.and_then(|exchange| exchange.response.as_ref());
    check.on == On::Preflight || response.is_none_or(|response| !forbids_storing(response))
}

fn forbids_storing(response: &ResponseEvent) -> bool {
    let headers = response.headers.iter();
    let lines = headers.filter(|(name, _)| name.eq_ignore_ascii_case("cache-control"));
    let mut directives = lines.flat_map(|(_, value)| value.split(','));
    directives.any(|directive| {
        let directive = directive.trim_matches([' ', '\t']);
        ["no-store", "private"]
            .iter()
            .any(|known| directive.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use cors_harness::attribute::{cause, sent_against_the_policy};
    use cors_harness::cause::Place;
    use cors_harness::event::{ExchangeEvent, Kind, Outcome, RequestEvent, StepEvent};
    use cors_vectors::server::Verdict;

    use super::*;

    fn exchange(kind: Kind, lines: &[(&str, &str)]) -> ExchangeEvent {
        let line = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        ExchangeEvent {
            kind,
            request: RequestEvent {
                method: "PUT".to_owned(),
                url: "http://127.0.0.1/x".to_owned(),
                headers: Vec::new(),
            },
            response: Some(ResponseEvent {
                status: 200,
                headers: lines.iter().map(line).collect(),
            }),
            transport: None,
        }
    }

    /// A case whose check of a header fails, with these exchanges and this decision.
    fn case(header: &str, on: On, got: Got, exchanges: Vec<ExchangeEvent>) -> CaseEvent {
        let mut case = CaseEvent {
            outcome: Outcome::Fail,
            why: "The words of the case.".to_owned(),
            checks: vec![CheckEvent {
                id: "header".to_owned(),
                step: 0,
                level: Level::Must,
                outcome: CheckOutcome::Fail,
                on,
                about: Some(About::Header(header.to_owned())),
                said: String::new(),
                why: None,
            }],
            steps: vec![StepEvent {
                wanted: Some(Verdict::Refused),
                got: Some(got),
                origin: Some("https://foreign.example".to_owned()),
                refusal: None,
                note: None,
                trace: Vec::new(),
                exchanges,
            }],
            ..CaseEvent::blank("area/case", "A title", Level::Must)
        };
        case.cause = cause(&case);
        case
    }

    #[test]
    fn allow_credentials_alone_is_without_effect() {
        let name = "Access-Control-Allow-Credentials";
        let exchanges = || vec![exchange(Kind::Actual, &[(name, "true")])];
        let refused = case(name, On::Last, Got::Refused, exchanges());
        assert!(
            text(&refused)
                .unwrap()
                .starts_with("Without effect by itself")
        );
        let shared = case(name, On::Last, Got::Shared, exchanges());
        assert_eq!(text(&shared).unwrap(), "The words of the case.");
    }

    #[test]
    fn what_no_cache_may_keep_is_handed_to_nobody() {
        let vary = |lines| {
            let exchanges = vec![exchange(Kind::Actual, lines)];
            text(&case("Vary", On::Last, Got::Refused, exchanges)).unwrap()
        };
        assert!(vary(&[("cache-control", "max-age=0, No-Store")]).starts_with("Nothing today"));
        assert_eq!(
            vary(&[("cache-control", "public")]),
            "The words of the case."
        );
        assert_eq!(vary(&[]), "The words of the case.");
    }

    #[test]
    fn a_request_that_was_sent_is_seen_and_marks_are_in_the_preflight() {
        let name = "Access-Control-Allow-Methods";
        let exchanges = vec![
            exchange(Kind::Preflight, &[(name, "PUT")]),
            exchange(Kind::Actual, &[]),
        ];
        let case = case(name, On::Preflight, Got::Refused, exchanges);
        assert!(sent_against_the_policy(&case.steps[0]));
        let marks = case.cause.unwrap().marks;
        let [mark] = marks.as_slice() else {
            panic!("{marks:?}");
        };
        assert_eq!(
            (mark.exchange, &mark.place),
            (
                0,
                &Place::Value {
                    line: 0,
                    from: 0,
                    to: 3
                }
            )
        );
    }
}
