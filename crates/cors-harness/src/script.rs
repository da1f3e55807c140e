//! The request that a page's script makes for a planned fetch.

use cors_model::api::body::BodyInit;
use cors_model::api::fetch::RequestInit;
use cors_model::api::xhr::{Xhr, XhrBody};
use cors_model::api::{self, ApiError};
use cors_model::request::{Client, CredentialsMode, Request};
use cors_model::trace::Trace;
use cors_vectors::server::Credentials;

use crate::escape::escape_cut;
use crate::plan::PlannedFetch;

/// The request that the page makes with `fetch()`, or with an `XMLHttpRequest` when somebody listens
/// to the upload, or why it may not.
pub(crate) fn request(planned: &PlannedFetch, steps: &mut impl Trace) -> Result<Request, String> {
    let client = planned
        .page
        .clone()
        .ok_or_else(|| format!("no page has the origin {}", escape_cut(&planned.origin)))?;
    // A string where it can be one, since that is what pages send.
    let body = planned.body.clone().map(|bytes| {
        String::from_utf8(bytes).map_or_else(
            |error| BodyInit::BufferSource(error.into_bytes()),
            BodyInit::Text,
        )
    });
    let made = if planned.upload_listener {
        by_xhr(client, planned, body, steps)
    } else {
        let credentials = match planned.credentials {
            Credentials::Omit => CredentialsMode::Omit,
            Credentials::SameOrigin => CredentialsMode::SameOrigin,
            Credentials::Include => CredentialsMode::Include,
        };
        let init = RequestInit {
            method: Some(planned.method.clone()),
            headers: Some(planned.headers.clone()),
            body,
            credentials: Some(credentials),
            ..RequestInit::default()
        };
        api::fetch::request(&client, planned.url.clone(), init, steps).map_err(Box::new)
    };
    made.map_err(|error| error.to_string())
}

fn by_xhr(
    client: Client,
    planned: &PlannedFetch,
    body: Option<BodyInit>,
    steps: &mut impl Trace,
) -> Result<Request, Box<ApiError>> {
    let mut xhr = Xhr::new(client);
    xhr.open(&planned.method, planned.url.clone(), None, None, steps)?;
    xhr.set_with_credentials(planned.credentials == Credentials::Include, steps)?;
    for (name, value) in &planned.headers {
        xhr.set_request_header(name, value, steps)?;
    }
    xhr.add_upload_listener();
    Ok(xhr.send(body.map(XhrBody::Init), steps)?)
}
