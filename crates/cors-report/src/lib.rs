//! From the stream of events to what people and machines read. Nothing here judges anything.
//!
//! | module | what comes of the events |
//! |---|---|
//! | [`terminal`] | text for people: failures as [`block`]s, those of one cause together, then sums |
//! | [`ndjson`] | one JSON object a line |
//! | [`junit`] | a JUnit document |
//! | [`markdown`] | a Markdown document |
//! | [`agents`] | a page about user agents, one HTML file |
//!
//! A format is a [`format::Format`] in a file of its own and a line of [`registry::FORMATS`].
//!
//! ```
//! use cors_harness::event::{Event, RunEvent, SubjectEvent};
//! use cors_report::registry::Kind;
//! use cors_vectors::server::Level;
//!
//! let mut report = Kind::named("ndjson").expect("it is in the registry").begin(Level::Must);
//! let mut written = Vec::new();
//! let run = Event::Run(RunEvent {
//!     tool: "cors-conformance 0.1.0".to_owned(),
//!     vectors: "0.1.0".to_owned(),
//!     standard: "586cd2a4".to_owned(),
//!     subject: SubjectEvent::Agent { agent: "Firefox 140".to_owned() },
//!     selected: 1,
//! });
//! report.event(&run, &mut written)?;
//! assert!(written.starts_with(br#"{"type":"run""#));
//! # Ok::<(), std::io::Error>(())
//! ```

#[cfg(feature = "documents")]
pub mod agents;
pub mod block;
pub mod cite;
pub mod diagnosis;
#[cfg(feature = "documents")]
pub mod format;
pub mod groups;
#[cfg(feature = "documents")]
pub mod junit;
mod last_line;
#[cfg(feature = "documents")]
pub mod markdown;
#[cfg(feature = "documents")]
pub mod ndjson;
mod reasons;
#[cfg(feature = "documents")]
pub mod registry;
pub mod terminal;
mod verbosity;

#[cfg(test)]
mod made_events;
#[cfg(test)]
mod tests;
