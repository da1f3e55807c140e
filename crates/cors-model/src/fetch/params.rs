//! What the algorithms share, and what comes of them.

use crate::cache::{CorsPreflightCache, Timestamp};
use crate::dialect::{Dialect, History};
use crate::error::{NetworkError, Reason, Refusal};
use crate::header::HeaderValue;
use crate::network::Network;
use crate::request::{Request, ResponseTainting};
use crate::response::{FilteredResponse, Response};
use crate::trace::{Cite, Staged, Trace, step};

/// What a user agent keeps and chooses.
///
/// The [CORS-preflight cache](https://fetch.spec.whatwg.org/#concept-cache) is the most of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAgent {
    /// The CORS-preflight cache.
    pub preflight_cache: CorsPreflightCache,
    /// Whether it keeps anything in that cache.
    pub provides_preflight_cache: bool,
    /// The greatest max-age that it accepts, in seconds. Engines use 600, 7200 and 86400.
    pub max_age_limit: u32,
    /// What it sends as `Accept-Language` when script does not; nothing by default.
    pub accept_language: Option<HeaderValue>,
    /// How it departs from the standard; not at all by default.
    pub dialect: Dialect,
}

impl UserAgent {
    /// A user agent that knows nothing yet and departs from the standard as its dialect says.
    pub const fn new(dialect: Dialect) -> Self {
        Self {
            preflight_cache: CorsPreflightCache::new(),
            provides_preflight_cache: true,
            max_age_limit: dialect.max_age_limit,
            accept_language: None,
            dialect,
        }
    }
}

impl Default for UserAgent {
    fn default() -> Self {
        Self::new(Dialect::STANDARD)
    }
}

/// What the algorithms share during one fetch:
/// <https://fetch.spec.whatwg.org/#fetch-params>
pub(super) struct FetchParams<'a, N, T> {
    pub(super) request: Request,
    pub(super) agent: &'a mut UserAgent,
    pub(super) network: &'a mut N,
    pub(super) trace: Staged<'a, T>,
    pub(super) now: Timestamp,
    pub(super) history: History,
}

impl<N, T: Trace> FetchParams<'_, N, T> {
    /// A network error at a step, which is recorded with a sentence about the reason.
    pub(super) fn network_error(&mut self, at: Cite, reason: Reason) -> NetworkError {
        self.refuse(Refusal::new(at, self.trace.stage, reason))
    }

    /// A network error with its refusal, which is recorded.
    pub(super) fn refuse(&mut self, refusal: Refusal) -> NetworkError {
        let at = refusal.at;
        step!(&mut self.trace, at: "Network error. {refusal}");
        refusal.into()
    }
}

/// A response on its way: most are filtered last of all, opaque redirects at once.
pub(super) enum Outcome {
    Plain(Response),
    Filtered(FilteredResponse),
}

impl Outcome {
    /// The filtered response for a response tainting.
    pub(super) fn filtered(self, tainting: ResponseTainting) -> FilteredResponse {
        match (self, tainting) {
            (Self::Filtered(response), _) => response,
            (Self::Plain(response), ResponseTainting::Basic) => FilteredResponse::Basic(response),
            (Self::Plain(response), ResponseTainting::Cors) => FilteredResponse::Cors(response),
            (Self::Plain(response), ResponseTainting::Opaque) => FilteredResponse::Opaque(response),
        }
    }
}

/// Main fetch, which HTTP-redirect fetch runs again: it is below main fetch, and takes it as a type.
pub(super) trait Recursion {
    /// To main fetch, recursively.
    async fn main_fetch<N: Network, T: Trace>(
        fetch_params: &mut FetchParams<'_, N, T>,
    ) -> Result<Outcome, NetworkError>;
}
