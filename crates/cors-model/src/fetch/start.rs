//! Fetch itself, from which the other algorithms are called.

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use super::main_fetch::main_fetch;
use super::params::{FetchParams, UserAgent};
use crate::cache::Timestamp;
use crate::dialect::History;
use crate::error::{NetworkError, Stage};
use crate::header::{HeaderValue, names};
use crate::network::Network;
use crate::request::Request;
use crate::response::FilteredResponse;
use crate::trace::{Staged, Trace, anchor, step};

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
    anchor!("concept-fetch");
    agent.preflight_cache.remove_expired(now);
    step!("1–7":
        "OUT OF SCOPE: tasks, timing, early hints, and what a request lacks before its API has \
        filled it in.");
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
        if let Err((at, reason)) = dialect.prepare(&mut fetch_params.request) {
            return Err(fetch_params.network_error(at, reason));
        }
    }
    let FetchParams {
        request,
        agent,
        trace,
        ..
    } = &mut fetch_params;
    step!(trace, "8":
        "The request is {} {} with the mode {}, from {}.",
        request.method,
        request.current_url().serialize(false),
        request.mode,
        request.origin.serialize());
    step!("9–11": "OUT OF SCOPE: bodies are bytes already; automation; preloaded resources.");
    if !request.header_list.contains(names::ACCEPT) {
        let value = HeaderValue::from_static("*/*");
        step!(trace, "12.1": "There is no Accept, so it is {value}.");
        step!("12.2–12.3": "OUT OF SCOPE: prefetches, and the destinations of elements.");
        request.header_list.append(names::ACCEPT, value);
        step!(trace, "12.4": "Accept is appended.");
    }
    step!("13": "OUT OF SCOPE: automation that sets a language.");
    if let Some(value) = &agent.accept_language
        && !request.header_list.contains(names::ACCEPT_LANGUAGE)
    {
        request
            .header_list
            .append(names::ACCEPT_LANGUAGE, value.clone());
        step!(trace, "14": "Accept-Language: {value} is appended.");
    }
    step!("15–16": "OUT OF SCOPE: priorities, and what a page has in flight.");
    step!(trace, "17": "Main fetch runs.");
    let outcome = main_fetch(&mut fetch_params, false).await?;
    step!("18": "OUT OF SCOPE: the controller.");
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
