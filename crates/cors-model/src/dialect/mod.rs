//! How engines depart from the standard, one field for each departure.
//!
//! A [`Dialect`] says nothing about how an engine is made: it is what was seen of it, in cases of
//! this project's library (`vectors/agent/`); each field names one that shows it. Which version was
//! looked at is in `vectors/agent/observed/`.
//!
//! [`engines`] has what each engine departs in. What a departure does is in the file that is called
//! after what it concerns, as methods of the dialect; the algorithms of the standard call them.

mod cache;
mod definition;
mod engine;
mod engines;
mod redirect;
mod request;
mod response;
mod script;
#[cfg(test)]
mod tests;

pub(crate) use cache::Failed;
pub(crate) use definition::History;
pub use definition::{
    CacheCleared, CacheOfNull, Dialect, EmptyLocation, IgnoresPolicy, Locations, MaxAge, XhrCharset,
};
pub use engine::Engine;
pub(crate) use redirect::Follows;
