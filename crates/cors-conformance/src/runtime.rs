//! What everything asynchronous runs on.

use tokio::runtime::{Builder, Runtime};

use crate::stop::Stop;

/// A runtime on this thread, with sockets and timers.
pub(crate) fn runtime() -> Result<Runtime, Stop> {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().map_err(Stop::bug)
}
