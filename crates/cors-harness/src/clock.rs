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

/// Today's date in UTC, as `2026-01-31`: for files that say when they were written.
pub fn today() -> String {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH);
    date(since.map_or(0, |since| since.as_secs() / 86_400))
}

/// The date this many days after 1970-01-01, in the Gregorian calendar.
fn date(days: u64) -> String {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let (mut year, mut left) = (1970, days);
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
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
    fn dates_are_those_of_the_calendar() {
        for (days, written) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (789, "1972-02-29"),
            (11_016, "2000-02-29"),
            (20_454, "2026-01-01"),
            (20_818, "2026-12-31"),
        ] {
            assert_eq!(date(days), written);
        }
    }

    #[test]
    fn a_real_clock_does_not_go_back() {
        let clock = Clock::real();
        let first = clock.elapsed();
        assert!(clock.elapsed() >= first);
    }
}
