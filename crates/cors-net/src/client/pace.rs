//! How often requests leave.

use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// A most number of requests a second, evenly spaced. Clones keep it together.
#[derive(Debug, Clone)]
pub struct Pace {
    period: Duration,
    /// Made by the first turn, within the runtime.
    interval: Rc<Mutex<Option<Interval>>>,
}

impl Pace {
    /// At most so many requests a second.
    pub fn a_second(most: NonZeroU32) -> Self {
        Self {
            period: Duration::from_secs(1) / most.get(),
            interval: Rc::default(),
        }
    }

    /// Waits until the next request may leave. Those that wait leave in their order.
    pub(super) async fn turn(&self) {
        let mut interval_now = self.interval.lock().await;
        let ticks = interval_now.get_or_insert_with(|| {
            let mut ticks = interval(self.period);
            // What was not used is not made up for.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        ticks.tick().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether so many turns come within this time.
    async fn come(turns: u32, pace: &Pace, within: u64) -> bool {
        let all = async {
            for _ in 0..turns {
                pace.clone().turn().await;
            }
        };
        let within = Duration::from_millis(within);
        tokio::time::timeout(within, all).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn turns_are_apart_and_not_made_up_for() {
        let pace = |most| Pace::a_second(NonZeroU32::new(most).unwrap());
        assert!(!come(5, &pace(10), 350).await);
        assert!(come(5, &pace(10), 450).await);
        let late = pace(10);
        assert!(come(1, &late, 50).await);
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!come(4, &late, 250).await);
    }
}
