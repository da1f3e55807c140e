//! From the stream of events to what people and machines read. Nothing here judges anything.
//!
//! | module | what comes of the events |
//! |---|---|
//! | [`terminal`] | text for people: failures as [`block`]s, those of one cause together, then sums |
//! | [`ndjson`] | one JSON object a line |
//! | [`junit`] | a JUnit document |
//! | [`agents`] | a page about user agents, one HTML file |
//!
//! ```
//! use cors_text::terminal::sentence;
//!
//! // Nothing from elsewhere reaches a terminal but through here.
//! assert_eq!(sentence("\u{1b}[2J"), r"\u{1b}[2J");
//! ```

pub mod agent;
pub mod agents;
pub mod block;
pub mod cite;
pub mod difference;
pub mod effect;
pub mod junit;
pub mod ndjson;
pub mod terminal;

#[cfg(test)]
mod tests;
