//! Agents that fail, at each stage: it ends within its bound, is recorded as what it
//! was, and hurts no other connection. `docs/reliability.md` lists these tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capture::record::{OutcomeState, State};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::harness::{Harness, Origin, client_hello, read_head, read_to, spawn, within};
use crate::scene::{SHORT, Scene};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// What a recording says of its one connection: state and cause.
async fn said(scene: Scene) -> (State, String) {
    let recording = scene.finish().await;
    let disposition = recording.connections[0].disposition.clone();
    (disposition.state, disposition.cause.unwrap_or_default())
}

async fn read_out(mut stream: TcpStream) {
    let mut rest = Vec::new();
    // Closed or reset: it is over.
    let _either = within(stream.read_to_end(&mut rest)).await;
}

#[tokio::test]
async fn an_agent_that_asks_for_nothing_is_closed() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::with(&origin, |builder| builder.unused_timeout(SHORT)).await;
    let silent = harness.connect().await;
    let mut slow = harness.connect().await;
    slow.write_all(b"CONNECT origin.test:443 HTT")
        .await
        .unwrap();
    read_out(silent).await;
    read_out(slow).await;
    let recording = harness.finish().await;
    assert!(
        recording.connections.is_empty(),
        "nobody asked for a tunnel"
    );
}

#[tokio::test]
async fn a_tunnel_that_stays_unused_is_closed_and_said() {
    let origin = Origin::tls(&[], |_| async {}).await;
    let scene = Scene::with(&origin, origin.addr(), |builder| {
        builder.unused_timeout(SHORT)
    })
    .await;
    let tunnel = scene.harness.tunnel("origin.test:443").await;
    read_out(tunnel).await;
    assert_eq!(said(scene).await, (State::Refused, "unused".to_owned()));
}

#[tokio::test]
async fn an_agent_that_hangs_in_its_client_hello_is_closed_and_said() {
    let origin = Origin::tls(&[], |_| async {}).await;
    let scene = Scene::start(&origin).await;
    let mut tunnel = scene.harness.tunnel("origin.test:443").await;
    tunnel.write_all(&[22, 3, 1, 2]).await.unwrap();
    read_out(tunnel).await;
    let (state, cause) = said(scene).await;
    assert_eq!((state, cause.as_str()), (State::Refused, "client_hello"));
}

#[tokio::test]
async fn a_client_hello_that_is_none_is_closed_and_said() {
    let origin = Origin::tls(&[], |_| async {}).await;
    let scene = Scene::start(&origin).await;
    let mut tunnel = scene.harness.tunnel("origin.test:443").await;
    tunnel.write_all(&[22; 600]).await.unwrap();
    read_out(tunnel).await;
    let (state, cause) = said(scene).await;
    assert_eq!((state, cause.as_str()), (State::Refused, "client_hello"));
}

#[tokio::test]
async fn an_agent_that_hangs_in_the_handshake_is_closed_and_said() {
    let origin = Origin::tls(&[], |_| async {}).await;
    let scene = Scene::start(&origin).await;
    let mut tunnel = scene.harness.tunnel("origin.test:443").await;
    tunnel.write_all(&client_hello()).await.unwrap();
    // The server's flight comes, and is never answered.
    read_out(tunnel).await;
    let (state, cause) = said(scene).await;
    assert_eq!((state, cause.as_str()), (State::Refused, "tls"));
}

#[tokio::test]
async fn an_agent_that_half_closes_still_gets_its_answer() {
    let origin = Origin::tls(&["http/1.1"], |mut wire| async move {
        let request = wire.read_all().await;
        assert!(request.ends_with(b"\r\n\r\n"));
        wire.send(OK).await;
        wire.close().await;
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tls(&["http/1.1"]).await;
    agent
        .write_all(b"GET / HTTP/1.1\r\nhost: origin.test\r\n\r\n")
        .await
        .unwrap();
    agent.shutdown().await.unwrap();
    let mut answer = Vec::new();
    within(agent.read_to_end(&mut answer)).await.unwrap();
    assert_eq!(answer, OK);
    let recording = scene.finish().await;
    assert_eq!(recording.only().outcome.state, OutcomeState::Complete);
}

#[tokio::test]
async fn an_agent_that_resets_in_its_body_is_a_reset_for_the_origin() {
    let (tell, told) = oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let origin = Origin::tls(&["http/1.1"], move |mut wire| {
        let tell = tell.lock().unwrap().take().unwrap();
        async move {
            read_head(&mut wire).await;
            let mut rest = Vec::new();
            let ended = wire.read_to_end(&mut rest).await;
            tell.send(ended.map_err(|error| error.kind())).unwrap();
        }
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tls(&["http/1.1"]).await;
    agent
        .write_all(b"POST / HTTP/1.1\r\nhost: origin.test\r\ncontent-length: 10\r\n\r\n012")
        .await
        .unwrap();
    agent.get_ref().0.set_zero_linger().unwrap();
    drop(agent);
    let ended = within(told).await.unwrap();
    assert_eq!(ended, Err(std::io::ErrorKind::ConnectionReset));
    scene.harness.recorded(1).await;
    let recording = scene.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.outcome.state, OutcomeState::Aborted);
    let reason = exchange.outcome.reason.as_deref().unwrap();
    assert!(reason.contains("the agent reset"), "{reason}");
    assert_eq!(exchange.request.body.as_ref().unwrap().wire_bytes, 3);
}

#[tokio::test]
async fn an_agent_that_resets_while_the_origin_takes_nothing_is_found_out() {
    let origin = Origin::tls(&["http/1.1"], |wire| async move {
        // Holds the connection, and never reads.
        std::future::pending::<()>().await;
        drop(wire);
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tls(&["http/1.1"]).await;
    let head = b"POST / HTTP/1.1\r\nhost: origin.test\r\ncontent-length: 1000000000\r\n\r\n";
    agent.write_all(head).await.unwrap();
    let piece = vec![b'u'; 1 << 20];
    while tokio::time::timeout(SHORT, agent.write_all(&piece))
        .await
        .is_ok()
    {}
    agent.get_ref().0.set_zero_linger().unwrap();
    drop(agent);
    scene.harness.recorded(1).await;
    let recording = scene.finish().await;
    let outcome = &recording.only().outcome;
    assert_eq!(outcome.state, OutcomeState::Aborted);
    assert_eq!(
        outcome.reason.as_deref(),
        Some("the agent reset the connection")
    );
}

#[tokio::test]
async fn an_agent_that_disappears_in_the_answer_ends_it_for_the_origin_too() {
    let (tell, told) = oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let origin = Origin::tls(&["http/1.1"], move |mut wire| {
        let tell = tell.lock().unwrap().take().unwrap();
        async move {
            wire.read_request().await.unwrap();
            wire.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
                .await;
            while wire.write_all(b"data: more\n\n").await.is_ok() && wire.flush().await.is_ok() {}
            tell.send(()).unwrap();
        }
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tls(&["http/1.1"]).await;
    agent
        .write_all(b"GET / HTTP/1.1\r\nhost: origin.test\r\n\r\n")
        .await
        .unwrap();
    read_to(&mut agent, b"data: more\n\n").await;
    drop(agent);
    within(told).await.unwrap();
    scene.harness.recorded(1).await;
    let recording = scene.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.outcome.state, OutcomeState::Aborted);
    assert!(!exchange.response.as_ref().unwrap().events.is_empty());
}

#[tokio::test]
async fn an_agent_that_reads_nothing_slows_the_origin_and_loses_nothing() {
    const SIZE: usize = 48 << 20;
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let origin = Origin::tls(&["http/1.1"], move |mut wire| {
        let sent = Arc::clone(&counter);
        async move {
            wire.read_request().await.unwrap();
            wire.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {SIZE}\r\n\r\n"))
                .await;
            let piece = vec![b'd'; 64 * 1024];
            while sent.load(Ordering::SeqCst) < SIZE {
                wire.send(&piece).await;
                sent.fetch_add(piece.len(), Ordering::SeqCst);
            }
            wire.close().await;
        }
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tls(&["http/1.1"]).await;
    agent
        .write_all(b"GET / HTTP/1.1\r\nhost: origin.test\r\n\r\n")
        .await
        .unwrap();
    // The origin comes to a stand well before its end: nothing of ours swallows it.
    let mut before = usize::MAX;
    while before != sent.load(Ordering::SeqCst) || before == 0 {
        before = sent.load(Ordering::SeqCst);
        tokio::time::sleep(SHORT).await;
    }
    assert!(before < SIZE / 4 * 3, "{before} bytes were taken in");
    read_head(&mut agent).await;
    let mut piece = vec![0; SIZE / 48];
    for _ in 0..48 {
        within(agent.read_exact(&mut piece)).await.unwrap();
    }
    drop(agent);
    let recording = scene.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.outcome.state, OutcomeState::Complete);
    let body = exchange.response.as_ref().unwrap().body.as_ref().unwrap();
    assert_eq!((body.wire_bytes, body.truncated), (SIZE as u64, true));
}

#[tokio::test]
async fn a_head_of_eight_mebibytes_from_an_agent_reaches_the_origin_whole() {
    let received = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&received);
    let origin = Origin::tls(&["http/1.1"], move |mut wire| {
        let received = Arc::clone(&counter);
        async move {
            let bytes = wire.read_all().await;
            received.store(bytes.len(), Ordering::SeqCst);
            wire.close().await;
        }
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tls(&["http/1.1"]).await;
    let mut request = b"GET / HTTP/1.1\r\nx: ".to_vec();
    request.resize(8 << 20, b'x');
    agent.write_all(&request).await.unwrap();
    agent.shutdown().await.unwrap();
    let mut rest = Vec::new();
    within(agent.read_to_end(&mut rest)).await.unwrap();
    assert_eq!(received.load(Ordering::SeqCst), request.len());
    let recording = scene.finish().await;
    let connection = &recording.connections[0];
    assert!(connection.notes[0].contains("more than 1 MiB"));
    assert_eq!(connection.bytes_up, request.len() as u64);
}

#[tokio::test]
async fn more_pipelined_requests_than_are_kept_pass_all_the_same() {
    const REQUESTS: usize = 1500;
    let origin = Origin::tls(&["http/1.1"], |mut wire| async move {
        for _ in 0..REQUESTS {
            wire.read_request().await.unwrap();
        }
        wire.send(OK.repeat(REQUESTS)).await;
        wire.close().await;
    })
    .await;
    let scene = Scene::start(&origin).await;
    let agent = scene.harness.tls(&["http/1.1"]).await;
    let (mut reader, mut writer) = tokio::io::split(agent);
    let reading = spawn(async move {
        let mut answers = Vec::new();
        reader.read_to_end(&mut answers).await.unwrap();
        answers.len()
    });
    let request = b"GET / HTTP/1.1\r\nhost: origin.test\r\n\r\n";
    writer.write_all(&request.repeat(REQUESTS)).await.unwrap();
    writer.flush().await.unwrap();
    assert_eq!(within(reading).await.unwrap(), OK.len() * REQUESTS);
    drop(writer);
    let recording = scene.finish().await;
    assert_eq!(recording.exchanges.len(), 1024);
    let note = &recording.connections[0].notes[0];
    assert!(note.contains("1,024 requests"), "{note}");
}
