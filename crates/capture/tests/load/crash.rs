//! `kill -9` under load: what had ended a moment before is on record.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::agent::Door;
use crate::harness::spawn;
use crate::origin::origin;
use crate::running::{Lines, Setup};
use crate::scaled;

/// The recorder hands on what it has whenever nothing waits for it, and every 64 KiB. On a
/// machine that is busy with the tests themselves that takes some time.
const MOMENT: Duration = Duration::from_millis(400);

const PACE: Duration = Duration::from_millis(20);

/// When each exchange had ended, as its agent saw it.
type Ended = Arc<Mutex<HashMap<String, Instant>>>;

/// Kills the proxy again and again, and holds the recording against what agents saw.
///
/// `pace` is how long each agent waits between requests: a recorder that cannot keep up,
/// as one that compresses without optimization, has more in flight than a moment's worth.
async fn killed_at_random_moments(output: &str, kills: usize, pace: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let setup = Setup {
        output,
        ..Setup::new(&origin, folder.path())
    };
    let mut held = 0;
    let mut certain: Vec<String> = Vec::new();
    for kill in 0..kills {
        let running = setup.start();
        let ended = Ended::default();
        let mut agents = Vec::new();
        for agent in 0..4 {
            let (door, ended) = (Door::of(&running), Arc::clone(&ended));
            agents.push(spawn(async move {
                let mut agent_at = door.enter().await.unwrap();
                for n in 0.. {
                    let path = format!("/{kill}-{agent}-{n}");
                    if agent_at.get(&path).await.is_err() {
                        return;
                    }
                    ended.lock().unwrap().insert(path, Instant::now());
                    tokio::time::sleep(pace).await;
                }
            }));
        }
        // Spread over a range in which everything from the first handshake on is hit.
        let moment = Duration::from_millis((kill as u64 * 389) % 900);
        tokio::time::sleep(MOMENT + moment).await;
        let killed = Instant::now();
        running.kill();
        for agent in agents {
            agent.await.unwrap();
        }
        let ended = ended.lock().unwrap();
        held += ended.len();
        let before = |at: &Instant| killed.saturating_duration_since(*at) > MOMENT;
        certain.extend(
            ended
                .iter()
                .filter(|(_, at)| before(at))
                .map(|(path, _)| path.clone()),
        );
    }
    // The next run appends, and ends as it should.
    let running = setup.start();
    let path = running.recording.clone();
    Door::of(&running)
        .enter()
        .await
        .unwrap()
        .get("/last")
        .await
        .unwrap();
    running.stop();

    let lines = Lines::read(&path);
    let found: std::collections::HashSet<&str> = lines
        .exchanges
        .iter()
        .map(|exchange| {
            exchange
                .request
                .url
                .strip_prefix("https://origin.test")
                .unwrap()
        })
        .collect();
    let missing: Vec<&String> = certain
        .iter()
        .filter(|p| !found.contains(p.as_str()))
        .collect();
    println!(
        "{output}: {kills} kills, {held} exchanges ended, {} more than {MOMENT:?} before; {} on record, {} lines cut",
        certain.len(),
        lines.exchanges.len(),
        lines.damaged
    );
    assert!(
        missing.is_empty(),
        "{} are missing, such as {}",
        missing.len(),
        missing[0]
    );
    assert!(found.contains("/last"));
    assert!(
        certain.len() > kills,
        "too little happened to prove anything"
    );
    assert_eq!(lines.sessions, kills + 1);
    assert_eq!(lines.damaged_within, 0, "a line within a run is damaged");
    assert!(lines.damaged <= kills);
    assert_eq!(lines.ends.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_proxy_has_on_record_what_had_ended_a_moment_before() {
    killed_at_random_moments("traffic.jsonl", scaled(6, 200), Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_proxy_leaves_compressed_recordings_that_go_on() {
    killed_at_random_moments("traffic.jsonl.zst", scaled(3, 50), PACE).await;
    killed_at_random_moments("traffic.jsonl.gz", scaled(3, 50), PACE).await;
}
