//! The cases under one policy, stated by a user, planned once and carried out on many servers.

use std::collections::BTreeSet;

use cors_harness::exit::Exit;
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_testbed::{Behaviour, Transcript};
use cors_vectors::fill::fill;
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
    together: (Plan, Transcript),
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
        let asks = |case: &ServerCase| {
            let skip = fill(case, policy, false).err();
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
    plan: Plan,
    /// How it goes on the reference server; `None` for what looks at bytes.
    transcript: Option<Transcript>,
}

impl<'a> Rig<'a> {
    /// Plans the cases and runs them on the reference server.
    pub(super) fn new(
        runtime: &'a Runtime,
        place: &'a Place<'a>,
        policy: &Policy,
        all: &[ServerCase],
        unsafe_methods: bool,
    ) -> Result<Self, Stop> {
        let options = Options {
            unsafe_methods,
            ..Options::default()
        };
        let plan = |raw: bool, wanted: &dyn Fn(&ServerCase) -> bool| {
            let site = if raw { &place.socket } else { &place.site };
            let mut site = site.clone();
            site.policy = policy.clone();
            Plan::new(all, wanted, subject(&site)).map_err(Stop::usage)
        };
        let mut runnable: Vec<(String, bool)> = Vec::new();
        for raw in [false, true] {
            let planned = plan(raw, &|case| case.is_raw() == raw)?;
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
            together: (plan(false, &|case| !case.is_raw())?, Transcript::default()),
            counts: Counts::of(all, policy, runnable.len()),
        };
        for (id, raw) in runnable {
            let plan = plan(raw, &|case| case.id == id)?;
            let recorded = rig.record(&plan)?;
            let transcript = (!raw).then_some(recorded);
            rig.alone.push(Alone { plan, transcript });
        }
        rig.together.1 = rig.record(&rig.together.0)?;
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
        transcript: Option<&Transcript>,
        behaviour: &Behaviour,
    ) -> Result<Vec<Finding>, Stop> {
        let differs = match transcript {
            Some(transcript) => {
                let server = server(self.place.policy, behaviour.clone())?;
                !transcript.is_answered_alike(&server)
            }
            None => behaviour.wire.is_some() || behaviour.title_case_headers,
        };
        if !differs {
            return Ok(Vec::new());
        }
        self.place.put(behaviour)?;
        self.run(plan)
    }

    /// The first case that fails on a faulty server, alone or after the others.
    pub(super) fn catches(&self, behaviour: &Behaviour) -> Result<Option<String>, Stop> {
        let failed = |found: Vec<Finding>| {
            found
                .into_iter()
                .find(|finding| finding.found == Found::Failure)
                .map(|finding| finding.case)
        };
        for Alone { plan, transcript } in &self.alone {
            let found = self.find(plan, transcript.as_ref(), behaviour)?;
            if let Some(case) = failed(found) {
                return Ok(Some(case));
            }
        }
        let (plan, transcript) = &self.together;
        Ok(failed(self.find(plan, Some(transcript), behaviour)?))
    }

    /// The cases that do not hold on a server that is right, with their reasons.
    pub(super) fn complaints(&self, behaviour: &Behaviour) -> Result<Vec<Finding>, Stop> {
        let mut found = Vec::new();
        for Alone { plan, transcript } in &self.alone {
            found.extend(self.find(plan, transcript.as_ref(), behaviour)?);
        }
        let (plan, transcript) = &self.together;
        found.extend(self.find(plan, Some(transcript), behaviour)?);
        let mut known = BTreeSet::new();
        found.retain(|finding| finding.found != Found::Note && known.insert(finding.case.clone()));
        Ok(found)
    }
}
