//! A crowd that leaves in every way there is: no task of the proxy outlives it.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

use crate::agent::Door;
use crate::apart::Apart;
use crate::harness::{connect_tls, spawn};
use crate::origin::origin;
use crate::running::Lines;
use crate::scaled;
use crate::soak::visit;

/// Keeps one connection open until `leave`, left in state `n` of those that there are.
async fn linger(door: Door, n: usize, leave: tokio::sync::watch::Receiver<bool>) -> u64 {
    let mut leave = leave;
    let mut exchanges = 0;
    let mut stay = async || leave.wait_for(|leave| *leave).await.map(drop).unwrap();
    match n % 6 {
        // Nothing was said, not even to the proxy.
        0 => {
            let _silent = TcpStream::connect(door.addr()).await.unwrap();
            stay().await;
        }
        // Half a CONNECT.
        1 => {
            let mut half = TcpStream::connect(door.addr()).await.unwrap();
            half.write_all(b"CONNECT origin").await.unwrap();
            stay().await;
        }
        // A tunnel without a byte in it.
        2 => {
            let _tunnel = door.tunnel().await.unwrap();
            stay().await;
        }
        // TLS, and no request.
        3 => {
            let tunnel = door.tunnel().await.unwrap();
            let _tls = connect_tls(tunnel, door.root_pem(), &["http/1.1"])
                .await
                .unwrap();
            stay().await;
        }
        // An answer that does not end.
        4 => {
            let mut agent = door.enter().await.unwrap();
            agent.begin("/stall").await.unwrap();
            exchanges += 1;
            stay().await;
        }
        // A WebSocket that is not closed.
        _ => {
            let mut agent = door.enter().await.unwrap();
            agent.upgrade().await.unwrap();
            agent.frame(1, b"{}").await.unwrap();
            exchanges += 2;
            stay().await;
        }
    }
    exchanges
}

#[test]
fn a_crowd_that_leaves_takes_its_tasks_along() {
    let crowd = scaled(60, 900);
    let folder = tempfile::tempdir().unwrap();
    let agents = Runtime::new().unwrap();
    let origin = agents.block_on(origin());
    let proxy = Apart::start(&origin, folder.path());
    let (leave, left) = tokio::sync::watch::channel(false);
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
