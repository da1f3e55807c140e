//! The cases under one policy, stated by a user, planned once and carried out on many servers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cors_harness::exit::Exit;
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_testbed::{Behaviour, Transcript};
use cors_vectors::fill::Filler;
use cors_vectors::policy::Policy;
use cors_vectors::server::ServerCase;
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::self_test::bench::{Finding, Found, Place, outcome, server, subject};
use crate::stop::Stop;

/// The cases under a policy.
pub(super) struct Rig<'a> {
    runtime: &'a Runtime,
    place: &'a Place<'a>,
    options: Options,
    /// Those that mean something here, each alone.
    alone: Vec<Alone>,
    /// All that need no bytes, together.
    together: (Plan, usize),
    /// How many cases there are, and what becomes of them.
    pub(super) counts: Counts,
}

/// What becomes of the cases under a policy.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Counts {
    /// Those that run.
    pub(super) run: usize,
    /// Those whose question means nothing there.
    pub(super) meaningless: usize,
    /// The others.
    pub(super) skipped: usize,
}

impl Counts {
    /// Skipped cases of a hundred.
    pub(super) fn skipped_of_hundred(self) -> usize {
        100 * self.skipped / (self.run + self.meaningless + self.skipped).max(1)
    }

    fn of(cases: &[ServerCase], policy: &Policy, run: usize) -> Self {
        let filler = Filler::new(policy);
        let asks = |case: &ServerCase| {
            let skip = filler.fill(case, false).err();
            skip.map(|skip| skip.leaves_a_question())
        };
        let pair = |case: &&ServerCase| {
            let pair = case.paired_with.as_ref()?;
            asks(cases.iter().find(|other| other.id == *pair)?)
        };
        let meaningless = |case: &&ServerCase| asks(case).or_else(|| pair(case)) == Some(false);
        let meaningless = cases.iter().filter(meaningless).count();
        Self {
            run,
            meaningless,
            skipped: cases.len().saturating_sub(run + meaningless),
        }
    }
}

struct Alone {
    id: String,
    plan: Plan,
    /// Position of what is asked of the reference server; `None` for what looks at bytes.
    transcript: Option<usize>,
}

/// What plans ask of the reference server, with its answers, each once: the settings of a policy
/// ask nearly the same.
#[derive(Default)]
pub(super) struct Transcripts(Vec<Transcript>);

impl Transcripts {
    /// The position of a transcript.
    fn keep(&mut self, transcript: Transcript) -> usize {
        let known = self.0.iter().position(|one| one.asks_as(&transcript));
        known.unwrap_or_else(|| {
            self.0.push(transcript);
            self.0.len().saturating_sub(1)
        })
    }
}

/// A server under one policy, with the transcripts known to be answered as by the reference server.
pub(super) struct Suspect<'a> {
    place: &'a Place<'a>,
    behaviour: &'a Behaviour,
    transcripts: &'a Transcripts,
    alike: RefCell<BTreeMap<usize, bool>>,
}

impl<'a> Suspect<'a> {
    /// A server of which nothing is known.
    pub(super) fn new(
        place: &'a Place<'a>,
        behaviour: &'a Behaviour,
        transcripts: &'a Transcripts,
    ) -> Self {
        Self {
            place,
            behaviour,
            transcripts,
            alike: RefCell::default(),
        }
    }

    /// Whether a plan with this transcript can go otherwise than on the reference server.
    fn differs(&self, transcript: Option<usize>) -> Result<bool, Stop> {
        let Some(position) = transcript else {
            return Ok(self.behaviour.wire.is_some() || self.behaviour.title_case_headers);
        };
        if let Some(alike) = self.alike.borrow().get(&position) {
            return Ok(!alike);
        }
        let server = server(self.place.policy, self.behaviour.clone())?;
        let mut transcript = self.transcripts.0.get(position).into_iter();
        let alike = transcript.all(|transcript| transcript.is_answered_alike(&server));
        self.alike.borrow_mut().insert(position, alike);
        Ok(!alike)
    }
}

impl<'a> Rig<'a> {
    /// Plans the cases and runs them on the reference server.
    pub(super) fn new(
        runtime: &'a Runtime,
        place: &'a Place<'a>,
        policy: &Policy,
        all: &[ServerCase],
        unsafe_methods: bool,
        transcripts: &mut Transcripts,
    ) -> Result<Self, Stop> {
        let options = Options {
            unsafe_methods,
            ..Options::default()
        };
        let plan = |raw: bool, all: &[ServerCase], wanted: &dyn Fn(&ServerCase) -> bool| {
            let site = if raw { &place.socket } else { &place.site };
            let mut site = site.clone();
            site.policy = Rc::new(policy.clone());
            Plan::new(all, wanted, subject(&site)).map_err(Stop::usage)
        };
        let mut runnable: Vec<(String, bool)> = Vec::new();
        for raw in [false, true] {
            let planned = plan(raw, all, &|case| case.is_raw() == raw)?;
            let means = planned
                .cases
                .iter()
                .filter(|case| case.selected && case.task.is_ok());
            runnable.extend(means.map(|planned| (planned.case.id.clone(), raw)));
        }
        let mut rig = Self {
            runtime,
            place,
            options,
            alone: Vec::new(),
            together: (plan(false, all, &|case| !case.is_raw())?, 0),
            counts: Counts::of(all, policy, runnable.len()),
        };
        for (id, raw) in runnable {
            let plan = plan(raw, &with_partners(all, &id), &|case| case.id == id)?;
            let recorded = rig.record(&plan)?;
            let transcript = (!raw).then(|| transcripts.keep(recorded));
            rig.alone.push(Alone {
                id,
                plan,
                transcript,
            });
        }
        rig.together.1 = transcripts.keep(rig.record(&rig.together.0)?);
        Ok(rig)
    }

    fn record(&self, plan: &Plan) -> Result<Transcript, Stop> {
        self.place.put(&Behaviour::REFERENCE)?;
        self.place.slot.record();
        self.run(plan)?;
        Ok(self.place.slot.recorded())
    }

    fn run(&self, plan: &Plan) -> Result<Vec<Finding>, Stop> {
        let (mut found, end) = outcome(self.runtime, plan, &self.options);
        match end.exit {
            Exit::AsExpected | Exit::Failed | Exit::NothingRan => {}
            // A note to the person who runs the suite, not a finding about the server.
            Exit::Unreachable => found.push(Finding {
                case: "the run".to_owned(),
                found: Found::Failure,
                reason: end.reason.unwrap_or_default(),
            }),
            Exit::Bug | Exit::Usage | Exit::CutShort | Exit::OutOfDate => {
                let said = end.reason.unwrap_or_else(|| end.exit.meaning().to_owned());
                return Err(Stop::bug(format_args!(
                    "a run on the testbed ended: {said}"
                )));
            }
        }
        Ok(found)
    }

    /// What a plan finds on a new server, unless that answers as the reference server does.
    fn find(
        &self,
        plan: &Plan,
        transcript: Option<usize>,
        suspect: &Suspect<'_>,
    ) -> Result<Vec<Finding>, Stop> {
        if !suspect.differs(transcript)? {
            return Ok(Vec::new());
        }
        self.place.put(suspect.behaviour)?;
        self.run(plan)
    }

    /// A case that fails on a faulty server, alone or after the others: the first one of those that
    /// are likely to, if there is one.
    pub(super) fn catches(
        &self,
        suspect: &Suspect<'_>,
        is_likely: impl Fn(&str) -> bool,
    ) -> Result<Option<String>, Stop> {
        let failed = |found: Vec<Finding>| {
            found
                .into_iter()
                .find(|finding| finding.found == Found::Failure)
                .map(|finding| finding.case)
        };
        let (likely, others): (Vec<&Alone>, Vec<&Alone>) =
            self.alone.iter().partition(|alone| is_likely(&alone.id));
        for alone in likely.into_iter().chain(others) {
            let found = self.find(&alone.plan, alone.transcript, suspect)?;
            if let Some(case) = failed(found) {
                return Ok(Some(case));
            }
        }
        let (plan, transcript) = &self.together;
        Ok(failed(self.find(plan, Some(*transcript), suspect)?))
    }

    /// The cases that do not hold on a server that is right, with their reasons.
    pub(super) fn complaints(&self, suspect: &Suspect<'_>) -> Result<Vec<Finding>, Stop> {
        let mut found = Vec::new();
        for alone in &self.alone {
            found.extend(self.find(&alone.plan, alone.transcript, suspect)?);
        }
        let (plan, transcript) = &self.together;
        found.extend(self.find(plan, Some(*transcript), suspect)?);
        let mut known = BTreeSet::new();
        found.retain(|finding| finding.found != Found::Note && known.insert(finding.case.clone()));
        Ok(found)
    }
}

/// A case with those that it is paired with.
fn with_partners(all: &[ServerCase], id: &str) -> Vec<ServerCase> {
    let mut found: Vec<ServerCase> = Vec::new();
    let mut wanted = Some(id);
    while let Some(id) = wanted {
        let is_named = |case: &&ServerCase| case.id == id || case.aliases.iter().any(|a| a == id);
        let named = all.iter().find(is_named);
        let Some(case) = named.filter(|case| found.iter().all(|known| known.id != case.id)) else {
            break;
        };
        found.push(case.clone());
        wanted = case.paired_with.as_deref();
    }
    found
}
