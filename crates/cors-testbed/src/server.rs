//! A server of one policy: the CORS layer around the application, as a `tower::Service`.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use cors_harness::kit::Unsupported;
use cors_policy::policy::Policy;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};

use crate::application;
use crate::behaviour::{Behaviour, Chunked, Grant, Interception, Reply};
use crate::exchange::Exchange;
use crate::memory::Memory;
use crate::policy::check;
use crate::wire::Wire;

/// The body of every answer.
pub type Body = BoxBody<Bytes, std::convert::Infallible>;

/// The future of an answer.
pub type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, HungUp>> + Send>>;

/// The server ended the exchange without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server ended the exchange without an answer")]
pub struct HungUp;

/// Bytes of a request body that are read before the rest is left where it is.
const BODY_LIMIT: usize = 1 << 20;

/// A server that has one policy. Clones share their state.
#[derive(Debug, Clone)]
pub struct Server {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    policy: Policy,
    behaviour: Behaviour,
    memory: Memory,
    base: String,
}

impl Server {
    /// A server that behaves as told and answers below the root. Fails on a policy that makes no
    /// sense.
    pub fn new(policy: &Policy, behaviour: Behaviour) -> Result<Self, Unsupported> {
        Self::below("", policy, behaviour)
    }

    /// The careful server.
    pub fn reference(policy: &Policy) -> Result<Self, Unsupported> {
        Self::new(policy, Behaviour::REFERENCE)
    }

    /// Like [`Server::new`], with all paths below `base` (such as `/p/open`, without a slash at its
    /// end).
    pub(crate) fn below(
        base: &str,
        policy: &Policy,
        behaviour: Behaviour,
    ) -> Result<Self, Unsupported> {
        check(policy)?;
        let policy = policy.clone();
        let shared = Shared {
            policy,
            behaviour,
            memory: Memory::default(),
            base: base.to_owned(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Whether header names go out in title case where a socket is served.
    pub fn title_case_headers(&self) -> bool {
        self.shared.behaviour.title_case_headers
    }

    /// How messages are read and written where a socket is served.
    pub fn wire(&self) -> Option<Wire> {
        self.shared.behaviour.wire
    }

    /// The answer to a request, its body aside. Fails when the connection is to be ended instead.
    pub fn answer(&self, request: &Parts) -> Result<Reply, HungUp> {
        let Shared {
            policy,
            behaviour: b,
            memory,
            base,
        } = &*self.shared;
        let path = request.uri.path();
        let path = path.strip_prefix(base.as_str()).unwrap_or(path);
        let mut x = Exchange::new(policy, b, memory, request, path);
        x.origin = (b.read_origin)(&x);
        x.kind = (b.classify)(&x);
        x.origin_allowed = (b.match_origin)(&x);
        if x.is_preflight() {
            x.requested_method = (b.read_method)(&x);
            x.requested_headers = (b.parse_request_headers)(&x);
            x.granted = x.origin_allowed && (b.match_method)(&x) && (b.match_headers)(&x);
        }
        match (b.intercept)(&x) {
            Some(Interception::HangUp) => return Err(HungUp),
            Some(Interception::Answer(status)) => return Ok(with_status(status)),
            None => {}
        }

        let mut reply = if x.is_preflight() && !(b.pass_preflight_on)(&x) {
            let status = if x.granted {
                b.preflight_status
            } else {
                b.refused_preflight_status
            };
            with_status(status(&x))
        } else if let Some(status) = (b.block)(&x) {
            with_status(status)
        } else if let Ok(reply) = application::answer(&x, base) {
            reply
        } else {
            x.thrown = true;
            application::unhandled()
        };
        x.status = reply.status().as_u16();
        x.application_headers = reply
            .headers()
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect();

        if (b.covers)(&x) {
            for grant in Grant::ALL {
                let lines = if (b.carries)(&x, grant) {
                    lines(&x, grant)
                } else {
                    Vec::new()
                };
                (b.merge_application_headers)(&x, reply.headers_mut(), grant, lines);
            }
            (b.merge_vary)(&x, reply.headers_mut(), (b.vary_tokens)(&x));
        }
        (b.finish)(&x, &mut reply);
        Ok(reply)
    }
}

/// The lines of a grant that is carried.
fn lines(x: &Exchange<'_>, grant: Grant) -> Vec<String> {
    let value = match grant {
        Grant::Origin => x.behaviour.allow_origin_value,
        Grant::Credentials => x.behaviour.allow_credentials_value,
        Grant::Methods => x.behaviour.allow_methods_value,
        Grant::Headers => x.behaviour.allow_headers_value,
        Grant::MaxAge => x.behaviour.max_age_value,
        Grant::Expose => x.behaviour.expose_headers_value,
    };
    value(x)
}

/// An empty answer; a status that is none becomes 500.
pub(crate) fn with_status(status: u16) -> Reply {
    let mut reply = Reply::new(Bytes::new());
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply
}

/// The answer as it leaves: without a body to HEAD, and without a stated length where none is
/// wanted.
pub(crate) fn send(reply: Reply, method: &Method) -> Response<Body> {
    let (mut parts, content) = reply.into_parts();
    let body = if method == Method::HEAD {
        if !content.is_empty() {
            parts
                .headers
                .insert(CONTENT_LENGTH, HeaderValue::from(content.len()));
        }
        Empty::new().boxed()
    } else if parts.extensions.get::<Chunked>().is_some() {
        Full::new(content).map_frame(|frame| frame).boxed()
    } else {
        Full::new(content).boxed()
    };
    Response::from_parts(parts, body)
}

/// Reads a request body to its end, as servers do before they answer, up to a limit.
pub(crate) async fn drain<B: http_body::Body>(body: B) {
    let mut body = pin!(body);
    let mut read = 0;
    while let Some(Ok(frame)) = body.as_mut().frame().await {
        read += frame.data_ref().map_or(0, bytes::Buf::remaining);
        if read > BODY_LIMIT {
            return;
        }
    }
}

impl<B> tower::Service<Request<B>> for Server
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
{
    type Response = Response<Body>;
    type Error = HungUp;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), HungUp>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answer {
        let server = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            drain(body).await;
            Ok(send(server.answer(&parts)?, &parts.method))
        })
    }
}
