//! Plays a case on the model: what the page does goes through the model's APIs, and the scripted
//! servers answer without a socket.

use std::collections::BTreeMap;

use cors_model::api::body::BodyInit;
use cors_model::api::fetch::RequestInit;
use cors_model::api::xhr::{Xhr, XhrBody};
use cors_model::api::{ApiError, ApiErrorName, Client};
use cors_model::cache::Timestamp;
use cors_model::dialect::Dialect;
use cors_model::error::{NetworkError, Reason, Refusal, Stage};
use cors_model::fetch::{UserAgent, block_on, fetch};
use cors_model::origin::{OpaqueOrigin, Origin};
use cors_model::referrer::ReferrerPolicy;
use cors_model::request::{CacheMode, CredentialsMode, RedirectMode, Request, RequestMode};
use cors_model::response::{FilteredResponse, ResponseType as ModelType};
use cors_model::trace::Trace;
use cors_model::url::Url;
use cors_net::message::Line;
use cors_vectors::agent::{
    AgentCase, Api, Body, Cache, ErrorKind, Fetch, Mode, PageKind, Place, Redirect, ResponseType,
    UploadListener,
};
use cors_vectors::server::Credentials;
use cors_vectors::text::{HeaderPair, TextError};

use crate::observation::{Observation, ObservedOutcome, ObservedResponse};
use crate::scripted::ScriptedNetwork;
use crate::world::World;

/// The boundary of multipart bodies, which a browser makes up.
const BOUNDARY: &str = "----CorsConformanceBoundary";

/// A case that cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// A text of the case cannot be expanded.
    #[error("{0}")]
    Text(#[from] TextError),
    /// The page's own URL is not a URL.
    #[error("`{0}` is not a URL")]
    NotAUrl(String),
    /// A referrer policy of the case is not a referrer policy.
    #[error("`{0}` is not a referrer policy")]
    NotAReferrerPolicy(String),
}

/// Plays all fetches of a case, one after the other, on a user agent that knows nothing yet.
///
/// # Errors
///
/// The case itself is broken.
pub fn play(
    case: &AgentCase,
    world: &World,
    trace: &mut impl Trace,
) -> Result<Observation, PlayError> {
    play_as(Dialect::STANDARD, case, world, trace)
}

/// The same on a user agent with a dialect.
///
/// # Errors
///
/// The case itself is broken.
pub fn play_as(
    dialect: Dialect,
    case: &AgentCase,
    world: &World,
    trace: &mut impl Trace,
) -> Result<Observation, PlayError> {
    play_refusing(dialect, case, world, trace).map(|(observation, _)| observation)
}

/// The same, with the refusal of each fetch that the user agent itself refused.
///
/// # Errors
///
/// The case itself is broken.
pub fn play_refusing(
    dialect: Dialect,
    case: &AgentCase,
    world: &World,
    trace: &mut impl Trace,
) -> Result<(Observation, Vec<Refusal>), PlayError> {
    let mut refusals = Vec::new();
    let mut agent = UserAgent::new(dialect);
    let mut network = ScriptedNetwork::new(case, world);
    let mut now = 0;
    let mut outcomes = Vec::new();
    for (fetch, number) in case.fetches.iter().zip(1..) {
        network.fetch = number;
        now += u64::from(fetch.after_seconds) * 1000;
        let before = network.requests.len();
        outcomes.push(match request(dialect, fetch, world, trace)? {
            Err(kind) => ObservedOutcome::Error(Some(kind)),
            Ok(request) => {
                let future = self::fetch(&mut agent, &mut network, trace, request, Timestamp(now));
                match block_on(future) {
                    Ok(response) => ObservedOutcome::Response(seen(&response)),
                    Err(error) => {
                        let sent = network.requests.len() > before;
                        let kind = error_kind(&error, sent);
                        refusals.push(*error.refusal);
                        ObservedOutcome::Error(Some(kind))
                    }
                }
            }
        });
        if let Some(error) = network.broken.take() {
            return Err(error.into());
        }
    }
    let observation = Observation {
        requests: network.requests,
        outcomes,
    };
    Ok((observation, refusals))
}

/// The request that the page's API makes, or the exception that it throws.
fn request(
    dialect: Dialect,
    fetch: &Fetch,
    world: &World,
    trace: &mut impl Trace,
) -> Result<Result<Request, ErrorKind>, PlayError> {
    let client = client(fetch.page, world)?;
    // Both APIs run the URL parser first of all.
    let Some(url) = url(fetch, world)? else {
        return Ok(Err(match fetch.api {
            Api::Fetch => ErrorKind::TypeError,
            Api::Xhr => ErrorKind::SyntaxError,
        }));
    };
    let headers = headers(&fetch.headers, world)?;
    let method = fetch
        .method
        .as_ref()
        .map(|text| world.expand(text, None))
        .transpose()?;
    let body = fetch
        .body
        .as_ref()
        .map(|body| self::body(body, world))
        .transpose()?;
    if fetch.api == Api::Xhr {
        let method = method.unwrap_or_else(|| b"GET".to_vec());
        let xhr = Xhr::of(dialect, client);
        let request = send(xhr, fetch, &method, url, &headers, body, trace);
        return Ok(request.map_err(|error| thrown(&error)));
    }
    let init = RequestInit {
        method,
        headers: Some(headers),
        body: body.and_then(|body| match body {
            XhrBody::Init(init) => Some(init),
            // The reader admits documents for `xhr` only.
            XhrBody::Document { .. } => None,
        }),
        referrer: None,
        referrer_policy: fetch
            .referrer_policy
            .as_ref()
            .map(|text| {
                ReferrerPolicy::from_string(text)
                    .ok_or_else(|| PlayError::NotAReferrerPolicy(text.clone()))
            })
            .transpose()?,
        mode: Some(match fetch.mode {
            Mode::Cors => RequestMode::Cors,
            Mode::NoCors => RequestMode::NoCors,
            Mode::SameOrigin => RequestMode::SameOrigin,
        }),
        credentials: Some(match fetch.credentials {
            Credentials::Omit => CredentialsMode::Omit,
            Credentials::SameOrigin => CredentialsMode::SameOrigin,
            Credentials::Include => CredentialsMode::Include,
        }),
        cache: Some(match fetch.cache {
            Cache::Default => CacheMode::Default,
            Cache::NoStore => CacheMode::NoStore,
            Cache::Reload => CacheMode::Reload,
            Cache::NoCache => CacheMode::NoCache,
            Cache::ForceCache => CacheMode::ForceCache,
        }),
        redirect: Some(match fetch.redirect {
            Redirect::Follow => RedirectMode::Follow,
            Redirect::Error => RedirectMode::Error,
            Redirect::Manual => RedirectMode::Manual,
        }),
        keepalive: Some(fetch.keepalive),
        duplex_half: fetch.duplex_half,
    };
    let request = dialect.request(&client, url, init, trace);
    Ok(request.map_err(|error| thrown(&error)))
}

fn send(
    mut xhr: Xhr,
    fetch: &Fetch,
    method: &[u8],
    url: Url,
    headers: &[Line],
    body: Option<XhrBody>,
    trace: &mut impl Trace,
) -> Result<Request, ApiError> {
    xhr.open(method, url, None, None, trace)?;
    for (name, value) in headers {
        xhr.set_request_header(name, value, trace)?;
    }
    xhr.set_with_credentials(fetch.credentials == Credentials::Include, trace)?;
    match fetch.upload_listener {
        Some(UploadListener::BeforeSend | UploadListener::OtherEvent) => xhr.add_upload_listener(),
        Some(UploadListener::Removed) => {
            xhr.add_upload_listener();
            xhr.remove_upload_listener();
        }
        Some(UploadListener::AfterSend | UploadListener::Touched) | None => {}
    }
    let request = xhr.send(body, trace);
    if fetch.upload_listener == Some(UploadListener::AfterSend) {
        xhr.add_upload_listener();
    }
    request
}

/// The page: at its origin's root, with an opaque origin of its own if the case says so.
fn client(page: PageKind, world: &World) -> Result<Client, PlayError> {
    let url = format!("{}/", world.origin(Place::Page));
    let mut client = Client::new(crate::url::parse(&url).ok_or(PlayError::NotAUrl(url))?);
    if page == PageKind::Opaque {
        client.origin = Origin::Opaque(OpaqueOrigin::new(1));
    }
    Ok(client)
}

/// The URL that script gives; `None` when it is not a URL.
fn url(fetch: &Fetch, world: &World) -> Result<Option<Url>, TextError> {
    Ok(crate::url::parse(&world.requested(fetch)?))
}

fn headers(pairs: &[HeaderPair], world: &World) -> Result<Vec<Line>, TextError> {
    pairs
        .iter()
        .map(|(name, value)| Ok((world.expand(name, None)?, world.expand(value, None)?)))
        .collect()
}

fn body(body: &Body, world: &World) -> Result<XhrBody, TextError> {
    Ok(match body {
        Body::Text(text) => BodyInit::Text(text.clone()).into(),
        Body::Blob { text, r#type } => BodyInit::blob(text.clone().into_bytes(), r#type).into(),
        Body::FormData(entries) => BodyInit::FormData {
            entries: entries.clone(),
            boundary: BOUNDARY.to_owned(),
        }
        .into(),
        Body::UrlSearchParams(entries) => BodyInit::UrlSearchParams(entries.clone()).into(),
        Body::ArrayBuffer(text) => BodyInit::BufferSource(world.expand(text, None)?).into(),
        Body::Stream(text) => BodyInit::Stream(text.clone().into_bytes()).into(),
        Body::XmlDocument(text) => XhrBody::Document {
            serialized: text.clone(),
            html: false,
        },
        Body::HtmlDocument(text) => XhrBody::Document {
            serialized: text.clone(),
            html: true,
        },
    })
}

fn thrown(error: &ApiError) -> ErrorKind {
    match error.name {
        ApiErrorName::TypeError => ErrorKind::TypeError,
        ApiErrorName::SyntaxError => ErrorKind::SyntaxError,
        ApiErrorName::SecurityError => ErrorKind::SecurityError,
        // `open()` always comes first here, and `send()` once.
        ApiErrorName::InvalidStateError => ErrorKind::Other,
    }
}

/// The kind of a network error; `sent` says whether the fetch has sent anything before.
fn error_kind(error: &NetworkError, sent: bool) -> ErrorKind {
    let refusal = &error.refusal;
    match (refusal.stage, &refusal.reason) {
        (
            _,
            Reason::AllowOriginMissing
            | Reason::AllowOriginMismatch
            | Reason::CredentialsNotAllowed,
        ) if refusal.stage != Stage::Preflight => ErrorKind::CorsCheck,
        (Stage::Preflight, _) => ErrorKind::Preflight,
        (Stage::Redirect, _) => ErrorKind::Redirect,
        (Stage::Fetch, Reason::SameOriginMode) if sent => ErrorKind::Redirect,
        (Stage::Api | Stage::Fetch, _) | (_, Reason::KeepaliveLimit { .. }) if !sent => {
            ErrorKind::Blocked
        }
        (_, Reason::Transport(_)) => ErrorKind::Transport,
        (Stage::Api | Stage::Fetch | Stage::Response | Stage::Transport, _) => ErrorKind::Other,
    }
}

fn seen(response: &FilteredResponse) -> ObservedResponse {
    let headers = response
        .header_names()
        .into_iter()
        .filter_map(|name| {
            let value = response.header(name.as_bytes())?;
            Some((name.as_bytes().to_vec(), value))
        })
        .collect::<BTreeMap<_, _>>();
    ObservedResponse {
        response_type: Some(match response.response_type() {
            ModelType::Basic => ResponseType::Basic,
            ModelType::Cors => ResponseType::Cors,
            ModelType::Opaque => ResponseType::Opaque,
            ModelType::OpaqueRedirect => ResponseType::OpaqueRedirect,
        }),
        status: response.status(),
        headers,
        url: Some(response.url()),
        redirected: Some(response.redirected()),
        timing_allowed: Some(response.internal().timing_allow_passed),
    }
}
