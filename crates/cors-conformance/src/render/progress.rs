//! A bar on standard error, for runs long enough to wonder about.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run is before it gets a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// The bar. Where standard error is no terminal it never shows.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    wanted: bool,
}

impl Progress {
    /// A bar for this many cases, still hidden.
    pub fn new(cases: usize) -> Self {
        let total = u64::try_from(cases).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} cases, {msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            wanted: std::io::stderr().is_terminal(),
        }
    }

    /// A case was judged.
    pub fn advance(&mut self, failures: usize) {
        if self.wanted && self.bar.elapsed() > PATIENCE {
            self.wanted = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_message(format!("{failures} failed"));
        self.bar.inc(1);
    }

    /// Prints something without the bar in its way.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
