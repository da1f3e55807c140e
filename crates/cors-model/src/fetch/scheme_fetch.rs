//! Scheme fetch: what does not go by CORS.

use alloc::string::String;
use alloc::vec::Vec;

use super::http_fetch::http_fetch;
use super::params::{FetchParams, Outcome, Recursion};
use crate::data_url::data_url_processor;
use crate::error::{NetworkError, Reason};
use crate::header::{HeaderList, HeaderValue, names};
use crate::network::Network;
use crate::response::Response;
use crate::trace::{Cite, Trace, anchor, cite, step};

/// To scheme fetch: <https://fetch.spec.whatwg.org/#concept-scheme-fetch>
pub(super) async fn scheme_fetch<R: Recursion, N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
) -> Result<Outcome, NetworkError> {
    anchor!("concept-scheme-fetch");
    step!("1": "OUT OF SCOPE: fetches that are canceled.");
    let FetchParams { request, trace, .. } = fetch_params;
    let url = request.current_url().clone();
    step!(trace, "2": "The scheme is {}.", url.scheme());
    let nothing = |fetch_params: &mut FetchParams<'_, N, T>, at: Cite| {
        let reason = Reason::NothingToFetch {
            scheme: String::from(url.scheme()),
        };
        Err(fetch_params.network_error(at, reason))
    };
    match url.scheme() {
        "about" if url.path() == "blank" => {
            step!(trace, "3[about]": "about:blank is empty.");
            let value = HeaderValue::from_static("text/html;charset=utf-8");
            Ok(Outcome::Plain(content(value, Vec::new())))
        }
        "blob" => {
            step!(trace, "3[blob].1": "There are no blobs.");
            let at = cite!("3[blob].2");
            step!("3[blob].3–15": "OUT OF SCOPE: what is done with blobs.");
            nothing(fetch_params, at)
        }
        "data" => {
            let data_url_struct = data_url_processor(&url);
            step!(trace, "3[data].1": "The URL is read.");
            let Some((mime_type, body)) = data_url_struct else {
                return nothing(fetch_params, cite!("3[data].2"));
            };
            step!(trace, "3[data].2": "The URL holds {} bytes.", body.len());
            step!(trace, "3[data].3": "Their type is {mime_type}.");
            let value = HeaderValue::from_algorithm(mime_type.into_bytes());
            step!(trace, "3[data].4": "They are the response.");
            Ok(Outcome::Plain(content(value, body)))
        }
        "file" => nothing(fetch_params, cite!("3[file]")),
        "http" | "https" => {
            step!(trace, "3[http-s-scheme]": "HTTP fetch runs.");
            http_fetch::<R, N, T>(fetch_params, false).await
        }
        _ => nothing(fetch_params, cite!("4")),
    }
}

/// A response that says what it is.
fn content(mime_type: HeaderValue, body: Vec<u8>) -> Response {
    let mut header_list = HeaderList::new();
    header_list.append(names::CONTENT_TYPE, mime_type);
    Response::new(200, header_list, Some(body))
}
