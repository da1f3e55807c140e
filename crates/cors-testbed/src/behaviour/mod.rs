//! The decisions of a server, by name. A faulty server is the reference server with one of them
//! replaced.

mod decisions;
pub mod reference;

pub use self::decisions::{Behaviour, ConnectionId, Exchange, Grant, Interception, Kind, Received};
