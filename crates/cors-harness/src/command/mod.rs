//! Programs as kits: a command line that is started once for each named policy that cases need.
//!
//! The contract, for a program in any language:
//!
//! - It is started by `sh -c COMMAND`. `PORT` in its environment is the port to listen on, at
//!   127.0.0.1; `CORS_POLICY` is the path of a file with the policy to take on: a JSON object with
//!   `allow_origins`, `allow_credentials`, `allow_methods`, `allow_headers`, `expose_headers` and,
//!   when it is stated, `max_age`, whose meanings are those of
//!   [`Policy`].
//! - Policies of a further [`Form`] are for programs that know it. A program says so in a line on
//!   standard output, `forms: patterns rules`, each time it is started and before it reads the
//!   policy. Of the other forms it gets no policy, and the cases are skipped with that reason.
//! - When it cannot express the policy, it ends with exit status 64 before it listens, with the
//!   reason on standard output. The first policy it is given makes no sense, to see that it does.
//! - It answers 200 to every method at `/resource`. When it has more of the endpoints, at their
//!   [`path`](crate::kit::path)s, a line on standard output says so before it listens:
//!   `endpoints: missing not_modified`.
//! - It runs until SIGTERM, which its whole process group gets and, on Linux, what left it, and SIGKILL
//!   a second later.
//!
//! What else it prints is shown when it fails.

mod output;
mod program;

pub use cors_net::process as group;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use cors_policy::forms::Form;
use cors_vectors::policy::{NamedPolicy, Policy};
use cors_vectors::server::{Endpoint, ServerCase};

use self::program::ProgramTarget;
pub use self::program::{NotStarted, Program, Started};
use crate::event::{EndEvent, Mode};
use crate::exit::Exit;
use crate::kit::{Kit, Site, Subject, Unsupported, below, nonsense, with_endpoints};
use crate::options::Options;
use crate::plan::{Plan, PlanError};
use crate::run::{Run, cut_short};
use crate::stream::Sink;
use crate::target::url::UrlTargetError;

/// A command line that starts a server with the policy it is given; see [`crate::command`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The command line, for `sh -c`.
    pub line: String,
    /// How long the server may take until it listens.
    pub start_timeout: Duration,
}

impl Command {
    /// How long a server may take until it listens, unless told otherwise.
    pub const START_TIMEOUT: Duration = Duration::from_secs(10);

    /// Runs the selected ones of all cases, one policy after the other, as [`crate::run::run`]
    /// does; `cancel` ends it early. Every process that was started is ended, whatever happens.
    ///
    /// Fails on cases that cannot be planned. A command that does not keep to the contract ends the
    /// run as [`Exit::Unreachable`], with what it printed last in [`EndEvent::log`].
    pub async fn run(
        &self,
        all: &[ServerCase],
        is_selected: impl Fn(&ServerCase) -> bool,
        policies: &BTreeMap<String, NamedPolicy>,
        options: &Options,
        cancel: impl Future<Output = ()>,
        sink: &mut dyn Sink,
    ) -> Result<EndEvent, PlanError> {
        let whole = Plan::new(all, &is_selected, Subject::Kit(Kit::new()))?;
        let mut stages: Vec<Stage<'_>> = Vec::new();
        for planned in whole.cases.iter().filter(|planned| planned.selected) {
            let name = planned.case.policy.as_str();
            if stages.iter().all(|stage| stage.name != name) {
                let (name, policy) = match policies.get_key_value(name) {
                    Some((name, named)) => (name.as_str(), Some(&named.policy)),
                    None => (name, None),
                };
                stages.push(Stage { name, policy });
            }
        }
        let mut run = Run::begin(options, Mode::Kit, whole.selected(), sink);
        let work = async {
            let Some(forms) = self.refuses_nonsense(&mut run).await else {
                return Ok(());
            };
            for stage in &stages {
                let of_stage = |case: &ServerCase| case.policy == stage.name && is_selected(case);
                let plan = |kit| Plan::new(all, of_stage, kit);
                self.stage(stage, &forms, plan, &mut run).await?;
                if run.is_stopped() {
                    break;
                }
            }
            Ok(())
        };
        let ended = tokio::select! {
            biased;
            why = cut_short(options, cancel) => Err(why),
            done = work => Ok(done),
        };
        match ended {
            Ok(done) => done?,
            Err(why) => run.stop(Exit::CutShort, why),
        }
        Ok(run.end())
    }

    /// The forms of policies that the command knows, when it says of a policy that makes no sense
    /// that it cannot express it; else the run ends.
    async fn refuses_nonsense(&self, run: &mut Run<'_>) -> Option<BTreeSet<Form>> {
        const ASKED: &str = "a policy that makes no sense must be answered with exit status 64";
        match self.start(&nonsense(), run).await {
            Ok((program, Started::Cannot(_))) => match program.forms() {
                Ok(forms) => Some(forms),
                Err(error) => {
                    run.stop(error.exit(), error.to_string());
                    run.log(&program.log());
                    None
                }
            },
            Ok((program, Started::Listens(_))) => {
                let said = "a command that accepts any policy does not read it, and its results \
                            mean nothing. That policy has `allow_origins = [\"not an \
                            origin\\u0000\"]`, `allow_methods = [\"not a method\\u0000\"]` and so \
                            on: read the file that CORS_POLICY names, and exit with 64 where an \
                            origin is neither `null` nor has `://` in it";
                run.stop(
                    Exit::Unreachable,
                    format!("{ASKED}, but the command listens: {said}"),
                );
                run.log(&program.log());
                program.end().await;
                None
            }
            Err(not_started) => {
                run.stop(not_started.exit(), format!("{ASKED}: {not_started}"));
                None
            }
        }
    }

    /// Starts the command with a policy. When that fails, the run gets to know its output.
    async fn start(
        &self,
        policy: &Policy,
        run: &mut Run<'_>,
    ) -> Result<(Program, Started), NotStarted> {
        let mut log = Vec::new();
        let started = self.begin(policy, &mut log).await;
        if started.is_err() {
            run.log(&log);
        }
        started
    }

    /// Starts the command with a policy. When that fails, what it printed is left in `log`.
    pub async fn begin(
        &self,
        policy: &Policy,
        log: &mut Vec<String>,
    ) -> Result<(Program, Started), NotStarted> {
        let policy = Policy {
            endpoints: BTreeMap::new(),
            ..policy.clone()
        };
        let program = Program::spawn(&self.line, &policy)?;
        match program.settle(self.start_timeout).await {
            Ok(started) => Ok((program, started)),
            Err(not_started) => {
                *log = program.log();
                program.end().await;
                Err(not_started)
            }
        }
    }

    /// Runs the cases of one policy.
    async fn stage(
        &self,
        stage: &Stage<'_>,
        forms: &BTreeSet<Form>,
        plan: impl Fn(Subject) -> Result<Plan, PlanError>,
        run: &mut Run<'_>,
    ) -> Result<(), PlanError> {
        let mut kit = Kit::new();
        let Stage { name, policy } = *stage;
        let Some(policy) = policy else {
            run.carry_out(&plan(Subject::Kit(kit))?).await;
            return Ok(());
        };
        if let Some(why) = withheld(policy, forms) {
            kit.insert(name, Err(why));
            run.carry_out(&plan(Subject::Kit(kit))?).await;
            return Ok(());
        }
        let under = |said: String| format!("{said}, under the policy {name}");
        let (program, endpoints) = match self.start(policy, run).await {
            Ok((program, Started::Listens(endpoints))) => (Rc::new(program), endpoints),
            Ok((_, Started::Cannot(reason))) => {
                kit.insert(name, Err(Unsupported { reason }));
                run.carry_out(&plan(Subject::Kit(kit))?).await;
                return Ok(());
            }
            Err(not_started) => {
                run.stop(not_started.exit(), under(not_started.to_string()));
                return Ok(());
            }
        };
        match site(&program, policy, &endpoints) {
            Ok(site) => kit.insert(name, Ok(site)),
            Err(error) => run.stop(Exit::Bug, error.to_string()),
        }
        let plan = plan(Subject::Kit(kit))?;
        tokio::select! {
            why = program.gone() => run.stop(Exit::Unreachable, under(why)),
            () = run.carry_out(&plan) => {}
        }
        if run.is_stopped() {
            run.log(&program.log());
        }
        program.end().await;
        Ok(())
    }
}

/// Why a program does not get a policy: it does not say that it knows the policy's forms. Another
/// meaning of them, or a crash, would be no finding about it.
pub fn withheld(policy: &Policy, known: &BTreeSet<Form>) -> Option<Unsupported> {
    let forms = Form::of(policy);
    let unknown: Vec<&str> = forms.difference(known).map(|form| form.name()).collect();
    let unknown = unknown.join(" ");
    (!unknown.is_empty()).then(|| {
        Unsupported::because(format_args!(
            "it does not print `forms: {unknown}`, so it was not given such a policy"
        ))
    })
}

/// A program that listens, as a target with its policy.
pub fn site(
    program: &Rc<Program>,
    policy: &Policy,
    endpoints: &BTreeSet<Endpoint>,
) -> Result<Site, UrlTargetError> {
    let base = program.base();
    let policy = Rc::new(with_endpoints(policy, endpoints, &base));
    let resource = below(&base, Endpoint::Resource);
    let target = Rc::new(ProgramTarget::new(Rc::clone(program), &resource)?);
    Ok(Site { target, policy })
}

/// A policy that cases need.
struct Stage<'a> {
    name: &'a str,
    /// `None` when there is no policy of this name.
    policy: Option<&'a Policy>,
}
