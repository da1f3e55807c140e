//! Requests and responses as bytes, under the names of before.

pub use cors_net::message::{Line, Request, RequestBody, Response, lines};
pub use cors_net::raw::{Head, Raw};
