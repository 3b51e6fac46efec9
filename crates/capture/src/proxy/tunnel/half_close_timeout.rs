//! Bounds how long a relay waits for a peer that may never send again.
//!
//! It ticks once a second in two cases only: one half has ended and the other is silent; or a
//! piece cannot be handed on, so its side is not read and a reset of it would go unnoticed.

use std::future::Future;
use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// Ticks while a relay makes no progress.
#[derive(Debug, Default)]
pub(crate) struct HalfCloseTimeout {
    tick: Option<Pin<Box<Sleep>>>,
    /// The relay's bytes at the last tick, and the number of ticks since they changed.
    bytes: u64,
    quiet: u32,
}

impl HalfCloseTimeout {
    /// Wakes the relay in a second; returns whether a `half_closed` one has been silent for too long.
    ///
    /// `bytes` is what has passed so far, in both directions.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, bytes: u64, half_closed: bool) -> bool {
        let tick = self.tick.get_or_insert_with(|| Box::pin(sleep(TICK)));
        while tick.as_mut().poll(cx).is_ready() {
            tick.as_mut().reset(Instant::now() + TICK);
            let still = half_closed && bytes == self.bytes;
            self.quiet = if still { self.quiet + 1 } else { 0 };
            self.bytes = bytes;
        }
        self.quiet >= MAX_QUIET
    }
}

/// Soon enough for a peer that waits for the other side, at next to no cost.
const TICK: Duration = Duration::from_secs(1);

/// Ten minutes: twice as long as codex waits for an event. A peer that is silent for longer after
/// the other has ended its half is gone, or has nothing more to send.
const MAX_QUIET: u32 = 600;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use super::*;

    /// A relay without progress, with `bytes` seen at each second: after how many it is given up.
    async fn given_up_after(half_closed: bool, bytes: impl Fn(u64) -> u64) -> Option<u64> {
        let mut timeout = HalfCloseTimeout::default();
        let start = Instant::now();
        let waiting = poll_fn(|cx| {
            let seconds = start.elapsed().as_secs();
            match timeout.poll(cx, bytes(seconds), half_closed) {
                true => Poll::Ready(seconds),
                false => Poll::Pending,
            }
        });
        tokio::time::timeout(Duration::from_secs(3600), waiting)
            .await
            .ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_half_is_given_up_after_ten_minutes_and_a_whole_connection_never() {
        assert_eq!(given_up_after(true, |_| 0).await, Some(600));
        assert_eq!(given_up_after(false, |_| 0).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_passes_begins_the_ten_minutes_anew() {
        assert_eq!(given_up_after(true, |second| second / 300).await, None);
        assert_eq!(
            given_up_after(true, |second| second.min(60)).await,
            Some(660)
        );
    }
}
