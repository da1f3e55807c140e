//! A place at which one server after another stands.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::{Request, Response};

use crate::server::{Answer, Body, HungUp, Server};

/// A service behind which the server can be exchanged, so that what was planned against it once
/// can be carried out on many servers. Clones share the server.
#[derive(Debug, Clone)]
pub struct Stand {
    server: Arc<Mutex<Server>>,
}

impl Stand {
    /// A stand with its first server.
    pub fn new(server: Server) -> Self {
        Self {
            server: Arc::new(Mutex::new(server)),
        }
    }

    /// Puts another server into the place of the one there. Requests that have been handed over
    /// are still answered by that one.
    pub fn put(&self, server: Server) {
        // A server is put there in one piece: after a panic it is still one.
        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = server;
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
        let server = self.server.lock();
        let mut server = server.unwrap_or_else(PoisonError::into_inner).clone();
        server.call(request)
    }
}
