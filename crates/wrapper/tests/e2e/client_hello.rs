//! What an origin sees first: codex's own ClientHello, and ours in its place.
//!
//! Every host leads to an origin that reads a ClientHello and hangs up: once with
//! nothing intercepted, so that codex talks to it, and once as usual.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::launch::Home;

/// A ClientHello (RFC 8446, section 4.1.2) without random values and their order.
#[derive(Debug, PartialEq, Eq, Clone, Default)]
struct Hello {
    host: String,
    version: u16,
    ciphers: Vec<u16>,
    compressions: Vec<u8>,
    /// Sorted: codex shuffles them every time.
    extensions: Vec<u16>,
    groups: Vec<u16>,
    signatures: Vec<u16>,
    versions: Vec<u16>,
    key_shares: Vec<u16>,
    alpn: Vec<u8>,
    key_exchange_modes: Vec<u8>,
    point_formats: Vec<u8>,
}

#[test]
fn an_origin_cannot_tell_our_client_hello_from_codexs_own() {
    let own = hellos(&["--intercept", "nothing.invalid"]);
    let ours = hellos(&[]);
    for host in ["api.openai.com", "chatgpt.com"] {
        assert_eq!(ours.get(host), own.get(host), "{host}");
    }
    let websocket = &ours["api.openai.com"];
    assert!(websocket.alpn.is_empty(), "{websocket:?}");
    assert_ne!(ours["chatgpt.com"].alpn, websocket.alpn);
}

/// The first ClientHello for each of the two hosts that codex contacts first.
fn hellos(options: &[&str]) -> BTreeMap<String, Hello> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let rule = format!("::127.0.0.1:{}", listener.local_addr().unwrap().port());
    let (send, received) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let send = send.clone();
            // A connection that sends nothing must not block the next.
            thread::spawn(move || {
                // A failed send means that the receiver has seen enough.
                read_hello(stream).is_some_and(|hello| send.send(hello).is_ok())
            });
        }
    });
    let home = Home::with_api_key("sk-client-hello");
    let mut wrap = Command::new(env!("CARGO_BIN_EXE_wrap"))
        .args(["--upstream-proxy", "none", "--connect-to", &rule])
        .args(options)
        .args(["codex", "exec", "--skip-git-repo-check", "say hi"])
        .current_dir(home.place("work"))
        .env_clear()
        .envs(home.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut hellos = BTreeMap::new();
    while !(hellos.contains_key("api.openai.com") && hellos.contains_key("chatgpt.com")) {
        let hello: Hello = received
            .recv_timeout(Duration::from_secs(60))
            .expect("codex asks both hosts within a minute");
        hellos.entry(hello.host.clone()).or_insert(hello);
    }
    // `wrap` forwards it to codex, which would retry for ever.
    Command::new("kill")
        .arg(wrap.id().to_string())
        .status()
        .unwrap();
    wrap.wait().unwrap();
    hellos
}

/// Reads the first TLS record, and hangs up.
fn read_hello(mut stream: TcpStream) -> Option<Hello> {
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut head = [0; 5];
    stream.read_exact(&mut head).ok()?;
    let mut record = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut record).ok()?;
    // A fatal handshake_failure: codex retries at once.
    let _gone = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
    let mut hello = Reader(&record);
    hello.skip(4);
    Some(parse(&mut hello))
}

fn parse(hello: &mut Reader<'_>) -> Hello {
    let mut parsed = Hello {
        version: hello.u16(),
        ..Hello::default()
    };
    hello.skip(32);
    hello.vector8();
    parsed.ciphers = words(hello.vector16());
    parsed.compressions = hello.vector8().to_vec();
    let mut extensions = Reader(hello.vector16());
    while !extensions.0.is_empty() {
        let kind = extensions.u16();
        let body = extensions.vector16();
        let mut reader = Reader(body);
        parsed.extensions.push(kind);
        match kind {
            0 => {
                let mut names = Reader(reader.vector16());
                names.skip(1);
                parsed.host = String::from_utf8(names.vector16().to_vec()).unwrap();
            }
            10 => parsed.groups = words(reader.vector16()),
            11 => parsed.point_formats = body.to_vec(),
            13 => parsed.signatures = words(reader.vector16()),
            16 => parsed.alpn = body.to_vec(),
            43 => parsed.versions = words(reader.vector8()),
            45 => parsed.key_exchange_modes = body.to_vec(),
            51 => {
                let mut shares = Reader(reader.vector16());
                while !shares.0.is_empty() {
                    parsed.key_shares.push(shares.u16());
                    shares.vector16();
                }
            }
            _ => {}
        }
    }
    parsed.extensions.sort_unstable();
    parsed
}

fn words(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect()
}

/// Reads TLS vectors off the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn skip(&mut self, length: usize) {
        self.take(length);
    }

    fn u16(&mut self) -> u16 {
        words(self.take(2))[0]
    }

    fn vector8(&mut self) -> &'a [u8] {
        let length = usize::from(self.take(1)[0]);
        self.take(length)
    }

    fn vector16(&mut self) -> &'a [u8] {
        let length = usize::from(self.u16());
        self.take(length)
    }
}
