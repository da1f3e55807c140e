//! Placeholders of server cases, filled from a policy, and whether a case means something under it.

mod case;
mod each;
mod headers;
mod known;
mod listed;
mod methods;
mod origins;
mod placeholders;
mod skip;
mod values;

pub use case::{Filler, fill, fills};
pub use placeholders::{AGENT_PLACEHOLDERS, SERVER_PLACEHOLDERS};
pub use skip::Skip;
pub use values::Fill;
