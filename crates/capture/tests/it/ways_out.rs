//! The way out: parent proxies, addresses, slow readers.

use std::net::SocketAddr;
use std::time::Duration;

use capture::record::State;
use capture::{Hosts, ParentProxy, RootCa, Upstream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Harness, Origin, read_head, read_to, spawn, within};

const GET: &str = "GET / HTTP/1.1\r\nhost: origin.test\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A proxy that tunnels everything to `to`, if it is asked with the right credentials.
async fn parent(to: SocketAddr) -> Origin {
    Origin::plain(move |mut wire| async move {
        let head = read_head(&mut wire).await;
        if !head.contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n") {
            return wire.send("HTTP/1.1 407 No\r\n\r\n").await;
        }
        let answer = if head.starts_with("CONNECT origin.test:443 HTTP/1.1\r\n") {
            "HTTP/1.1 200 Fine\r\nx: y\r\n\r\n"
        } else {
            "HTTP/1.1 403 Not that one\r\n\r\n"
        };
        wire.send(answer).await;
        let mut origin = TcpStream::connect(to).await.unwrap();
        let _ended = tokio::io::copy_bidirectional(&mut wire, &mut origin).await;
    })
    .await
}

fn through(url: &str, origin: &Origin) -> Upstream {
    Upstream::without_roots()
        .add_roots_pem(origin.root_pem())
        .unwrap()
        .parent(ParentProxy::parse(url, "").unwrap())
}

#[tokio::test]
async fn origins_are_reached_through_the_parent_proxy_with_its_credentials() {
    let origin = Origin::answering(&["http/1.1"], OK).await;
    let parent = parent(origin.addr()).await;
    let upstream = through(&format!("http://user:p%40ss@{}", parent.addr()), &origin);
    let harness = Harness::with(&origin, |builder| builder.upstream(upstream)).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    agent.write_all(GET.as_bytes()).await.unwrap();
    read_to(&mut agent, b"ok").await;
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(recording.exchanges.len(), 1);
    let via = recording.connections[0].via.clone().unwrap();
    assert_eq!(via, parent.addr().to_string());
}

#[tokio::test]
async fn a_parent_proxy_that_refuses_is_named_without_its_credentials() {
    let origin = Origin::answering(&[], OK).await;
    let parent = parent(origin.addr()).await;
    let upstream = through(&format!("http://user:wrong@{}", parent.addr()), &origin);
    let harness = Harness::with(&origin, |builder| builder.upstream(upstream)).await;
    let mut agent = harness.connect().await;
    let request = "CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n\r\n";
    agent.write_all(request.as_bytes()).await.unwrap();
    let answer = read_head(&mut agent).await + &read_to(&mut agent, b"\n").await;
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    assert!(
        answer.contains("407") && !answer.contains("wrong"),
        "{answer}"
    );
    let recording = harness.finish().await;
    let disposition = &recording.connections[0].disposition;
    assert_eq!(disposition.state, State::Failed);
    assert_eq!(
        disposition.cause.as_deref(),
        Some("parent_proxy_credentials")
    );
}

#[tokio::test]
async fn an_address_is_intercepted_where_it_is_asked_for() {
    for address in ["127.0.0.1", "::1"] {
        let origin = Origin::answering(&["http/1.1"], OK).await;
        let hosts = Hosts::parse([address]).unwrap();
        let root = RootCa::ephemeral(&hosts).unwrap();
        let upstream = Upstream::without_roots()
            .add_roots_pem(origin.root_pem())
            .unwrap()
            .all_to(origin.addr());
        let harness =
            Harness::of(root, |builder| builder.intercept(hosts).upstream(upstream)).await;
        let authority = SocketAddr::new(address.parse().unwrap(), 443).to_string();
        let tunnel = harness.tunnel(&authority).await;
        let mut agent = harness
            .tls_to(tunnel, address, &["http/1.1"])
            .await
            .unwrap();
        agent.write_all(GET.as_bytes()).await.unwrap();
        read_to(&mut agent, b"ok").await;
        drop(agent);
        let recording = harness.finish().await;
        assert_eq!(
            recording.only().request.url,
            format!("https://{}/", authority.replace(":443", ""))
        );
        assert_eq!(recording.connections[0].sni, None);
    }
}

#[tokio::test]
async fn a_slow_agent_slows_the_origin_and_loses_nothing() {
    const SIZE: usize = 64 * 1024 * 1024;
    let (stalled, was_stalled) = tokio::sync::oneshot::channel();
    let stalled = std::sync::Mutex::new(Some(stalled));
    let origin = Origin::tls(&["http/1.1"], move |mut wire| {
        let stalled = stalled.lock().unwrap().take().unwrap();
        async move {
            wire.read_request().await.unwrap();
            wire.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {SIZE}\r\n\r\n"))
                .await;
            let mut left = SIZE;
            let mut stalled = Some(stalled);
            let piece = vec![b'x'; 64 * 1024];
            while left > 0 {
                // Nobody reads: what fits into the sockets' buffers is all that is taken.
                let sending = tokio::time::timeout(Duration::from_millis(300), wire.write(&piece));
                match sending.await {
                    Ok(sent) => left -= sent.unwrap().min(left),
                    Err(_) => {
                        if let Some(stalled) = stalled.take() {
                            stalled.send(SIZE - left).unwrap();
                        }
                    }
                }
                if left < piece.len() {
                    wire.send(&piece[..left]).await;
                    left = 0;
                }
            }
            wire.read_all().await;
        }
    })
    .await;
    let harness = Harness::with(&origin, |builder| builder.body_limit(1000)).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    agent.write_all(GET.as_bytes()).await.unwrap();
    let passed = within(was_stalled).await.unwrap();
    assert!(
        passed < SIZE / 2,
        "{passed} bytes passed to an agent that reads nothing"
    );
    read_head(&mut agent).await;
    let reading = spawn(async move {
        let mut buffer = vec![0; 1 << 20];
        let mut received = 0;
        while received < SIZE {
            received += agent.read(&mut buffer).await.unwrap();
        }
        received
    });
    assert_eq!(within(reading).await.unwrap(), SIZE);
    let recording = harness.finish().await;
    let body = recording
        .only()
        .response
        .as_ref()
        .unwrap()
        .body
        .as_ref()
        .unwrap();
    assert_eq!(body.wire_bytes, SIZE as u64);
}
