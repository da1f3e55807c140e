//! Between the model's types and those of the harness.

use cors_model::cache::Timestamp;
use cors_model::error::{Part, Refusal, Remedy};
use cors_model::header::{Header, HeaderList, HeaderName, HeaderValue};
use cors_model::network::{HttpRequest, TransportError};
use cors_model::origin::{OpaqueOrigin, Origin};
use cors_model::request::Client;
use cors_model::response::Response;
use cors_model::url::Url;

use crate::cause::{About, Remedy as RemedyEvent};
use crate::escape::{escape, escape_cut};
use crate::event::RefusalEvent;
use crate::redact::Redactor;
use crate::wire;

/// Whether a URL is of HTTP and has the origin of another.
pub(crate) fn is_at_origin(url: &Url, other: &Url) -> bool {
    url.is_http_scheme() && url.origin().is_same_origin(other.origin())
}

/// Path and query of a URL, as they stand on the wire.
pub(crate) fn path_and_query(url: &Url) -> Vec<u8> {
    let mut joined = url.path().as_bytes().to_vec();
    if let Some(query) = url.query() {
        joined.push(b'?');
        joined.extend_from_slice(query.as_bytes());
    }
    joined
}

/// A request without a body for a URL.
pub(crate) fn request_for(method: &[u8], url: &Url, headers: Vec<wire::Line>) -> wire::Request {
    wire::Request {
        method: method.to_vec(),
        base: url.origin().serialize().into_owned(),
        path: path_and_query(url),
        headers,
        body: None,
    }
}

/// A request of the model as it goes onto the wire.
pub(crate) fn wire_request(request: &HttpRequest<'_>) -> wire::Request {
    let line = |header: &Header| {
        (
            header.name.as_bytes().to_vec(),
            header.value.as_bytes().to_vec(),
        )
    };
    wire::Request {
        method: request.method.as_bytes().to_vec(),
        base: request.url.origin().serialize().into_owned(),
        path: path_and_query(request.url),
        headers: request.header_list.iter().map(line).collect(),
        body: request.body.map(|body| body.bytes.clone()),
    }
}

/// An answer as the model sees it, with a line for each of `probes` that it lacks, so that the
/// model tells whether a page could read such a header.
pub(crate) fn response<'a>(
    answer: &wire::Response,
    probes: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<Response, TransportError> {
    let mut headers = Vec::new();
    let mut append = |name: &[u8], value: &[u8]| {
        let header = HeaderName::try_from(name)
            .ok()
            .zip(HeaderValue::try_from(value).ok());
        let (name, value) = header.ok_or_else(|| TransportError {
            said: format!("the header {} cannot be read", escape_cut(name)),
        })?;
        headers.push(Header { name, value });
        Ok(())
    };
    for (name, value) in &answer.headers {
        append(name, value)?;
    }
    for name in probes {
        if !answer
            .headers
            .iter()
            .any(|(line, _)| line.eq_ignore_ascii_case(name))
            && is_inert(name)
        {
            append(name, b"probe")?;
        }
    }
    let mut header_list = HeaderList::new();
    header_list.extend(headers);
    Ok(Response::new(
        answer.status,
        header_list,
        Some(answer.body.clone()),
    ))
}

/// Whether a response header of this name changes nothing in how the response is judged.
fn is_inert(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    !(name.starts_with(b"access-control-")
        || name.starts_with(b"cross-origin-")
        || [
            &b"location"[..],
            b"timing-allow-origin",
            b"referrer-policy",
            b"content-encoding",
        ]
        .contains(&name.as_slice()))
}

/// The moment of every fetch. No step depends on time passing.
pub(crate) const START: Timestamp = Timestamp(0);

/// The page that makes a fetch: of the case's origin, at a URL of that origin.
///
/// `None` when no page can have that origin.
pub(crate) fn page(origin: &[u8]) -> Option<Client> {
    let opaque = Origin::Opaque(OpaqueOrigin::new(1));
    let origin = match origin {
        b"null" => opaque,
        _ => Origin::parse_serialized(origin)?,
    };
    let at = match &origin {
        Origin::Opaque(_) => Url::from_serialized("about:blank"),
        Origin::Tuple(_) => Url::from_serialized(&format!("{}/", origin.serialize())),
    };
    Some(Client {
        origin,
        ..Client::new(at)
    })
}

/// A refusal as an event.
pub(crate) fn refusal_event(refusal: &Refusal, redactor: &Redactor) -> RefusalEvent {
    let compared = refusal.compared.as_ref();
    let got = compared.and_then(|compared| compared.got.as_deref());
    RefusalEvent {
        at: refusal.at.to_string(),
        stage: refusal.stage.to_string(),
        said: redactor.text(&refusal.to_string()),
        compared: compared.map(|compared| about(&compared.what)),
        got: got.map(|got| redactor.text(&escape(got))),
        wanted: compared.map(|compared| redactor.text(&compared.wanted.to_string())),
        element: refusal
            .reason
            .missing_element()
            .map(|element| redactor.text(&escape(&element))),
    }
}

/// The part of a response that the model compared.
fn about(part: &Part) -> About {
    match part {
        Part::Header(name) => About::Header(String::from_utf8_lossy(name.as_bytes()).into_owned()),
        Part::Status => About::Status,
    }
}

/// A change of an answer as an event.
pub(crate) fn remedy_event(remedy: &Remedy, redactor: &Redactor) -> RemedyEvent {
    let name = |name: &HeaderName| redactor.text(&escape(name.as_bytes()));
    let value = |value: &HeaderValue| redactor.text(&escape(value.as_bytes()));
    match remedy {
        Remedy::SetHeader {
            name: of,
            value: to,
            ..
        } => RemedyEvent::SetHeader {
            name: name(of),
            value: value(to),
        },
        Remedy::AddToList {
            name: of,
            value: to,
            ..
        } => RemedyEvent::AddToList {
            name: name(of),
            value: value(to),
        },
        Remedy::RemoveHeader { name: of, .. } => RemedyEvent::RemoveHeader {
            name: name(of),
            to: None,
        },
        Remedy::SetStatus { status, .. } => RemedyEvent::SetStatus { status: *status },
    }
}
