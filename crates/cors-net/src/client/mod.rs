//! The client: HTTP/1.1 with kept-alive connections or HTTP/2 on one connection, over TLS and
//! through proxies as asked, and to this machine alone unless allowed otherwise.

pub mod pace;
pub mod route;
pub mod tls;

mod connection;
mod dial;
mod http2;
mod http_client;
mod io;
mod local;
mod raw;
mod room;
mod seen;

pub use self::http_client::{Client, ClientError, ClientOptions, HttpVersion, Traffic};
pub use self::local::{free_port, listens};
