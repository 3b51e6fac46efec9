//! Many agents, many requests, many sockets, large bodies: every exchange is on record,
//! memory is bounded, and nothing stays open afterwards.

use std::time::Instant;

use capture::record::Transport;

use crate::agent::Door;
use crate::harness::spawn;
use crate::origin::origin;
use crate::running::{Lines, Setup};
use crate::scaled;

/// What the process may hold at its peak while bodies are kept up to 1 MiB.
const PEAK_MEBIBYTES: usize = 160;

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_agents_at_once_are_all_on_record() {
    const AGENTS: usize = 64;
    let each = scaled(30, 157);
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let running = Setup::new(&origin, folder.path()).start();
    let before = running.descriptors();
    let begin = Instant::now();
    let agents: Vec<_> = (0..AGENTS)
        .map(|agent| {
            let door = Door::of(&running);
            spawn(async move {
                let mut agent_at = door.enter().await.unwrap();
                for n in 0..each {
                    agent_at.get(&format!("/{agent}-{n}")).await.unwrap();
                }
            })
        })
        .collect();
    for agent in agents {
        agent.await.unwrap();
    }
    let took = begin.elapsed();
    running.descriptors_fall_to(before).await;
    let peak = running.mebibytes("VmHWM");
    let path = running.recording.clone();
    running.stop();
    let lines = Lines::read(&path);
    println!(
        "{AGENTS} agents, {} requests in {took:?}, peak {peak} MiB",
        AGENTS * each
    );
    let urls: std::collections::HashSet<_> = lines
        .exchanges
        .iter()
        .map(|e| e.request.url.clone())
        .collect();
    assert_eq!(urls.len(), AGENTS * each);
    assert_eq!(lines.exchanges.len(), AGENTS * each);
    let end = &lines.ends[0];
    assert_eq!((end.exchanges, end.lost), ((AGENTS * each) as u64, 0));
    assert_eq!(end.connections.intercepted, AGENTS as u64);
    assert!(peak < PEAK_MEBIBYTES, "{peak} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_websockets_at_once_are_all_on_record() {
    let sockets = scaled(100, 1000);
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let setup = Setup {
        before: "ulimit -n $(ulimit -Hn)",
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let before = running.descriptors();
    let mut open = Vec::new();
    for n in 0..sockets {
        let mut agent = Door::of(&running).enter().await.unwrap();
        agent.upgrade().await.unwrap();
        open.push((n, agent));
    }
    assert!(
        running.descriptors() >= before + 2 * sockets,
        "all are open at once"
    );
    for (n, agent) in &mut open {
        let text = format!("{{\"n\":{n}}}");
        agent.frame(1, text.as_bytes()).await.unwrap();
    }
    for (_, mut agent) in open {
        agent.frame(8, &[]).await.unwrap();
        agent.end().await;
    }
    running.descriptors_fall_to(before).await;
    let peak = running.mebibytes("VmHWM");
    let path = running.recording.clone();
    running.stop();
    let lines = Lines::read(&path);
    println!("{sockets} WebSockets at once, peak {peak} MiB");
    let messages = lines
        .exchanges
        .iter()
        .filter(|exchange| exchange.transport == Transport::Websocket)
        .count();
    assert_eq!(messages, sockets);
    assert_eq!(lines.exchanges.len(), 2 * sockets, "an upgrade each");
    assert_eq!(lines.ends[0].lost, 0);
    assert!(peak < 2 * PEAK_MEBIBYTES, "{peak} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_download_and_upload_cost_no_memory() {
    let bytes = scaled(300, 5 * 1024) as u64 * 1024 * 1024;
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let setup = Setup {
        options: &["--body-limit", "1MiB"],
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let before = running.descriptors();
    let mut agent = Door::of(&running).enter().await.unwrap();
    let begin = Instant::now();
    let received = agent.get(&format!("/download/{bytes}")).await.unwrap();
    let down = begin.elapsed();
    assert_eq!(received, bytes);
    let begin = Instant::now();
    agent.post("/upload/0", bytes).await.unwrap();
    let up = begin.elapsed();
    drop(agent);
    running.descriptors_fall_to(before).await;
    let peak = running.mebibytes("VmHWM");
    let path = running.recording.clone();
    running.stop();
    println!(
        "{} MiB down in {down:?}, up in {up:?}, peak {peak} MiB",
        bytes >> 20
    );
    let lines = Lines::read(&path);
    let [download, upload] = lines.exchanges.as_slice() else {
        panic!("{} exchanges", lines.exchanges.len());
    };
    let body = download.response.as_ref().unwrap().body.as_ref().unwrap();
    assert_eq!((body.wire_bytes, body.truncated), (bytes, true));
    let body = upload.request.body.as_ref().unwrap();
    assert_eq!((body.wire_bytes, body.truncated), (bytes, true));
    assert!(peak < PEAK_MEBIBYTES, "{peak} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_any_size_passes_and_costs_no_memory() {
    let bytes = scaled(64, 1024) as u64 * 1024 * 1024;
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let running = Setup::new(&origin, folder.path()).start();
    let before = running.descriptors();
    let mut agent = Door::of(&running).enter().await.unwrap();
    let begin = Instant::now();
    let received = agent.head(&format!("/head/{bytes}")).await.unwrap();
    let took = begin.elapsed();
    assert!(received > bytes, "{received} of {bytes}");
    drop(agent);
    running.descriptors_fall_to(before).await;
    let peak = running.mebibytes("VmHWM");
    let path = running.recording.clone();
    running.stop();
    println!("a head of {} MiB in {took:?}, peak {peak} MiB", bytes >> 20);
    let lines = Lines::read(&path);
    assert_eq!(lines.exchanges.len(), 1, "as far as it was read");
    assert!(peak < PEAK_MEBIBYTES, "{peak} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_event_stream_is_counted_whole_and_kept_within_its_bound() {
    let count = scaled(100_000, 1_000_000) as u64;
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let running = Setup::new(&origin, folder.path()).start();
    let before = running.descriptors();
    let mut agent = Door::of(&running).enter().await.unwrap();
    let begin = Instant::now();
    assert_eq!(
        agent.events(&format!("/events/{count}")).await.unwrap(),
        count
    );
    let took = begin.elapsed();
    drop(agent);
    running.descriptors_fall_to(before).await;
    let peak = running.mebibytes("VmHWM");
    let path = running.recording.clone();
    running.stop();
    println!("{count} events in {took:?}, peak {peak} MiB");
    let lines = Lines::read(&path);
    let response = lines.exchanges[0].response.as_ref().unwrap();
    // "data: 123\n\n"
    let digits: u64 = (0..count).map(|n| n.to_string().len() as u64).sum();
    let sent = digits + 8 * count;
    assert_eq!(response.body.as_ref().unwrap().wire_bytes, sent);
    assert!(!response.events.is_empty());
    let last = response.events.last().unwrap();
    let truncated = last.truncated || response.body.as_ref().unwrap().truncated;
    println!("{} events kept", response.events.len());
    assert_eq!(response.events.len() as u64 == count, !truncated);
    if !truncated {
        let value = last.json.as_ref().map(|json| json.get().to_owned());
        let value = value.or_else(|| last.text.clone().map(String::from));
        assert_eq!(value, Some((count - 1).to_string()));
    }
    // An event of two digits takes some hundred bytes while its line is made.
    assert!(peak < 1024, "{peak} MiB");
}
