//! A proxy in this process, on a runtime of its own: its tasks can be counted.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use capture::{JsonlSink, Summary};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::agent::Door;
use crate::harness::{Origin, proxy_to};

/// What a proxy without connections consists of: `Proxy::run`, and the listener that it spawned.
const IDLE: usize = 2;

/// A proxy that records to a file, apart from the tasks of agents and origins.
pub(crate) struct Apart {
    runtime: Runtime,
    running: JoinHandle<Summary>,
    stop: oneshot::Sender<()>,
    pub(crate) door: Door,
    pub(crate) recording: PathBuf,
}

impl Apart {
    /// Starts it; it dials `origin` for everything. Not to be called on a runtime.
    pub(crate) fn start(origin: &Origin, folder: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let recording = folder.join("apart.jsonl");
        let (builder, root_pem) = proxy_to(origin, JsonlSink::open(&recording).unwrap());
        let proxy = runtime.block_on(builder.bind()).unwrap();
        let door = Door::new(proxy.local_addr(), root_pem);
        let (stop, stopped) = oneshot::channel();
        let running = runtime.spawn(async move {
            let stopped = async {
                let _stopped_or_dropped = stopped.await;
            };
            proxy.run(stopped).await.unwrap()
        });
        Self {
            runtime,
            running,
            stop,
            door,
            recording,
        }
    }

    /// Tasks that have not ended.
    pub(crate) fn tasks(&self) -> usize {
        self.runtime.metrics().num_alive_tasks()
    }

    /// Waits until it has the tasks of a proxy that has nothing to do.
    pub(crate) fn tasks_fall_to_idle(&self) {
        fall_to(IDLE, &self.runtime);
    }

    /// Stops it; no task is left.
    pub(crate) fn finish(self) -> Summary {
        self.stop.send(()).unwrap();
        let summary = self.runtime.block_on(self.running).unwrap();
        fall_to(0, &self.runtime);
        summary
    }
}

/// Waits until no more than `count` tasks are alive: one that has ended is counted a moment longer.
fn fall_to(count: usize, runtime: &Runtime) {
    let begin = Instant::now();
    let tasks = || runtime.metrics().num_alive_tasks();
    while tasks() > count {
        let waited = begin.elapsed();
        assert!(
            waited < Duration::from_secs(15),
            "{} tasks, not {count}",
            tasks()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}
