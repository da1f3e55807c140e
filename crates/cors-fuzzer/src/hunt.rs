//! The loop: generate, carry out, judge; and on a failure, make it short.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use arbitrary::Unstructured;
use cors_vectors::server::{Requirement, ServerCase, Step};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::cause::{Cause, Failure, failures};
use crate::odd::oddities;
use crate::shorten::only;
use crate::source::drawn;
use crate::{Finding, Fuzzed, Fuzzing, Source, generate, rules, sites, terms};
use cors_harness::event::{CaseEvent, Outcome};
use cors_harness::exit::{Exit, Exits};
use cors_harness::kit::{Site, Subject};
use cors_harness::run::{Options, cut_short};
use cors_harness::runner::{Done, Runner};
use cors_harness::sanity::why_not_to_start;

/// Steps that are kept of what was done before, by policy, since a failure may depend on them.
const MOST_HISTORY: usize = 64;

/// Fuzzes what is tested. `reset` is called before a failure is looked into: where it can it puts
/// the target back into the state in which it was started. `found` hears of each finding at once.
///
/// Needs a tokio runtime with I/O and time.
pub async fn fuzz(
    subject: &Subject,
    fuzzing: &Fuzzing,
    options: &Options,
    reset: &dyn Fn(),
    cancel: impl Future<Output = ()>,
    found: &mut dyn FnMut(&Finding),
) -> Fuzzed {
    let cut = async { (Exit::CutShort, cut_short(options, cancel).await) };
    let before = Fuzzed::nothing();
    go_on(subject, fuzzing, options, reset, cut, found, before).await
}

/// Like [`fuzz`], after what was found before; `cut` ends it early, with an exit and the reason.
pub(crate) async fn go_on(
    subject: &Subject,
    fuzzing: &Fuzzing,
    options: &Options,
    reset: &dyn Fn(),
    cut: impl Future<Output = (Exit, String)>,
    found: &mut dyn FnMut(&Finding),
    before: Fuzzed,
) -> Fuzzed {
    let hunt = Hunt {
        subject,
        fuzzing,
        runner: Runner::new(options, subject.mode()),
        origins: origins(subject),
        reset,
        history: RefCell::default(),
        requests: Cell::new(before.requests),
        sums: RefCell::new(Sums {
            findings: before.causes.into_iter().zip(before.findings).collect(),
            passed: before.passed,
            failed: before.failed,
            skipped: before.skipped,
            ..Sums::default()
        }),
    };
    let time_up = async {
        match fuzzing.duration {
            Some(duration) => tokio::time::sleep(duration).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        (exit, why) = cut => hunt.stop(exit, &why),
        () = time_up => {}
        () = hunt.work(found) => {}
    }
    hunt.end()
}

/// What is known so far.
#[derive(Default)]
struct Sums {
    findings: Vec<(Cause, Finding)>,
    /// Further causes of findings, by their places in that list.
    also: Vec<(Cause, usize)>,
    passed: u64,
    failed: u64,
    skipped: u64,
    exits: Exits,
    reason: Option<String>,
}

impl Sums {
    /// The finding of which this one, the last, is one more sign: it needs the same odd kind of
    /// request, was seen under the same policy, and is no more binding.
    fn same(&self, number: usize) -> Option<usize> {
        let (_, new) = self.findings.get(number)?;
        let odd = oddities(&new.case.steps);
        if odd.is_empty() || !new.replays {
            return None;
        }
        self.findings.iter().take(number).position(|(_, known)| {
            known.replays
                && known.event.level >= new.event.level
                && known.case.policy == new.case.policy
                && oddities(&known.case.steps) == odd
        })
    }
}

pub(crate) struct Hunt<'a> {
    subject: &'a Subject,
    fuzzing: &'a Fuzzing,
    runner: Runner<'a>,
    /// Of the sites, in order.
    origins: Vec<String>,
    pub(crate) reset: &'a dyn Fn(),
    pub(crate) history: RefCell<BTreeMap<String, VecDeque<Step>>>,
    requests: Cell<usize>,
    sums: RefCell<Sums>,
}

/// A site of the target.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) policy: &'a str,
    pub(crate) site: &'a Site,
    pub(crate) origin: &'a str,
}

impl Hunt<'_> {
    fn stop(&self, exit: Exit, reason: &str) {
        let mut sums = self.sums.borrow_mut();
        sums.exits.add(exit);
        let reason = self.runner.redacted(reason);
        sums.reason.get_or_insert(reason);
    }

    async fn work(&self, found: &mut dyn FnMut(&Finding)) {
        let places = places(self.subject, &self.origins);
        let Some(first) = places.first() else {
            return;
        };
        self.requests.set(self.requests.get() + 1);
        let answers = match self.runner.check(first.site).await {
            Ok(()) => true,
            Err(transport) => {
                if let Some((exit, said)) = why_not_to_start(&transport) {
                    self.stop(exit, &said);
                    return;
                }
                false
            }
        };
        let mut run = 0;
        while self.goes_on(run) {
            run = self.batch(&places, run, found).await;
            if let Some(said) = self.runner.gives_up() {
                self.stop(Exit::Unreachable, &said);
                return;
            }
        }
        if answers && let Err(transport) = self.runner.check(first.site).await {
            let said = format!("the target answered at first and no longer does: {transport}");
            self.stop(Exit::Unreachable, &said);
        }
    }

    /// Whether there is more to do after so many sequences.
    fn goes_on(&self, run: u64) -> bool {
        let Fuzzing {
            runs,
            requests,
            keep_going,
            ..
        } = self.fuzzing;
        let sums = self.sums.borrow();
        let counts =
            |(_, finding): &(Cause, Finding)| finding.event.level >= self.runner.options().fail_on;
        runs.is_none_or(|runs| run < runs)
            && requests.is_none_or(|most| self.requests.get() < most)
            && (*keep_going || !sums.findings.iter().any(counts))
            && sums.reason.is_none()
    }

    /// Carries out some sequences at the same time, and says which number is next.
    async fn batch(&self, places: &[Place<'_>], run: u64, found: &mut dyn FnMut(&Finding)) -> u64 {
        let width = u64::try_from(self.runner.options().in_flight.max(1)).unwrap_or(1);
        let end = match self.fuzzing.runs {
            Some(runs) => runs.min(run.saturating_add(width)),
            None => run.saturating_add(width),
        };
        let mut running = FuturesUnordered::new();
        for number in run..end {
            let bytes = drawn(self.fuzzing.seed, number);
            let mut bytes = Unstructured::new(&bytes);
            let mut source = Source::new(&mut bytes);
            let Some(place) = choose(&mut source, places) else {
                continue;
            };
            let made = generate(&mut source, self.terms(place));
            running.push(async move { (number, place, self.carry_out(place, made).await) });
        }
        let mut done = Vec::new();
        while let Some(one) = running.next().await {
            done.push(one);
        }
        done.sort_by_key(|(number, ..)| *number);
        for (_, place, (made, event)) in done {
            self.look(place, &made, event, found).await;
        }
        end
    }

    pub(crate) fn terms<'p>(&self, place: Place<'p>) -> crate::Terms<'p> {
        let (mode, options) = (self.runner.mode(), self.runner.options());
        terms(place.site, place.origin, mode, options)
    }

    /// Carries a case out and judges it.
    pub(crate) async fn carry_out(
        &self,
        place: Place<'_>,
        made: ServerCase,
    ) -> (ServerCase, CaseEvent) {
        let case = ServerCase {
            id: if made.id.is_empty() {
                format!("{}/generated", self.fuzzing.area)
            } else {
                made.id
            },
            policy: place.policy.to_owned(),
            ..made
        };
        let Done {
            case,
            event,
            is_bug,
        } = self.runner.run(case, self.subject).await;
        if is_bug {
            let said = "the suite itself failed in a case; please report it";
            self.stop(Exit::Bug, said);
        }
        self.requests.set(self.requests.get() + event.exchanges);
        (case, event)
    }

    /// Takes a result in.
    async fn look(
        &self,
        place: Place<'_>,
        made: &ServerCase,
        event: CaseEvent,
        found: &mut dyn FnMut(&Finding),
    ) {
        let failed = match event.outcome {
            Outcome::Pass | Outcome::Info | Outcome::Skip | Outcome::Blocked => Vec::new(),
            Outcome::Fail | Outcome::Error => failures(made, &event, &place.site.policy),
        };
        {
            let mut sums = self.sums.borrow_mut();
            match (event.outcome, failed.is_empty()) {
                (Outcome::Skip | Outcome::Blocked, _) => sums.skipped += 1,
                (Outcome::Pass | Outcome::Info | Outcome::Fail | Outcome::Error, true) => {
                    sums.passed += 1;
                }
                (_, false) => sums.failed += 1,
            }
        }
        if let Some(failure) = self.news(&failed)
            && let Some(finding) = self.finding(place, made, event, &failure).await
        {
            found(&finding);
        }
        let mut history = self.history.borrow_mut();
        let history = history.entry(place.policy.to_owned()).or_default();
        history.extend(made.steps.iter().cloned());
        while history.len() > MOST_HISTORY {
            history.pop_front();
        }
    }

    /// The first failure that no finding explains; the others are counted.
    fn news(&self, failed: &[Failure]) -> Option<Failure> {
        let mut sums = self.sums.borrow_mut();
        for failure in failed {
            let explains = |cause: &Cause| cause.is_within(&failure.cause);
            let known = sums.findings.iter().position(|(cause, _)| explains(cause));
            let known = known.or_else(|| {
                let mut also = sums.also.iter();
                also.find(|(cause, _)| explains(cause))
                    .map(|(_, place)| *place)
            });
            match known.and_then(|place| sums.findings.get_mut(place)) {
                Some((_, finding)) => finding.times += 1,
                None => return Some(failure.clone()),
            }
        }
        None
    }

    /// Makes a failure short and keeps it; `None` when it is one more sign of what is known.
    async fn finding(
        &self,
        place: Place<'_>,
        made: &ServerCase,
        event: CaseEvent,
        failure: &Failure,
    ) -> Option<Finding> {
        let number = {
            // As it is, should the time be up before it is short.
            let mut sums = self.sums.borrow_mut();
            let finding = Finding {
                case: self.named(made.clone(), failure, sums.findings.len()),
                event,
                after: self.requests.get(),
                times: 1,
                also: Vec::new(),
                replays: false,
            };
            sums.findings.push((failure.cause.clone(), finding));
            sums.findings.len() - 1
        };
        let shortest = self.shorten(place, made, failure).await;
        let shown = match shortest {
            Some((short, failure)) => {
                let short = self.named(only(short, &failure), &failure, number);
                (self.reset)();
                let (case, event) = self.carry_out(place, short).await;
                let again = failures(&case, &event, &place.site.policy);
                let again = again
                    .into_iter()
                    .find(|one| one.cause.is_within(&failure.cause));
                again.map(|again| (case, event, again.cause))
            }
            None => None,
        };
        let mut sums = self.sums.borrow_mut();
        let Some((cause, finding)) = sums.findings.get_mut(number) else {
            // It was put there above; nothing takes findings away before it is short.
            unreachable!("a finding was lost");
        };
        if let Some((case, event, shorter)) = shown {
            (finding.case, finding.event, *cause) = (case, event, shorter);
            finding.replays = true;
        }
        let finding = finding.clone();
        if let Some(same) = sums.same(number) {
            let (cause, _) = sums.findings.remove(number);
            sums.also.push((cause, same));
            if let Some((_, known)) = sums.findings.get_mut(same) {
                known.times += 1;
                if !known.also.contains(&failure.rule) {
                    known.also.push(failure.rule.clone());
                }
            }
            return None;
        }
        Some(finding)
    }

    /// A case with the texts of what it shows.
    fn named(&self, case: ServerCase, failure: &Failure, number: usize) -> ServerCase {
        let rule = rules::find(&failure.rule);
        ServerCase {
            id: format!("{}/{}-{}", self.fuzzing.area, rule.id, number + 1),
            title: rule.title.to_owned(),
            why: rule.why.to_owned(),
            spec: rule.spec.iter().copied().map(str::to_owned).collect(),
            ..case
        }
    }

    fn end(self) -> Fuzzed {
        let Sums {
            findings,
            also: _,
            passed,
            failed,
            skipped,
            mut exits,
            reason,
        } = self.sums.into_inner();
        let (causes, findings): (Vec<Cause>, Vec<Finding>) = findings.into_iter().unzip();
        let fail_on = self.runner.options().fail_on;
        if findings
            .iter()
            .any(|finding| finding.event.level >= fail_on)
        {
            exits.add(Exit::Failed);
        }
        if reason.is_none() && passed + failed == 0 {
            exits.add(Exit::NothingRan);
        }
        Fuzzed {
            findings,
            causes,
            passed,
            failed,
            skipped,
            requests: self.requests.get(),
            exit: exits.settle(),
            reason,
        }
    }
}

/// The origins of the sites, in order.
pub(crate) fn origins(subject: &Subject) -> Vec<String> {
    let sites = sites(subject).into_iter();
    sites
        .map(|(_, site)| site.target.url().origin().ascii_serialization())
        .collect()
}

/// The sites with their policies' names and origins.
pub(crate) fn places<'p>(subject: &'p Subject, origins: &'p [String]) -> Vec<Place<'p>> {
    sites(subject)
        .into_iter()
        .zip(origins)
        .map(|((policy, site), origin)| Place {
            policy,
            site,
            origin,
        })
        .collect()
}

/// The site for a sequence. Half of the time it is one with a fact about its policy that was chosen
/// first, so that what only one policy has comes up as well.
pub(crate) fn choose<'p>(source: &mut Source<'_, '_>, places: &[Place<'p>]) -> Option<Place<'p>> {
    if places.len() > 1 && source.happens(1, 2) {
        let all = places
            .iter()
            .flat_map(|place| Requirement::of(&place.site.policy));
        let facts: Vec<Requirement> = all.collect::<BTreeSet<_>>().into_iter().collect();
        let fact = source.one(&facts)?;
        let fits = |place: &&Place<'p>| Requirement::of(&place.site.policy).contains(fact);
        let with: Vec<Place<'p>> = places.iter().filter(fits).copied().collect();
        return source.one(&with).copied();
    }
    source.one(places).copied()
}
