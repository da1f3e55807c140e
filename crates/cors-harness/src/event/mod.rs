//! The stream of events from which every report is rendered: one JSON object a line, a `run` line
//! first, a `case` line per selected case, an `end` line last. A stream without `end` is truncated.
//!
//! Bytes from the wire are text in which bytes outside printable ASCII are written `\xNN` and a
//! backslash is doubled; long values are cut, which is said at their end. Secrets (see
//! [`crate::redact`]) are replaced by `[redacted]`.

pub mod case;
pub mod line;
pub mod step;
pub mod words;

pub use self::case::{
    Again, AgentEvent, CaseEvent, CheckEvent, Difference, EngineEvent, FoundEvent, KnownEvent,
};
#[cfg(feature = "schema")]
pub use self::line::event_schema;
pub use self::line::{
    Counts, EndEvent, Event, GeneratedEvent, NoteAbout, NoteEvent, RunEvent, SubjectEvent,
};
pub use self::step::{
    ExchangeEvent, RefusalEvent, RequestEvent, ResponseEvent, StepEvent, TraceEvent,
};
pub use self::words::{CheckOutcome, Got, Kind, Mode, Outcome};
