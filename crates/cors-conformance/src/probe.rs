//! Probe mode: the policy of a server is learnt before it is tested.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::rc::Rc;

use cors_harness::control::Halt;
use cors_harness::kit::Subject;
use cors_harness::options::Options;
use cors_harness::plan::{Plan, PlanError};
use cors_harness::probe::{Inferred, infer};
use cors_harness::target::Target;
use cors_vectors::server::ServerCase;

use crate::args::ProbeArgs;
use crate::output::unwritable;
use crate::stop::Stop;

/// Learns what a target allows, and keeps it where it is wanted. The text is left in the options.
/// The inner error says why nothing can be learnt.
pub(crate) async fn learn(
    args: &ProbeArgs,
    target: &Rc<dyn Target>,
    options: &mut Options,
) -> Result<Result<Inferred, Halt>, Stop> {
    let inferred = match infer(Rc::clone(target), &args.origins, options).await {
        Ok(inferred) => inferred,
        Err(halt) => return Ok(Err(halt)),
    };
    let text = inferred.toml();
    if let Some(path) = &args.write_policy {
        let name = path.display().to_string();
        let file = File::create_new(path);
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
    Ok(Ok(inferred))
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
