//! Stopping `capture` at each stage: it drains within its grace, flushes, and ends well.

use std::time::{Duration, Instant};

use capture::record::OutcomeState;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::agent::Door;
use crate::harness::spawn;
use crate::origin::origin;
use crate::running::{Lines, Running, Setup};

/// The grace of two seconds, and what a busy machine adds.
const AT_MOST: Duration = Duration::from_secs(6);

/// Before the grace is over.
const EARLY: Duration = Duration::from_millis(1800);

/// Sends the signals, and returns what is on record and how long the end took.
fn ended(running: Running, signals: &[&str]) -> (Lines, Duration) {
    let path = running.recording.clone();
    let begin = Instant::now();
    for (index, signal) in signals.iter().enumerate() {
        if index > 0 {
            // The same signal twice at once would be one.
            std::thread::sleep(Duration::from_millis(200));
        }
        running.signal(signal);
    }
    let (status, said) = running.wait();
    let took = begin.elapsed();
    assert!(status.success(), "{status}: {said}");
    let lines = Lines::read(&path);
    assert_eq!((lines.ends.len(), lines.damaged), (1, 0), "{said}");
    assert!(took < AT_MOST, "{took:?}");
    (lines, took)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_nothing_where_nothing_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    for signal in ["TERM", "INT"] {
        let running = Setup {
            output: signal,
            ..Setup::new(&origin, folder.path())
        }
        .start();
        let _silent = TcpStream::connect(running.addr).await.unwrap();
        let mut idle = Door::of(&running).enter().await.unwrap();
        idle.get("/1").await.unwrap();
        let (lines, took) = ended(running, &[signal]);
        assert_eq!(lines.exchanges.len(), 1);
        assert!(took < EARLY, "{signal}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_an_answer_come_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let running = Setup {
        options: &["--body-limit", "1MiB"],
        ..Setup::new(&origin, folder.path())
    }
    .start();
    let mut agent = Door::of(&running).enter().await.unwrap();
    agent.begin("/download/20000000").await.unwrap();
    running.signal("TERM");
    let reading = spawn(agent.end());
    let (lines, _) = ended(running, &[]);
    reading.await.unwrap();
    let exchange = &lines.exchanges[0];
    assert_eq!(exchange.outcome.state, OutcomeState::Complete);
    let body = exchange.response.as_ref().unwrap().body.as_ref().unwrap();
    assert_eq!(body.wire_bytes, 20_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_cuts_what_does_not_end_within_the_grace_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let running = Setup::new(&origin, folder.path()).start();
    let mut stalled = Door::of(&running).enter().await.unwrap();
    stalled.begin("/stall").await.unwrap();
    let mut socket = Door::of(&running).enter().await.unwrap();
    socket.upgrade().await.unwrap();
    socket.frame(1, b"hello").await.unwrap();
    let mut in_tls = Door::of(&running).tunnel().await.unwrap();
    in_tls.write_all(&[22, 3, 1, 2, 0]).await.unwrap();
    let _unused = Door::of(&running).tunnel().await.unwrap();
    let (lines, took) = ended(running, &["TERM"]);
    assert!(took > Duration::from_millis(1500), "{took:?}");
    let stalled = lines
        .exchanges
        .iter()
        .find(|e| e.request.url.ends_with("/stall"));
    let outcome = &stalled.unwrap().outcome;
    assert_eq!(outcome.state, OutcomeState::Aborted);
    assert_eq!(outcome.reason.as_deref(), Some("the proxy was stopped"));
    // The upgrade and the message are there as well.
    assert_eq!(lines.exchanges.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once_with_all_on_record() {
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        let mut fastest = Duration::MAX;
        // A busy machine may take two seconds for anything; without the cut it always does.
        for attempt in 0..3 {
            let output = format!("{first}-{second}-{attempt}");
            let running = Setup {
                output: &output,
                ..Setup::new(&origin, folder.path())
            }
            .start();
            let mut agent = Door::of(&running).enter().await.unwrap();
            agent.begin("/stall").await.unwrap();
            let (lines, took) = ended(running, &[first, second]);
            assert_eq!(lines.exchanges[0].outcome.state, OutcomeState::Aborted);
            fastest = fastest.min(took);
            if fastest < EARLY {
                break;
            }
        }
        assert!(fastest < EARLY, "{first}, {second}: {fastest:?}");
    }
}
