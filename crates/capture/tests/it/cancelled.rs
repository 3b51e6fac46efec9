//! Handshakes that an agent ends: which of them say that it does not accept our certificate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use capture::record::{Disposition, State};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;

use crate::harness::{HOST, Harness, Origin, client_hello, read_to, spawn, within};
use crate::scene::SHORT;

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nhost: origin.test\r\nconnection: close\r\n\r\n";
pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// How an agent ends a handshake.
#[derive(Debug, Clone, Copy)]
enum End {
    Fin,
    Reset,
    /// An alert of this level and number, then FIN.
    Alert(u8, u8),
}

/// Ends a handshake with `user_canceled` and no FIN: the socket is there, and its process can be
/// named, until what is returned is dropped.
pub(crate) async fn cancel(mut agent: TcpStream) -> TcpStream {
    agent.write_all(&[21, 3, 3, 0, 2, 2, 90]).await.unwrap();
    agent
}

/// Begins a handshake, and returns where the proxy's certificate has come.
pub(crate) async fn halfway(harness: &Harness) -> TcpStream {
    let mut agent = harness.tunnel(&format!("{HOST}:443")).await;
    agent.write_all(&client_hello()).await.unwrap();
    within(agent.read_u8()).await.unwrap();
    agent
}

/// Ends a handshake; what is returned holds the socket.
async fn end(mut agent: TcpStream, how: End) -> Option<TcpStream> {
    match how {
        End::Reset => {
            agent.set_zero_linger().unwrap();
            return None;
        }
        End::Fin => {}
        End::Alert(level, number) => {
            let alert = [21, 3, 3, 0, 2, level, number];
            agent.write_all(&alert).await.unwrap();
        }
    }
    agent.shutdown().await.unwrap();
    Some(agent)
}

/// Fails unless a request to [`HOST`] is answered and on record.
pub(crate) async fn assert_read(harness: &Harness) {
    let before = harness.exchanges().len();
    let mut agent = harness.tls(&[]).await;
    agent.write_all(GET.as_bytes()).await.unwrap();
    read_to(&mut agent, b"ok").await;
    drop(agent);
    harness.recorded(before + 1).await;
}

fn said(disposition: &Disposition) -> (State, &str, &str) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default().leak();
    (
        disposition.state,
        text(&disposition.cause),
        text(&disposition.reason),
    )
}

#[tokio::test]
async fn a_handshake_that_ends_without_an_alert_is_no_refusal() {
    // FIN, RST, user_canceled as a warning and as an error, and close_notify.
    for how in [
        End::Fin,
        End::Reset,
        End::Alert(1, 90),
        End::Alert(2, 90),
        End::Alert(1, 0),
    ] {
        let origin = Origin::answering(&[], OK).await;
        let harness = Harness::start(&origin).await;
        let _kept = end(halfway(&harness).await, how).await;
        harness.closed(1).await;
        assert_read(&harness).await;
        let recording = harness.finish().await;
        let reason = "the agent ended the handshake without an alert";
        let expected = (State::Refused, "agent_gone", reason);
        let disposition = &recording.connections[0].disposition;
        assert_eq!(said(disposition), expected, "{how:?}");
        assert!(recording.summary.warnings.is_empty(), "{how:?}");
    }
}

#[tokio::test]
async fn an_alert_that_is_not_about_certificates_is_no_refusal() {
    // handshake_failure, illegal_parameter, access_denied, decrypt_error, internal_error.
    for number in [40, 47, 49, 51, 80] {
        let origin = Origin::answering(&[], OK).await;
        let harness = Harness::start(&origin).await;
        let _kept = end(halfway(&harness).await, End::Alert(2, number)).await;
        harness.closed(1).await;
        assert_read(&harness).await;
        let recording = harness.finish().await;
        let (state, cause, reason) = said(&recording.connections[0].disposition);
        assert_eq!((state, cause), (State::Refused, "tls"), "{reason}");
        assert!(reason.contains("the agent sent the alert"), "{reason}");
        assert!(recording.summary.warnings.is_empty());
    }
}

#[tokio::test]
async fn each_certificate_alert_is_a_refusal() {
    for number in [42, 43, 44, 45, 46, 48] {
        let origin = Origin::answering(&[], OK).await;
        let harness = Harness::start(&origin).await;
        let mut agent = halfway(&harness).await;
        // Without FIN, so that its process can be named.
        let alert = [21, 3, 3, 0, 2, 2, number];
        agent.write_all(&alert).await.unwrap();
        harness.closed(1).await;
        let recording = harness.finish().await;
        let (state, cause, reason) = said(&recording.connections[0].disposition);
        assert_eq!(state, State::Rejected, "{number}");
        assert!(
            reason.ends_with(&format!("with the alert {cause}")),
            "{reason}"
        );
        #[cfg(target_os = "linux")]
        assert!(recording.summary.warnings[0].contains(cause));
    }
}

#[tokio::test]
async fn handshakes_that_time_out_never_count() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::with(&origin, |builder| builder.handshake_timeout(SHORT)).await;
    for round in 1..=4 {
        let mut agent = halfway(&harness).await;
        // The proxy gives it up; the agent has said nothing.
        let _closed_or_reset = within(agent.read_to_end(&mut Vec::new())).await;
        harness.closed(round).await;
    }
    assert_read(&harness).await;
    let recording = harness.finish().await;
    for connection in &recording.connections[..4] {
        let (state, cause, _) = said(&connection.disposition);
        assert_eq!((state, cause), (State::Refused, "tls"));
    }
    assert!(recording.summary.warnings.is_empty());
}

#[tokio::test]
async fn an_agent_that_leaves_while_its_origin_shakes_hands_is_said_and_never_counts() {
    let real = Origin::answering(&[], OK).await;
    let addr = real.addr();
    let slow = Arc::new(AtomicBool::new(true));
    let is_slow = Arc::clone(&slow);
    let (tell, mut told) = unbounded_channel();
    let relay = Origin::plain(move |mut wire| {
        let (is_slow, tell) = (Arc::clone(&is_slow), tell.clone());
        async move {
            if is_slow.load(Ordering::SeqCst) {
                tell.send("came").unwrap();
                wire.read_all().await;
                return tell.send("left").unwrap();
            }
            let mut origin = TcpStream::connect(addr).await.unwrap();
            let _ended = tokio::io::copy_bidirectional(&mut wire, &mut origin).await;
        }
    })
    .await;
    let upstream = capture::Upstream::without_roots()
        .add_roots_pem(real.root_pem())
        .unwrap()
        .all_to(relay.addr());
    let harness = Harness::with(&real, |builder| builder.upstream(upstream)).await;
    for (round, how) in [End::Fin, End::Reset, End::Alert(2, 90), End::Fin]
        .into_iter()
        .enumerate()
    {
        let mut agent = harness.tunnel(&format!("{HOST}:443")).await;
        agent.write_all(&client_hello()).await.unwrap();
        assert_eq!(within(told.recv()).await, Some("came"));
        let _kept = end(agent, how).await;
        assert_eq!(within(told.recv()).await, Some("left"), "{how:?}");
        harness.closed(round + 1).await;
    }
    slow.store(false, Ordering::SeqCst);
    assert_read(&harness).await;
    let recording = harness.finish().await;
    let reason = "the agent left before the handshake with the origin was over";
    for connection in &recording.connections[..4] {
        let expected = (State::Refused, "agent_gone", reason);
        assert_eq!(said(&connection.disposition), expected);
    }
    assert!(recording.summary.warnings.is_empty());
}

#[tokio::test]
async fn connections_that_one_cancellation_ends_count_once() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    let mut agents = Vec::new();
    for _ in 0..6 {
        agents.push(halfway(&harness).await);
    }
    let ends = agents.into_iter().map(|agent| spawn(cancel(agent)));
    let ends: Vec<_> = ends.collect();
    let mut sockets = Vec::new();
    for end in ends {
        sockets.push(within(end).await.unwrap());
    }
    harness.closed(6).await;
    assert_read(&harness).await;
    let recording = harness.finish().await;
    assert_eq!(recording.end.connections.rejected, 0);
}
