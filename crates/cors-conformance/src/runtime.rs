//! What everything asynchronous runs on.

use cors_harness::exit::Exit;
use tokio::runtime::{Builder, Runtime};

use crate::stop::Stop;

/// How many tasks have a turn before sockets, timers and signals are looked at. With the usual 61 a
/// target that keeps each of many tasks at work for some milliseconds outlasts the deadline.
const TURNS: u32 = 8;

/// A runtime on this thread, with sockets and timers.
pub(crate) fn runtime() -> Result<Runtime, Stop> {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.event_interval(TURNS).enable_all().build();
    runtime.map_err(|error| Stop::of_machine(Exit::Bug, &error, &error))
}
