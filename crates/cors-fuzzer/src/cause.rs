//! What two failures have in common when they have one cause.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

use cors_vectors::check::On;
use cors_vectors::origin::Parts;
use cors_vectors::policy::Policy;
use cors_vectors::server::{Level, ServerCase, Step, Verdict};

use crate::checks::base;
use crate::expect::Asked;
use cors_harness::event::{CaseEvent, CheckEvent, CheckOutcome, Got, Kind};

/// One thing that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How binding it is.
    pub level: Level,
    /// Where in the case.
    pub step: usize,
    /// The check's id in the case; `None` for a verdict, and where there was no answer.
    pub check: Option<String>,
    /// What did not hold; the rule's name for the texts of a case.
    pub rule: String,
    /// What did not hold, and where a browser said no.
    pub cause: Cause,
}

/// What did not hold, and about what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    what: String,
    /// In what the request differs from what the policy allows, of a refusal.
    shape: BTreeSet<&'static str>,
}

impl Cause {
    /// Whether a failure with this cause shows no more than another one.
    pub fn is_within(&self, other: &Self) -> bool {
        self.what == other.what && self.shape.is_subset(&other.shape)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for shape in &self.shape {
            write!(f, ", {shape}")?;
        }
        Ok(())
    }
}

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
            let what = "there was no answer".to_owned();
            let shape = BTreeSet::new();
            failures.push(Failure {
                level: Level::Must,
                step: number,
                check: None,
                rule: "answered".to_owned(),
                cause: Cause { what, shape },
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
        let at = seen.refusal.as_ref().map_or_else(String::new, |refusal| {
            let compared = refusal.compared.as_ref();
            let compared = compared.map_or_else(String::new, ToString::to_string);
            format!(" at {} {compared}", refusal.at)
        });
        let (rule, shape) = match wanted {
            Verdict::Shared => ("shared", BTreeSet::new()),
            Verdict::Refused => ("refused", shape(step, policy)),
        };
        failures.push(Failure {
            level: case.level,
            step: number,
            check: None,
            rule: rule.to_owned(),
            cause: Cause {
                what: format!("{rule}, got {got:?}{at}"),
                shape,
            },
        });
    }
    let failed = event.checks.iter().filter(|check| {
        check.outcome == CheckOutcome::Fail
            && Some(check.step) != unanswered
            && !is_without_answer(check, event)
    });
    for check in failed {
        let rule = base(&check.id).to_owned();
        failures.push(Failure {
            level: check.level,
            step: check.step,
            check: Some(check.id.clone()),
            cause: Cause {
                what: format!("{rule} on {:?}", check.on),
                shape: BTreeSet::new(),
            },
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

/// Whether a check looks at a request that was never made since the preflight was refused, which is
/// what failed then.
fn is_without_answer(check: &CheckEvent, event: &CaseEvent) -> bool {
    let step = event.steps.get(check.step);
    let last = step.and_then(|step| step.exchanges.last());
    check.on == On::Actual && last.is_some_and(|last| last.kind == Kind::Preflight)
}

/// In what a fetch differs from what the policy allows.
fn shape(step: &Step, policy: &Policy) -> BTreeSet<&'static str> {
    let mut shape = BTreeSet::new();
    let Some((fetch, asked)) = step
        .fetch
        .as_ref()
        .and_then(|fetch| Some((fetch, Asked::of(fetch)?)))
    else {
        return shape;
    };
    if !policy.allows_origin(asked.origin.as_bytes()) {
        shape.insert(kind_of_origin(&asked.origin, policy));
    }
    if !policy.allows_method(asked.method.as_bytes()) {
        shape.insert("method");
    }
    if asked
        .headers
        .iter()
        .any(|(name, _)| !policy.allows_header(name))
    {
        shape.insert("header");
    }
    let includes = fetch.credentials == cors_vectors::server::Credentials::Include;
    if includes && !policy.allow_credentials {
        shape.insert("credentials");
    }
    shape
}

/// What of an origin is other than in the allowed ones.
fn kind_of_origin(origin: &str, policy: &Policy) -> &'static str {
    let Some(parts) = Parts::of(origin) else {
        return "null";
    };
    let same = |fits: &dyn Fn(&Parts<'_>) -> bool| {
        let mut all = policy.exact_origins().filter_map(Parts::of);
        all.any(|known| fits(&known))
    };
    if same(&|known| known.host == parts.host && known.port == parts.port) {
        "scheme"
    } else if same(&|known| known.host == parts.host) {
        "port"
    } else {
        "host"
    }
}
