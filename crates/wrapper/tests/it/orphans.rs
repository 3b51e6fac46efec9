//! Requests still open when the agent ends: waited for, but not for ever.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::wrap::{Machine, agent};

/// `wrap` around `orphan.sh`, whose child's request has reached its origin.
struct Leaving {
    machine: Machine,
    wrap: Child,
    agent: Pid,
    input: ChildStdin,
    origin: TcpStream,
}

impl Leaving {
    fn start(grace: &str) -> Self {
        let machine = Machine::new();
        let origin = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = origin.local_addr().unwrap().to_string();
        let program = agent("orphan.sh");
        let mut wrap = machine
            .wrap(["--grace", grace, "--output"])
            .arg(machine.home().join("session"))
            .args([program, authority])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = wrap.stdin.take().unwrap();
        let mut id = String::new();
        let mut said = BufReader::new(wrap.stdout.take().unwrap());
        said.read_line(&mut id).unwrap();
        let (mut origin, _) = origin.accept().unwrap();
        origin
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        origin.read_exact(&mut [0]).unwrap();
        Self {
            machine,
            wrap,
            agent: Pid::from_raw(id.trim_end().parse().unwrap()),
            input,
            origin,
        }
    }

    fn signal(&self) {
        kill(Pid::from_raw(self.wrap.id().cast_signed()), Signal::SIGTERM).unwrap();
    }

    /// Waits until `wrap` knows that the agent has ended.
    fn agent_is_reaped(&self) {
        let begin = Instant::now();
        while kill(self.agent, None) != Err(Errno::ESRCH) {
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "the agent is still there"
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The exit code, and the line of the orphan's exchange.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.wrap.wait().unwrap().code();
        let path = self.machine.home().join("session/traffic.jsonl");
        let recording = fs::read_to_string(path).unwrap();
        let mut exchanges = recording
            .lines()
            .filter(|line| line.starts_with(r#"{"kind":"exchange""#));
        let exchange = exchanges.next().unwrap().to_owned();
        assert_eq!(exchanges.next(), None);
        (code, exchange)
    }
}

#[test]
fn what_an_orphan_has_under_way_is_recorded_whole_within_the_grace() {
    let mut leaving = Leaving::start("60");
    leaving.input.write_all(b"end\n").unwrap();
    leaving.agent_is_reaped();
    let begin = Instant::now();
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate";
    leaving.origin.write_all(answer).unwrap();
    let (code, exchange) = leaving.end();
    assert_eq!(code, Some(5));
    assert!(exchange.contains(r#""state":"complete""#), "{exchange}");
    assert!(
        begin.elapsed() < Duration::from_secs(30),
        "no longer than it takes"
    );
}

#[test]
fn what_an_orphan_has_under_way_is_cut_when_the_grace_is_over() {
    let mut leaving = Leaving::start("1");
    let begin = Instant::now();
    leaving.input.write_all(b"end\n").unwrap();
    let (code, exchange) = leaving.end();
    assert_eq!(code, Some(5));
    assert!(exchange.contains("the proxy was stopped"), "{exchange}");
    let took = begin.elapsed();
    assert!(took >= Duration::from_secs(1), "cut after {took:?}");
}

#[test]
fn a_second_signal_cuts_what_an_orphan_has_under_way() {
    let leaving = Leaving::start("60");
    let begin = Instant::now();
    leaving.signal();
    leaving.agent_is_reaped();
    leaving.signal();
    let (code, exchange) = leaving.end();
    assert_eq!(code, Some(143), "the agent ended by the first");
    assert!(exchange.contains("the proxy was stopped"), "{exchange}");
    assert!(
        begin.elapsed() < Duration::from_secs(30),
        "the grace was 60 s"
    );
}
