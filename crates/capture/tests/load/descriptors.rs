//! More agents than descriptors: some wait, none is lost, and all is well afterwards.

use std::time::Duration;

use crate::agent::Door;
use crate::harness::{spawn, within};
use crate::origin::origin;
use crate::running::{Lines, Setup};
use crate::scaled;

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_connections_on_few_descriptors_is_weathered() {
    let agents = scaled(120, 1000);
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let setup = Setup {
        before: "ulimit -n 48",
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let before = running.descriptors();
    let storm: Vec<_> = (0..agents)
        .map(|n| {
            let door = Door::of(&running);
            spawn(async move {
                // Out of descriptors the proxy makes us wait, or cannot dial and says 502: a
                // client comes again.
                let mut refused = 0;
                loop {
                    if let Ok(mut agent) = door.enter().await
                        && agent.get(&format!("/{n}")).await.is_ok()
                    {
                        return refused;
                    }
                    refused += 1;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            })
        })
        .collect();
    let mut refused = 0;
    for agent in storm {
        refused += tokio::time::timeout(Duration::from_secs(120), agent)
            .await
            .expect("every agent is served in the end")
            .unwrap();
    }
    running.descriptors_fall_to(before).await;
    // Afterwards it is as it was.
    let mut agent = within(Door::of(&running).enter()).await.unwrap();
    agent.get("/afterwards").await.unwrap();
    drop(agent);
    let path = running.recording.clone();
    let said = running.stop();
    println!("{agents} agents on 48 descriptors, {refused} came again");
    assert!(
        said.contains("new connections had to wait") || refused > 0,
        "{said}"
    );
    let lines = Lines::read(&path);
    let complete = lines
        .exchanges
        .iter()
        .filter(|exchange| exchange.response.as_ref().is_some_and(|r| r.status == 200))
        .count();
    assert_eq!(complete, agents + 1);
    assert_eq!(lines.ends[0].lost, 0);
}
