//! What the system would end the program for, without a word: it is an error that is told instead.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cors_harness::exit::Exit;
use signal_hook::consts::{SIGABRT, SIGXFSZ};
use signal_hook::flag;

/// Where there is no more memory the runtime says so and aborts: the exit status is then that of the
/// program's own faults. To write more than is allowed is an error of the writing.
pub(crate) fn keep_word() {
    let always = Arc::new(AtomicBool::new(true));
    // Without them the system's own ways stay.
    let _ = flag::register_conditional_shutdown(SIGABRT, Exit::Bug.code().into(), always);
    let _ = flag::register(SIGXFSZ, Arc::default());
}
