//! `XMLHttpRequest`: from `open()` to the request that `send()` fetches.

use alloc::string::String;
use alloc::vec::Vec;

use super::body::{BodyInit, extract};
use super::{ApiError, ApiErrorName, Client, throw};
use crate::dialect::{Dialect, XhrCharset};
use crate::error::Reason;
use crate::header::{HeaderList, HeaderName, HeaderValue, isomorphic_decode, names};
use crate::method::{Method, is_forbidden_method};
use crate::mime::parse_mime_type;
use crate::request::{Body, CredentialsMode, Request, RequestMode};
use crate::safelist::is_forbidden_request_header;
use crate::trace::{Shown, ShownOr, Trace, anchor, cite, step};
use crate::url::Url;
use crate::url_parser::percent_encode_userinfo;

/// What script can send with `XMLHttpRequest`.
///
/// The argument of [`send()`](https://xhr.spec.whatwg.org/#dom-xmlhttprequest-send).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XhrBody {
    /// A `Document`, serialized.
    Document {
        /// The serialization.
        serialized: String,
        /// Whether it is an HTML document, not an XML document.
        html: bool,
    },
    /// Anything that `fetch()` can send, too, but streams.
    Init(BodyInit),
}

impl From<BodyInit> for XhrBody {
    fn from(init: BodyInit) -> Self {
        Self::Init(init)
    }
}

#[derive(Debug, Clone)]
struct Opened {
    method: Method,
    url: Url,
    author_request_headers: HeaderList,
    sent: bool,
}

/// An `XMLHttpRequest` object, as far as its request depends on it:
/// <https://xhr.spec.whatwg.org/#xmlhttprequest>
#[derive(Debug, Clone)]
pub struct Xhr {
    dialect: Dialect,
    client: Client,
    upload_listeners: u32,
    cross_origin_credentials: bool,
    opened: Option<Opened>,
}

impl Xhr {
    /// `new XMLHttpRequest()` on a page.
    pub const fn new(client: Client) -> Self {
        Self::of(Dialect::STANDARD, client)
    }

    /// The same in a user agent with a dialect.
    pub const fn of(dialect: Dialect, client: Client) -> Self {
        Self {
            dialect,
            client,
            upload_listeners: 0,
            cross_origin_credentials: false,
            opened: None,
        }
    }

    /// The attribute `withCredentials`:
    /// <https://xhr.spec.whatwg.org/#dom-xmlhttprequest-withcredentials>
    ///
    /// # Errors
    ///
    /// `send()` has been called.
    pub fn set_with_credentials(
        &mut self,
        with_credentials: bool,
        trace: &mut impl Trace,
    ) -> Result<(), ApiError> {
        anchor!("xhr#dom-xmlhttprequest-withcredentials");
        step!("1–2": "Not while a request is on its way.");
        if self.opened.as_ref().is_some_and(|opened| opened.sent) {
            let at = cite!("2");
            let name = ApiErrorName::InvalidStateError;
            return Err(throw(name, at, Reason::AlreadySent, trace));
        }
        self.cross_origin_credentials = with_credentials;
        step!(trace, "3": "Credentials go to other origins: {with_credentials}.");
        Ok(())
    }

    /// An event listener of any type is registered on `upload`.
    pub fn add_upload_listener(&mut self) {
        self.upload_listeners = self.upload_listeners.saturating_add(1);
    }

    /// An event listener on `upload` is removed again.
    pub fn remove_upload_listener(&mut self) {
        self.upload_listeners = self.upload_listeners.saturating_sub(1);
    }

    /// The method `open`: <https://xhr.spec.whatwg.org/#dom-xmlhttprequest-open>
    ///
    /// User name and password are those of the method's own arguments.
    ///
    /// # Errors
    ///
    /// The method is not a token, or is forbidden.
    pub fn open(
        &mut self,
        method: &[u8],
        url: Url,
        username: Option<&str>,
        password: Option<&str>,
        trace: &mut impl Trace,
    ) -> Result<(), ApiError> {
        anchor!("xhr#dom-xmlhttprequest-open");
        step!("1": "OUT OF SCOPE: documents that are not active.");
        let at = cite!("2");
        let Ok(parsed) = Method::new(method) else {
            let reason = Reason::MethodNotAToken {
                method: method.to_vec(),
            };
            return Err(throw(ApiErrorName::SyntaxError, at, reason, trace));
        };
        step!(trace, at: "{parsed} is a method.");
        let at = cite!("3");
        if is_forbidden_method(method) {
            let reason = Reason::ForbiddenMethod {
                method: method.to_vec(),
            };
            return Err(throw(ApiErrorName::SecurityError, at, reason, trace));
        }
        step!(trace, at: "It is not a forbidden one.");
        let method = parsed.normalize(trace);
        step!(trace, "4": "The method is {method}.");
        step!("5–7": "OUT OF SCOPE: the URL parser, and arguments that are left out.");
        step!("8.1–8.2": "User name and password, for URLs that have a host.");
        let url = if url.host().is_some() && (username.is_some() || password.is_some()) {
            url.with(|parts| {
                if let Some(username) = username {
                    parts.username = percent_encode_userinfo(username);
                }
                if let Some(password) = password {
                    parts.password = percent_encode_userinfo(password);
                }
            })
        } else {
            url
        };
        step!(trace, "8":
            "The URL {} credentials.",
            if url.includes_credentials() { "includes" } else { "does not include" });
        step!("9–10": "OUT OF SCOPE: synchronous requests, and fetches that are going on.");
        step!(trace, "11": "The request is {method} {}.", url.serialize(false));
        self.opened = Some(Opened {
            method,
            url,
            author_request_headers: HeaderList::new(),
            sent: false,
        });
        step!("12": "OUT OF SCOPE: events.");
        Ok(())
    }

    /// The method `setRequestHeader`:
    /// <https://xhr.spec.whatwg.org/#dom-xmlhttprequest-setrequestheader>
    ///
    /// # Errors
    ///
    /// `open()` has not been called, `send()` has, or HTTP cannot carry the header.
    pub fn set_request_header(
        &mut self,
        name: &[u8],
        value: &[u8],
        trace: &mut impl Trace,
    ) -> Result<(), ApiError> {
        anchor!("xhr#dom-xmlhttprequest-setrequestheader");
        let Some(opened) = &mut self.opened else {
            let at = cite!("1");
            let error = ApiErrorName::InvalidStateError;
            return Err(throw(error, at, Reason::NotOpened, trace));
        };
        step!(trace, "1": "It is opened.");
        if opened.sent {
            let at = cite!("2");
            let error = ApiErrorName::InvalidStateError;
            return Err(throw(error, at, Reason::AlreadySent, trace));
        }
        step!(trace, "2": "It is not sent.");
        let value = HeaderValue::normalize(value);
        step!(trace, "3": "The value is {}.", Shown(value));
        let at = cite!("4");
        let name = HeaderName::try_from(name).map_err(|_| {
            let reason = Reason::InvalidHeaderName {
                name: name.to_vec(),
            };
            throw(ApiErrorName::SyntaxError, at, reason, trace)
        })?;
        let value = HeaderValue::try_from(value).map_err(|_| {
            let reason = Reason::InvalidHeaderValue {
                value: value.to_vec(),
            };
            throw(ApiErrorName::SyntaxError, at, reason, trace)
        })?;
        step!(trace, at: "{name}: {value} is a header.");
        let forbidden = is_forbidden_request_header(&name, &value, trace)
            || self.dialect.forbids(&name, &value);
        step!(trace, "5": "It is {}.", if forbidden { "ignored" } else { "taken" });
        if forbidden {
            return Ok(());
        }
        step!(trace, "6": "{name} is combined with {value}.");
        opened.author_request_headers.combine(name, &value);
        Ok(())
    }

    /// The method `send`, up to where it fetches:
    /// <https://xhr.spec.whatwg.org/#dom-xmlhttprequest-send>
    ///
    /// # Errors
    ///
    /// `open()` has not been called, or `send()` has.
    pub fn send(
        &mut self,
        body: Option<XhrBody>,
        trace: &mut impl Trace,
    ) -> Result<Request, ApiError> {
        anchor!("xhr#dom-xmlhttprequest-send");
        let Some(opened) = &mut self.opened else {
            let at = cite!("1");
            let error = ApiErrorName::InvalidStateError;
            return Err(throw(error, at, Reason::NotOpened, trace));
        };
        step!(trace, "1": "It is opened.");
        if opened.sent {
            let at = cite!("2");
            let error = ApiErrorName::InvalidStateError;
            return Err(throw(error, at, Reason::AlreadySent, trace));
        }
        step!(trace, "2": "It is not sent.");
        let body = body.filter(|_| ![Method::GET, Method::HEAD].contains(&opened.method));
        step!(trace, "3": "There is {} body.", if body.is_some() { "a" } else { "no" });
        let headers = &mut opened.author_request_headers;
        let text = body.as_ref().is_some_and(is_text);
        let request_body = match body {
            None => None,
            Some(body) => Some(prepare(&self.dialect, body, headers, trace)?),
        };
        let upload_listener = self.upload_listeners > 0;
        step!(trace, "5": "Listeners on the upload: {}.", self.upload_listeners);
        let mut request = Request::new(self.client.origin.clone(), opened.url.clone());
        request.method = opened.method.clone();
        request.header_list = headers.clone();
        request.unsafe_request = true;
        request.body = request_body;
        request.client = Some(self.client.clone());
        request.mode = RequestMode::Cors;
        request.use_cors_preflight = upload_listener;
        request.credentials_mode = if self.cross_origin_credentials {
            CredentialsMode::Include
        } else {
            CredentialsMode::SameOrigin
        };
        request.use_url_credentials = opened.url.includes_credentials();
        request.charset_rewritten_late =
            text && self.dialect.xhr_charset == XhrCharset::JudgedBefore;
        step!(trace, "6":
            "{} {} with the credentials mode {}.",
            request.method, request.current_url().serialize(false), request.credentials_mode);
        step!("7–9": "OUT OF SCOPE: events.");
        opened.sent = true;
        step!(trace, "10": "It is sent.");
        step!("11–12": "OUT OF SCOPE: events, and what becomes of the response.");
        Ok(request)
    }
}

/// The body of `send()`, and the type that goes with it: step 4.
fn prepare(
    dialect: &Dialect,
    body: XhrBody,
    headers: &mut HeaderList,
    trace: &mut impl Trace,
) -> Result<Body, ApiError> {
    anchor!("xhr#dom-xmlhttprequest-send");
    // A type that script has set keeps all but the charset, where the text is in UTF-8 anyway.
    let text = is_text(&body);
    let (request_body, r#type) = match body {
        XhrBody::Document { serialized, html } => {
            step!(trace, "4.2": "A document of {} bytes.", serialized.len());
            let r#type = HeaderValue::from_static(if html {
                "text/html;charset=UTF-8"
            } else {
                "application/xml;charset=UTF-8"
            });
            let body = Body {
                bytes: serialized.into_bytes(),
                source_is_null: false,
            };
            (body, Some(r#type))
        }
        XhrBody::Init(init) => {
            // Streams are no bodies here: their conversion to a string is sent.
            let init = if matches!(init, BodyInit::Stream(_)) {
                BodyInit::Text(String::from("[object ReadableStream]"))
            } else {
                init
            };
            let extracted = extract(init, false, trace)?;
            step!(trace, "4.3.1": "The body is extracted.");
            extracted
        }
    };
    let original_author_content_type = headers.get(names::CONTENT_TYPE);
    step!(trace, "4.4":
        "Script has set Content-Type to {}.", ShownOr(original_author_content_type.as_deref()));
    match original_author_content_type {
        Some(author) if text => {
            if let Some(value) = dialect.content_type_of_text(&author) {
                step!(trace, "4.5.1.2.3": "Its charset is not UTF-8, so it is set to {value}.");
                headers.set(names::CONTENT_TYPE, value);
            }
        }
        Some(_) => {}
        None => {
            if let Some(r#type) = r#type {
                step!(trace, "4.6": "Content-Type is set to {type}.");
                headers.set(names::CONTENT_TYPE, r#type);
            }
        }
    }
    Ok(request_body)
}

/// Whether a body is in UTF-8 anyway.
const fn is_text(body: &XhrBody) -> bool {
    matches!(
        body,
        XhrBody::Document { .. }
            | XhrBody::Init(BodyInit::UrlSearchParams(_) | BodyInit::Text(_) | BodyInit::Stream(_))
    )
}

/// A media type with the charset UTF-8 in place of another, serialized; `None` when it has no other.
pub(crate) fn in_utf8(author: &[u8]) -> Option<HeaderValue> {
    let mut content_type_record = parse_mime_type(&isomorphic_decode(author)).ok()?;
    let charset = content_type_record.parameter("charset")?;
    if charset.eq_ignore_ascii_case("UTF-8") {
        return None;
    }
    content_type_record.change_parameter("charset", "UTF-8");
    let bytes: Vec<u8> = content_type_record
        .serialize()
        .chars()
        .filter_map(|c| u8::try_from(c).ok())
        .collect();
    Some(HeaderValue::from_algorithm(bytes))
}
