//! The two-stage stop, and the owner of every task.
//!
//! Stage one, `drain`: no new connections, and each connection finishes what is in flight.
//! Stage two, `abort`: whatever is left is dropped.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Spawns tasks, stops them, and waits for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shutdown {
    drain: CancellationToken,
    abort: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Runs `task` until it ends or the second stage drops it.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let abort = self.abort.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = abort.cancelled_owned() => {}
                () = task => {}
            }
        });
    }

    /// Runs `task`, which ends soon by itself, to its end, whatever the stage.
    pub(crate) fn spawn_last(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Begins the second stage when `impatience` completes; does not delay the stop.
    pub(crate) fn abort_on(&self, impatience: impl Future<Output = ()> + Send + 'static) {
        let (abort, tasks) = (self.abort.clone(), self.tasks.clone());
        #[expect(
            clippy::disallowed_methods,
            reason = "the stop waits for every tracked task, and must not wait for this one"
        )]
        tokio::spawn(async move {
            tokio::select! {
                () = tasks.wait() => {}
                () = impatience => abort.cancel(),
            }
        });
    }

    /// Completes when the first stage begins.
    pub(crate) fn draining(&self) -> impl Future<Output = ()> + Send + 'static {
        self.drain.clone().cancelled_owned()
    }

    /// Whether the first stage has begun.
    pub(crate) fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }

    /// Stops everything: waits up to `grace` for what is in flight.
    pub(crate) async fn run(self, grace: Duration) {
        self.drain.cancel();
        self.tasks.close();
        if tokio::time::timeout(grace, self.tasks.wait())
            .await
            .is_err()
        {
            self.abort.cancel();
            self.tasks.wait().await;
        }
    }
}
