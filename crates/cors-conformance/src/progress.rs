//! A bar on standard error, for runs long enough to wonder about.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run is before it gets a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// The bar. Where standard error is no terminal it never shows.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    judged: u64,
    shows: bool,
    may_show: bool,
}

impl Progress {
    /// A bar for this many cases, still hidden.
    pub(crate) fn new(cases: usize) -> Self {
        let total = u64::try_from(cases).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} cases, {msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            judged: 0,
            shows: false,
            may_show: std::io::stderr().is_terminal(),
        }
    }

    /// A case was judged.
    pub(crate) fn advance(&mut self, failures: usize) {
        self.judged += 1;
        if self.may_show && !self.shows && self.bar.elapsed() > PATIENCE {
            self.shows = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if self.shows {
            self.bar.set_message(format!("{failures} failed"));
            self.bar.set_position(self.judged);
        }
    }

    /// Prints something without the bar in its way.
    pub(crate) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
