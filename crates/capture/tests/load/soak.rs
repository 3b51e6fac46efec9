//! Mixed traffic for a time: memory, descriptors and tasks stay where they were.

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::agent::Door;
use crate::apart::Apart;
use crate::harness::spawn;
use crate::origin::origin;
use crate::running::{Lines, Setup};

/// glibc keeps what was freed, for each thread; what we hold ourselves is what is measured.
const GIVE_BACK: &str =
    "export MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=131072";

/// What a second half may add: fragments stay even so.
const GROWTH_MEBIBYTES: usize = 24;

/// Between an agent's visits: a recorder without optimization has to keep up as well.
const PAUSE: Duration = Duration::from_millis(300);

/// One agent's visit: requests, events, an upload, a socket, an answer left in the middle.
pub(crate) async fn visit(door: &Door, n: usize) -> std::io::Result<u64> {
    let mut agent = door.enter().await?;
    let mut exchanges = 0;
    for _ in 0..5 {
        agent.get(&format!("/{n}")).await?;
        exchanges += 1;
    }
    agent.events("/events/50").await?;
    agent.post("/upload/0", 100_000).await?;
    agent.get("/download/200000").await?;
    exchanges += 3;
    match n % 3 {
        0 => {
            agent.upgrade().await?;
            agent.frame(1, b"{}").await?;
            exchanges += 2;
        }
        1 => {
            agent.begin("/stall").await?;
            exchanges += 1;
        }
        _ => {}
    }
    Ok(exchanges)
}

/// Traffic of eight agents until `until`; returns how many exchanges there were.
async fn traffic(door: &Door, until: Instant) -> u64 {
    let agents: Vec<_> = (0..8)
        .map(|first| {
            let door = door.clone();
            spawn(async move {
                let mut exchanges = 0;
                let mut n = first;
                while Instant::now() < until {
                    exchanges += visit(&door, n).await.unwrap();
                    tokio::time::sleep(PAUSE).await;
                    n += 1;
                }
                exchanges
            })
        })
        .collect();
    let mut exchanges = 0;
    for agent in agents {
        exchanges += agent.await.unwrap();
    }
    exchanges
}

/// How long the soak takes.
fn soak() -> Duration {
    let seconds = match std::env::var("SOAK_SECONDS") {
        Ok(text) => text.parse().expect("SOAK_SECONDS is a number"),
        Err(_) => 6,
    };
    Duration::from_secs(seconds)
}

#[tokio::test(flavor = "multi_thread")]
async fn mixed_traffic_leaves_memory_and_descriptors_where_they_were() {
    let half = soak().div_f64(2.0);
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let setup = Setup {
        before: GIVE_BACK,
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let door = Door::of(&running);
    let before = running.descriptors();
    let mut exchanges = traffic(&door, Instant::now() + half).await;
    running.descriptors_fall_to(before).await;
    running.settle().await;
    let halfway = running.mebibytes("VmRSS");
    exchanges += traffic(&door, Instant::now() + half).await;
    running.descriptors_fall_to(before).await;
    running.settle().await;
    let at_end = running.mebibytes("VmRSS");
    let path = running.recording.clone();
    running.stop();
    println!(
        "{:?}: {exchanges} exchanges, {halfway} MiB halfway, {at_end} MiB at the end",
        soak()
    );
    let lines = Lines::read(&path);
    assert_eq!(lines.exchanges.len() as u64, exchanges);
    assert_eq!(
        (lines.ends[0].exchanges, lines.ends[0].lost),
        (exchanges, 0)
    );
    assert!(
        at_end <= halfway + GROWTH_MEBIBYTES,
        "{halfway} MiB, then {at_end} MiB"
    );
}

#[test]
fn mixed_traffic_leaves_tasks_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let agents = Runtime::new().unwrap();
    let origin = agents.block_on(origin());
    let proxy = Apart::start(&origin, folder.path());
    let mut exchanges = 0;
    let mut most = 0;
    for _ in 0..4 {
        let until = Instant::now() + soak().div_f64(4.0);
        let door = proxy.door.clone();
        let quarter = agents.spawn(async move { traffic(&door, until).await });
        while !quarter.is_finished() {
            most = most.max(proxy.tasks());
            std::thread::sleep(Duration::from_millis(5));
        }
        exchanges += agents.block_on(quarter).unwrap();
        proxy.tasks_fall_to_idle();
    }
    let summary = proxy.finish();
    println!("{:?}: {exchanges} exchanges, up to {most} tasks", soak());
    assert!(most > 8, "a task an agent at least: {most}");
    assert_eq!((summary.exchanges, summary.lost), (exchanges, 0));
}
