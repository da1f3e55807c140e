//! HTTP-network fetch: the exchange itself, which the embedder makes.

use super::params::FetchParams;
use crate::error::{NetworkError, Reason, Refusal, Stage};
use crate::header::HeaderList;
use crate::network::{HttpRequest, HttpVersion, Network, RequestKind};
use crate::response::Response;
use crate::trace::{Trace, anchor, cite, step};

/// To HTTP-network fetch: <https://fetch.spec.whatwg.org/#concept-http-network-fetch>
pub(super) async fn http_network_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
    header_list: &HeaderList,
    include_credentials: bool,
    force_new_connection: bool,
) -> Result<Response, NetworkError> {
    anchor!("concept-http-network-fetch");
    let FetchParams {
        request,
        network,
        trace,
        ..
    } = fetch_params;
    let url = request.current_url();
    step!(trace, "1": "{} {} goes on the wire.", request.method, url.serialize(true));
    step!("2": "OUT OF SCOPE: being offline.");
    step!(trace, "3": "There is no response yet.");
    step!("4–5": "OUT OF SCOPE: timing, and the partitions of connections.");
    step!(trace, "6":
        "The connection is {}.", if force_new_connection { "a new one" } else { "any" });
    step!("7[websocket]–[webtransport]": "OUT OF SCOPE: protocols that only start as HTTP.");
    step!(trace, "7[otherwise]": "A connection is obtained.");
    let stage = if trace.stage == Stage::Preflight {
        Stage::Preflight
    } else {
        Stage::Transport
    };
    // Whether there is a connection shows together with the rest of the exchange.
    let connected = cite!("8.1");
    step!("8.2": "OUT OF SCOPE: timing.");
    if request.has_stream_body() && network.http_version(url) == HttpVersion::Http1 {
        let at = cite!("8.3");
        return Err(fetch_params.refuse(Refusal::new(at, stage, Reason::StreamOverHttp1)));
    }
    step!(trace, "8.3": "The connection can carry the body.");
    step!("8.4–8.5": "The embedder makes the exchange, and skips interim responses.");
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
            return Err(fetch_params.refuse(Refusal::new(
                connected,
                stage,
                Reason::Transport(error),
            )));
        }
    };
    step!(&mut fetch_params.trace, connected: "The exchange succeeds.");
    step!(&mut fetch_params.trace, "8.5": "The status is {}.", response.status);
    step!("9–16": "OUT OF SCOPE: aborting, and how a body arrives piece by piece.");
    step!(&mut fetch_params.trace, "17":
        "Cookies of the response are {}.", if include_credentials { "kept" } else { "ignored" });
    step!("18": "OUT OF SCOPE: how a body arrives piece by piece.");
    step!(&mut fetch_params.trace, "19": "The exchange is over.");
    Ok(response)
}
