//! Runs cases on the testbed's servers, in process: what was planned once is carried out on each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::future::pending;
use std::rc::Rc;

use cors_harness::event::{EndEvent, Event, Mode, Outcome};
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, Site, Subject, path};
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_harness::probe::infer;
use cors_harness::run::run;
use cors_harness::stream::Briefly;
use cors_harness::target::url::UrlOptions;
use cors_harness::target::{ServiceTarget, Target, UrlTarget};
use cors_model::url::Url;
use cors_testbed::{Behaviour, Running, Server, Service, Slot, Transcript, serve_at};
use cors_vectors::Library;
use cors_vectors::fill::Fill;
use cors_vectors::policy::Policy;
use cors_vectors::server::{Endpoint, ServerCase};
use tokio::runtime::Runtime;

use crate::probe;
use crate::runtime::runtime;
use crate::stop::Stop;

/// What a case did on a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It failed at the level `must` or `should`.
    Failure,
    /// It held, and recorded something of level `info`.
    Note,
    /// It held, or was skipped.
    Nothing,
    /// It could say nothing.
    Silence,
}

/// A case that did not simply hold.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) case: String,
    pub(super) found: Found,
    pub(super) reason: String,
}

/// The cases, planned against servers that can be exchanged.
pub(super) struct Bench<'a> {
    runtime: Runtime,
    options: Options,
    /// By policy.
    places: BTreeMap<&'a str, Place<'a>>,
    /// Each selected case alone, in kit mode and under its own policy.
    kit: Vec<Alone<'a>>,
    /// The same in policy mode.
    policy: Vec<Alone<'a>>,
    /// All cases together: one plan in kit mode, and one a policy.
    together: Vec<Together<'a>>,
    /// All cases, of which those are run that are selected; in probe mode a plan depends on what
    /// was learnt.
    all: Vec<ServerCase>,
    selected: BTreeSet<String>,
    /// How probing goes on the reference server, by policy.
    probed: BTreeMap<&'a str, Usual>,
}

/// Where one server of a policy after another is.
pub(super) struct Place<'a> {
    pub(super) slot: Slot,
    pub(super) site: Site,
    /// The same server on a socket, for the cases that look at bytes.
    pub(super) socket: Site,
    pub(super) policy: &'a Policy,
    /// Ends the socket's server when it is dropped.
    _running: Running,
    /// An origin that the policy allows, if it lists any.
    pub(super) hint: Vec<String>,
}

struct Alone<'a> {
    case: &'a ServerCase,
    plan: Plan,
    usual: Option<Usual>,
}

struct Together<'a> {
    mode: Mode,
    plan: Plan,
    /// The policies that the plan needs.
    policies: Vec<&'a str>,
    usual: Option<Usual>,
}

/// How a plan goes on the reference server. On a server that answers the same requests in the same
/// way it cannot go otherwise, and asking such a server directly takes a tenth of the time.
struct Usual {
    /// By policy.
    transcripts: Vec<Transcript>,
    findings: Vec<Finding>,
}

impl<'a> Bench<'a> {
    /// Plans the cases that are selected, each alone and all of them together.
    pub(super) fn new(
        library: &'a Library,
        is_selected: impl Fn(&ServerCase) -> bool,
    ) -> Result<Self, Stop> {
        let runtime = runtime()?;
        let mut places = BTreeMap::new();
        for (name, named) in library.policies() {
            let place = runtime.block_on(Place::new(&named.policy))?;
            places.insert(name.as_str(), place);
        }
        let mut bench = Self {
            runtime,
            options: Options {
                // Servers in process can come to no harm.
                unsafe_methods: true,
                ..Options::default()
            },
            places,
            kit: Vec::new(),
            policy: Vec::new(),
            together: Vec::new(),
            all: library.server_cases().cloned().collect(),
            selected: BTreeSet::new(),
            probed: BTreeMap::new(),
        };
        let selected = library.server_cases().filter(|case| is_selected(case));
        bench.selected = selected.map(|case| case.id.clone()).collect();
        bench.plan(library, is_selected)?;
        bench.record()?;
        Ok(bench)
    }

    fn plan(
        &mut self,
        library: &'a Library,
        is_selected: impl Fn(&ServerCase) -> bool,
    ) -> Result<(), Stop> {
        let all = &self.all;
        for case in library.server_cases().filter(|case| is_selected(case)) {
            let Some(place) = self.places.get(case.policy.as_str()) else {
                continue;
            };
            let only = |other: &ServerCase| other.id == case.id;
            let mut kit = Kit::new();
            let site = if case.is_raw() {
                &place.socket
            } else {
                &place.site
            };
            kit.insert(case.policy.as_str(), Ok(site.clone()));
            let plan = Plan::new(all, only, Subject::Kit(kit)).map_err(Stop::usage)?;
            self.kit.push(Alone {
                case,
                plan,
                usual: None,
            });
            let plan = Plan::new(all, only, subject(site)).map_err(Stop::usage)?;
            self.policy.push(Alone {
                case,
                plan,
                usual: None,
            });
        }
        let mut kit = Kit::new();
        for (name, place) in &self.places {
            kit.insert(*name, Ok(place.site.clone()));
            let plan = Plan::new(all, &is_selected, subject(&place.site));
            let plan = plan.map_err(Stop::usage)?;
            self.together.push(Together {
                mode: Mode::Policy,
                plan,
                policies: vec![name],
                usual: None,
            });
        }
        let plan = Plan::new(all, &is_selected, Subject::Kit(kit)).map_err(Stop::usage)?;
        self.together.push(Together {
            mode: Mode::Kit,
            plan,
            policies: self.places.keys().copied().collect(),
            usual: None,
        });
        Ok(())
    }

    /// Runs what is run often on the reference server, and keeps how it went.
    fn record(&mut self) -> Result<(), Stop> {
        let mut alone = std::mem::take(&mut self.kit);
        for Alone { case, plan, usual } in &mut alone {
            *usual = Some(self.usual(&[&case.policy], || self.run(plan))?);
        }
        self.kit = alone;
        let mut together = std::mem::take(&mut self.together);
        for all in &mut together {
            all.usual = Some(self.usual(&all.policies, || self.run(&all.plan))?);
        }
        self.together = together;
        let mut probed = BTreeMap::new();
        for (name, place) in &self.places {
            probed.insert(*name, self.usual(&[name], || self.probe(place))?);
        }
        self.probed = probed;
        Ok(())
    }

    fn usual(
        &self,
        policies: &[&str],
        find: impl Fn() -> Result<Vec<Finding>, Stop>,
    ) -> Result<Usual, Stop> {
        let places: Vec<&Place<'_>> = self.places_of(policies).collect();
        for place in &places {
            place.put(&Behaviour::REFERENCE)?;
            place.slot.record();
        }
        let findings = find()?;
        let transcripts = places.iter().map(|place| place.slot.recorded());
        Ok(Usual {
            transcripts: transcripts.collect(),
            findings,
        })
    }

    fn places_of<'b>(&'b self, policies: &'b [&str]) -> impl Iterator<Item = &'b Place<'a>> {
        policies.iter().filter_map(|name| self.places.get(name))
    }

    /// Whether servers with these policies answer what was asked of the reference server in the
    /// same way.
    fn is_alike(
        &self,
        usual: &Usual,
        policies: &[&str],
        behaviour: &Behaviour,
    ) -> Result<bool, Stop> {
        for (place, transcript) in self.places_of(policies).zip(&usual.transcripts) {
            let server = server(place.policy, behaviour.clone())?;
            if !transcript.is_answered_alike(&server) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What a plan finds on servers that nobody has asked anything yet.
    fn find(
        &self,
        plan: &Plan,
        policies: &[&str],
        usual: Option<&Usual>,
        behaviour: &Behaviour,
    ) -> Result<Vec<Finding>, Stop> {
        // A transcript holds no bytes.
        if let Some(usual) = usual
            && behaviour.wire.is_none()
            && self.is_alike(usual, policies, behaviour)?
        {
            return Ok(usual.findings.clone());
        }
        for place in self.places_of(policies) {
            place.put(behaviour)?;
        }
        self.run(plan)
    }

    /// Runs cases alone, each on a server of its own, in kit mode, and tells what they found.
    pub(super) fn each_alone(
        &self,
        behaviour: &Behaviour,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Finding>, Stop> {
        self.alone(&self.kit, behaviour, wanted)
    }

    /// Like [`Bench::each_alone`], in policy mode.
    pub(super) fn each_alone_by_policy(
        &self,
        behaviour: &Behaviour,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Finding>, Stop> {
        self.alone(&self.policy, behaviour, wanted)
    }

    fn alone(
        &self,
        cases: &[Alone<'a>],
        behaviour: &Behaviour,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Finding>, Stop> {
        let mut findings = Vec::new();
        for Alone { case, plan, usual } in cases.iter().filter(|alone| wanted(&alone.case.id)) {
            findings.extend(self.find(plan, &[&case.policy], usual.as_ref(), behaviour)?);
        }
        Ok(findings)
    }

    /// Runs all cases together on one server: first under each policy as one that a user states,
    /// then in kit mode.
    pub(super) fn together(&self, behaviour: &Behaviour) -> Result<Vec<(Mode, Finding)>, Stop> {
        let mut findings = Vec::new();
        for all in &self.together {
            let found = self.find(&all.plan, &all.policies, all.usual.as_ref(), behaviour)?;
            findings.extend(found.into_iter().map(|finding| (all.mode, finding)));
        }
        Ok(findings)
    }

    /// Runs all cases together in probe mode on a server with each policy, under what is learnt
    /// when an origin that it allows is named.
    pub(super) fn probed(&self, behaviour: &Behaviour) -> Result<Vec<Finding>, Stop> {
        let mut findings = Vec::new();
        for (name, place) in &self.places {
            let usual = self.probed.get(name);
            if let Some(usual) = usual
                && self.is_alike(usual, &[name], behaviour)?
            {
                findings.extend(usual.findings.iter().cloned());
            } else {
                place.put(behaviour)?;
                findings.extend(self.probe(place)?);
            }
        }
        Ok(findings)
    }

    /// Learns what a server allows and runs all cases on it.
    fn probe(&self, place: &Place<'_>) -> Result<Vec<Finding>, Stop> {
        let target = &place.site.target;
        let learning = infer(Rc::clone(target), &place.hint, &self.options);
        // A server of which nothing can be learnt is said to be unreachable, and no case is run.
        let Ok(inferred) = self.runtime.block_on(learning) else {
            return Ok(Vec::new());
        };
        let selected = |case: &ServerCase| self.selected.contains(&case.id);
        let plan = probe::plan(&self.all, selected, Rc::clone(target), &inferred);
        self.run(&plan.map_err(Stop::usage)?)
    }

    fn run(&self, plan: &Plan) -> Result<Vec<Finding>, Stop> {
        carry_out(&self.runtime, plan, &self.options)
    }
}

/// Carries out a plan and tells the cases that did not simply hold.
pub(super) fn carry_out(
    runtime: &Runtime,
    plan: &Plan,
    options: &Options,
) -> Result<Vec<Finding>, Stop> {
    let (findings, end) = outcome(runtime, plan, options);
    match end.exit {
        Exit::AsExpected | Exit::Failed | Exit::NothingRan => Ok(findings),
        Exit::Bug | Exit::Usage | Exit::Unreachable | Exit::CutShort | Exit::OutOfDate => {
            let said = end.reason.unwrap_or_else(|| end.exit.meaning().to_owned());
            Err(Stop::bug(format_args!(
                "a run on the testbed ended: {said}"
            )))
        }
    }
}

/// Carries out a plan; the cases that did not simply hold, and how the run ended.
pub(super) fn outcome(
    runtime: &Runtime,
    plan: &Plan,
    options: &Options,
) -> (Vec<Finding>, EndEvent) {
    let mut findings = Vec::new();
    let mut sink = Briefly(|event: &Event| {
        let Event::Case(case) = event else { return };
        let found = match case.outcome {
            Outcome::Fail => Found::Failure,
            Outcome::Blocked | Outcome::Error => Found::Silence,
            Outcome::Info => Found::Note,
            Outcome::Pass | Outcome::Skip => Found::Nothing,
        };
        if found != Found::Nothing {
            findings.push(Finding {
                case: case.id.clone(),
                found,
                reason: case.reason.clone().unwrap_or_default(),
            });
        }
    });
    let end = runtime.block_on(run(plan, options, pending(), &mut sink));
    (findings, end)
}

impl<'a> Place<'a> {
    pub(super) async fn new(policy: &'a Policy) -> Result<Self, Stop> {
        let slot = Slot::new(server(policy, Behaviour::REFERENCE)?);
        let resource = format!("https://target.test/{}", path(Endpoint::Resource));
        let resource = Url::from_serialized(&resource);
        let target: Rc<dyn Target> = Rc::new(ServiceTarget::new(resource, Service(slot.clone())));
        let site = |target| Site {
            target,
            policy: Rc::new(policy.clone()),
        };
        let running = serve_at(0, slot.clone()).await.map_err(Stop::bug)?;
        let resource = format!("{}/{}", running.url(), path(Endpoint::Resource));
        let resource = Url::from_serialized(&resource);
        let socket = UrlTarget::new(&resource, &UrlOptions::default()).map_err(Stop::bug)?;
        // A policy of other paths says nothing of the one that is asked.
        let here = (!policy.is_only_resources()).then(|| Fill::of(policy));
        let allowed = here.and_then(|fill| fill.get("allowed").map(<[u8]>::to_vec));
        let allowed = allowed.and_then(|origin| String::from_utf8(origin).ok());
        Ok(Self {
            slot,
            site: site(target),
            socket: site(Rc::new(socket)),
            policy,
            _running: running,
            hint: allowed.into_iter().collect(),
        })
    }

    pub(super) fn put(&self, behaviour: &Behaviour) -> Result<(), Stop> {
        self.slot.put(server(self.policy, behaviour.clone())?);
        Ok(())
    }
}

pub(super) fn subject(site: &Site) -> Subject {
    Subject::with_policy(Rc::clone(&site.target), site.policy.clone())
}

pub(super) fn server(policy: &Policy, behaviour: Behaviour) -> Result<Server, Stop> {
    let bug = |reason: &dyn Display| {
        Stop::bug(format_args!("the testbed refuses a named policy: {reason}"))
    };
    Server::new(policy, behaviour).map_err(|reason| bug(&reason))
}
