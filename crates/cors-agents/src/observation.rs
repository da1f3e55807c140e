//! What a user agent did in a case: the requests that arrived and what each fetch ended in.

use std::collections::BTreeMap;

use cors_net::message::Line;
use cors_vectors::agent::{ErrorKind, Place, RequestKind, ResponseType};

/// What a user agent did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observation {
    /// Every request that arrived, in order.
    pub requests: Vec<ObservedRequest>,
    /// What each fetch ended in, in order.
    pub outcomes: Vec<ObservedOutcome>,
}

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedRequest {
    /// Preflight or actual.
    pub kind: RequestKind,
    /// Where it arrived; `None` for a URL outside of the case.
    pub at: Option<Place>,
    /// How its URL continues the case's own; the whole URL when it is outside of the case.
    pub suffix: String,
    /// Its method.
    pub method: Vec<u8>,
    /// Its header lines, in order: name and value.
    pub headers: Vec<Line>,
    /// Its body.
    pub body: Vec<u8>,
}

impl ObservedRequest {
    /// The combined value of a header: all lines joined by a comma and a space.
    pub fn header(&self, name: &str) -> Option<Vec<u8>> {
        let mut lines = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.as_slice());
        let first = lines.next()?.to_vec();
        Some(lines.fold(first, |mut all, line| {
            all.extend_from_slice(b", ");
            all.extend_from_slice(line);
            all
        }))
    }
}

/// What a fetch ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObservedOutcome {
    /// An error: which, where the user agent can tell. Script cannot tell network errors apart,
    /// nor from a `TypeError` that `fetch()` rejects with: `None`.
    Error(Option<ErrorKind>),
    /// A response, as script sees it.
    Response(ObservedResponse),
}

/// A response as script sees it. What the API at hand cannot show is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedResponse {
    /// Its type.
    pub response_type: Option<ResponseType>,
    /// Its status.
    pub status: u16,
    /// The headers that can be read: byte-lowercase names and combined values.
    pub headers: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Its URL.
    pub url: Option<String>,
    /// Whether it came after a redirect.
    pub redirected: Option<bool>,
    /// Whether the Timing-Allow-Origin check passed on every hop.
    pub timing_allowed: Option<bool>,
}
