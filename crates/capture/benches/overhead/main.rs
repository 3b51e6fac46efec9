//! What passing through the proxy costs, as ratios within one run.
//!
//! An agent asks an origin over TLS on loopback: directly, through a bare relay that
//! ends TLS on both sides and reads nothing (the wall for any intercepting proxy), and
//! through the proxy with its recording on disk. The three take turns, and the
//! median of several rounds is compared. `cargo bench -p capture` prints a table.

mod agent;
mod bare;
mod origin;

use std::net::SocketAddr;
use std::time::Duration;

use capture::{Hosts, JsonlSink, Proxy, RootCa, Upstream};
use tokio::sync::oneshot;

use agent::{Route, Work};

/// The host that the agent asks for.
const HOST: &str = "origin.test";

const ROUNDS: usize = 5;

/// What each work does, and how often in a round.
const WORKS: [(&str, Work); 4] = [
    (
        "small JSON, keep-alive, 1 connection",
        Work::Json {
            connections: 1,
            requests: 1500,
            body: 0,
        },
    ),
    (
        "small JSON, keep-alive, 32 connections",
        Work::Json {
            connections: 32,
            requests: 150,
            body: 0,
        },
    ),
    (
        "72 KiB JSON POST, 8 connections",
        Work::Json {
            connections: 8,
            requests: 80,
            body: 72 * 1024,
        },
    ),
    (
        "new connections, 8 at once",
        Work::Connect {
            connections: 8,
            requests: 30,
        },
    ),
];

fn main() {
    // `cargo test --benches` and `--list` only ask whether it starts.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    let origin = origin::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let recording = folder.path().join("traffic.jsonl");
    let hosts = Hosts::parse([HOST]).expect("a host");
    let root = RootCa::ephemeral(&hosts).expect("a root");
    let root_pem = root.certificate_pem().to_owned();
    let runtime = capture::cli::runtime().expect("a runtime");
    let upstream = Upstream::without_roots()
        .add_roots_pem(&origin.root_pem)
        .expect("the origin's root")
        .all_to(origin.addr);
    let sink = JsonlSink::open(&recording).expect("a recording");
    let proxy = runtime
        .block_on(
            Proxy::builder(root, sink)
                .intercept(hosts)
                .upstream(upstream)
                .bind(),
        )
        .expect("a port");
    let ours = proxy.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = runtime.spawn(proxy.run(async {
        let _stopped_or_dropped = stopped.await;
    }));
    let bare = bare::start(&origin);
    let routes = [
        Route::direct(origin.addr, &origin.root_pem),
        Route::through(bare.addr, &bare.root_pem),
        Route::through(ours, &root_pem),
    ];
    println!(
        "{:<42} {:>12} {:>12} {:>12} {:>10}",
        "operations per second", "direct", "bare relay", "ours", "ours/bare"
    );
    let mut asked = 0;
    for (name, work) in WORKS {
        let rates = measure(&routes, work);
        asked += work.operations() * ROUNDS;
        println!(
            "{name:<42} {:>12.0} {:>11.2}x {:>11.2}x {:>9.2}x",
            rates[0],
            rates[1] / rates[0],
            rates[2] / rates[0],
            rates[2] / rates[1],
        );
    }
    stop.send(()).expect("the proxy runs");
    let summary = runtime
        .block_on(running)
        .expect("the proxy does not panic")
        .expect("the proxy ends");
    assert_eq!(
        (summary.exchanges, summary.lost),
        (asked as u64, 0),
        "every exchange is on record"
    );
    println!(
        "{} exchanges on record, {} lost",
        summary.exchanges, summary.lost
    );
}

/// Operations per second of each route: the median of the rounds, the routes taking turns.
fn measure(routes: &[Route; 3], work: Work) -> [f64; 3] {
    let mut rates: [Vec<f64>; 3] = Default::default();
    for round in 0..ROUNDS {
        for turn in 0..routes.len() {
            // There and back, so that no route always goes first.
            let index = if round % 2 == 0 {
                turn
            } else {
                routes.len() - 1 - turn
            };
            let took: Duration = agent::run(&routes[index], work);
            rates[index].push(work.operations() as f64 / took.as_secs_f64());
        }
    }
    rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    })
}

/// A listening part of the bench.
struct Listening {
    addr: SocketAddr,
    root_pem: String,
}
