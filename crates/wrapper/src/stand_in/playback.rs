//! Spreads an answer over time: one event after the other, as a model writes.

use std::time::Duration;
use std::vec;

use super::event::Event;
use super::failure::FailureKind;
use super::log::LogEntry;

/// Plays the events of an answer, and logs each as it is sent.
#[derive(Debug)]
pub(super) struct Playback {
    events: vec::IntoIter<Event>,
    /// Events until the connection is cut, if it is to be cut.
    until_cut: Option<usize>,
    /// How long to wait before the next event.
    pause: Duration,
    entry: LogEntry,
}

/// `--fail cut` ends the connection here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cut in the middle of an answer, as --fail asks")]
pub(super) struct ConnectionCut;

impl Playback {
    /// Plays `events`; half of them under [`FailureKind::Cut`].
    pub(super) fn new(events: Vec<Event>, failure: Option<FailureKind>, entry: LogEntry) -> Self {
        let cut = failure == Some(FailureKind::Cut);
        Self {
            until_cut: cut.then_some(events.len().div_ceil(2)),
            events: events.into_iter(),
            pause: THINKING,
            entry,
        }
    }

    /// Waits for the next event; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`ConnectionCut`] when the connection is to be cut.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, ConnectionCut> {
        let Some(event) = self.events.next() else {
            return Ok(None);
        };
        tokio::time::sleep(self.pause).await;
        self.pause = BETWEEN_EVENTS;
        if let Some(left) = &mut self.until_cut {
            *left = left.checked_sub(1).ok_or(ConnectionCut)?;
        }
        self.entry.sent.push(event.data.clone());
        Ok(Some(event))
    }
}

/// Before the first event: long enough to stand out from the round trip.
const THINKING: Duration = Duration::from_millis(30);

/// Between two events: long enough for each to be sent alone.
const BETWEEN_EVENTS: Duration = Duration::from_millis(4);

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::stand_in::log::Log;

    fn events(count: usize) -> Vec<Event> {
        let event = |at: usize| Event {
            name: None,
            data: at.to_string(),
        };
        (0..count).map(event).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn events_come_one_by_one_with_time_between() {
        let entry = Log::default().entry("host", "POST", "/");
        let mut playback = Playback::new(events(3), None, entry);
        let start = Instant::now();
        let mut times = Vec::new();
        while let Some(event) = playback.next().await.unwrap() {
            times.push((event.data, start.elapsed()));
        }
        assert_eq!(times.len(), 3);
        assert!(times.is_sorted_by(|(_, before), (_, after)| *before + BETWEEN_EVENTS <= *after));
        assert_eq!(playback.entry.sent, ["0", "1", "2"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cut_comes_in_the_middle() {
        let entry = Log::default().entry("host", "POST", "/");
        let mut playback = Playback::new(events(4), Some(FailureKind::Cut), entry);
        assert!(playback.next().await.unwrap().is_some());
        assert!(playback.next().await.unwrap().is_some());
        assert_eq!(playback.next().await, Err(ConnectionCut));
        assert_eq!(playback.entry.sent, ["0", "1"]);
    }
}
