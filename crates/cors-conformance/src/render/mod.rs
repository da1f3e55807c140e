//! From the stream of events to what people and machines read. Nothing here judges anything.

pub(crate) mod agent;
pub mod block;
pub mod cite;
pub mod difference;
pub mod effect;
pub mod junit;
pub mod ndjson;
pub mod progress;
pub use cors_text::style;
pub mod terminal;

#[cfg(test)]
mod tests;
