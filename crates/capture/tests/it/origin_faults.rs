//! Origins that fail, at each stage: it ends within its bound, is recorded as what it
//! was, and hurts no other connection. `docs/reliability.md` lists these tests.

use std::net::SocketAddr;
use std::time::Instant;

use capture::record::{Connection, OutcomeState, State, Unread};
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{HOST, Harness, Origin, Wire, ask, read_head, read_to, within};
use crate::scene::{SHORT, Scene};

const GET: &str = "GET / HTTP/1.1\r\nhost: origin.test\r\n\r\n";
const LAST_GET: &str = "GET / HTTP/1.1\r\nhost: origin.test\r\nconnection: close\r\n\r\n";

/// An origin that speaks no TLS and does `act` with its connection.
async fn raw<F: Future<Output = ()> + Send + 'static>(
    act: impl Fn(Wire) -> F + Send + Sync + 'static,
) -> Origin {
    Origin::plain(act).await
}

/// Asks over TLS, where we answer in the origin's place; returns the answer and the connection.
async fn told(origin: &Origin) -> (String, Connection) {
    let scene = Scene::start(origin).await;
    let mut agent = scene.harness.tls(&["http/1.1"]).await;
    let answer = String::from_utf8(ask(&mut agent, LAST_GET).await).unwrap();
    let mut recording = scene.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.outcome.state, OutcomeState::Failed);
    let status = exchange.response.as_ref().unwrap().status.to_string();
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status}")),
        "{answer}"
    );
    (answer, recording.connections.remove(0))
}

fn cause(connection: &Connection) -> (State, &str) {
    let disposition = &connection.disposition;
    (
        disposition.state,
        disposition.cause.as_deref().unwrap_or_default(),
    )
}

/// CONNECT to `authority`: the head of the answer.
async fn connect(harness: &Harness, authority: &str) -> String {
    let mut agent = harness.connect().await;
    let ask = format!("CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n\r\n");
    agent.write_all(ask.as_bytes()).await.unwrap();
    read_head(&mut agent).await
}

/// Sends a request, reads `answer`, and leaves.
async fn ask_and_leave(harness: &Harness, answer: &str) {
    let mut agent = harness.tls(&["http/1.1"]).await;
    agent.write_all(GET.as_bytes()).await.unwrap();
    if !answer.is_empty() {
        read_to(&mut agent, answer.as_bytes()).await;
    }
    agent.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_a_502_or_504_on_connect() {
    let origin = raw(|_| async {}).await;
    let scene = Scene::start(&origin).await;
    let head = connect(&scene.harness, "no-such-name.invalid:443").await;
    let recording = scene.finish().await;
    // A resolver that answers says so at once; one that does not is given up.
    match cause(&recording.connections[0]) {
        (State::Failed, "dns") => assert!(head.starts_with("HTTP/1.1 502"), "{head}"),
        (State::Failed, "timeout") => assert!(head.starts_with("HTTP/1.1 504"), "{head}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_origin_whose_tcp_hangs_is_a_504_on_connect() {
    // A queue that is full answers no further SYN.
    let full = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    full.bind(&any.into()).unwrap();
    full.listen(0).unwrap();
    let addr = full.local_addr().unwrap().as_socket().unwrap();
    let _first = TcpStream::connect(addr).await.unwrap();

    let origin = raw(|_| async {}).await;
    let scene = Scene::with(&origin, addr, |builder| builder).await;
    let begin = Instant::now();
    let head = connect(&scene.harness, "origin.test:443").await;
    assert!(head.starts_with("HTTP/1.1 504"), "{head}");
    assert!(begin.elapsed() >= SHORT);
    let recording = scene.finish().await;
    assert_eq!(cause(&recording.connections[0]), (State::Failed, "timeout"));
}

#[tokio::test]
async fn an_origin_that_accepts_and_speaks_no_tls_is_a_504() {
    let origin = raw(|mut wire| async move {
        wire.read_all().await;
    })
    .await;
    let (answer, connection) = told(&origin).await;
    assert!(answer.starts_with("HTTP/1.1 504"), "{answer}");
    assert!(answer.contains("handshake"), "{answer}");
    assert_eq!(cause(&connection), (State::Failed, "timeout"));
}

#[tokio::test]
async fn an_origin_that_sends_garbage_for_tls_is_a_502() {
    let origin = raw(|mut wire| async move {
        let mut first = [0; 5];
        wire.read_exact(&mut first).await.unwrap();
        wire.send("220 mail.example ESMTP\r\n").await;
        wire.read_all().await;
    })
    .await;
    let (answer, connection) = told(&origin).await;
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    assert_eq!(cause(&connection), (State::Failed, "tls"));
}

#[tokio::test]
async fn an_origin_that_closes_before_or_in_tls_is_a_502() {
    let at_once = raw(|wire| async move { drop(wire) }).await;
    let in_the_handshake = raw(|mut wire| async move {
        let mut first = [0; 5];
        wire.read_exact(&mut first).await.unwrap();
        wire.shutdown().await.unwrap();
        wire.read_all().await;
    })
    .await;
    for origin in [at_once, in_the_handshake] {
        let (answer, connection) = told(&origin).await;
        assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
        let (state, cause) = cause(&connection);
        // A close that crosses our ClientHello comes back as a reset.
        assert!(
            state == State::Failed && ["tls_eof", "tls_reset"].contains(&cause),
            "{state:?} {cause}"
        );
    }
}

#[tokio::test]
async fn an_origin_that_resets_before_or_in_tls_is_a_502() {
    let at_once = raw(|wire| async move { wire.reset() }).await;
    let in_the_handshake = raw(|mut wire| async move {
        let mut first = [0; 5];
        wire.read_exact(&mut first).await.unwrap();
        wire.reset();
    })
    .await;
    for origin in [at_once, in_the_handshake] {
        let scene = Scene::start(&origin).await;
        // A reset may come before CONNECT is answered, and is said there then.
        let mut tunnel = scene.harness.connect().await;
        tunnel
            .write_all(b"CONNECT origin.test:443 HTTP/1.1\r\nhost: origin.test:443\r\n\r\n")
            .await
            .unwrap();
        let head = read_head(&mut tunnel).await;
        if head.starts_with("HTTP/1.1 200") {
            let mut agent = scene
                .harness
                .tls_to(tunnel, HOST, &["http/1.1"])
                .await
                .unwrap();
            let answer = String::from_utf8(ask(&mut agent, LAST_GET).await).unwrap();
            assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
        } else {
            assert!(head.starts_with("HTTP/1.1 502"), "{head}");
        }
        let recording = scene.finish().await;
        let (state, cause) = cause(&recording.connections[0]);
        assert_eq!(state, State::Failed);
        assert!(
            ["tls_reset", "tls_eof", "tls", "connect", "reset"].contains(&cause),
            "{cause}"
        );
    }
}

#[tokio::test]
async fn a_tunnel_whose_origin_leaves_before_anyone_speaks_is_closed_and_said() {
    let origin = raw(|wire| async move { drop(wire) }).await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tunnel("origin.test:443").await;
    let mut rest = Vec::new();
    within(agent.read_to_end(&mut rest)).await.unwrap();
    assert!(rest.is_empty());
    let recording = scene.finish().await;
    assert_eq!(cause(&recording.connections[0]), (State::Failed, "closed"));
}

#[tokio::test]
async fn an_origin_that_answers_nothing_is_waited_for_as_long_as_the_agent_does() {
    let origin = Origin::tls(&["http/1.1"], |mut wire| async move {
        wire.read_all().await;
    })
    .await;
    let scene = Scene::start(&origin).await;
    ask_and_leave(&scene.harness, "").await;
    scene.harness.recorded(1).await;
    let recording = scene.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.outcome.state, OutcomeState::Aborted);
    assert!(exchange.response.is_none());
    let reason = exchange.outcome.reason.as_deref().unwrap();
    assert!(reason.contains("the agent closed"), "{reason}");
}

#[tokio::test]
async fn a_body_that_stops_is_recorded_as_far_as_it_came() {
    let origin = Origin::tls(&["http/1.1"], |mut wire| async move {
        wire.read_request().await.unwrap();
        wire.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n012")
            .await;
        wire.read_all().await;
    })
    .await;
    let scene = Scene::start(&origin).await;
    ask_and_leave(&scene.harness, "\r\n\r\n012").await;
    scene.harness.recorded(1).await;
    let recording = scene.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.outcome.state, OutcomeState::Aborted);
    let response = exchange.response.as_ref().unwrap();
    let body = response.body.as_ref().unwrap();
    assert_eq!((body.wire_bytes, body.truncated), (3, true));
    assert_eq!(response.end_us, None);
}

#[tokio::test]
async fn an_origin_that_closes_or_resets_instead_of_answering_is_an_aborted_exchange() {
    for reset in [false, true] {
        let origin = Origin::tls(&["http/1.1"], move |mut wire| async move {
            wire.read_request().await.unwrap();
            match reset {
                true => wire.reset(),
                false => wire.close().await,
            }
        })
        .await;
        let scene = Scene::start(&origin).await;
        let mut agent = scene.harness.tls(&["http/1.1"]).await;
        agent.write_all(GET.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended = within(agent.read_to_end(&mut rest)).await;
        assert_eq!(ended.is_err(), reset);
        assert!(rest.is_empty());
        drop(agent);
        let recording = scene.finish().await;
        let outcome = &recording.only().outcome;
        assert_eq!(outcome.state, OutcomeState::Aborted);
        let reason = outcome.reason.as_deref().unwrap();
        let expected = match reset {
            true => "the origin reset",
            false => "the origin closed",
        };
        assert!(reason.contains(expected), "{reason}");
    }
}

/// What an origin sends after a request, how much of it, and what the recording has to say.
async fn relayed_whole(answer: Vec<u8>) -> (capture::record::Exchange, Connection) {
    let sent = answer.clone();
    let origin = Origin::tls(&["http/1.1"], move |mut wire| {
        let sent = sent.clone();
        async move {
            wire.read_request().await.unwrap();
            wire.send(&sent).await;
            wire.close().await;
        }
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tls(&["http/1.1"]).await;
    let received = ask(&mut agent, LAST_GET).await;
    assert_eq!(received.len(), answer.len());
    assert!(received == answer, "the bytes differ");
    drop(agent);
    let mut recording = scene.finish().await;
    let exchange = recording.only().clone();
    (exchange, recording.connections.remove(0))
}

#[tokio::test]
async fn an_answer_that_is_no_http_passes_and_reading_stops() {
    let (exchange, connection) = relayed_whole(b"\x00\x01 not HTTP at all\r\n\r\n".to_vec()).await;
    assert_eq!(exchange.outcome.state, OutcomeState::Aborted);
    assert!(exchange.response.is_none());
    assert_eq!(connection.disposition.state, State::Intercepted);
    assert!(connection.notes[0].contains("relayed unread from here on"));
}

#[tokio::test]
async fn a_head_of_eight_mebibytes_passes_and_reading_stops() {
    let mut answer = b"HTTP/1.1 200 OK\r\n".to_vec();
    while answer.len() < 8 * 1024 * 1024 {
        answer.extend_from_slice(b"x-padding: ");
        answer.extend_from_slice(&[b'p'; 4000]);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"content-length: 0\r\n\r\n");
    let (exchange, connection) = relayed_whole(answer).await;
    assert_eq!(exchange.outcome.state, OutcomeState::Aborted);
    assert!(
        connection.notes[0].contains("a head of more than 1 MiB"),
        "{:?}",
        connection.notes
    );
}

#[tokio::test]
async fn ten_thousand_headers_are_all_on_record() {
    let mut answer = b"HTTP/1.1 200 OK\r\n".to_vec();
    for n in 0..10_000 {
        answer.extend_from_slice(format!("x-{n}: {n}\r\n").as_bytes());
    }
    answer.extend_from_slice(b"content-length: 2\r\n\r\nok");
    let (exchange, _) = relayed_whole(answer).await;
    let response = exchange.response.unwrap();
    assert_eq!(response.headers.len(), 10_001);
    assert_eq!(response.headers[9_999].name, "x-9999");
    assert_eq!(exchange.outcome.state, OutcomeState::Complete);
}

#[tokio::test]
async fn endless_interim_responses_pass_and_a_few_are_kept() {
    let mut answer = b"HTTP/1.1 102 Processing\r\nx-n: 1\r\n\r\n".repeat(20_000);
    answer.extend_from_slice(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let (exchange, _) = relayed_whole(answer).await;
    let response = exchange.response.unwrap();
    assert_eq!((response.status, response.informational.len()), (200, 32));
    assert!(
        exchange.notes[0].contains("interim"),
        "{:?}",
        exchange.notes
    );
}

#[tokio::test]
async fn answers_that_nobody_asked_for_pass_and_are_noted_a_few_times() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".repeat(5_000);
    let (exchange, connection) = relayed_whole(answer).await;
    assert_eq!(exchange.outcome.state, OutcomeState::Complete);
    assert_eq!(connection.notes.len(), 16);
    assert!(connection.notes[0].contains("without a request"));
}

#[tokio::test]
async fn an_origin_that_speaks_another_protocol_first_is_relayed_unread() {
    let origin = raw(|mut wire| async move {
        wire.send("220 mail.example ESMTP\r\n").await;
        wire.read_all().await;
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.tunnel(&format!("{HOST}:25")).await;
    read_to(&mut agent, b"ESMTP\r\n").await;
    drop(agent);
    let recording = scene.finish().await;
    let disposition = &recording.connections[0].disposition;
    assert_eq!(disposition.unread, Some(Unread::NotHttp));
}
