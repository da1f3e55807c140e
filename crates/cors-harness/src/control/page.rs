//! The requests of the control exchange.

use cors_model::url::Url;
use cors_vectors::server::Credentials;

use crate::done::Done;
use crate::kit::Site;
use crate::model;
use crate::page::carry_out_fetch;
use crate::plan::PlannedFetch;
use crate::session::Session;
use crate::target::Transport;
use crate::wire::{Line, Response};

/// Makes a plain request for the resource, as of no page, with these lines.
pub(crate) async fn plain_request(
    site: &Site,
    session: &Session<'_>,
    lines: &[Line],
) -> Result<Response, Transport> {
    let method = session.options.method.as_bytes();
    plain_request_as(method, site.target.url(), site, session, lines).await
}

/// The same by this method for this URL.
pub(crate) async fn plain_request_as(
    method: &[u8],
    url: &Url,
    site: &Site,
    session: &Session<'_>,
    lines: &[Line],
) -> Result<Response, Transport> {
    let mut headers = vec![(b"Accept".to_vec(), b"*/*".to_vec())];
    headers.extend_from_slice(lines);
    let request = model::request_for(method, url, headers);
    let request = session.sent_by_browser(session.sent_by_client(request));
    session.exchange(site, request, false).await.1
}

/// What to add where a login is asked for: that preflights are asked for one too, which they never
/// have, so that giving one here does not help them.
pub(super) async fn login_before_options(
    site: &Site,
    session: &Session<'_>,
    status: u16,
    origin: &str,
) -> String {
    let is_login = |status: u16| matches!(status, 401 | 403 | 407);
    if !is_login(status) {
        return String::new();
    }
    let line = |name: &str, value: &str| -> Line { (name.into(), value.into()) };
    let headers = vec![
        line("Accept", "*/*"),
        line("Access-Control-Request-Method", "GET"),
        line("Origin", origin),
    ];
    let request = model::request_for(b"OPTIONS", site.target.url(), headers);
    let request = session.sent_by_browser(request);
    match session.exchange(site, request, false).await.1 {
        Ok(answer) if is_login(answer.status) => format!(
            ". A preflight is answered {} too: browsers send no login with one, so that OPTIONS has \
             to get past the login without",
            answer.status
        ),
        Ok(_) | Err(_) => String::new(),
    }
}

/// Asks for the resource as a page of the origin.
pub(super) async fn as_page(site: &Site, session: &Session<'_>, origin: &str) -> Done {
    let credentials = if site.policy.allow_credentials {
        Credentials::Include
    } else {
        Credentials::Omit
    };
    let fetch = PlannedFetch {
        origin: origin.as_bytes().to_vec(),
        page: model::page(origin.as_bytes()),
        method: session.options.method.clone().into_bytes(),
        url: site.target.url().clone(),
        credentials,
        headers: Vec::new(),
        body: None,
        upload_listener: false,
        reads: Vec::new(),
        cannot_read: Vec::new(),
    };
    carry_out_fetch(&fetch, site, session).await
}
