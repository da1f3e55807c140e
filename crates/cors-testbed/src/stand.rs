//! A place at which one server after another stands.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::request::Parts;
use http::{Request, Response};

use crate::behaviour::{Chunked, Reply};
use crate::server::{Answer, Body, HungUp, Server, drain, send};

/// A service behind which the server can be exchanged, so that what was planned against it once
/// can be carried out on many servers. Clones share the server.
#[derive(Debug, Clone)]
pub struct Stand {
    standing: Arc<Mutex<Standing>>,
}

#[derive(Debug)]
struct Standing {
    server: Server,
    transcript: Option<Transcript>,
}

/// What was asked of a server, in order, and what it answered.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    exchanges: Vec<(Parts, Result<Reply, HungUp>)>,
}

impl Transcript {
    /// What was asked, in order.
    pub fn requests(&self) -> impl Iterator<Item = &Parts> {
        self.exchanges.iter().map(|(request, _)| request)
    }

    /// Whether another server, as it stands, answers the same requests in the same way: then
    /// whoever asks only in dependence on answers cannot tell the two apart.
    pub fn is_answered_alike(&self, server: &Server) -> bool {
        self.exchanges
            .iter()
            .all(|(request, answer)| match (answer, server.answer(request)) {
                (Ok(known), Ok(reply)) => alike(known, &reply),
                (Err(HungUp), Err(HungUp)) => true,
                (Ok(_), Err(HungUp)) | (Err(HungUp), Ok(_)) => false,
            })
    }
}

fn alike(one: &Reply, other: &Reply) -> bool {
    let chunked = |reply: &Reply| reply.extensions().get::<Chunked>().is_some();
    one.status() == other.status()
        && one.version() == other.version()
        && one.headers() == other.headers()
        && one.body() == other.body()
        && chunked(one) == chunked(other)
}

impl Stand {
    /// A stand with its first server.
    pub fn new(server: Server) -> Self {
        let transcript = None;
        Self {
            standing: Arc::new(Mutex::new(Standing { server, transcript })),
        }
    }

    /// Puts another server into the place of the one there. Requests that have been handed over
    /// are still answered by that one.
    pub fn put(&self, server: Server) {
        self.standing().server = server;
    }

    /// Begins to write down what is asked and answered.
    pub fn record(&self) {
        self.standing().transcript = Some(Transcript::default());
    }

    /// What was written down; nothing is from now on.
    pub fn recorded(&self) -> Transcript {
        self.standing().transcript.take().unwrap_or_default()
    }

    /// The server that is there.
    pub(crate) fn server(&self) -> Server {
        self.standing().server.clone()
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        // Nothing is ever left half done: after a panic it is still whole.
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> tower::Service<Request<B>> for Stand
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
        let stand = self.clone();
        let server = self.server();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            drain(body).await;
            let answer = server.answer(&parts);
            if let Some(transcript) = &mut stand.standing().transcript {
                transcript.exchanges.push((parts.clone(), answer.clone()));
            }
            Ok(send(answer?, &parts.method))
        })
    }
}
