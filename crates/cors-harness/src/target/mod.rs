//! Servers under test: what a run asks of one.
//!
//! What may happen instead of an answer, and the client for servers behind a URL, are in
//! [`cors_net`].

pub mod service;

mod exchange;

pub use cors_net::transport::{Deadlines, Limits, Transport};

pub use self::exchange::Target;
#[cfg(feature = "net")]
pub use self::remote::UrlTarget;
pub use self::service::ServiceTarget;

#[cfg(feature = "net")]
mod remote;

// The names of before, while callers move to those of `cors_net`.
#[cfg(feature = "net")]
pub use cors_net::client::{pace, route, tls};
#[cfg(all(unix, feature = "net"))]
pub use cors_net::exhaustion;
#[cfg(feature = "net")]
pub mod url {
    //! The client's options, under the names of before.
    pub use cors_net::client::{
        ClientError as UrlTargetError, ClientOptions as UrlOptions, HttpVersion, Traffic,
    };
}
