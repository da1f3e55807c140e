//! A library that is compared.

use cors_harness::kit::HttpService;
use cors_vectors::policy::{AnyOr, Policy};

use super::application::Application;
use super::known::Known;

/// What is asked for.
pub(crate) type Request = http::Request<cors_harness::wire::RequestBody>;

/// A library under its configuration for a policy, in front of the application.
pub trait Library {
    /// Its target's name.
    const TARGET: &'static str;

    /// What it is known to do otherwise.
    const KNOWN: &'static [Known];

    /// Makes the policy one that the library can express, so that no input is lost.
    fn bend(policy: &mut Policy);

    /// A server with this policy.
    fn service(policy: &Policy, application: Application) -> impl HttpService;
}

/// A list in the place of "any", for libraries that cannot say it.
pub(super) fn listed(names: &mut AnyOr<Vec<String>>, instead: &[&str]) {
    if let AnyOr::Any(_) = names {
        *names = AnyOr::Listed(instead.iter().copied().map(str::to_owned).collect());
    }
}
