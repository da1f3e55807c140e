//! Other people's CORS under a random policy: requests made from the policy, judged against it.
//!
//! Input: choices, of which first the policy is made and then a sequence of requests with what must
//! hold of each, as for the live fuzzer. The library is configured as its documentation says, and in
//! front of the testbed's application. What is known to differ is listed with its reason, so that a
//! target reports news only.
//!
//! No bytes pass: each library is asked at its last step before an HTTP server.

mod application;
mod compare;
mod guard;
mod known;
mod library;

pub mod actix_cors;
pub mod poem;
pub mod salvo;
pub mod tower_http;
pub mod warp;

pub use self::application::Application;
pub use self::compare::{Compared, compare};
pub use self::known::{Known, Seen};
pub use self::library::Library;

/// A library among the others.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The name of its target.
    pub target: &'static str,
    /// Puts an input to it.
    pub compare: fn(&[u8]) -> Compared,
    /// What it is known to do otherwise.
    pub known: &'static [Known],
}

const fn entry<L: Library>() -> Entry {
    Entry {
        target: L::TARGET,
        compare: compare::<L>,
        known: L::KNOWN,
    }
}

/// Every library.
pub const LIBRARIES: &[Entry] = &[
    entry::<actix_cors::ActixCors>(),
    entry::<poem::Poem>(),
    entry::<salvo::Salvo>(),
    entry::<tower_http::TowerHttp>(),
    entry::<warp::Warp>(),
];

#[cfg(test)]
mod tests;
