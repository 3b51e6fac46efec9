//! A second thread that builds records while large bodies queue up.
//!
//! Building a record (decoding, JSON, hash, redaction) takes longer than writing it. Drafts go in,
//! exchanges come out in the same order. The recorder's thread builds others meanwhile, and
//! collects these when it is their turn to be written.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::Builder;

use crate::proxy::content::record_builder::RecordBuilder;
use crate::proxy::recorder::message::QueueMessage;
use crate::proxy::wire::{Clock, Draft};
use crate::record::Exchange;

/// The running thread; it ends when this is dropped.
pub(crate) struct SecondWorker {
    drafts: Sender<Box<Draft>>,
    built: Receiver<Exchange>,
}

impl SecondWorker {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When the system cannot start a thread.
    pub(crate) fn start(builder: Arc<RecordBuilder>, clock: Clock) -> io::Result<Self> {
        let (drafts, waiting) = mpsc::channel::<Box<Draft>>();
        let (done, built) = mpsc::channel();
        Builder::new().name("recorder-2".into()).spawn(move || {
            for draft in waiting {
                if done.send(builder.exchange(*draft, &clock)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { drafts, built })
    }

    /// Takes the larger bodies from the end of `batch`, and leaves [`Work::HandedOff`] in their places.
    pub(crate) fn take_from(&self, batch: &mut [Work]) {
        let waiting: usize = batch.iter().map(Work::weight).sum();
        let mut before = 0;
        for work in batch {
            let weight = work.weight();
            // The second worker gets three fifths, because the recorder's thread also writes. It never
            // gets the first item: the recorder's thread would wait for it at once.
            let is_late = before > 0 && before * 5 >= waiting * 2;
            before += weight;
            if is_late && weight >= LARGE_BYTES {
                work.hand_to(&self.drafts);
            }
        }
    }

    /// The next exchange of those handed off; waits for it.
    pub(crate) fn next(&self) -> Exchange {
        self.built
            .recv()
            .expect("the second worker builds everything it was handed")
    }
}

/// One item of a batch, in the order of the lines.
pub(crate) enum Work {
    /// For the recorder's thread itself.
    Message(QueueMessage),
    /// An exchange that the second worker builds.
    HandedOff {
        /// The weight of its draft.
        weight: usize,
    },
}

impl Work {
    /// Its weight in the queue.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Message(message) => message.weight(),
            Self::HandedOff { weight } => *weight,
        }
    }

    fn hand_to(&mut self, drafts: &Sender<Box<Draft>>) {
        let weight = self.weight();
        match std::mem::replace(self, Self::HandedOff { weight }) {
            Self::Message(QueueMessage::Exchange(draft)) => {
                drafts
                    .send(draft)
                    .expect("the second worker runs as long as its handle");
            }
            other => *self = other,
        }
    }
}

/// Handing over costs some microseconds; building a record of this size costs more.
const LARGE_BYTES: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::content::record_builder::tests::builder;
    use crate::proxy::wire::{BodyDraft, RequestDraft};
    use crate::record::Delay;

    fn exchange(id: u64, bytes: usize) -> Work {
        let mut body = BodyDraft::default();
        body.push(&vec![b'x'; bytes], 1, 1 << 20);
        let request = RequestDraft {
            body,
            ..RequestDraft::default()
        };
        Work::Message(QueueMessage::Exchange(Box::new(Draft {
            id,
            connection: 1,
            start: 1,
            request,
            response: None,
            informational: Vec::new(),
            delay: Delay::default(),
            outcome: None,
            notes: Vec::new(),
        })))
    }

    #[test]
    fn large_bodies_at_the_end_are_taken_and_come_back_in_their_order() {
        let second_worker =
            SecondWorker::start(Arc::new(builder(1 << 20)), Clock::start()).unwrap();
        let sizes = [50_000, 50_000, 10, 50_000, 50_000, 50_000];
        let mut batch: Vec<Work> = (1..)
            .zip(sizes)
            .map(|(id, size)| exchange(id, size))
            .collect();
        batch.push(Work::Message(QueueMessage::Close));
        let weights: Vec<usize> = batch.iter().map(Work::weight).collect();
        second_worker.take_from(&mut batch);
        let away = |work: &Work| matches!(work, Work::HandedOff { .. });
        assert_eq!(
            batch.iter().map(away).collect::<Vec<_>>(),
            [false, false, false, true, true, true, false]
        );
        assert_eq!(batch.iter().map(Work::weight).collect::<Vec<_>>(), weights);
        let ids: Vec<u64> = (0..3).map(|_| second_worker.next().id).collect();
        assert_eq!(ids, [4, 5, 6]);
        for (sizes, expected) in [
            (&[50_000][..], &[false][..]),
            (&[50_000; 2], &[false, true]),
        ] {
            let mut batch: Vec<Work> = sizes.iter().map(|size| exchange(1, *size)).collect();
            second_worker.take_from(&mut batch);
            assert_eq!(batch.iter().map(away).collect::<Vec<_>>(), expected);
        }
    }
}
