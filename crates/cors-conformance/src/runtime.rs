//! What everything asynchronous runs on.

use cors_harness::exit::Exit;
use tokio::runtime::{Builder, Runtime};

use crate::stop::Stop;

/// A runtime on this thread, with sockets and timers.
pub(crate) fn runtime() -> Result<Runtime, Stop> {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_all().build();
    runtime.map_err(|error| Stop::of_machine(Exit::Bug, &error, &error))
}
