//! Which policies the testbed's servers can realise.

use cors_policy::kit::Unsupported;
use cors_policy::policy::Policy;
use cors_policy::read::problems;

/// Says why a policy makes no sense, if so: an origin that no browser sends, a method or header
/// name that is no token, a method that no page may use.
pub(crate) fn check(policy: &Policy) -> Result<(), Unsupported> {
    match problems(policy).first() {
        Some((field, problem)) => Err(Unsupported::because(format!("{field}: {problem}"))),
        None => Ok(()),
    }
}
