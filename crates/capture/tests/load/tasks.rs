//! A crowd that leaves in every way there is: no task of the proxy outlives it.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::agent::Door;
use crate::apart::Apart;
use crate::harness::spawn;
use crate::origin::origin;
use crate::running::Lines;
use crate::scaled;
use crate::soak::visit;

/// Keeps one connection open until `leave`, left in state `n` of those that there are; returns
/// how many exchanges it has had.
async fn linger(door: Door, n: usize, mut leave: watch::Receiver<bool>) -> u64 {
    let (held, exchanges): (Box<dyn Send>, u64) = match n % 6 {
        // Nothing was said, not even to the proxy.
        0 => (Box::new(TcpStream::connect(door.addr()).await.unwrap()), 0),
        // Half a CONNECT.
        1 => {
            let mut half = TcpStream::connect(door.addr()).await.unwrap();
            half.write_all(b"CONNECT origin").await.unwrap();
            (Box::new(half), 0)
        }
        // A tunnel without a byte in it.
        2 => (Box::new(door.tunnel().await.unwrap()), 0),
        // TLS, and no request.
        3 => (Box::new(door.enter().await.unwrap()), 0),
        // An answer that does not end.
        4 => {
            let mut agent = door.enter().await.unwrap();
            agent.begin("/stall").await.unwrap();
            (Box::new(agent), 1)
        }
        // A WebSocket that is not closed.
        _ => {
            let mut agent = door.enter().await.unwrap();
            agent.upgrade().await.unwrap();
            agent.frame(1, b"{}").await.unwrap();
            (Box::new(agent), 2)
        }
    };
    leave.wait_for(|leave| *leave).await.unwrap();
    drop(held);
    exchanges
}

#[test]
fn a_crowd_that_leaves_takes_its_tasks_along() {
    let crowd = scaled(60, 900);
    let folder = tempfile::tempdir().unwrap();
    let agents = Runtime::new().unwrap();
    let origin = agents.block_on(origin());
    let proxy = Apart::start(&origin, folder.path());
    let (leave, left) = watch::channel(false);
    let staying: Vec<_> = (0..crowd)
        .map(|n| agents.spawn(linger(proxy.door.clone(), n, left.clone())))
        .collect();
    let begin = Instant::now();
    while proxy.tasks() < crowd {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "{} of {crowd} are there",
            proxy.tasks()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let door = proxy.door.clone();
    let visits = agents.block_on(async move {
        let visits: Vec<_> = (0..64)
            .map(|n| {
                let door = door.clone();
                spawn(async move { visit(&door, n).await.unwrap() })
            })
            .collect();
        let mut exchanges = 0;
        for visit in visits {
            exchanges += visit.await.unwrap();
        }
        exchanges
    });
    let most = proxy.tasks();
    // A task that has not got as far as to wait leaves as soon as it has.
    leave.send(true).unwrap();
    let mut exchanges = visits;
    for agent in staying {
        exchanges += agents.block_on(agent).unwrap();
    }
    proxy.tasks_fall_to_idle();
    let path = proxy.recording.clone();
    let summary = proxy.finish();
    println!("{crowd} that stay, {exchanges} exchanges, {most} tasks, then none");
    assert_eq!((summary.exchanges, summary.lost), (exchanges, 0));
    assert_eq!(Lines::read(&path).exchanges.len() as u64, exchanges);
}
