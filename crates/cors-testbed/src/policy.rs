//! Which policies the testbed's servers can realise.

use cors_harness::kit::{Implementation, Unsupported};
use cors_policy::Endpoint;
use cors_policy::names::{is_forbidden_method, is_token};
use cors_policy::origin::{check_pattern, check_serialized};
use cors_policy::policy::Policy;

use crate::application::endpoints;
use crate::behaviour::Behaviour;
use crate::exchange::listed;
use crate::server::Server;

/// Says why a policy makes no sense, if so: an origin that no browser sends, a method or header
/// name that is no token, a method that no page may use.
pub(crate) fn check(policy: &Policy) -> Result<(), Unsupported> {
    for origin in listed(&policy.allow_origins).unwrap_or_default() {
        let checked = match origin.as_str() {
            "null" => Ok(()),
            pattern if pattern.contains('*') => check_pattern(pattern),
            origin => check_serialized(origin),
        };
        checked.map_err(|problem| Unsupported::because(format!("allow_origins: {problem}")))?;
    }
    let names = [
        ("allow_methods", &policy.allow_methods),
        ("allow_headers", &policy.allow_headers),
        ("expose_headers", &policy.expose_headers),
    ];
    for (field, names) in names {
        for name in listed(names).unwrap_or_default() {
            let problem = if !is_token(name.as_bytes()) {
                format!("{name:?} is not a token")
            } else if name == "*" {
                "\"*\" in a list; to allow everything write \"any\"".to_owned()
            } else if field == "allow_methods" && is_forbidden_method(name.as_bytes()) {
                format!("{name} is a method that no page can use")
            } else {
                continue;
            };
            return Err(Unsupported::because(format!("{field}: {problem}")));
        }
    }
    Ok(())
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
