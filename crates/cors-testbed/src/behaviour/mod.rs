//! The decisions of a server, by name. A faulty server is the reference server with one of them
//! replaced.

mod arrival;
mod decisions;
pub mod reference;

pub use self::arrival::{ConnectionId, Received};
pub use self::decisions::{Behaviour, Exchange, Grant, Interception, Kind};
