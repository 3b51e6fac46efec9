//! The cases through the program `capture`, as a user starts it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use capture::record::{Exchange, Record};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::cases::Case;
use super::transports::{Coding, echoing, send_http1};
use crate::harness::{HOST, Origin, connect_tls, read_head};

/// Ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // It is gone already, where the test went well.
        let _gone = self.0.kill();
    }
}

/// What it records of the cases, over HTTP/1.1.
pub(super) async fn recorded(cases: &[Case]) -> Vec<Exchange> {
    let origin = echoing().await;
    let folder = tempfile::tempdir().unwrap();
    let (mut program, address) = start(&origin, folder.path());
    let mut tunnel = TcpStream::connect(address).await.unwrap();
    let connect = format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n");
    tunnel.write_all(connect.as_bytes()).await.unwrap();
    read_head(&mut tunnel).await;
    let root_pem = fs::read_to_string(folder.path().join("ca/root.pem")).unwrap();
    let mut agent = connect_tls(tunnel, &root_pem, &["http/1.1"]).await.unwrap();
    send_http1(&mut agent, cases, Coding::Plain).await;
    drop(agent);
    let id = program.0.id().to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(told.success());
    assert!(program.0.wait().unwrap().success());
    let text = fs::read_to_string(folder.path().join("traffic.jsonl")).unwrap();
    let mut exchanges: Vec<Exchange> = text
        .lines()
        .filter_map(|line| match Record::from_json(line.as_bytes()).unwrap() {
            Record::Exchange(exchange) => Some(*exchange),
            _ => None,
        })
        .collect();
    exchanges.sort_by_key(|exchange| exchange.id);
    exchanges
}

/// Starts it; returns when it listens.
fn start(origin: &Origin, folder: &std::path::Path) -> (Program, String) {
    let roots = folder.join("origin.pem");
    fs::write(&roots, origin.root_pem()).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_capture"))
        .args(["--listen", "127.0.0.1:0", "--upstream-proxy", "none"])
        .args(["--intercept", HOST, "--log", "error"])
        .arg("--connect-to")
        .arg(format!("::127.0.0.1:{}", origin.addr().port()))
        .arg("--upstream-ca")
        .arg(&roots)
        .arg("--ca-dir")
        .arg(folder.join("ca"))
        .arg("--output")
        .arg(folder.join("traffic.jsonl"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let program = Program(child);
    let mut line = String::new();
    loop {
        line.clear();
        assert!(
            said.read_line(&mut line).unwrap() > 0,
            "capture did not start"
        );
        if let Some((_, rest)) = line.split_once("HTTPS_PROXY=http://") {
            let address = rest.split_whitespace().next().unwrap().to_owned();
            // Its last words must find a reader.
            std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
            return (program, address);
        }
    }
}
