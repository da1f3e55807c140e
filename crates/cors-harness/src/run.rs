//! The run: a control exchange, the cases with a bounded number in flight, a control exchange, and
//! the stream of events about it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};

use crate::case::{Through, again, blank, run_case};
use crate::control::{Control, Halt, by_origin, control, still_answers};
use crate::event::{CaseEvent, EndEvent, Mode, NoteEvent, Outcome, RunEvent, SubjectEvent};
use crate::exit::Exit;
use crate::options::{About, Options};
use crate::plan::{Plan, PlannedCase};
use crate::redact::Redactor;
use crate::session::Session;
use crate::stream::{Sink, Stream};

/// A target that answers nothing for so long is not there.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes the run until it is through, its deadline passes, or `cancel` completes. Returns the
/// `end` line, which the sink got too.
///
/// Needs a tokio runtime with I/O and time. Nothing is spawned but the drivers of connections.
pub async fn run(
    plan: &Plan,
    options: &Options,
    cancel: impl Future<Output = ()>,
    sink: &mut dyn Sink,
) -> EndEvent {
    let mut run = Run::begin(options, plan.subject.mode(), plan.selected(), sink);
    let cancelled = Cell::new(false);
    let cancel = async {
        cancel.await;
        cancelled.set(true);
    };
    tokio::select! {
        biased;
        why = cut_short(options, cancel) => {
            let silent = match (run.is_answered, run.answers.get()) {
                (false, _) => Some("the target did not answer"),
                (true, 0) => Some("the target answered at first and then no longer"),
                (true, _) => None,
            };
            match silent.filter(|_| !cancelled.get() && options.deadline >= PATIENCE) {
                Some(silent) => run.stop(Exit::Unreachable, format!("{silent}: {why}")),
                None => run.stop(Exit::CutShort, why),
            }
        }
        () = run.carry_out(plan) => {}
    }
    run.end()
}

/// Tells of a run that could not begin: of so many selected cases none is judged. Returns the `end`
/// line, which the sink got too.
pub fn not_begun(
    options: &Options,
    mode: Mode,
    selected: usize,
    halt: &Halt,
    sink: &mut dyn Sink,
) -> EndEvent {
    let mut run = Run::begin(options, mode, selected, sink);
    run.stop(halt.exit, &halt.text);
    run.end()
}

/// Whether nothing else may go on while a case runs: what it finds depends on what the target
/// remembers.
fn is_alone(planned: &PlannedCase) -> bool {
    planned.case.tags.iter().any(|tag| tag == "state")
}

/// The cases in the order in which they are started: those that run alone first, since before each
/// of them all that goes on has to end.
fn order(plan: &Plan) -> VecDeque<usize> {
    let cases = || plan.cases.iter().enumerate();
    let alone = cases().filter(|(_, planned)| is_alone(planned));
    let others = cases().filter(|(_, planned)| !is_alone(planned));
    alone.chain(others).map(|(position, _)| position).collect()
}

/// Completes when a run that begins now has to be cut short, with the reason.
pub fn cut_short<F: Future<Output = ()>>(
    options: &Options,
    cancel: F,
) -> impl Future<Output = String> + use<F> {
    let (deadline, left) = (options.deadline, options.time_left());
    async move {
        let why = tokio::select! {
            biased;
            () = cancel => "it was cancelled".to_owned(),
            () = tokio::time::sleep(left) => format!("it took longer than {} s", deadline.as_secs()),
        };
        format!("the run was cut short: {why}")
    }
}

/// A run: one plan after the other, told as one stream of events.
pub(crate) struct Run<'a> {
    options: &'a Options,
    mode: Mode,
    redactor: Redactor,
    stream: Stream<'a>,
    /// Of the plan that is carried out, by position.
    results: Vec<Option<Through>>,
    /// Cases of that plan before this position were told to the sink.
    told: usize,
    /// Whether a control exchange came to its end.
    is_answered: bool,
    /// Responses since the first case of the plan began.
    answers: Rc<Cell<usize>>,
}

impl<'a> Run<'a> {
    /// Begins the stream of a run of so many selected cases.
    pub(crate) fn begin(
        options: &'a Options,
        mode: Mode,
        selected: usize,
        sink: &'a mut dyn Sink,
    ) -> Self {
        let rounds = usize::try_from(options.rounds.max(1)).unwrap_or(usize::MAX);
        let selected = selected.saturating_mul(rounds);
        let About {
            tool,
            vectors,
            standard,
            target,
            inferred,
        } = options.about.clone();
        let redactor = options.redactor();
        let run = RunEvent {
            tool,
            vectors,
            standard,
            subject: SubjectEvent::Server {
                target,
                mode,
                inferred: inferred.map(|text| redactor.whole_text(&text)),
            },
            selected,
        };
        Self {
            options,
            mode,
            redactor,
            stream: Stream::begin(run, options.fail_on, sink),
            results: Vec::new(),
            told: 0,
            is_answered: false,
            answers: Rc::default(),
        }
    }

    /// Notes why the run cannot go on; the first reason is the one that is shown.
    pub(crate) fn stop(&mut self, exit: Exit, reason: impl AsRef<str>) {
        self.stream.stop(exit, self.redactor.text(reason.as_ref()));
    }

    /// Whether there is a reason not to go on.
    pub(crate) const fn is_stopped(&self) -> bool {
        self.stream.is_stopped()
    }

    /// Adds what a program under test printed last, in escaped lines.
    #[cfg(all(unix, feature = "net"))]
    pub(crate) fn log(&mut self, lines: &[String]) {
        let shown = lines.iter().map(|line| self.redactor.text(line));
        self.stream.log(shown.collect());
    }

    /// Carries out a plan as often as it is wanted.
    pub(crate) async fn carry_out(&mut self, plan: &Plan) {
        for _ in 0..self.options.rounds.max(1) {
            self.round(plan).await;
            if self.is_stopped() {
                return;
            }
        }
    }

    /// Carries out the cases of a plan once.
    async fn round(&mut self, plan: &Plan) {
        self.flush();
        self.results = plan.cases.iter().map(|_| None).collect();
        self.told = 0;
        let session = Session::new(self.options, self.mode, self.stream.wants_passes());
        self.answers = Rc::clone(&session.answers);
        let session = &session;
        if let Err(halt) = self.between_controls(plan, session).await {
            self.stop(halt.exit, halt.text);
        }
    }

    /// Makes the control exchanges, and between them carries out the cases.
    async fn between_controls(&mut self, plan: &Plan, session: &Session<'_>) -> Result<(), Halt> {
        let mut answered = Vec::new();
        for site in plan.sites() {
            let Control { plain, notes } = control(site, session).await?;
            for note in notes {
                let text = self.redactor.text(&note.text);
                self.stream.note(NoteEvent { text, ..note });
            }
            if plain.is_ok() {
                self.is_answered = true;
                answered.push(site);
            }
        }
        session.begin();
        self.cases(plan, session).await?;
        for site in answered {
            if self.mode != Mode::Kit
                && self.stream.has_failures()
                && let Some(note) = by_origin(site, session).await
            {
                let text = self.redactor.text(&note.text);
                self.stream.note(NoteEvent { text, ..note });
            }
            still_answers(site, session).await?;
        }
        Ok(())
    }

    /// Runs the cases, until the target is given up.
    async fn cases(&mut self, plan: &Plan, session: &Session<'_>) -> Result<(), Halt> {
        // Of its own, since results are taken in while cases borrow it.
        let redactor = &self.redactor.clone();
        let options = self.options;
        let mut waiting = order(plan);
        let mut running = FuturesUnordered::new();
        let mut alone = false;
        loop {
            while running.len() < self.options.in_flight.max(1) && !alone {
                let Some(position) = self.next(plan, &mut waiting) else {
                    break;
                };
                let Some(planned) = plan.cases.get(position) else {
                    break;
                };
                if let Some(through) = self.without_running(plan, planned) {
                    self.through(plan, position, through);
                    continue;
                }
                if is_alone(planned) {
                    if !running.is_empty() {
                        waiting.push_front(position);
                        break;
                    }
                    alone = true;
                }
                let case = run_case(planned, session, redactor, options);
                running.push(case.map(move |through| (position, through)));
            }
            let Some((position, (through, bug))) = running.next().await else {
                return Ok(());
            };
            alone = false;
            if session.is_doubtful.take()
                && let Some(Ok(task)) = plan.cases.get(position).map(|planned| &planned.task)
                && task.site.target.is_over_network()
            {
                // What came of the case is not the server's doing, where nobody is served now.
                still_answers(&task.site, session).await?;
                session.is_doubtful.set(false);
            }
            if bug {
                self.stop(
                    Exit::Bug,
                    "the suite itself failed in a case; please report it",
                );
            }
            self.through(plan, position, through);
            if let Some(halt) = session.gives_up() {
                return Err(halt);
            }
        }
    }

    /// Takes the first case whose partner is through.
    fn next(&self, plan: &Plan, waiting: &mut VecDeque<usize>) -> Option<usize> {
        let ready = |position: &usize| {
            let partner = plan
                .cases
                .get(*position)
                .and_then(|planned| planned.partner);
            partner.is_none_or(|partner| self.results.get(partner).is_some_and(Option::is_some))
        };
        let first = waiting.iter().position(ready)?;
        waiting.remove(first)
    }

    /// The result of a case that is skipped or blocked.
    fn without_running(&self, plan: &Plan, planned: &PlannedCase) -> Option<Through> {
        let (outcome, reason) = match (&planned.task, planned.partner) {
            (Err(reason), _) => (Outcome::Skip, reason.clone()),
            (Ok(_), None) => return None,
            (Ok(_), Some(partner)) => {
                let id = plan
                    .cases
                    .get(partner)
                    .map_or("", |partner| &partner.case.id);
                match self.results.get(partner).and_then(Option::as_ref)? {
                    Through {
                        verdicts_hold: true,
                        ..
                    } => return None,
                    Through {
                        outcome: Outcome::Skip,
                        ..
                    } => (Outcome::Skip, format!("it needs {id}, which was skipped")),
                    Through { .. } => (
                        Outcome::Blocked,
                        format!(
                            "a refusal shows nothing while {id} fails, a request that has to be allowed"
                        ),
                    ),
                }
            }
        };
        let mut event = blank(planned, self.mode);
        event.again = Some(again(planned, self.options));
        event.outcome = outcome;
        event.reason = Some(self.redactor.text(&reason));
        if let (Outcome::Blocked, Some(partner)) = (outcome, planned.partner)
            && let Some(partner) = plan.cases.get(partner)
        {
            // What is only not shown, since advice was not followed, binds no more than that advice.
            event.level = event.level.min(partner.case.level);
        }
        Some(Through {
            verdicts_hold: false,
            outcome,
            is_late: false,
            event: Some(event),
        })
    }

    fn through(&mut self, plan: &Plan, position: usize, mut through: Through) {
        if plan
            .cases
            .get(position)
            .is_some_and(|planned| !planned.selected)
        {
            through.event = None;
        }
        if let Some(result) = self.results.get_mut(position) {
            *result = Some(through);
        }
        while let Some(Some(result)) = self.results.get_mut(self.told) {
            self.told += 1;
            let (event, is_late) = (result.event.take(), result.is_late);
            self.tell(event, is_late);
        }
    }

    fn tell(&mut self, event: Option<Box<CaseEvent>>, is_late: bool) {
        match event {
            Some(event) if is_late => self.stream.late(event),
            Some(event) => self.stream.case(event),
            None => {}
        }
    }

    /// Tells, of a plan that was cut short, what there is behind the first gap.
    fn flush(&mut self) {
        let rest: Vec<_> = self
            .results
            .iter_mut()
            .flatten()
            .map(|through| (through.event.take(), through.is_late))
            .collect();
        for (event, is_late) in rest {
            self.tell(event, is_late);
        }
    }

    /// Ends the stream.
    pub(crate) fn end(mut self) -> EndEvent {
        self.flush();
        self.stream.end()
    }
}
