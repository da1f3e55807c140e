//! How hosts are written, and what is wrong with a route that cannot be read.

use std::fmt;

use url::Host;

/// A route that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}{found}")]
pub struct RouteError {
    expected: &'static str,
    found: String,
}

pub(super) fn unreadable(expected: &'static str, found: impl fmt::Display) -> RouteError {
    RouteError {
        expected,
        found: format!(": {found}"),
    }
}

/// A host as it stands before a port.
pub(super) fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// A host without brackets.
pub(in crate::client) fn plain<S: AsRef<str>>(host: &Host<S>) -> String {
    match host {
        Host::Domain(domain) => domain.as_ref().to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}
