//! A stream that remembers how much it received and how that began, and that ends where more comes
//! than may come in front of a head, or with one.

// Bytes are counted here, as others say.
#![warn(clippy::arithmetic_side_effects)]

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use cors_text::escape::escape_start;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::transport::{Limits, MOST_INTERIM, Transport};

/// How many of the first bytes are kept.
const KEPT: usize = 64;

/// How many times the limit of a head may come before the head is there. The interim responses in
/// front of it are among that, and the beginning of the body.
const HEADS: u64 = 4;

/// How many bytes are read at a time until the head is there. The HTTP library looks through all of
/// them, interim responses one by one, before anybody else has a turn.
const AT_A_TIME: usize = 8 * 1024;

/// How many bytes of a body are read at a time.
const BODY_AT_A_TIME: usize = 64 * 1024;

/// What was received since the last [`Seen::begin`].
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Received>>);

#[derive(Debug, Default)]
struct Received {
    bytes: u64,
    first: Vec<u8>,
    /// Bytes that may come; `None` once the head is there.
    most: Option<u64>,
    /// Interim responses.
    interim: usize,
}

impl Received {
    fn has_too_many_bytes(&self) -> bool {
        self.most.is_some_and(|most| self.bytes > most)
    }

    const fn has_too_many_interim(&self) -> bool {
        self.interim > MOST_INTERIM
    }
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

    /// An interim response came.
    pub(super) fn interim(&self) {
        let mut received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        received.interim = received.interim.saturating_add(1);
    }

    /// What is wrong where more came than may come before the end of the head.
    pub(super) fn flood(&self, limits: Limits) -> Option<Transport> {
        let received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if received.has_too_many_interim() {
            return Some(Transport::TooManyInterim);
        }
        received
            .has_too_many_bytes()
            .then_some(Transport::HeadTooLarge {
                bytes: limits.head,
                lines: limits.header_lines,
            })
    }

    /// How many bytes may be read at a time; none where too much came already.
    fn room(&self) -> usize {
        let received = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if received.has_too_many_interim() || received.has_too_many_bytes() {
            0
        } else if received.most.is_some() {
            AT_A_TIME
        } else {
            BODY_AT_A_TIME
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// How it began, escaped.
    pub(super) fn beginning(&self) -> String {
        let whole = usize::try_from(self.bytes()).unwrap_or(usize::MAX);
        escape_start(&self.first(), whole)
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
        let room = this.seen.room();
        if room == 0 {
            let text = "more came than may come in front of a response";
            return Poll::Ready(Err(std::io::Error::other(text)));
        }
        let room = room.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
        let polled = Pin::new(&mut this.stream).poll_read(context, &mut part);
        this.seen.add(part.filled());
        let read = part.filled().len();
        buffer.advance(read);
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
