//! Changes of the answers of a failed case, tried.

use cors_model::error::{Remedy, Stage};
use cors_model::header::Header;
use cors_model::response::Response;
use cors_model::ways::{Attempt, Way, ways};
use cors_policy::policy::AnyOr;
use cors_vectors::check::On;
use cors_vectors::server::{Level, Verdict};

use super::check::ORIGIN;
use super::withdraw::{HEADERS, METHODS};
use super::{check, withdraw};
use crate::cause::{Change, Fix, Remedy as RemedyEvent};
use crate::done::{Done, Exchange};
use crate::event::{CheckEvent, CheckOutcome, Kind};
use crate::judge::{Standing, answer, standing};
use crate::model;
use crate::page::decided_again;
use crate::plan::{Action, PlannedCase, PlannedFetch, PlannedStep, Task};
use crate::redact::Redactor;
use crate::session::Session;
use crate::wire;

/// Bytes of header lines beyond which no change is tried: each try goes through all of them.
const LONGEST_HEADS: usize = 32 * 1024;

/// The fixes for a failed case: for the first verdict that does not hold, and for each check that
/// does not, once. Empty where no change of an answer helps, as where there was none.
pub(crate) fn fixes(
    planned: &PlannedCase,
    task: &Task,
    session: &Session<'_>,
    all: &[Done],
    redactor: &Redactor,
) -> Vec<Fix> {
    let mut fixes: Vec<Fix> = Vec::new();
    let mut verdict_shown = false;
    for (index, (step, done)) in task.steps.iter().zip(all).enumerate() {
        let trial = Trial {
            task,
            session,
            step,
            all,
            index,
            recorded: &done.exchanges,
            level: planned.case.level,
        };
        let now = trial.standing(done);
        if !now.verdict && !verdict_shown {
            verdict_shown = true;
            let found = trial.search(&now, None);
            // What is too much has one reason, and what is missing has alternatives.
            let most = match step.verdict {
                Some(Verdict::Refused) => 1,
                Some(Verdict::Shared) | None => usize::MAX,
            };
            let shown = found.iter().take(most);
            fixes.extend(shown.map(|way| trial.fix(way, None, redactor)));
        }
        for failed in failing(&now) {
            let known = fixes
                .iter()
                .any(|fix| fix.check.as_ref() == Some(&failed.id));
            let found = trial.search(&now, Some(failed)).into_iter().next();
            if let Some(way) = found.filter(|_| !known) {
                let fix = trial.fix(&way, Some(failed.id.clone()), redactor);
                if !fixes.iter().any(|other| other.is_same(&fix)) {
                    fixes.push(fix);
                }
            }
        }
    }
    fixes
}

fn failing(standing: &Standing) -> impl Iterator<Item = &CheckEvent> {
    let checks = standing.checks.iter();
    checks.filter(|check| check.outcome == CheckOutcome::Fail && check.level > Level::Info)
}

/// A step whose answers are changed.
struct Trial<'a> {
    task: &'a Task,
    session: &'a Session<'a>,
    step: &'a PlannedStep,
    all: &'a [Done],
    index: usize,
    recorded: &'a [Exchange],
    level: Level,
}

impl Trial<'_> {
    fn standing(&self, done: &Done) -> Standing {
        let to_all = self.session.error_to_all.get();
        standing(self.step, self.level, done, self.all, self.index, to_all)
    }

    const fn fetch(&self) -> Option<&PlannedFetch> {
        match &self.step.action {
            Action::Fetch(fetch) => Some(fetch),
            Action::Send(_) => None,
        }
    }

    /// The ways in which the verdict, or a check, comes to hold, and nothing ceases to that held.
    fn search(&self, now: &Standing, check: Option<&CheckEvent>) -> Vec<Way> {
        let of_answer = |exchange: &Exchange| {
            let answer = exchange.answer.as_ref().ok()?;
            model::response(answer, std::iter::empty()).ok()
        };
        let responses: Option<Vec<Response>> = self.recorded.iter().map(of_answer).collect();
        let is_small = |responses: &Vec<Response>| {
            let lines = responses.iter().flat_map(|one| one.header_list.iter());
            let length = |line: &Header| line.name.as_bytes().len() + line.value.as_bytes().len();
            !responses.is_empty() && lines.map(length).sum::<usize>() <= LONGEST_HEADS
        };
        let Some(responses) = responses.filter(is_small) else {
            return Vec::new();
        };
        ways(&responses, |responses| {
            let exchanges = self.with(responses);
            let done = match self.fetch() {
                Some(fetch) => decided_again(fetch, &self.task.site, self.session, &exchanges),
                None => Some(Done::of(exchanges)),
            };
            let Some(done) = done else {
                // The browser goes on, to a request whose answer nobody knows.
                let wanted = check.is_none() && self.step.verdict == Some(Verdict::Shared);
                return if wanted {
                    Attempt::Suffices
                } else {
                    Attempt::Short(Vec::new())
                };
            };
            let then = self.standing(&done);
            let reached = match check {
                None => then.verdict,
                Some(check) => holds(&then, &check.id) && (then.verdict || !now.verdict),
            };
            let spoilt = now
                .checks
                .iter()
                .any(|check| check.outcome == CheckOutcome::Pass && fails(&then, &check.id));
            if reached && !spoilt {
                return Attempt::Suffices;
            }
            Attempt::Short(match check {
                None => self.candidates(&done),
                Some(check) => self.candidates_of(check, &done),
            })
        })
    }

    /// The exchanges with these responses.
    fn with(&self, responses: &[Response]) -> Vec<Exchange> {
        let pairs = self.recorded.iter().zip(responses);
        let changed = |(exchange, response): (&Exchange, &Response)| {
            let headers = response.header_list.iter();
            let line = headers.map(|line| {
                (
                    line.name.as_bytes().to_vec(),
                    line.value.as_bytes().to_vec(),
                )
            });
            let was = exchange.answer.as_ref().ok();
            let answer = wire::Response {
                status: response.status,
                headers: line.collect(),
                body: Vec::new(),
                raw: was.and_then(|answer| answer.raw.clone()),
            };
            Exchange {
                answer: Ok(answer),
                ..exchange.clone()
            }
        };
        pairs.map(changed).collect()
    }

    /// What may bring about the verdict.
    fn candidates(&self, done: &Done) -> Vec<(usize, Remedy)> {
        match (self.step.verdict, &done.refusal, self.fetch()) {
            (Some(Verdict::Shared), Some(refusal), _) => {
                let remedies = refusal.remedies.iter();
                let remedies = remedies.filter(|one| !self.opens_what_is_listed(one));
                let place = |one: &Remedy| Some((judged(done, one.on())?, one.clone()));
                remedies.filter_map(place).collect()
            }
            (Some(Verdict::Refused), _, Some(fetch)) => {
                // What a preflight lets through is done, whatever the page then reads of it.
                let first = done
                    .exchanges
                    .iter()
                    .position(|one| one.kind == Kind::Preflight);
                let Some(index) = first.or_else(|| judged(done, Stage::Response)) else {
                    return Vec::new();
                };
                let (on, answer) = match done.exchanges.get(index) {
                    Some(Exchange {
                        kind,
                        answer: Ok(answer),
                        ..
                    }) => (stage(*kind), answer),
                    _ => return Vec::new(),
                };
                let found = withdraw::candidates(fetch, &self.task.site.policy, answer, on);
                found.into_iter().map(|remedy| (index, remedy)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether a change is a `*` where the policy has a list: it would help, and allow what is not
    /// meant to be.
    fn opens_what_is_listed(&self, remedy: &Remedy) -> bool {
        let (Remedy::SetHeader { name, value, .. } | Remedy::AddToList { name, value, .. }) =
            remedy
        else {
            return false;
        };
        let Some(fetch) = self.fetch().filter(|_| value.as_bytes() == b"*") else {
            return false;
        };
        let policy = self.task.site.policy.at(fetch.url.path());
        let rule = policy.rule_for(&fetch.origin);
        let is = |header: &str| name.as_bytes().eq_ignore_ascii_case(header.as_bytes());
        (is(ORIGIN) && matches!(rule.allow_origins, AnyOr::Listed(_)))
            || (is(METHODS) && matches!(rule.allow_methods, AnyOr::Listed(_)))
            || (is(HEADERS) && matches!(rule.allow_headers, AnyOr::Listed(_)))
    }

    /// What may make a check hold.
    fn candidates_of(&self, failed: &CheckEvent, done: &Done) -> Vec<(usize, Remedy)> {
        let Some(answer) = answer(done, failed.on) else {
            return Vec::new();
        };
        let is_it = |exchange: &Exchange| {
            exchange
                .answer
                .as_ref()
                .is_ok_and(|one| std::ptr::eq(one, answer))
        };
        let Some(index) = done.exchanges.iter().position(is_it) else {
            return Vec::new();
        };
        let on = done
            .exchanges
            .get(index)
            .map_or(Stage::Response, |one| stage(one.kind));
        let origin = self.fetch().map(|fetch| fetch.origin.as_slice());
        let found = match failed.id.split_once(':') {
            Some((kind @ ("reads" | "cannot-read"), _)) if failed.on == On::Actual => {
                let readable = kind == "reads";
                let names = self.fetch().map(|fetch| {
                    if readable {
                        &fetch.reads
                    } else {
                        &fetch.cannot_read
                    }
                });
                let mut names = names.into_iter().flatten();
                let named = names.find(|name| {
                    failed
                        .id
                        .ends_with(&format!(":{}", crate::escape::escape(name)))
                });
                let path = self.fetch().map_or("/", |fetch| fetch.url.path());
                let policy = self.task.site.policy.at(path);
                let exposing =
                    named.and_then(|name| withdraw::exposing(name, readable, answer, policy));
                exposing.into_iter().collect()
            }
            _ => {
                let planned = self.step.checks.iter().find(|check| check.id == failed.id);
                planned.map_or_else(Vec::new, |planned| {
                    check::candidates(&planned.statement, answer, origin, on)
                })
            }
        };
        found.into_iter().map(|remedy| (index, remedy)).collect()
    }

    fn fix(&self, way: &Way, check: Option<String>, redactor: &Redactor) -> Fix {
        let changes = way
            .condensed()
            .into_iter()
            .map(|(exchange, remedy)| Change {
                step: self.index,
                exchange,
                on: self
                    .recorded
                    .get(exchange)
                    .map_or(Kind::Actual, |one| one.kind),
                remedy: self.addressed(exchange, model::remedy_event(&remedy, redactor)),
            });
        Fix {
            check,
            changes: changes.collect(),
        }
    }

    /// A change with the origin that it is about, where it takes `Access-Control-Allow-Origin` away.
    fn addressed(&self, exchange: usize, remedy: RemedyEvent) -> RemedyEvent {
        let RemedyEvent::RemoveHeader { name, .. } = &remedy else {
            return remedy;
        };
        if !name.eq_ignore_ascii_case(ORIGIN) {
            return remedy;
        }
        let exchange = self.recorded.get(exchange);
        RemedyEvent::RemoveHeader {
            name: name.clone(),
            to: exchange.and_then(|one| withdraw::recipient(one, &self.task.site.policy)),
        }
    }
}

fn holds(standing: &Standing, id: &str) -> bool {
    let mut checks = standing.checks.iter();
    checks.any(|check| check.id == id && check.outcome == CheckOutcome::Pass)
        && !fails(standing, id)
}

fn fails(standing: &Standing, id: &str) -> bool {
    let mut checks = standing.checks.iter();
    checks.any(|check| check.id == id && check.outcome == CheckOutcome::Fail)
}

const fn stage(kind: Kind) -> Stage {
    match kind {
        Kind::Preflight => Stage::Preflight,
        Kind::Actual | Kind::Raw => Stage::Response,
    }
}

/// The exchange whose answer a part of the fetch judges: the last of its kind.
fn judged(done: &Done, on: Stage) -> Option<usize> {
    let wanted =
        |exchange: &Exchange| (exchange.kind == Kind::Preflight) == (on == Stage::Preflight);
    done.exchanges.iter().rposition(wanted)
}
