//! A stream that remembers how much it received and how that began, and that ends where more comes
//! than a head may have.

// Bytes are counted here, as others say.
#![warn(clippy::arithmetic_side_effects)]

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many of the first bytes are kept.
const KEPT: usize = 64;

/// How many times the limit of a head may come before the head is there. The interim responses in
/// front of it are among that, and the beginning of the body.
const HEADS: u64 = 4;

/// What was received since the last [`Seen::begin`].
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Received>>);

#[derive(Debug, Default)]
struct Received {
    bytes: u64,
    first: Vec<u8>,
    /// Bytes that may come; `None` once the head is there.
    most: Option<u64>,
}

impl Seen {
    /// Forgets what was received, and waits for a head of at most so many bytes.
    pub(super) fn begin(&self, head: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Received {
            most: Some((head as u64).saturating_mul(HEADS)),
            ..Received::default()
        };
    }

    /// The head is there: what comes now is the body, which has a limit of its own.
    pub(super) fn head_is_there(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).most = None;
    }

    /// Whether more came than there may be before the end of the head.
    pub(super) fn is_flooded(&self) -> bool {
        let received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        received.most.is_some_and(|most| received.bytes > most)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// The first bytes, at most 64 of them.
    pub(super) fn first(&self) -> Vec<u8> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .first
            .clone()
    }

    fn add(&self, bytes: &[u8]) {
        let mut received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        received.bytes = received.bytes.saturating_add(bytes.len() as u64);
        let room = KEPT.saturating_sub(received.first.len());
        received.first.extend(bytes.iter().take(room));
    }
}

/// A stream whose reads are noted in a [`Seen`].
#[derive(Debug)]
pub(super) struct Noted<S> {
    pub(super) stream: S,
    pub(super) seen: Seen,
}

impl<S: AsyncRead + Unpin> AsyncRead for Noted<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        if this.seen.is_flooded() {
            let text = "more came than the head of a response may have";
            return Poll::Ready(Err(std::io::Error::other(text)));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(context, buffer);
        if let Some(new) = buffer.filled().get(before..) {
            this.seen.add(new);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Noted<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
