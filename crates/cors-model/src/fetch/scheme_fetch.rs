//! Scheme fetch: what does not go by CORS.

use alloc::string::String;
use alloc::vec::Vec;

use super::http_fetch::http_fetch;
use super::{FetchParams, Outcome};
use crate::data_url::data_url_processor;
use crate::error::{NetworkError, Reason};
use crate::header::{HeaderList, HeaderValue, names};
use crate::network::Network;
use crate::response::Response;
use crate::trace::{Cite, Trace, cite, step};

/// To scheme fetch: <https://fetch.spec.whatwg.org/#concept-scheme-fetch>
pub(super) async fn scheme_fetch<N: Network, T: Trace>(
    fetch_params: &mut FetchParams<'_, N, T>,
) -> Result<Outcome, NetworkError> {
    // 1. OUT OF SCOPE: fetches that are canceled.
    // 2. What is asked for.
    let FetchParams { request, trace, .. } = fetch_params;
    let url = request.current_url().clone();
    step!(
        trace,
        cite!("concept-scheme-fetch", "2"),
        "The scheme is {}.",
        url.scheme()
    );
    let nothing = |fetch_params: &mut FetchParams<'_, N, T>, at: Cite| {
        let reason = Reason::NothingToFetch {
            scheme: String::from(url.scheme()),
        };
        Err(fetch_params.network_error(at, reason))
    };
    match url.scheme() {
        // 3[about]. One page only, which is empty.
        "about" if url.path() == "blank" => {
            step!(
                trace,
                cite!("concept-scheme-fetch", "3[about]"),
                "about:blank is empty."
            );
            let value = HeaderValue::from_static("text/html;charset=utf-8");
            Ok(Outcome::Plain(content(value, Vec::new())))
        }
        // 3[blob].1. There is no store of blobs here.
        "blob" => {
            step!(
                trace,
                cite!("concept-scheme-fetch", "3[blob].1"),
                "There are no blobs."
            );
            // 3[blob].2. So there is nothing under the URL.
            // 3[blob].3–15. OUT OF SCOPE: what is done with blobs.
            nothing(fetch_params, cite!("concept-scheme-fetch", "3[blob].2"))
        }
        "data" => {
            // 3[data].1. The URL holds the response.
            let data_url_struct = data_url_processor(&url);
            step!(
                trace,
                cite!("concept-scheme-fetch", "3[data].1"),
                "The URL is read."
            );
            // 3[data].2. Or it does not.
            let Some((mime_type, body)) = data_url_struct else {
                return nothing(fetch_params, cite!("concept-scheme-fetch", "3[data].2"));
            };
            step!(
                trace,
                cite!("concept-scheme-fetch", "3[data].2"),
                "The URL holds {} bytes.",
                body.len()
            );
            // 3[data].3. Its type, in one form.
            step!(
                trace,
                cite!("concept-scheme-fetch", "3[data].3"),
                "Their type is {mime_type}."
            );
            let value = HeaderValue::from_algorithm(mime_type.into_bytes().into());
            // 3[data].4. A response like any other.
            step!(
                trace,
                cite!("concept-scheme-fetch", "3[data].4"),
                "They are the response."
            );
            Ok(Outcome::Plain(content(value, body)))
        }
        // 3[file]. Files are nobody's business.
        "file" => nothing(fetch_params, cite!("concept-scheme-fetch", "3[file]")),
        // 3[http-s-scheme]. The network knows.
        "http" | "https" => {
            step!(
                trace,
                cite!("concept-scheme-fetch", "3[http-s-scheme]"),
                "HTTP fetch runs."
            );
            http_fetch(fetch_params, false).await
        }
        // 4. Other schemes are unknown.
        _ => nothing(fetch_params, cite!("concept-scheme-fetch", "4")),
    }
}

/// A response that says what it is.
fn content(mime_type: HeaderValue, body: Vec<u8>) -> Response {
    let mut header_list = HeaderList::new();
    header_list.append(names::CONTENT_TYPE, mime_type);
    Response::new(200, header_list, Some(body))
}
