//! The application behind every library: the testbed's, without its CORS layer.

use bytes::Bytes;
use cors_testbed::{Behaviour, Server};
use cors_vectors::policy::Policy;
use http::{HeaderMap, Method, Response, Uri};

/// A path for each endpoint, as of the testbed's servers.
#[derive(Debug, Clone)]
pub struct Application(Server);

impl Application {
    /// With the headers that the policy exposes.
    pub(super) fn new(policy: &Policy) -> Self {
        // Every request reaches the application, and nothing is added to its answers.
        let bare = Behaviour {
            pass_preflight_on: |_| true,
            covers: |_| false,
            ..Behaviour::REFERENCE
        };
        Self(Server::new(policy, bare).expect("made-up policies make sense"))
    }

    /// Answers a request.
    pub(super) fn answer(&self, method: Method, uri: Uri, headers: HeaderMap) -> Response<Bytes> {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        (parts.method, parts.uri, parts.headers) = (method, uri, headers);
        self.0
            .answer(&parts)
            .expect("this behaviour never hangs up")
    }
}
