//! Every way into the proxy: CONNECT, authorities, passwords, absolute form, plain HTTP in a tunnel.

use capture::record::{OutcomeState, State};
use tokio::io::AsyncWriteExt;

use crate::harness::{HOST, Harness, Origin, ask, read_head, read_to};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

async fn plain_origin() -> Origin {
    Origin::plain(|mut wire| async move {
        while let Some(request) = wire.read_request().await {
            let length = request.len();
            let head =
                format!("HTTP/1.1 200 OK\r\nx-echo: {length}\r\ncontent-length: {length}\r\n\r\n");
            wire.send(head).await;
            wire.send(request).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_plain_request_in_absolute_form_is_forwarded_in_origin_form() {
    let origin = plain_origin().await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.connect().await;
    let request = "POST http://origin.test/a?b HTTP/1.1\r\nHost: origin.test\r\nX-Odd-Case: 1\r\n\
        Proxy-Connection: keep-alive\r\nContent-Length: 2\r\n\r\nhi";
    for _ in 0..2 {
        agent.write_all(request.as_bytes()).await.unwrap();
        let echo = read_to(&mut agent, b"\r\n\r\nhi").await;
        assert!(echo.contains("POST /a?b HTTP/1.1\r\n"), "{echo}");
        assert!(echo.contains("X-Odd-Case: 1\r\n"), "{echo}");
        assert!(!echo.contains("Proxy-Connection"), "{echo}");
    }
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(recording.exchanges.len(), 2);
    assert_eq!(recording.exchanges[0].request.url, "http://origin.test/a?b");
    assert_eq!(
        recording.connections.len(),
        1,
        "one connection for one connection"
    );
    assert_eq!(recording.exchanges[1].outcome.state, OutcomeState::Complete);
}

#[tokio::test]
async fn userinfo_in_an_absolute_form_request_is_dropped() {
    let origin = plain_origin().await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.connect().await;
    agent
        .write_all(b"GET http://user:word@origin.test/a HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    let head = read_head(&mut agent).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    // The Host that was missing names the host alone.
    let echo = read_head(&mut agent).await.to_ascii_lowercase();
    assert!(echo.contains("host: origin.test\r\n"), "{echo}");
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(recording.only().request.url, "http://origin.test/a");
    let authority = recording.connections[0].authority.as_deref();
    assert_eq!(authority, Some("origin.test:80"));
    assert!(!format!("{:?}", recording.exchanges).contains("word@"));
}

#[tokio::test]
async fn userinfo_in_a_connect_is_dropped_and_its_host_is_intercepted() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    let tunnel = harness.tunnel("user:word@origin.test:443").await;
    let mut agent = harness.tls_to(tunnel, HOST, &[]).await.unwrap();
    agent
        .write_all(b"GET / HTTP/1.1\r\nhost: origin.test\r\n\r\n")
        .await
        .unwrap();
    read_to(&mut agent, b"ok").await;
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(recording.only().request.url, "https://origin.test/");
    let authority = recording.connections[0].authority.as_deref();
    assert_eq!(authority, Some("origin.test:443"));
}

#[tokio::test]
async fn a_port_that_is_none_is_a_400_in_connect_and_absolute_form() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    let requests = [
        "CONNECT origin.test:99999 HTTP/1.1",
        "CONNECT user:word@origin.test:99999 HTTP/1.1",
        "CONNECT origin.test:0 HTTP/1.1",
        "CONNECT origin.test HTTP/1.1",
        "GET http://user:word@origin.test:99999/ HTTP/1.1",
    ];
    for request in requests {
        let mut agent = harness.connect().await;
        let request = format!("{request}\r\nHost: origin.test\r\nConnection: close\r\n\r\n");
        let answer = String::from_utf8(ask(&mut agent, &request).await).unwrap();
        assert!(answer.starts_with("HTTP/1.1 400"), "{request}{answer}");
    }
    let recording = harness.finish().await;
    assert_eq!(recording.connections.len(), requests.len());
    for connection in &recording.connections {
        let disposition = &connection.disposition;
        let said = (disposition.state, disposition.cause.as_deref());
        assert_eq!(said, (State::Refused, Some("authority")));
        assert!(
            !format!("{connection:?}").contains("word"),
            "{connection:?}"
        );
    }
}

#[tokio::test]
async fn plain_http_inside_a_tunnel_is_read() {
    let origin = plain_origin().await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tunnel("origin.test:8000").await;
    agent
        .write_all(b"GET /x HTTP/1.1\r\nHost: evil.test\r\n\r\n")
        .await
        .unwrap();
    read_to(&mut agent, b"Host: evil.test\r\n\r\n").await;
    drop(agent);
    let recording = harness.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.request.url, "http://origin.test:8000/x");
    assert!(
        exchange.notes[0].contains("evil.test"),
        "{:?}",
        exchange.notes
    );
}

#[tokio::test]
async fn after_a_407_the_same_connection_may_ask_again() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::with(&origin, |builder| builder.password("p:w".to_owned())).await;
    assert!(
        harness.url.starts_with("http://wrap:p:w@127.0.0.1:"),
        "{}",
        harness.url
    );
    let mut agent = harness.connect().await;
    let connect = "CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\n";
    agent
        .write_all(format!("{connect}\r\n").as_bytes())
        .await
        .unwrap();
    let head = read_head(&mut agent).await;
    assert!(head.starts_with("HTTP/1.1 407"), "{head}");
    assert!(
        head.to_ascii_lowercase()
            .contains("proxy-authenticate: basic"),
        "{head}"
    );
    let length: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap()
        .parse()
        .unwrap();
    let mut body = vec![0; length];
    tokio::io::AsyncReadExt::read_exact(&mut agent, &mut body)
        .await
        .unwrap();
    // wrap:wrong, then wrap:p:w
    for (token, status) in [("d3JhcDp3cm9uZw==", 407), ("d3JhcDpwOnc=", 200)] {
        let ask = format!("{connect}Proxy-Authorization: basic {token}\r\n\r\n");
        agent.write_all(ask.as_bytes()).await.unwrap();
        let head = read_head(&mut agent).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
        if status == 407 {
            let mut body = vec![0; length];
            tokio::io::AsyncReadExt::read_exact(&mut agent, &mut body)
                .await
                .unwrap();
        }
    }
    drop(agent);
    let recording = harness.finish().await;
    let states: Vec<State> = recording
        .connections
        .iter()
        .map(|connection| connection.disposition.state)
        .collect();
    // The two that were refused share a line.
    assert_eq!(states, [State::Refused, State::Opaque]);
    assert_eq!(recording.connections[0].count, 2);
}

#[tokio::test]
async fn the_proxy_never_dials_itself() {
    let origin = Origin::answering(&[], OK).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let upstream = capture::Upstream::without_roots().all_to(addr);
    let harness = Harness::with(&origin, |builder| builder.listen(addr).upstream(upstream)).await;
    let mut agent = harness.connect().await;
    let answer = ask(
        &mut agent,
        "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n",
    )
    .await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    let recording = harness.finish().await;
    let disposition = &recording.connections[0].disposition;
    assert_eq!(
        (disposition.state, disposition.cause.as_deref()),
        (State::Refused, Some("loop"))
    );
}

#[tokio::test]
async fn a_request_to_the_proxy_itself_is_explained() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.connect().await;
    let answer = ask(
        &mut agent,
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("HTTPS_PROXY"),
        "{answer}"
    );
}

#[tokio::test]
async fn listening_beyond_loopback_needs_a_password() {
    let root = capture::RootCa::ephemeral(&capture::Hosts::all()).unwrap();
    let refused = capture::Proxy::builder(root, capture::MemorySink::new())
        .listen("0.0.0.0:0".parse().unwrap())
        .upstream(capture::Upstream::without_roots())
        .bind()
        .await;
    assert!(matches!(refused, Err(capture::Error::Exposed { .. })));
}

#[tokio::test]
async fn five_thousand_wrong_passwords_are_one_line_with_a_count() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::with(&origin, |builder| builder.password("p:w".to_owned())).await;
    let mut agent = harness.connect().await;
    // wrap:wrong, on a connection that is kept, and asked again and again.
    let ask = "GET http://origin.test/ HTTP/1.1\r\nHost: origin.test\r\n\
        Proxy-Authorization: basic d3JhcDp3cm9uZw==\r\n\r\n";
    for _ in 0..5000 {
        agent.write_all(ask.as_bytes()).await.unwrap();
        let head = read_head(&mut agent).await;
        assert!(head.starts_with("HTTP/1.1 407"), "{head}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        tokio::io::AsyncReadExt::read_exact(&mut agent, &mut body)
            .await
            .unwrap();
    }
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(recording.connections.len(), 1);
    let line = &recording.connections[0];
    assert_eq!((line.count, line.disposition.state), (5000, State::Refused));
    assert_eq!(recording.end.connections.refused, 5000);
}
