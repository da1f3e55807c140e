//! The fetch algorithms, each in a file of its own.

mod cors_preflight_fetch;
mod http_fetch;
mod http_network_fetch;
mod http_network_or_cache_fetch;
mod http_redirect_fetch;
mod main_fetch;
mod scheme_fetch;

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use crate::cache::{CorsPreflightCache, Timestamp};
use crate::dialect::{Dialect, History};
use crate::error::{NetworkError, Reason, Refusal, Stage};
use crate::header::{HeaderValue, names};
use crate::network::Network;
use crate::request::{Request, ResponseTainting};
use crate::response::{FilteredResponse, Response};
use crate::trace::{Cite, Staged, Trace, cite, step};
use main_fetch::main_fetch;

pub(crate) use http_network_or_cache_fetch::CONDITIONAL;

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
struct FetchParams<'a, N, T> {
    request: Request,
    agent: &'a mut UserAgent,
    network: &'a mut N,
    trace: Staged<'a, T>,
    now: Timestamp,
    history: History,
}

impl<N, T: Trace> FetchParams<'_, N, T> {
    /// A network error at a step, which is recorded with a sentence about the reason.
    fn network_error(&mut self, at: Cite, reason: Reason) -> NetworkError {
        self.refuse(Refusal::new(at, self.trace.stage, reason))
    }

    /// A network error with its refusal, which is recorded.
    fn refuse(&mut self, refusal: Refusal) -> NetworkError {
        step!(&mut self.trace, refusal.at, "Network error. {refusal}");
        refusal.into()
    }
}

/// A response on its way: most are filtered last of all, opaque redirects at once.
enum Outcome {
    Plain(Response),
    Filtered(FilteredResponse),
}

impl Outcome {
    /// The filtered response for a response tainting.
    fn filtered(self, tainting: ResponseTainting) -> FilteredResponse {
        match (self, tainting) {
            (Self::Filtered(response), _) => response,
            (Self::Plain(response), ResponseTainting::Basic) => FilteredResponse::Basic(response),
            (Self::Plain(response), ResponseTainting::Cors) => FilteredResponse::Cors(response),
            (Self::Plain(response), ResponseTainting::Opaque) => FilteredResponse::Opaque(response),
        }
    }
}

/// To fetch: from a request to what script sees of the response, or to a network error:
/// <https://fetch.spec.whatwg.org/#concept-fetch>
///
/// `now` is the moment of the fetch, for the preflight cache.
///
/// # Errors
///
/// A network error with the step that led to it.
pub async fn fetch<N: Network, T: Trace>(
    agent: &mut UserAgent,
    network: &mut N,
    trace: &mut T,
    request: Request,
    now: Timestamp,
) -> Result<FilteredResponse, NetworkError> {
    agent.preflight_cache.remove_expired(now);
    // 1–7. OUT OF SCOPE: tasks, timing, early hints, and what a request lacks before its API has
    // filled it in.
    // 8. What the algorithms share.
    let trace = Staged::new(Stage::Fetch, trace);
    let mut fetch_params = FetchParams {
        request,
        agent,
        network,
        trace,
        now,
        history: History::default(),
    };
    if fetch_params.agent.dialect.departs() {
        let dialect = fetch_params.agent.dialect;
        dialect.prepare(&mut fetch_params.request);
        if let Some(bytes) = dialect.keepalive_excess(&fetch_params.request) {
            let at = cite!("concept-http-network-or-cache-fetch", "8.10.5");
            return Err(fetch_params.network_error(at, Reason::KeepaliveLimit { bytes }));
        }
    }
    let FetchParams {
        request,
        agent,
        trace,
        ..
    } = &mut fetch_params;
    step!(
        trace,
        cite!("concept-fetch", "8"),
        "A {} request for {} with the mode {}, from {}.",
        request.method,
        request.current_url().serialize(false),
        request.mode,
        request.origin.serialize()
    );
    // 9–11. OUT OF SCOPE: bodies are bytes already; automation; preloaded resources.
    if !request.header_list.contains(names::ACCEPT) {
        // 12.1. Script takes anything when it says nothing.
        let value = HeaderValue::from_static("*/*");
        step!(
            trace,
            cite!("concept-fetch", "12.1"),
            "There is no Accept, so it is {value}."
        );
        // 12.2–12.3. OUT OF SCOPE: prefetches, and the destinations of elements.
        // 12.4. It counts like one that script has set.
        request.header_list.append(names::ACCEPT, value);
        step!(trace, cite!("concept-fetch", "12.4"), "Accept is appended.");
    }
    // 13. OUT OF SCOPE: automation that sets a language.
    // 14. The user's languages, if the user agent tells them.
    if let Some(value) = &agent.accept_language
        && !request.header_list.contains(names::ACCEPT_LANGUAGE)
    {
        request
            .header_list
            .append(names::ACCEPT_LANGUAGE, value.clone());
        step!(
            trace,
            cite!("concept-fetch", "14"),
            "Accept-Language: {value} is appended."
        );
    }
    // 15–16. OUT OF SCOPE: priorities, and what a page has in flight.
    // 17. The rest is main fetch.
    step!(trace, cite!("concept-fetch", "17"), "Main fetch runs.");
    let outcome = main_fetch(&mut fetch_params, false).await?;
    // 18. OUT OF SCOPE: the controller.
    Ok(outcome.filtered(fetch_params.request.response_tainting))
}

/// Runs a future whose network answers at once, by polling it until it is ready.
///
/// For vectors, fuzzing and tests. A future that waits for something else keeps the thread busy.
///
/// What runs may be [`fetch`], which is to [fetch](https://fetch.spec.whatwg.org/#concept-fetch).
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        core::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests;
