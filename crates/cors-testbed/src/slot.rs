//! A slot for one server after another.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::request::Parts;

use crate::behaviour::Received;
use crate::reply::{Chunked, HungUp, Reply};
use crate::server::Server;
use crate::service::Answers;
use crate::wire::Wire;

/// A slot in which the server can be exchanged, so that what was planned against it once
/// can be carried out on many servers. Clones share the server.
#[derive(Debug, Clone)]
pub struct Slot {
    content: Arc<Mutex<Content>>,
}

#[derive(Debug)]
struct Content {
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

    /// Whether the same was asked, in the same order.
    pub fn asks_as(&self, other: &Self) -> bool {
        let alike = |one: &Parts, other: &Parts| {
            let received = |request: &Parts| request.extensions.get::<Received>().copied();
            one.method == other.method
                && one.uri == other.uri
                && one.version == other.version
                && one.headers == other.headers
                && received(one) == received(other)
        };
        self.exchanges.len() == other.exchanges.len()
            && self
                .requests()
                .zip(other.requests())
                .all(|(one, other)| alike(one, other))
    }

    /// Whether another server, as it stands, answers the same requests in the same way: then
    /// anyone who asks only in dependence on answers cannot tell the two apart.
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

impl Slot {
    /// A slot with its first server.
    pub fn new(server: Server) -> Self {
        let transcript = None;
        Self {
            content: Arc::new(Mutex::new(Content { server, transcript })),
        }
    }

    /// Puts another server into the place of the one there. Requests that have been handed over
    /// are still answered by that one.
    pub fn put(&self, server: Server) {
        self.content().server = server;
    }

    /// Begins to write down what is asked and answered.
    pub fn record(&self) {
        self.content().transcript = Some(Transcript::default());
    }

    /// What was written down; nothing is from now on.
    pub fn recorded(&self) -> Transcript {
        self.content().transcript.take().unwrap_or_default()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // Nothing is ever left half done: after a panic it is still whole.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How messages are read and written is the server's that is there when a connection is accepted.
impl Answers for Slot {
    fn title_case(&self) -> bool {
        self.content().server.title_case()
    }

    fn wire(&self) -> Option<Wire> {
        self.content().server.wire()
    }

    fn now(&self) -> impl Fn(&Parts) -> Result<Reply, HungUp> + Send + 'static {
        let slot = self.clone();
        let server = self.content().server.clone();
        move |request| {
            let answer = server.answer(request);
            if let Some(transcript) = &mut slot.content().transcript {
                transcript.exchanges.push((request.clone(), answer.clone()));
            }
            answer
        }
    }
}
