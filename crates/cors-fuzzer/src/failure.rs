//! What did not hold of a sequence that was carried out.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use cors_harness::cause::About;
use cors_harness::event::{
    CaseEvent, CheckEvent, CheckOutcome, Got, Kind as ExchangeKind, StepEvent,
};
use cors_vectors::check::On;
use cors_vectors::policy::Policy;
use cors_vectors::server::{Level, ServerCase, Step, Verdict};

use crate::expect::requirement;
use crate::matter::{Kind, Matter};
use crate::oddity::{Oddity, unlike, unlike_origin, unusual};

/// One thing that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How binding it is.
    pub level: Level,
    /// Where in the case.
    pub step: usize,
    /// The check's id in the case; `None` for a verdict, and where there was no answer.
    pub check: Option<String>,
    /// The rule that did not hold.
    pub rule: String,
    /// What makes it the same as another failure.
    pub matter: Matter,
}

/// The headers that a browser looks at, in its order, with the rules for their form.
const HEADERS: [(&str, &[&str]); 4] = [
    (
        "access-control-allow-origin",
        &["grammar", "one-line", "not-empty"],
    ),
    (
        "access-control-allow-credentials",
        &["true", "one-credentials-line"],
    ),
    (
        "access-control-allow-methods",
        &["methods-tokens", "methods-not-empty"],
    ),
    (
        "access-control-allow-headers",
        &["headers-tokens", "headers-not-empty"],
    ),
];

/// Everything that did not hold, what matters most first.
pub(crate) fn failures(case: &ServerCase, event: &CaseEvent, policy: &Policy) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut unanswered = None;
    for (number, (step, seen)) in case.steps.iter().zip(&event.steps).enumerate() {
        let broke = seen
            .exchanges
            .last()
            .is_some_and(|last| last.transport.is_some());
        if broke {
            failures.push(Failure {
                level: Level::Must,
                step: number,
                check: None,
                rule: "answered".to_owned(),
                matter: Matter {
                    kind: Kind::Unanswered,
                    odd: BTreeSet::new(),
                },
            });
            unanswered = Some(number);
            continue;
        }
        let (Some(wanted), Some(got)) = (seen.wanted, seen.got) else {
            continue;
        };
        if got == Got::from(wanted) {
            continue;
        }
        let (rule, matter) = match wanted {
            Verdict::Shared => ("shared", withheld(step, seen, policy)),
            Verdict::Refused => ("refused", granted(unlike(step, policy), step, policy)),
        };
        failures.push(Failure {
            level: case.level,
            step: number,
            check: None,
            rule: rule.to_owned(),
            matter,
        });
    }
    let failed = event.checks.iter().filter(|check| {
        check.outcome == CheckOutcome::Fail
            && Some(check.step) != unanswered
            && !is_without_answer(check, event)
    });
    for check in failed {
        let (Some(step), Some(seen)) = (case.steps.get(check.step), event.steps.get(check.step))
        else {
            continue;
        };
        let rule = requirement(&check.id).to_owned();
        failures.push(Failure {
            level: check.level,
            step: check.step,
            check: Some(check.id.clone()),
            matter: of_check(&rule, check, step, seen, policy),
            rule,
        });
    }
    failures.retain(|failure| failure.level > Level::Info);
    // A verdict says more than a header line, and what was the case first is nearer to the cause.
    failures.sort_by_key(|failure| {
        (
            Reverse(failure.level),
            failure.step,
            failure.check.is_some(),
        )
    });
    failures
}

/// The failures without those that follow from another one in the same step.
pub(crate) fn causes(failures: &[Failure]) -> Vec<Failure> {
    let follows = |(place, failure): (usize, &Failure)| {
        failures.iter().enumerate().any(|(other_place, other)| {
            // The verdict is less binding only where another step of the case is.
            let is_verdict = other.check.is_none();
            other.step == failure.step
                && (other.level >= failure.level || is_verdict)
                && is_cause(other, failure, other_place < place)
        })
    };
    let all = failures.iter().enumerate();
    all.filter(|one| !follows(*one))
        .map(|(_, failure)| failure.clone())
        .collect()
}

/// Whether one failure of a step is why another one is there.
fn is_cause(cause: &Failure, failure: &Failure, is_before: bool) -> bool {
    let rule = |failure: &Failure| match &failure.matter.kind {
        Kind::Rule(rule) => Some(rule.clone()),
        Kind::Granted | Kind::Withheld { .. } | Kind::Unanswered => None,
    };
    match (&cause.matter.kind, &failure.matter.kind) {
        // Of what a browser needs, the first that is missing.
        (Kind::Withheld { .. }, Kind::Withheld { .. }) => {
            let order = |failure: &Failure| (failure.check.is_some(), rank(&failure.matter.kind));
            match order(cause).cmp(&order(failure)) {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Equal => is_before,
                std::cmp::Ordering::Greater => false,
            }
        }
        // What is refused has no more of what goes with it.
        (Kind::Withheld { .. }, Kind::Rule(rule)) => {
            ["max-age", "exposed", "vary", "no-call"].contains(&rule.as_str())
        }
        // What has the wrong form is not what a browser needs.
        (Kind::Rule(form), Kind::Withheld { about, .. }) => {
            let of_header = HEADERS
                .iter()
                .find(|(_, forms)| forms.contains(&form.as_str()));
            match (of_header, about) {
                (Some((name, _)), Some(About::Header(about))) => name.eq_ignore_ascii_case(about),
                (None, _) => form == "no-crash",
                (Some(_), _) => false,
            }
        }
        // What is echoed has whatever form was sent.
        (Kind::Granted, Kind::Rule(form)) => {
            form == "grammar" && cause.matter.odd.iter().any(|odd| odd.is_of_origin())
        }
        (Kind::Rule(empty), Kind::Rule(form)) => empty == "not-empty" && form == "grammar",
        (Kind::Granted, Kind::Granted) => {
            is_before
                && cause
                    .matter
                    .odd
                    .iter()
                    .any(|odd| failure.matter.odd.contains(odd))
        }
        _ => rule(cause).is_some() && rule(cause) == rule(failure) && is_before,
    }
}

/// At which place a browser looks at it.
fn rank(kind: &Kind) -> usize {
    let Kind::Withheld { about, .. } = kind else {
        return 0;
    };
    match about {
        Some(About::Header(name)) => {
            let known = HEADERS
                .iter()
                .position(|(known, _)| known.eq_ignore_ascii_case(name));
            // The status comes between the headers of every response and those of a preflight.
            known.map_or(9, |place| if place < 2 { place } else { place + 1 })
        }
        Some(About::Status) => 2,
        Some(About::Bytes) | None => 9,
    }
}

fn granted(odd: BTreeSet<Oddity>, step: &Step, policy: &Policy) -> Matter {
    let unusual = unusual(step, policy);
    let more = unusual
        .into_iter()
        .filter(|odd| !odd.is_of_origin() && *odd != Oddity::Unlisted);
    Matter {
        kind: Kind::Granted,
        odd: odd.into_iter().chain(more).collect(),
    }
}

fn withheld(step: &Step, seen: &StepEvent, policy: &Policy) -> Matter {
    let last = seen.exchanges.last();
    let on_preflight = last.is_some_and(|last| last.kind == ExchangeKind::Preflight);
    let refusal = seen.refusal.as_ref();
    let about = refusal.and_then(|refusal| refusal.compared.as_ref().map(small));
    needed(on_preflight, about, step, policy)
}

fn needed(on_preflight: bool, about: Option<About>, step: &Step, policy: &Policy) -> Matter {
    Matter {
        kind: Kind::Withheld {
            on_preflight,
            about,
        },
        odd: unusual(step, policy),
    }
}

/// The same for every spelling of a header's name.
fn small(about: &About) -> About {
    match about {
        About::Header(name) => About::Header(name.to_ascii_lowercase()),
        About::Status | About::Bytes => about.clone(),
    }
}

/// What a check that does not hold has in common with others.
fn of_check(
    rule: &str,
    check: &CheckEvent,
    step: &Step,
    seen: &StepEvent,
    policy: &Policy,
) -> Matter {
    let is_preflight = || {
        seen.exchanges.last().is_some_and(|last| {
            let mut headers = last.request.headers.iter();
            let asked = "access-control-request-method";
            last.request.method == "OPTIONS"
                && headers.any(|(name, _)| name.eq_ignore_ascii_case(asked))
        })
    };
    let on_preflight = match check.on {
        On::Preflight => true,
        On::Actual => false,
        On::Last => is_preflight(),
    };
    let header = |name: &str| Some(About::Header(name.to_owned()));
    let about = match rule {
        "ok" | "served" | "ran" => Some(About::Status),
        "granted" => header("access-control-allow-origin"),
        "no-star" if seen.wanted == Some(Verdict::Shared) => header("access-control-allow-origin"),
        "credentials" => header("access-control-allow-credentials"),
        "method" => header("access-control-allow-methods"),
        "header" => header("access-control-allow-headers"),
        _ => None,
    };
    if about.is_some() {
        return needed(on_preflight, about, step, policy);
    }
    match rule {
        "no-echo" | "no-evil" => granted(unlike_origin(step, policy), step, policy),
        "grammar" | "not-empty" if repeats_origin(seen) => {
            let unlike = unlike_origin(step, policy);
            let malformed = || [Oddity::Malformed].into();
            granted(
                Some(unlike)
                    .filter(|unlike| !unlike.is_empty())
                    .unwrap_or_else(malformed),
                step,
                policy,
            )
        }
        "no-star" => granted([Oddity::Anybody].into(), step, policy),
        "no-null" => granted([Oddity::Null].into(), step, policy),
        "method-not-granted" => granted([Oddity::Method].into(), step, policy),
        "header-not-granted" => granted([Oddity::Header].into(), step, policy),
        "never-true" => granted([Oddity::Credentials].into(), step, policy),
        // What is no name is repeated, whichever list it is asked for in.
        "methods-tokens" | "headers-tokens" => of_rule("tokens", BTreeSet::new()),
        "methods-not-empty" | "headers-not-empty" if is_asked_for_nothing(seen) => {
            of_rule("tokens", BTreeSet::new())
        }
        "methods-not-empty" | "headers-not-empty" | "exposed-not-empty" => {
            of_rule("empty-list", BTreeSet::new())
        }
        "reads" => of_rule("exposed", unusual(step, policy)),
        rule => of_rule(rule, unusual(step, policy)),
    }
}

fn of_rule(rule: &str, odd: BTreeSet<Oddity>) -> Matter {
    Matter {
        kind: Kind::Rule(rule.to_owned()),
        odd,
    }
}

/// Whether the last response allows what the request has as its origin.
fn repeats_origin(seen: &StepEvent) -> bool {
    let value = |headers: &[(String, String)], wanted: &str| {
        let mut headers = headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.clone())
    };
    seen.exchanges.last().is_some_and(|last| {
        let origin = value(&last.request.headers, "origin");
        let response = last.response.as_ref();
        let allowed =
            response.and_then(|response| value(&response.headers, "access-control-allow-origin"));
        origin.is_some() && origin == allowed
    })
}

/// Whether a preflight asks for an empty method or an empty list of headers.
fn is_asked_for_nothing(seen: &StepEvent) -> bool {
    let headers = seen.exchanges.first().map(|first| &first.request.headers);
    let mut headers = headers.into_iter().flatten();
    headers.any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        name.starts_with("access-control-request-") && value.trim().is_empty()
    })
}

/// Whether a check looks at a request that was never made since the preflight was refused, which is
/// what failed then.
fn is_without_answer(check: &CheckEvent, event: &CaseEvent) -> bool {
    let step = event.steps.get(check.step);
    let last = step.and_then(|step| step.exchanges.last());
    check.on == On::Actual && last.is_some_and(|last| last.kind == ExchangeKind::Preflight)
}
