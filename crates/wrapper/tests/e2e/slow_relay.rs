//! A proxy in front of another, which delays the server's part of TLS handshakes.
//!
//! One `wrap` runs inside another: the outer one is the origin, with its stand-in; the relay is
//! between the two; the inner one is under test.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::launch::Home;
use crate::recording::Recording;

/// A running relay; its threads end with the test's process.
pub(crate) struct SlowRelay {
    addr: SocketAddr,
    gate: Arc<Gate>,
    /// The file in which the outer `wrap` leaves its address.
    proxy: PathBuf,
    /// The session folder of the inner `wrap`.
    session: PathBuf,
}

/// What handshakes wait for.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    /// The first bytes of connections whose handshakes were held back.
    held: Mutex<Vec<String>>,
    /// Every connection so far.
    streams: Mutex<Vec<TcpStream>>,
}

impl SlowRelay {
    /// Listens, and holds back every handshake.
    pub(crate) fn start(home: &Home) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let relay = Self {
            addr: listener.local_addr().unwrap(),
            gate: Arc::default(),
            proxy: home.place("proxy"),
            session: home.place("inner"),
        };
        let (gate, proxy) = (Arc::clone(&relay.gate), relay.proxy.clone());
        thread::spawn(move || {
            for agent in listener.incoming().flatten() {
                let url = fs::read_to_string(&proxy).unwrap();
                let address = url.trim().strip_prefix("http://").unwrap();
                relay_one(agent, TcpStream::connect(address).unwrap(), &gate);
            }
        });
        relay
    }

    /// A line of shell, for the outer `wrap`, that runs `agent` in the inner one.
    pub(crate) fn script(&self, agent: &str) -> String {
        format!(
            "echo $HTTPS_PROXY >{}; exec {} --output {} --upstream-proxy http://{} {agent}",
            self.proxy.display(),
            env!("CARGO_BIN_EXE_wrap"),
            self.session.display(),
            self.addr,
        )
    }

    /// Waits until a handshake with `host` is held back.
    pub(crate) fn wait_until_held(&self, host: &str) {
        let connect = format!("CONNECT {host}:443 ");
        wait_until(|| {
            let held = self.gate.held.lock().unwrap();
            held.iter().any(|head| head.starts_with(&connect))
        });
    }

    /// Waits until the inner `wrap` has recorded that an agent left in a handshake with `host`.
    pub(crate) fn wait_until_left(&self, host: &str) {
        let recording = self.session.join("traffic.jsonl");
        let authority = format!("\"{host}:443\"");
        wait_until(|| {
            let lines = fs::read_to_string(&recording).unwrap_or_default();
            let mut lines = lines.lines();
            lines.any(|line| line.contains("\"agent_gone\"") && line.contains(&authority))
        });
    }

    /// Holds handshakes back, and ends all connections that are up.
    pub(crate) fn close(&self) {
        *self.gate.is_open.lock().unwrap() = false;
        for stream in self.gate.streams.lock().unwrap().drain(..) {
            // Ending a closed connection does no harm.
            let _ended = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets handshakes pass, both waiting and later ones.
    pub(crate) fn open(&self) {
        *self.gate.is_open.lock().unwrap() = true;
        self.gate.opened.notify_all();
    }

    /// What the inner `wrap` recorded.
    pub(crate) fn recording(&self) -> Recording {
        Recording::read(&self.session.join("traffic.jsonl"))
    }
}

/// Relays one connection. Once the agent has started TLS, the answer waits for the gate.
fn relay_one(agent: TcpStream, proxy: TcpStream, gate: &Arc<Gate>) {
    let mut streams = gate.streams.lock().unwrap();
    streams.extend([agent.try_clone().unwrap(), proxy.try_clone().unwrap()]);
    let has_begun = Arc::new(AtomicBool::new(false));
    let head = Arc::new(Mutex::new(String::new()));
    let (mut from, mut to) = (agent.try_clone().unwrap(), proxy.try_clone().unwrap());
    let (begun, asked) = (Arc::clone(&has_begun), Arc::clone(&head));
    thread::spawn(move || {
        copy(&mut from, &mut to, |piece| {
            // The content type of a handshake (RFC 8446, section 5.1); before it is CONNECT.
            if piece[0] == 22 {
                begun.store(true, Ordering::SeqCst);
            } else if asked.lock().unwrap().is_empty() {
                *asked.lock().unwrap() = String::from_utf8_lossy(piece).into_owned();
            }
        });
    });
    let gate = Arc::clone(gate);
    let (mut from, mut to) = (proxy, agent);
    thread::spawn(move || {
        copy(&mut from, &mut to, |_| {
            if has_begun.load(Ordering::SeqCst) {
                gate.pass(&head.lock().unwrap());
            }
        });
    });
}

impl Gate {
    /// Waits until it is open, for the connection that began with `head`.
    fn pass(&self, head: &str) {
        let is_open = self.is_open.lock().unwrap();
        if !*is_open {
            self.held.lock().unwrap().push(head.to_owned());
        }
        drop(self.opened.wait_while(is_open, |is_open| !*is_open));
    }
}

/// Copies to the end, and runs `before` ahead of each piece.
fn copy(from: &mut TcpStream, to: &mut TcpStream, mut before: impl FnMut(&[u8])) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        before(&buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // A closed connection needs no shutdown.
    let _gone = to.shutdown(Shutdown::Write);
}

/// Waits for something that another process does.
pub(crate) fn wait_until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + TIME_LIMIT;
    while !is_so() {
        assert!(
            Instant::now() < end,
            "it did not happen within {TIME_LIMIT:?}"
        );
        thread::sleep(POLL);
    }
}

/// Waits for a file that another process creates.
pub(crate) fn wait_for_file(path: &Path) {
    wait_until(|| path.exists());
}

/// Each step takes a second; a loaded machine may take many more.
const TIME_LIMIT: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(20);
