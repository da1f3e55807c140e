//! What a page did, concluded from the requests that its browser sent.

use cors_text::blanks::trimmed;
use std::collections::BTreeSet;
use std::fmt;

use cors_model::dialect::Dialect;
use cors_model::header::{Header, HeaderList, HeaderName, HeaderValue};
use cors_model::host::Host;
use cors_model::method::Method;
use cors_model::origin::Origin;
use cors_model::request::CredentialsMode;
use cors_model::safelist::{is_cors_safelisted_request_header, is_forbidden_request_header};
use cors_model::trace::NoTrace;
use cors_model::url::Url;
use cors_text::escape::escape_cut;

use crate::engine::Known;
use crate::message::{Field, RequestMessage, ResponseMessage, has, values};

/// What a page did.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    /// The page's origin, serialized.
    pub(crate) origin: String,
    /// The method, normalized.
    pub(crate) method: Method,
    /// What was asked for.
    pub(crate) url: Url,
    /// The headers that script has set.
    pub(crate) header_list: HeaderList,
    /// Names of those whose values are not known.
    pub(crate) unknown_values: Vec<String>,
    /// The credentials mode.
    pub(crate) credentials: CredentialsMode,
    /// Whether the credentials mode is a guess.
    pub(crate) credentials_assumed: bool,
    /// Whether a preflight was sent that neither method nor headers call for.
    pub(crate) forced_preflight: bool,
    /// Whether there is a body.
    pub(crate) has_body: bool,
    /// The value of `Cookie`.
    pub(crate) cookie: Option<HeaderValue>,
    /// How the user agent departs from the standard.
    pub(crate) dialect: Dialect,
    /// What had to be assumed, as sentences.
    pub(crate) assumed: Vec<String>,
}

/// What is assumed of a page whose preflight nothing else calls for.
pub(crate) const LISTENER: &str = "neither method nor headers call for a preflight, so the page \
                                   has a listener for the progress of an upload, or sends a stream";

/// What is assumed of a page where the server allows credentials.
pub(crate) const WITH_CREDENTIALS: &str = "the page asks with credentials (`credentials: \
                                           \"include\"`, `withCredentials`), since the server \
                                           allows them; say --credentials same-origin if it does \
                                           not";

/// What is known beyond the exchanges, because somebody states it.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    /// The page's origin.
    pub origin: Option<String>,
    /// The credentials mode.
    pub credentials: Option<CredentialsMode>,
    /// Whose behaviour is asked for; the standard's by default.
    pub engine: Option<Known>,
}

/// Why nothing can be said: what cannot be read, is missing, or cannot be concluded, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear(pub String);

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unclear {}

/// Concludes what a page did from the preflight, the request itself, or both.
pub(crate) fn derive(
    preflight: Option<&RequestMessage>,
    actual: Option<&RequestMessage>,
    answers: &[&ResponseMessage],
    given: &Stated,
) -> Result<Act, Unclear> {
    let Some(main) = actual.or(preflight) else {
        return Err(Unclear("there is no request".to_owned()));
    };
    let mut assumed = Vec::new();
    let requests = [Some(main), preflight];
    let origin = origin(&requests, given, &mut assumed)?;
    let url = url(main, &origin, &mut assumed)?;
    let method = method(preflight, actual, &mut assumed)?;
    let listed = preflight.map(listed).transpose()?;
    let fields = actual.map_or(&[][..], |actual| &actual.fields);
    let mut headers = headers(fields, listed.as_deref(), &mut assumed)?;
    let mut unknown_values = Vec::new();
    let mut more = Vec::new();
    let sent: BTreeSet<Vec<u8>> = headers
        .iter()
        .map(|one| one.name.as_bytes().to_ascii_lowercase())
        .collect();
    for name in listed.iter().flatten() {
        if is_forbidden_request_header(name, b"", &mut NoTrace) {
            assumed.push(format!(
                "{} in the preflight's list is left out: no browser lists it, since script cannot \
                 set it",
                shown(name.as_bytes())
            ));
        } else if !sent.contains(name.as_bytes()) {
            more.push(Header {
                name: name.clone(),
                value: unsafe_value(name),
            });
            unknown_values.push(shown(name.as_bytes()));
        }
    }
    headers.extend(more);
    let forced_preflight = preflight.is_some()
        && method.is_cors_safelisted()
        && headers
            .iter()
            .all(|header| is_safelisted(&header.name, &header.value));
    if forced_preflight {
        assumed.push(LISTENER.to_owned());
    }
    let credentials = credentials(actual, answers, given, &mut assumed);
    let cookie = values(fields, "Cookie").next().map(HeaderValue::try_from);
    Ok(Act {
        origin,
        method,
        url,
        header_list: headers,
        unknown_values,
        credentials,
        credentials_assumed: given.credentials.is_none(),
        forced_preflight,
        has_body: actual.is_some_and(|actual| actual.has_body),
        cookie: cookie.and_then(Result::ok),
        dialect: given
            .engine
            .as_ref()
            .map_or(Dialect::STANDARD, Known::dialect),
        assumed,
    })
}

fn shown(bytes: &[u8]) -> String {
    escape_cut(bytes)
}

/// The page's origin: stated, or from the first of the requests that tells.
fn origin(
    requests: &[Option<&RequestMessage>],
    given: &Stated,
    assumed: &mut Vec<String>,
) -> Result<String, Unclear> {
    let mut told = requests.iter().flatten();
    let told = told.find(|request| has(&request.fields, "Origin"));
    let Some(request) = told.or_else(|| requests.iter().flatten().next()) else {
        return Err(Unclear("there is no request".to_owned()));
    };
    let place = &request.place;
    let mut sent: Vec<&[u8]> = values(&request.fields, "Origin").collect();
    sent.dedup();
    let sent = match sent.as_slice() {
        [] => None,
        [origin] => Some(*origin),
        [one, other, ..] => {
            return Err(Unclear(format!(
                "{place}: there are several Origin headers, `{}` and `{}`; a browser sends one",
                shown(one),
                shown(other)
            )));
        }
    };
    if let Some(stated) = &given.origin {
        if let Some(sent) = sent.filter(|sent| *sent != stated.as_bytes()) {
            assumed.push(format!(
                "the request was sent for `{}`; for {stated} the server may answer otherwise",
                shown(sent)
            ));
        }
        return checked_origin(stated.as_bytes())
            .map_err(|said| Unclear(format!("--origin: {said}")));
    }
    if let Some(sent) = sent {
        return checked_origin(sent).map_err(|said| Unclear(format!("{place}: Origin: {said}")));
    }
    let referer = values(&request.fields, "Referer").next();
    let referer = referer.and_then(|referer| Url::parse(std::str::from_utf8(referer).ok()?).ok());
    if let Some(origin) = referer.as_ref().and_then(tuple_origin) {
        assumed.push(format!(
            "there is no Origin header; Referer says that the page is of {origin}, and without \
             Origin the server may have answered otherwise"
        ));
        return Ok(origin);
    }
    Err(Unclear(format!(
        "{place}: there is no Origin header, so it is not known which page asks, and the server \
         has not been told either; send the request with one (curl -H 'Origin: \
         https://app.example') or state the page's origin with --origin"
    )))
}

/// The origin of a URL, serialized; `None` for an opaque one.
pub(crate) fn tuple_origin(url: &Url) -> Option<String> {
    let is_tuple = matches!(url.origin(), Origin::Tuple(_));
    is_tuple.then(|| url.origin().serialize().into_owned())
}

fn checked_origin(bytes: &[u8]) -> Result<String, String> {
    if let Some(Origin::Opaque(_) | Origin::Tuple(_)) = Origin::parse_serialized(bytes) {
        // What parses is ASCII.
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    let meant = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| Url::parse(text).ok());
    let hint = meant.as_ref().and_then(tuple_origin).map_or_else(
        || "scheme://host or scheme://host:port, such as https://app.example, or null".to_owned(),
        |origin| format!("`{origin}`"),
    );
    Err(format!(
        "`{}` is not an origin as a browser writes it; expected {hint}",
        shown(bytes)
    ))
}

fn url(request: &RequestMessage, origin: &str, assumed: &mut Vec<String>) -> Result<Url, Unclear> {
    let place = &request.place;
    let bad = |said: String| Unclear(format!("{place}: {said}"));
    let target = std::str::from_utf8(&request.target)
        .map_err(|_| bad(format!("`{}` is not a URL", shown(&request.target))))?;
    let parsed = if target.contains("://") && !target.starts_with('/') {
        Url::parse(target)
            .map_err(|error| bad(format!("the URL `{}`: {error}", shown(&request.target))))?
    } else {
        let host = values(&request.fields, "Host")
            .next()
            .and_then(|host| std::str::from_utf8(host).ok());
        let Some(host) = host.filter(|host| !host.is_empty()) else {
            return Err(bad(
                "the request line has a path only, and there is no Host header; write the whole \
                 URL into the request line, or add Host"
                    .to_owned(),
            ));
        };
        let path = if target == "*" { "/" } else { target };
        let parse = |scheme: &str| Url::parse(&format!("{scheme}://{host}{path}"));
        let plain = parse("http")
            .map_err(|error| bad(format!("the Host `{}`: {error}", shown(host.as_bytes()))))?;
        let here = plain.host().is_some_and(Host::is_loopback);
        // A page that came over HTTPS cannot ask elsewhere without it.
        let https = request.encrypted
            || plain.port() == Some(443)
            || (origin.starts_with("https:") && !here && plain.port() != Some(80));
        let url = if https {
            parse("https").unwrap_or(plain)
        } else {
            plain
        };
        let page = Url::parse(origin).ok();
        if !request.encrypted && page.is_some_and(|page| page.host() == url.host()) {
            assumed.push(format!(
                "the request line does not say whether it is http or https; {} it is taken to be",
                url.scheme()
            ));
        }
        url
    };
    if !matches!(parsed.scheme(), "http" | "https") {
        let scheme = shown(parsed.scheme().as_bytes());
        return Err(bad(format!(
            "the URL's scheme is {scheme}, expected http or https"
        )));
    }
    Ok(parsed)
}

fn method(
    preflight: Option<&RequestMessage>,
    actual: Option<&RequestMessage>,
    assumed: &mut Vec<String>,
) -> Result<Method, Unclear> {
    let asked = preflight.and_then(|preflight| {
        let value = values(&preflight.fields, "Access-Control-Request-Method").next()?;
        Some((&preflight.place, value))
    });
    let sent = actual.map(|actual| (&actual.place, actual.method.as_slice()));
    let Some((place, bytes)) = sent.or(asked) else {
        return Err(Unclear("there is no request".to_owned()));
    };
    let method = Method::new(bytes).map_err(|expected| {
        Unclear(format!(
            "{place}: `{}` is not a method: {expected}",
            shown(bytes)
        ))
    })?;
    if method.is_forbidden() {
        let method = shown(bytes);
        return Err(Unclear(format!(
            "{place}: script may not use the method {method}, so no page makes this request"
        )));
    }
    let normalized = method.normalize(&mut NoTrace);
    if normalized.as_bytes() != bytes {
        assumed.push(format!(
            "a browser writes the method as {}, not {}",
            shown(normalized.as_bytes()),
            shown(bytes)
        ));
    }
    if let Some((asked_at, asked)) = asked.filter(|(_, asked)| *asked != normalized.as_bytes())
        && sent.is_some()
    {
        return Err(Unclear(format!(
            "{asked_at} asks for the method {}, and {place} uses {}: they do not belong together",
            shown(asked),
            shown(normalized.as_bytes())
        )));
    }
    Ok(normalized)
}

/// The names that a preflight lists.
fn listed(preflight: &RequestMessage) -> Result<Vec<HeaderName>, Unclear> {
    let mut names: Vec<HeaderName> = Vec::new();
    let mut known: BTreeSet<Vec<u8>> = BTreeSet::new();
    for value in values(&preflight.fields, "Access-Control-Request-Headers") {
        for name in value.split(|byte| *byte == b',').map(trimmed) {
            if name.is_empty() {
                continue;
            }
            let name = HeaderName::try_from(name).map_err(|_| {
                Unclear(format!(
                    "{}: Access-Control-Request-Headers: `{}` is not a header name",
                    preflight.place,
                    shown(name)
                ))
            })?;
            if known.insert(name.as_bytes().to_ascii_lowercase()) {
                names.push(name.into_lowercase());
            }
        }
    }
    Ok(names)
}

/// What browsers add by themselves beyond the forbidden request-headers.
const OF_THE_BROWSER: [&str; 12] = [
    "accept",
    "accept-language",
    "alt-used",
    "cache-control",
    "if-modified-since",
    "if-none-match",
    "pragma",
    "priority",
    "purpose",
    "upgrade-insecure-requests",
    "user-agent",
    "x-client-data",
];

/// Those of them that script sets too now and then.
const PERHAPS_OF_SCRIPT: [&str; 4] = [
    "cache-control",
    "if-modified-since",
    "if-none-match",
    "pragma",
];

fn is_safelisted(name: &HeaderName, value: &HeaderValue) -> bool {
    is_cors_safelisted_request_header(name, value, &mut NoTrace)
}

/// The headers that script has set, of those that were sent.
fn headers(
    fields: &[Field],
    listed: Option<&[HeaderName]>,
    assumed: &mut Vec<String>,
) -> Result<HeaderList, Unclear> {
    let listed: Option<BTreeSet<&HeaderName>> = listed.map(|listed| listed.iter().collect());
    let mut kept = Vec::new();
    for Field { name, value } in fields {
        let parsed = HeaderName::try_from(name.as_slice()).ok();
        let parsed = parsed.zip(HeaderValue::try_from(value.as_slice()).ok());
        let Some((name, value)) = parsed else {
            return Err(Unclear(format!("`{}` is not a header", shown(name))));
        };
        if is_forbidden_request_header(&name, &value, &mut NoTrace) {
            continue;
        }
        let is_listed = listed.as_ref().is_some_and(|listed| listed.contains(&name));
        let lowercase = name.clone().into_lowercase();
        let of_browser = |names: &[&str]| {
            names
                .iter()
                .any(|own| own.as_bytes() == lowercase.as_bytes())
        };
        let safelisted = is_safelisted(&name, &value);
        let accepts = of_browser(&["accept", "accept-language"]);
        if is_listed || (accepts && !safelisted) {
            kept.push(Header { name, value });
        } else if of_browser(&OF_THE_BROWSER) {
            if listed.is_none() && of_browser(&PERHAPS_OF_SCRIPT) {
                assumed.push(format!(
                    "{} was added by the browser, not by script",
                    shown(name.as_bytes())
                ));
            }
        } else if listed.is_some() && !safelisted {
            assumed.push(format!(
                "{} was not set by script, since the preflight does not list it",
                shown(name.as_bytes())
            ));
        } else {
            kept.push(Header { name, value });
        }
    }
    let mut headers = HeaderList::new();
    headers.extend(kept);
    Ok(headers)
}

/// A value with which a header makes a preflight list its name.
fn unsafe_value(name: &HeaderName) -> HeaderValue {
    match name.clone().into_lowercase().as_bytes() {
        b"content-type" => HeaderValue::from_static("application/json"),
        b"range" => HeaderValue::from_static("bytes=-1"),
        // Of the other safelisted names no value with a parenthesis is safe.
        _ => HeaderValue::from_static("("),
    }
}

fn credentials(
    actual: Option<&RequestMessage>,
    answers: &[&ResponseMessage],
    given: &Stated,
    assumed: &mut Vec<String>,
) -> CredentialsMode {
    if let Some(stated) = given.credentials {
        return stated;
    }
    if actual.is_some_and(|actual| has(&actual.fields, "Cookie")) {
        assumed
            .push("the page asks with credentials, since the request carries cookies".to_owned());
        return CredentialsMode::Include;
    }
    let allowed = |answer: &&&ResponseMessage| {
        values(&answer.fields, "Access-Control-Allow-Credentials").any(|value| value == b"true")
    };
    if answers.iter().any(|answer| allowed(&answer)) {
        assumed.push(WITH_CREDENTIALS.to_owned());
        return CredentialsMode::Include;
    }
    assumed.push(
        "the page asks without credentials, since the text has no sign of any; say --credentials include \
         if it does (`credentials: \"include\"`, `withCredentials`)"
            .to_owned(),
    );
    CredentialsMode::SameOrigin
}
