//! The loop: generate, carry out, judge; and on a failure, make it short and tell it as an event.

mod told;

use std::collections::{BTreeMap, VecDeque};

use arbitrary::Unstructured;
use cors_harness::control::Halt;
use cors_harness::event::{
    CaseEvent, Counts, GeneratedEvent, Mode, Outcome, RunEvent, SubjectEvent,
};
use cors_harness::exit::Exit;
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_harness::run::cut_short;
use cors_harness::stream::{Sink, Stream};
use cors_vectors::server::{ServerCase, Step};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::driver::Driver;
use crate::failure::{Failure, causes, failures};
use crate::finding::{Finding, Fuzzed, Fuzzing};
use crate::fresh::Supply;
use crate::generate::generate;
use crate::matter::Matter;
use crate::place::{Place, choose, origins, places};
use crate::shorten::{Gone, Seen, Shortener, alive, only};
use crate::source::{Source, drawn};

/// Steps that are kept of what was done before, by policy, since a failure may depend on them.
const MOST_HISTORY: usize = 64;

/// Fuzzes what is tested, and tells the findings as events while it goes on. Each is looked into on
/// the targets that `supply` gives.
///
/// Needs a tokio runtime with I/O and time.
pub async fn fuzz(
    subject: &Subject,
    fuzzing: &Fuzzing,
    options: &Options,
    supply: &dyn Supply,
    cancel: impl Future<Output = ()>,
    sink: &mut dyn Sink,
) -> Fuzzed {
    let mut search = Search::begin(subject.mode(), fuzzing, options, sink);
    let cut = async { (Exit::CutShort, cut_short(options, cancel).await) };
    search.go_on(subject, fuzzing, supply, cut).await;
    search.end()
}

/// Tells of a search that could not begin.
pub fn not_begun(
    mode: Mode,
    fuzzing: &Fuzzing,
    options: &Options,
    halt: &Halt,
    sink: &mut dyn Sink,
) -> Fuzzed {
    let mut search = Search::begin(mode, fuzzing, options, sink);
    search.stop(halt.exit, options.redactor().text(&halt.text));
    search.end()
}

/// A search, told as one stream of events: of one target after the other.
pub(crate) struct Search<'s> {
    options: &'s Options,
    stream: Stream<'s>,
    findings: Vec<Finding>,
    /// What is shown by findings as well, by their places in that list.
    also: Vec<(Matter, usize)>,
    /// Seen, and not yet told.
    pending: Option<Finding>,
    history: BTreeMap<String, VecDeque<Step>>,
    counts: Counts,
    requests: usize,
    /// Whether a finding counts and is not known.
    is_news: bool,
    /// Whether it was told that something was not answered by chance.
    has_chance: bool,
}

impl<'s> Search<'s> {
    /// Begins the stream.
    pub(crate) fn begin(
        mode: Mode,
        fuzzing: &Fuzzing,
        options: &'s Options,
        sink: &'s mut dyn Sink,
    ) -> Self {
        let about = options.about.clone();
        let run = RunEvent {
            tool: about.tool,
            vectors: about.vectors,
            standard: about.standard,
            subject: SubjectEvent::Fuzz {
                target: about.target,
                mode,
                seed: fuzzing.seed,
            },
            selected: 0,
        };
        Self {
            options,
            stream: Stream::begin(run, options.fail_on, sink),
            findings: Vec::new(),
            also: Vec::new(),
            pending: None,
            history: BTreeMap::new(),
            counts: Counts::default(),
            requests: 0,
            is_news: false,
            has_chance: false,
        }
    }

    /// Notes why it cannot go on, without secrets.
    pub(crate) fn stop(&mut self, exit: Exit, reason: String) {
        self.stream.stop(exit, reason);
    }

    /// Sets what a program under test printed last, without secrets.
    pub(crate) fn log(&mut self, lines: Vec<String>) {
        self.stream.log(lines);
    }

    /// Whether there is no reason to go on with another target.
    pub(crate) const fn is_over(&self, fuzzing: &Fuzzing) -> bool {
        self.stream.is_stopped() || (self.is_news && !fuzzing.keep_going)
    }

    /// Whether it was stopped.
    pub(crate) const fn is_stopped(&self) -> bool {
        self.stream.is_stopped()
    }

    /// Fuzzes a target; `cut` ends it early, with an exit and the reason.
    pub(crate) async fn go_on(
        &mut self,
        subject: &Subject,
        fuzzing: &Fuzzing,
        supply: &dyn Supply,
        cut: impl Future<Output = (Exit, String)>,
    ) {
        let driver = Driver::new(subject, self.options, &fuzzing.area, self.requests);
        let time_up = async {
            match fuzzing.duration {
                Some(duration) => tokio::time::sleep(duration).await,
                None => std::future::pending().await,
            }
        };
        let stop = tokio::select! {
            biased;
            stop = cut => Some(stop),
            () = time_up => None,
            stop = self.work(&driver, fuzzing, supply) => stop,
        };
        self.requests = driver.requests();
        if let Some((exit, reason)) = stop {
            self.stop(exit, driver.runner.redacted(&reason));
        }
        // As it is, since the time was up before it was short.
        if let Some(finding) = self.pending.take() {
            self.tell(finding, fuzzing);
        }
    }

    /// Looks until there is no more to do, or returns why it cannot go on.
    async fn work(
        &mut self,
        driver: &Driver<'_>,
        fuzzing: &Fuzzing,
        supply: &dyn Supply,
    ) -> Option<(Exit, String)> {
        let origins = origins(driver.subject);
        let places = places(driver.subject, &origins);
        let first = *places.first()?;
        let answers = match driver.control(first.site).await {
            Ok((notes, answers)) => {
                for note in notes {
                    self.stream.note(note);
                }
                answers
            }
            Err(Halt { exit, text }) => return Some((exit, text)),
        };
        let mut run = 0;
        while fuzzing.runs.is_none_or(|runs| run < runs)
            && fuzzing.requests.is_none_or(|most| driver.requests() < most)
            && !self.is_over(fuzzing)
        {
            let batch = Batch {
                driver,
                places: &places,
                fuzzing,
                supply,
            };
            match Box::pin(self.batch(&batch, run)).await {
                Ok(next) => run = next,
                Err(Gone(halt)) => return Some((halt.exit, halt.text)),
            }
            if driver.is_bug() {
                let why = "the suite itself failed in a case; please report it";
                return Some((Exit::Bug, why.to_owned()));
            }
            if let Some(Halt { exit, text }) = driver.runner.gives_up() {
                return Some((exit, text));
            }
        }
        match alive(driver, first).await {
            Err(Gone(halt)) if answers => Some((halt.exit, halt.text)),
            Ok(()) | Err(_) => None,
        }
    }

    /// Carries out some sequences at the same time, and says which number is next.
    async fn batch(&mut self, batch: &Batch<'_>, run: u64) -> Result<u64, Gone> {
        let Batch {
            driver,
            places,
            fuzzing,
            ..
        } = *batch;
        let (mode, options) = (driver.runner.mode(), driver.runner.options());
        let width = u64::try_from(options.in_flight.max(1)).unwrap_or(1);
        let end = match fuzzing.runs {
            Some(runs) => runs.min(run.saturating_add(width)),
            None => run.saturating_add(width),
        };
        let mut running = FuturesUnordered::new();
        for number in run..end {
            let bytes = drawn(fuzzing.seed, number);
            let mut bytes = Unstructured::new(&bytes);
            let mut source = Source::new(&mut bytes);
            let Some(place) = choose(&mut source, places) else {
                continue;
            };
            let made = generate(&mut source, place.terms(mode, options));
            running.push(async move {
                let done = driver.carry_out(driver.subject, place.policy, made).await;
                (number, place, done)
            });
        }
        let mut done = Vec::new();
        while let Some(one) = running.next().await {
            done.push(one);
        }
        done.sort_by_key(|(number, ..)| *number);
        if driver.runner.is_doubtful()
            && let Some((_, place, _)) = done.first()
        {
            // What a server that is gone does not answer says nothing of CORS.
            alive(driver, *place).await?;
        }
        for (_, place, (made, event)) in done {
            self.look(batch, place, &made, event).await?;
        }
        Ok(end)
    }

    /// Takes a result in.
    async fn look(
        &mut self,
        batch: &Batch<'_>,
        place: Place<'_>,
        made: &ServerCase,
        event: CaseEvent,
    ) -> Result<(), Gone> {
        let failed = match event.outcome {
            Outcome::Pass | Outcome::Info | Outcome::Skip | Outcome::Blocked => Vec::new(),
            Outcome::Fail | Outcome::Error => causes(&failures(made, &event, &place.site.policy)),
        };
        match (event.outcome, failed.is_empty()) {
            (Outcome::Skip | Outcome::Blocked, _) => self.counts.skip += 1,
            (Outcome::Info, true) => self.counts.info += 1,
            (Outcome::Pass | Outcome::Fail | Outcome::Error, true) => {
                self.counts.pass += 1;
            }
            (_, false) => self.counts.fail += 1,
        }
        if let Some(failure) = self.news(&failed) {
            self.finding(batch, place, made, event, &failure).await?;
        }
        let history = self.history.entry(place.policy.to_owned()).or_default();
        history.extend(made.steps.iter().cloned());
        while history.len() > MOST_HISTORY {
            history.pop_front();
        }
        Ok(())
    }

    /// Makes a failure short and tells it, unless it is one more sign of what is known.
    async fn finding(
        &mut self,
        batch: &Batch<'_>,
        place: Place<'_>,
        made: &ServerCase,
        event: CaseEvent,
        failure: &Failure,
    ) -> Result<(), Gone> {
        let after = batch.driver.requests();
        let unconfirmed = Seen {
            case: made.clone(),
            event,
            failure: failure.clone(),
        };
        self.pending = Some(self.as_finding(unconfirmed, &batch.fuzzing.area, after, false));
        let shortener = Shortener::new(batch.driver, place, batch.supply);
        let history: Vec<Step> = {
            let of_policy = self.history.get(place.policy).into_iter().flatten();
            of_policy.cloned().collect()
        };
        let shortest = shortener.shortest(&made.steps, &history, failure).await;
        let confirmed = match shortest {
            Ok(Some(short)) => {
                let case = only(short.case, &short.failure);
                let case = self.named(case, &short.failure, &batch.fuzzing.area);
                shortener.confirm(case, &short.failure).await
            }
            Ok(None) => Ok(None),
            Err(gone) => Err(gone),
        };
        let confirmed = match confirmed {
            Ok(confirmed) => confirmed,
            Err(gone) => {
                // Nothing can be said of it any more.
                self.pending = None;
                return Err(gone);
            }
        };
        if let Some(confirmed) = confirmed {
            self.pending = Some(self.as_finding(confirmed, &batch.fuzzing.area, after, true));
        }
        let Some(finding) = self.pending.take() else {
            return Ok(());
        };
        if !finding.is_confirmed() && finding.is_chance() {
            self.chance();
            return Ok(());
        }
        match self.same(&finding, place) {
            Some(same) => {
                self.also.push((finding.matter, same));
                if let Some(known) = self.findings.get_mut(same) {
                    known.times += 1;
                }
            }
            None => self.tell(finding, batch.fuzzing),
        }
        Ok(())
    }

    /// Ends the stream.
    pub(crate) fn end(mut self) -> Fuzzed {
        let times = self.findings.iter();
        let times = times.map(|finding| (finding.case.id.clone(), finding.times));
        let generated = GeneratedEvent {
            requests: self.requests,
            times: times.collect(),
        };
        self.stream.generated(self.counts, generated);
        Fuzzed {
            findings: self.findings,
            end: self.stream.end(),
        }
    }
}

/// What the sequences of one batch are made of.
struct Batch<'a> {
    driver: &'a Driver<'a>,
    places: &'a [Place<'a>],
    fuzzing: &'a Fuzzing,
    supply: &'a dyn Supply,
}
