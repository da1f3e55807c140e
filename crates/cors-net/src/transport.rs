//! What happened instead of an answer, and how much time and room an answer gets.

use std::time::Duration;

/// How long a target may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// To accept a connection, with name resolution, and as long again for TLS.
    pub connect: Duration,
    /// From the request to the end of the response's head.
    pub head: Duration,
    /// From the end of the head until the body is let go. It need not end: a page has its response
    /// with the head.
    pub body: Duration,
}

impl Default for Deadlines {
    /// 2 s to connect, 5 s for the head, 250 ms for the body.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            head: Duration::from_secs(5),
            body: Duration::from_millis(250),
        }
    }
}

/// How much a target may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a response's head; at least 8192.
    pub head: usize,
    /// Header lines of a response.
    pub header_lines: usize,
    /// Bytes of a body that are read. The rest is not read: the connection is closed.
    pub body: usize,
}

impl Default for Limits {
    /// 256 KiB of head in at most 512 lines, 1 MiB of body.
    fn default() -> Self {
        Self {
            head: 256 * 1024,
            header_lines: 512,
            body: 1024 * 1024,
        }
    }
}

/// Interim responses that are read at most in front of a response.
pub(crate) const MOST_INTERIM: usize = 16;

/// What happened instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Transport {
    /// The name of the target has no address.
    #[error("{host} cannot be resolved: {said}")]
    Unresolvable {
        /// The name.
        host: String,
        /// What the resolver said.
        said: String,
    },
    /// The connection was refused or could not be made for another reason.
    #[error("cannot connect to {address}: {said}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system said.
        said: String,
    },
    /// This machine has no more of what a connection needs, so that it was not tried.
    #[error("this machine has no more {what} for connections: {said}")]
    Exhausted {
        /// What there is no more of.
        what: &'static str,
        /// What the system said.
        said: String,
    },
    /// No connection in time.
    #[error("no connection within {} ms", .0.as_millis())]
    ConnectTimeout(Duration),
    /// No TLS handshake in time.
    #[error("no TLS handshake within {} ms", .0.as_millis())]
    TlsTimeout(Duration),
    /// The TLS handshake failed.
    #[error("TLS: {0}")]
    Tls(String),
    /// The address is not a loopback address and only those are allowed.
    #[error("{0} is not a loopback address: only those are used unless remote targets are allowed")]
    NotLoopback(String),
    /// The connection was closed before the first byte of a response.
    #[error("the connection was closed without an answer ({0})")]
    Closed(String),
    /// The connection was closed within the head of the response.
    #[error("the connection was closed within the head of the response, after {0}")]
    HeadIncomplete(String),
    /// No complete head in time.
    #[error("no complete response head within {} ms", .0.as_millis())]
    HeadTimeout(Duration),
    /// The head is larger than the limits.
    #[error("the head of the response is larger than {bytes} bytes or {lines} lines")]
    HeadTooLarge {
        /// [`Limits::head`].
        bytes: usize,
        /// [`Limits::header_lines`].
        lines: usize,
    },
    /// Interim responses came, and no end of them.
    #[error("no response came behind more than {MOST_INTERIM} interim responses")]
    TooManyInterim,
    /// The proxy does not do its part.
    #[error("the proxy: {0}")]
    Proxy(String),
    /// What came is not the version of HTTP that was spoken.
    #[error("the answer is not HTTP: {0}")]
    NotHttp(String),
    /// The connection was closed, or the framing broke, within the body.
    #[error("the body of the response is incomplete: {0}")]
    BodyIncomplete(String),
    /// The request holds bytes that the version of HTTP that is spoken cannot carry.
    #[error("the request cannot be sent: {0}")]
    Unsendable(String),
    /// A redirect leads to another server, where it is not followed.
    #[error("a redirect leads to {0}, which is not the target: it is not followed")]
    OffTarget(String),
    /// The request was not sent since its method may change something.
    #[error(
        "the {0} request was not sent: only GET, HEAD and OPTIONS are, unless --unsafe-methods or \
         --method allows others"
    )]
    Withheld(String),
}

impl Transport {
    /// Whether a deadline passed.
    pub const fn is_timeout(&self) -> bool {
        matches!(
            self,
            Self::ConnectTimeout(_) | Self::TlsTimeout(_) | Self::HeadTimeout(_)
        )
    }

    /// Whether the target itself was never asked, so that the failure is not its doing.
    pub const fn is_ours(&self) -> bool {
        matches!(
            self,
            Self::Exhausted { .. }
                | Self::Unsendable(_)
                | Self::OffTarget(_)
                | Self::Withheld(_)
                | Self::NotLoopback(_)
                | Self::Proxy(_)
        )
    }
}
