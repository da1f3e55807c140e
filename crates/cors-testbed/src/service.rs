//! What answers requests as a `tower::Service`.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use http::request::Parts;
use http::{Request, Response};
use http_body_util::BodyExt;

use crate::behaviour::Received;
use crate::reply::{Body, HungUp, Reply, send};
use crate::wire::Wire;

/// The future of an answer.
pub type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, HungUp>> + Send>>;

/// Bytes of a request body that are read before the rest is left where it is.
const BODY_LIMIT: usize = 1 << 20;

/// What answers requests: a server, several at paths of their own, or the one of now.
pub trait Answers: Clone + Send + Sync + 'static {
    /// Whether header names go out in title case where a socket is served.
    fn title_case(&self) -> bool;

    /// How messages are read and written where a socket is served; `None` is as the HTTP library
    /// does it.
    fn wire(&self) -> Option<Wire>;

    /// What answers a request that arrives now, once its body was read.
    fn now(&self) -> impl Fn(&Parts) -> Result<Reply, HungUp> + Send + 'static;
}

/// The service of what answers requests. Clones share its state.
#[derive(Debug, Clone)]
pub struct Service<A>(pub A);

/// Reads a request body to its end, as servers do before they answer, up to a limit, and returns how
/// many bytes it read.
pub(crate) async fn drain<B: http_body::Body>(body: B) -> usize {
    let mut body = pin!(body);
    let mut read = 0;
    while let Some(Ok(frame)) = body.as_mut().frame().await {
        read += frame.data_ref().map_or(0, bytes::Buf::remaining);
        if read > BODY_LIMIT {
            break;
        }
    }
    read
}

impl<A, B> tower::Service<Request<B>> for Service<A>
where
    A: Answers,
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
        let answer = self.0.now();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let received = Received(drain(body).await);
            parts.extensions.insert(received);
            Ok(send(answer(&parts)?, &parts.method))
        })
    }
}
