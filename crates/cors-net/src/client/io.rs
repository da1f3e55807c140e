//! What connections are made of.

use tokio::io::{AsyncRead, AsyncWrite};

/// A stream of bytes to a server.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Io for S {}
