//! Which policies the testbed's servers can realise.

use cors_harness::kit::{Implementation, Unsupported};
use cors_policy::Endpoint;
use cors_policy::policy::Policy;
use cors_policy::read::problems;

use crate::application::endpoints;
use crate::behaviour::Behaviour;
use crate::server::Server;

/// Says why a policy makes no sense, if so: an origin that no browser sends, a method or header
/// name that is no token, a method that no page may use.
pub(crate) fn check(policy: &Policy) -> Result<(), Unsupported> {
    match problems(policy).first() {
        Some((field, problem)) => Err(Unsupported::because(format!("{field}: {problem}"))),
        None => Ok(()),
    }
}

/// The server of these decisions, in process.
impl Implementation for Behaviour {
    fn endpoints(&self) -> std::collections::BTreeSet<Endpoint> {
        endpoints()
    }

    #[expect(refining_impl_trait, reason = "that it is a Server is worth knowing")]
    fn service(&self, policy: &Policy) -> Result<Server, Unsupported> {
        Server::new(policy, self.clone())
    }
}
