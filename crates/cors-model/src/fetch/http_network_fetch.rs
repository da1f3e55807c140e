//! HTTP-network fetch: the exchange itself, which the embedder makes.

use super::FetchParams;
use crate::error::{NetworkError, Reason, Refusal, Stage};
use crate::header::HeaderList;
use crate::network::{HttpRequest, HttpVersion, Network, RequestKind};
use crate::response::Response;
use crate::trace::{Trace, cite, step};

/// To HTTP-network fetch: <https://fetch.spec.whatwg.org/#concept-http-network-fetch>
pub(super) async fn http_network_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    header_list: &HeaderList,
    include_credentials: bool,
    force_new_connection: bool,
) -> Result<Response, NetworkError> {
    // 1. What is asked for.
    let FetchParams {
        request,
        network,
        trace,
        ..
    } = fetch_params;
    let url = request.current_url();
    step!(
        trace,
        cite!("concept-http-network-fetch", "1"),
        "{} {} goes on the wire.",
        request.method,
        url.serialize(true)
    );
    // 2. OUT OF SCOPE: being offline.
    // 3. Nothing has answered yet.
    step!(
        trace,
        cite!("concept-http-network-fetch", "3"),
        "There is no response yet."
    );
    // 4–5. OUT OF SCOPE: timing, and the partitions of connections.
    // 6. Sometimes an open connection will not do.
    step!(
        trace,
        cite!("concept-http-network-fetch", "6"),
        "The connection is {}.",
        if force_new_connection {
            "a new one"
        } else {
            "any"
        }
    );
    // 7[websocket]–[webtransport]. OUT OF SCOPE: protocols that only start as HTTP.
    // 7[otherwise]. The embedder has the connections.
    step!(
        trace,
        cite!("concept-http-network-fetch", "7[otherwise]"),
        "A connection is obtained."
    );
    let stage = if trace.stage == Stage::Preflight {
        Stage::Preflight
    } else {
        Stage::Transport
    };
    // 8.1. Whether there is one shows below, together with the rest of the exchange.
    // 8.2. OUT OF SCOPE: timing.
    // 8.3. HTTP/1.1 has to know how much there will be.
    if request.has_stream_body() && network.http_version(url) == HttpVersion::Http1 {
        let at = cite!("concept-http-network-fetch", "8.3");
        return Err(fetch_params.refuse(Refusal::new(at, stage, Reason::StreamOverHttp1)));
    }
    step!(
        trace,
        cite!("concept-http-network-fetch", "8.3"),
        "The connection can carry the body."
    );
    // 8.4–8.5. The embedder makes the exchange, and skips interim responses.
    let kind = if stage == Stage::Preflight {
        RequestKind::Preflight
    } else {
        RequestKind::Actual
    };
    let request = HttpRequest {
        kind,
        method: &request.method,
        url,
        header_list,
        body: request.body.as_ref(),
        includes_credentials: include_credentials,
        force_new_connection,
    };
    let response = match network.http_network_fetch(request).await {
        Ok(response) => response,
        Err(error) => {
            let at = cite!("concept-http-network-fetch", "8.1");
            return Err(fetch_params.refuse(Refusal::new(at, stage, Reason::Transport(error))));
        }
    };
    step!(
        &mut fetch_params.trace,
        cite!("concept-http-network-fetch", "8.1"),
        "The exchange succeeds."
    );
    step!(
        &mut fetch_params.trace,
        cite!("concept-http-network-fetch", "8.5"),
        "The status is {}.",
        response.status
    );
    // 9–16. OUT OF SCOPE: aborting, and how a body arrives piece by piece.
    // 17. The embedder keeps cookies, since it knows whether credentials are included.
    step!(
        &mut fetch_params.trace,
        cite!("concept-http-network-fetch", "17"),
        "Cookies of the response are {}.",
        if include_credentials {
            "kept"
        } else {
            "ignored"
        }
    );
    // 18. OUT OF SCOPE: how a body arrives piece by piece.
    // 19. The response, with its body.
    step!(
        &mut fetch_params.trace,
        cite!("concept-http-network-fetch", "19"),
        "The exchange is over."
    );
    Ok(response)
}
