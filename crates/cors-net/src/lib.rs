//! Bytes and sockets: HTTP messages as they are on the wire, a client that says exactly what
//! happened, and processes that end with all they started.
//!
//! Without features there are bytes only: messages ([`message`]), HTTP/1.1 responses read byte for
//! byte with what their framing says ([`raw`]), messages written so ([`write`](mod@write)), and what
//! may happen instead of a response ([`transport`]). That part opens no socket and builds anywhere.
//!
//! | feature | what it adds |
//! |---|---|
//! | `client` | a client over HTTP/1.1 and HTTP/2, with TLS and proxies, that connects to this machine alone unless allowed otherwise |
//! | `server` | HTTP/1.1 requests read as they arrive, for servers that answer byte for byte |
//! | `process` | process groups |
//!
//! Everything runs on one thread; nothing has to be `Send`.
//!
//! ```
//! use cors_net::raw::{Framing, Head, Raw};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nVary: Origin\r\n\r\nokay";
//! let (head, taken) = Head::read(bytes).ok_or("the head has not ended")??;
//! assert_eq!(head.status, 200);
//! let raw = Raw {
//!     interim: Vec::new(),
//!     last: head,
//!     rest: bytes[taken..].to_vec(),
//!     to_head: false,
//!     let_go: false,
//! };
//! // Two bytes more than were announced.
//! assert_eq!(raw.framing(), Framing::Surplus(2));
//! # Ok(())
//! # }
//! ```

pub mod body;
#[cfg(feature = "client")]
pub mod client;
#[cfg(all(unix, any(feature = "client", feature = "process")))]
pub mod exhaustion;
mod line;
pub mod message;
#[cfg(all(unix, feature = "process"))]
pub mod process;
pub mod raw;
#[cfg(feature = "server")]
pub mod request;
#[cfg(all(unix, feature = "process"))]
mod strays;
pub mod transport;
pub mod write;

/// The `User-Agent` of requests that name none.
pub const USER_AGENT: &str = concat!("cors-conformance/", env!("CARGO_PKG_VERSION"));
