//! Probe mode: the policy of a server is learnt before it is tested.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;
use cors_harness::kit::Subject;
use cors_harness::plan::{Plan, PlanError};
use cors_harness::probe::{Inferred, infer};
use cors_harness::run::Options;
use cors_harness::target::Target;
use cors_vectors::origin::check_serialized;
use cors_vectors::server::ServerCase;

use crate::output::unwritable;
use crate::stop::Stop;

/// What helps to learn a policy.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// An origin that the server may allow, to ask about when its policy is not stated; may be
    /// repeated
    #[arg(long = "origin", value_name = "ORIGIN", value_parser = parse_origin,
          requires = "url", conflicts_with_all = ["policy", "cmd"])]
    pub origins: Vec<String>,
    /// Write the policy that was learnt from the server to this file, which must not exist yet
    #[arg(long, value_name = "FILE", requires = "url", conflicts_with_all = ["policy", "cmd"])]
    pub write_policy: Option<PathBuf>,
}

fn parse_origin(text: &str) -> Result<String, String> {
    match check_serialized(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(problem) => Err(problem.to_string()),
    }
}

impl ProbeArgs {
    /// An option that means nothing where the policy needs not be learnt.
    pub(crate) fn given(&self) -> Option<&'static str> {
        if !self.origins.is_empty() {
            Some("--origin")
        } else if self.write_policy.is_some() {
            Some("--write-policy")
        } else {
            None
        }
    }

    /// Learns what a target allows, and keeps it where it is wanted. The text is left in the options.
    pub(crate) async fn learn(
        &self,
        target: &Rc<dyn Target>,
        options: &mut Options,
    ) -> Result<Inferred, Stop> {
        let inferred = infer(Rc::clone(target), &self.origins, options).await;
        let inferred = inferred.map_err(|error| Stop {
            exit: error.exit,
            said: error.said,
        })?;
        let text = inferred.toml();
        if let Some(path) = &self.write_policy {
            let name = path.display().to_string();
            let file = OpenOptions::new().write(true).create_new(true).open(path);
            let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(|error| {
                if error.kind() != ErrorKind::AlreadyExists {
                    return unwritable(&name, &error);
                }
                Stop::usage(format_args!(
                    "{name}: there is such a file already, and it may be one that you corrected: \
                     name another with --write-policy"
                ))
            })?;
        }
        options.about.inferred = Some(text);
        Ok(inferred)
    }
}

/// The cases that mean something for a server of which this was learnt.
pub(crate) fn plan(
    all: &[ServerCase],
    is_selected: impl Fn(&ServerCase) -> bool,
    target: Rc<dyn Target>,
    inferred: &Inferred,
) -> Result<Plan, PlanError> {
    let subject = Subject::with_inferred_policy(target, inferred.policy.clone());
    let mut plan = Plan::new(all, is_selected, subject)?;
    plan.leave_out(|planned| inferred.unsettled(planned));
    Ok(plan)
}
