//! A target in process: any `tower::Service` over HTTP requests.

use std::cell::RefCell;
use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::task::ready;

use cors_model::url::Url;
use cors_net::body::{error_text, read_body};
use cors_net::message::{self, RequestBody};
use cors_net::transport::{Deadlines, Limits, Transport};
use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, poll_fn};
use http::HeaderValue;
use tokio::time::timeout;
use tower::Service;

use super::exchange::Target;

/// A service in this process. Needs a tokio runtime with time enabled, for the deadlines.
#[derive(Debug)]
pub struct ServiceTarget<S> {
    url: Url,
    service: RefCell<S>,
    deadlines: Deadlines,
    limits: Limits,
}

impl<S> ServiceTarget<S> {
    /// The service as a target whose resource is at `url`, an http URL of any host: it is the one
    /// that requests name in their `Host` line.
    pub fn new(url: Url, service: S) -> Self {
        Self {
            url,
            service: RefCell::new(service),
            deadlines: Deadlines::default(),
            limits: Limits::default(),
        }
    }

    /// With other deadlines and limits than the usual ones.
    #[must_use]
    pub fn with_bounds(mut self, deadlines: Deadlines, limits: Limits) -> Self {
        (self.deadlines, self.limits) = (deadlines, limits);
        self
    }
}

impl<S, B> ServiceTarget<S>
where
    S: Service<http::Request<RequestBody>, Response = http::Response<B>, Error: Display>,
    B: http_body::Body<Data: bytes::Buf, Error: Display>,
{
    async fn call(&self, request: http::Request<RequestBody>) -> Result<http::Response<B>, String> {
        let mut request = Some(request);
        let called = poll_fn(|context| {
            let mut service = self.service.borrow_mut();
            // Readiness and the call belong together, since others use the service in between.
            ready!(service.poll_ready(context)).map_err(|error| error_text(&error))?;
            let request = request
                .take()
                .ok_or("the service was polled after it was called")?;
            Ok::<_, String>(service.call(request)).into()
        });
        called.await?.await.map_err(|error| error_text(&error))
    }

    async fn try_exchange(
        &self,
        request: &message::Request,
    ) -> Result<message::Response, Transport> {
        let call = AssertUnwindSafe(self.call(as_parsed(request.to_http()?))).catch_unwind();
        // A panic or an error of the service closes the connection in every server.
        let response = timeout(self.deadlines.head, call)
            .await
            .map_err(|_| Transport::HeadTimeout(self.deadlines.head))?
            .map_err(|_| Transport::Closed("the service panicked".into()))?
            .map_err(|said| Transport::Closed(format!("the service failed: {said}")))?;
        let (head, body) = response.into_parts();
        let size = |(name, value): &message::Line| name.len() + value.len() + 4;
        let headers = message::lines(&head.headers);
        if headers.len() > self.limits.header_lines
            || headers.iter().map(size).sum::<usize>() > self.limits.head
        {
            let Limits {
                head: bytes,
                header_lines: lines,
                body: _,
            } = self.limits;
            return Err(Transport::HeadTooLarge { bytes, lines });
        }
        let read = AssertUnwindSafe(read_body(body, self.limits.body)).catch_unwind();
        let read = timeout(self.deadlines.body, read).await;
        // One that does not end is let go.
        let (body, _) = read
            .unwrap_or(Ok(Ok((Vec::new(), false))))
            .unwrap_or_else(|_| Err(Transport::BodyIncomplete("the service panicked".into())))?;
        Ok(message::Response {
            status: head.status.as_u16(),
            headers,
            body,
            raw: None,
        })
    }
}

/// The request as an HTTP parser would hand it over: blanks around a value are not part of it.
fn as_parsed(mut request: http::Request<RequestBody>) -> http::Request<RequestBody> {
    for value in request.headers_mut().values_mut() {
        let bytes = value.as_bytes();
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let start = bytes.iter().take_while(|byte| blank(byte)).count();
        let end = bytes
            .iter()
            .rposition(|byte| !blank(byte))
            .map_or(start, |last| last + 1);
        // Part of a header value is one.
        if let Some(Ok(trimmed)) = bytes.get(start..end).map(HeaderValue::from_bytes) {
            *value = trimmed;
        }
    }
    request
}

impl<S, B> Target for ServiceTarget<S>
where
    S: Service<http::Request<RequestBody>, Response = http::Response<B>, Error: Display>,
    B: http_body::Body<Data: bytes::Buf, Error: Display> + 'static,
{
    fn url(&self) -> &Url {
        &self.url
    }

    fn has_address(&self) -> bool {
        false
    }

    fn exchange<'a>(
        &'a self,
        request: &'a message::Request,
    ) -> LocalBoxFuture<'a, Result<message::Response, Transport>> {
        self.try_exchange(request).boxed_local()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_a_value_are_taken_away() {
        for (sent, parsed) in [("  a b\t", "a b"), ("a", "a"), ("", ""), (" \t ", "")] {
            let request = http::Request::builder().header("origin", sent);
            let request = as_parsed(request.body(RequestBody::default()).unwrap());
            assert_eq!(request.headers()["origin"], parsed);
        }
    }
}
