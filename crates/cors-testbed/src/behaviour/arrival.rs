//! What is known of how a request came.

/// A number that tells connections apart; an extension of each request that came over a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionId(pub u64);

/// How many bytes of a request body the server read; an extension of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received(pub usize);
