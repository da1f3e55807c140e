//! The testbed's reference server as an implementation for the harness to test in process.

use std::collections::BTreeSet;

use cors_harness::kit::{Implementation, Unsupported};
use cors_testbed::application::ENDPOINTS;
use cors_testbed::{Server, Service};
use cors_vectors::policy::Policy;
use cors_vectors::server::Endpoint;

/// The reference server.
#[derive(Debug)]
pub(crate) struct Reference;

#[expect(
    refining_impl_trait,
    reason = "the type is no secret, and naming it needs no tower here"
)]
impl Implementation for Reference {
    fn endpoints(&self) -> BTreeSet<Endpoint> {
        ENDPOINTS.into_iter().collect()
    }

    fn service(&self, policy: &Policy) -> Result<Service<Server>, Unsupported> {
        Server::reference(policy).map(Service)
    }
}
