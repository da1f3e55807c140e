//! The one seam to time: what a run reads the clock for, and a clock that stands still.

use std::time::Duration;

/// Where the time comes from. Runs read it for the durations in their events only; deadlines are
/// kept by the runtime.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    Real(std::time::Instant),
    Fixed(Duration),
}

impl Clock {
    /// The machine's monotonic clock, zero now.
    pub fn real() -> Self {
        Self(Source::Real(instant_now()))
    }

    /// A clock that stands at `elapsed`, so that a run's events replay byte for byte.
    pub const fn fixed(elapsed: Duration) -> Self {
        Self(Source::Fixed(elapsed))
    }

    /// Time since the clock was made.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Source::Real(start) => instant_now().saturating_duration_since(*start),
            Source::Fixed(elapsed) => *elapsed,
        }
    }

    /// [`Clock::elapsed`] in whole milliseconds.
    pub fn elapsed_millis(&self) -> u64 {
        u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the seam")]
fn instant_now() -> std::time::Instant {
    std::time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still() {
        let clock = Clock::fixed(Duration::from_millis(1500));
        assert_eq!(
            (clock.elapsed_millis(), clock.elapsed_millis()),
            (1500, 1500)
        );
    }

    #[test]
    fn a_real_clock_does_not_go_back() {
        let clock = Clock::real();
        let first = clock.elapsed();
        assert!(clock.elapsed() >= first);
    }
}
