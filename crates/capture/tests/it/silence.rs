//! Agents that refuse our certificate without an alert: found by program and host, and named.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use capture::record::{State, Unread};
use tokio::io::AsyncWriteExt;

use crate::cancelled::{GET, OK, assert_read, cancel, halfway};
use crate::certificates::{is_here, sh};
use crate::harness::{HOST, Harness, Origin, Recording, connect_tls, read_to};

/// Fails unless the third of these connections was taken for a refusal, the one after it was
/// relayed unread, and we were named.
fn assert_found(recording: &Recording) {
    let dispositions = recording.connections.iter().map(|it| &it.disposition);
    let dispositions: Vec<_> = dispositions.collect();
    let states: Vec<State> = dispositions.iter().map(|it| it.state).collect();
    assert!(!states[..2].contains(&State::Rejected), "{states:?}");
    assert_eq!(states[2..], [State::Rejected, State::Opaque]);
    assert_eq!(dispositions[2].cause.as_deref(), Some("eof"));
    let reason = dispositions[2].reason.as_ref().unwrap();
    assert!(reason.contains("without an alert"), "{reason}");
    assert_eq!(dispositions[3].unread, Some(Unread::EarlierRejected));
    assert_warned(recording, &our_name());
}

/// Fails unless the one warning is that `program` ends connections in silence.
fn assert_warned(recording: &Recording, program: &str) {
    let [warning] = recording.summary.warnings.as_slice() else {
        panic!("{:?}", recording.summary.warnings);
    };
    let expected = format!("{program} ended 3 connections to {HOST} in a row");
    assert!(warning.starts_with(&expected), "{warning}");
}

/// What this test is called among processes.
fn our_name() -> String {
    let path = std::env::current_exe().unwrap();
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux names processes")]
async fn several_handshakes_in_a_row_that_end_without_an_alert_are_a_refusal() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    for round in 1..=3 {
        let _kept = cancel(halfway(&harness).await).await;
        harness.closed(round).await;
    }
    let tunnel = harness.tunnel(&format!("{HOST}:443")).await;
    // The origin's own certificate.
    let mut agent = connect_tls(tunnel, origin.root_pem(), &[]).await.unwrap();
    agent.write_all(GET.as_bytes()).await.unwrap();
    read_to(&mut agent, b"ok").await;
    drop(agent);
    assert_found(&harness.finish().await);
}

#[tokio::test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux names processes")]
async fn several_connections_in_a_row_without_a_request_are_a_refusal() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    for round in 1..=3 {
        let mut agent = harness.tls(&[]).await;
        // Without FIN, so that its process can be named.
        agent.get_mut().1.send_close_notify();
        agent.flush().await.unwrap();
        harness.closed(round).await;
    }
    let tunnel = harness.tunnel(&format!("{HOST}:443")).await;
    drop(connect_tls(tunnel, origin.root_pem(), &[]).await.unwrap());
    assert_found(&harness.finish().await);
}

#[tokio::test]
async fn a_program_that_has_spoken_to_a_host_never_loses_it_without_an_alert() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    // It is known at the first bytes: this connection lives on.
    let mut first = harness.tls(&[]).await;
    let get = GET.replace("connection: close\r\n", "");
    first.write_all(get.as_bytes()).await.unwrap();
    read_to(&mut first, b"ok").await;
    for round in 1..=5 {
        let _kept = cancel(halfway(&harness).await).await;
        harness.closed(round).await;
    }
    assert_read(&harness).await;
    first.write_all(get.as_bytes()).await.unwrap();
    read_to(&mut first, b"ok").await;
    drop(first);
    let recording = harness.finish().await;
    assert_eq!(recording.end.connections.rejected, 0);
    assert_eq!(recording.end.connections.opaque, 0);
    assert!(recording.summary.warnings.is_empty());
}

/// Runs a client that does not know our root against [`HOST`], until it is relayed unread: its
/// process may be gone before it could be named, and then does not count.
async fn recording_of(run: impl Fn(&Harness)) -> Recording {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    for round in 1..=20 {
        tokio::task::block_in_place(|| run(&harness));
        let connections = harness.closed(round).await;
        if connections[round - 1].disposition.unread == Some(Unread::EarlierRejected) {
            return harness.finish().await;
        }
    }
    panic!("{:#?}", harness.finish().await.connections);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux names processes")]
async fn wget_with_gnutls_which_refuses_in_silence_is_found_and_named() {
    if !is_here("wget", "wget") {
        return;
    }
    if !sh("wget --version | grep gnutls").0 {
        println!(
            "SKIPPED: this wget is without GnuTLS (Debian's is with it); it was asked nothing"
        );
        return;
    }
    let recording = recording_of(|harness| {
        let proxy = format!("http://{}", harness.addr);
        let (took, _) = sh(&format!(
            "https_proxy={proxy} wget --quiet --tries=1 --timeout=20 -O- https://{HOST}/"
        ));
        assert!(!took);
    })
    .await;
    assert_warned(&recording, "wget");
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux names processes")]
async fn gnutls_cli_is_found_and_named() {
    if !is_here("gnutls-cli", "gnutls-bin") {
        return;
    }
    let recording = recording_of(gnutls_cli).await;
    // This program sends an alert itself: the library does not.
    let mut warnings = recording.summary.warnings.iter();
    let is_named = |warning: &String| warning.starts_with("gnutls-cli refused our certificate");
    assert!(warnings.any(is_named), "{:?}", recording.summary.warnings);
}

/// Runs gnutls-cli to the end of its handshake, or to its failure.
fn gnutls_cli(harness: &Harness) {
    let mut client = Command::new("gnutls-cli")
        .args(["--starttls", "--sni-hostname", HOST, "--port"])
        .args([&harness.addr.port().to_string(), "127.0.0.1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = client.stdin.take().unwrap();
    let ask = format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n");
    stdin.write_all(ask.as_bytes()).unwrap();
    let mut stdout = BufReader::new(client.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("HTTP/1.1 200") {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "the tunnel opens");
    }
    // At the end of its input it begins with TLS.
    drop(stdin);
    stdout.read_to_end(&mut Vec::new()).unwrap();
    client.wait().unwrap();
}
