//! The recording's clock: monotonic stamps, anchored once to the wall clock.

use std::time::{Duration, Instant, SystemTime};

use crate::record::Timestamp;

/// An instant: microseconds since the recording began, on the monotonic clock.
pub(crate) type Stamp = u64;

/// Counts microseconds since the recording began.
///
/// The wall clock is read once, at the start, so records stay in step with each other when it is set
/// during a recording.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    anchor: Instant,
    wall: SystemTime,
}

impl Clock {
    /// A clock that is at zero now.
    pub(crate) fn start() -> Self {
        Self {
            anchor: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// The time since the start.
    pub(crate) fn now(&self) -> Stamp {
        Stamp::try_from(self.anchor.elapsed().as_micros()).unwrap_or(Stamp::MAX)
    }

    /// The wall clock's time at `stamp`.
    pub(crate) fn wall(&self, stamp: Stamp) -> Timestamp {
        let wall = self.wall.checked_add(Duration::from_micros(stamp));
        Timestamp::from(wall.unwrap_or(self.wall))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_never_go_back_and_lie_on_the_wall_clock() {
        let clock = Clock::start();
        let first = clock.now();
        assert!(clock.now() >= first);
        let apart = clock.wall(1_500_000).as_micros() - clock.wall(0).as_micros();
        assert_eq!(apart, 1_500_000);
    }

    #[test]
    fn a_stamp_beyond_the_wall_clock_is_no_panic() {
        let clock = Clock::start();
        assert!(clock.wall(Stamp::MAX).as_micros() > 0);
    }
}
