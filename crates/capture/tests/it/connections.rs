//! What becomes of connections that are not read, and how the recording says so.

use capture::record::{OutcomeState, State, Unread};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{HOST, Harness, Identity, Origin, ask, connect_tls, kept, read_head, read_to};

const GET: &str = "GET / HTTP/1.1\r\nhost: origin.test\r\nconnection: close\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn a_host_that_does_not_match_is_relayed_unread() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    let tunnel = harness.tunnel("other.example:443").await;
    // The origin's own certificate comes through: nothing was put between.
    let mut agent = connect_tls(tunnel, origin.root_pem(), &[]).await.unwrap();
    agent.write_all(GET.as_bytes()).await.unwrap();
    read_to(&mut agent, b"ok").await;
    drop(agent);

    let recording = harness.finish().await;
    assert!(recording.exchanges.is_empty());
    let connection = &recording.connections[0];
    assert_eq!(connection.disposition.state, State::Opaque);
    assert_eq!(connection.disposition.unread, Some(Unread::NotMatched));
    assert_eq!(connection.authority.as_deref(), Some("other.example:443"));
    assert!(connection.bytes_up > 0 && connection.bytes_down > 0);
    assert_eq!(recording.end.connections.opaque, 1);
}

#[tokio::test]
async fn an_intercepted_connection_tells_how_it_came_up_and_who_spoke() {
    let origin = Origin::answering(&["http/1.1"], OK).await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["h2", "http/1.1"]).await;
    agent.write_all(GET.as_bytes()).await.unwrap();
    read_to(&mut agent, b"ok").await;
    // The agent is still there when the proxy stops, so that it can be looked up.

    let recording = harness.finish().await;
    let connection = &recording.connections[0];
    assert_eq!(connection.disposition.state, State::Intercepted);
    assert_eq!(connection.sni.as_deref(), Some(HOST));
    assert_eq!(connection.alpn_offer, ["h2", "http/1.1"]);
    assert_eq!(connection.protocol.as_deref(), Some("http/1.1"));
    for tls in [&connection.upstream_tls, &connection.downstream_tls] {
        let tls = tls.as_ref().unwrap();
        assert_eq!(tls.version, "TLSv1.3");
        assert!(tls.cipher.starts_with("TLS_AES_"), "{}", tls.cipher);
        assert_eq!(tls.alpn.as_deref(), Some("http/1.1"));
    }
    let marks = [
        connection.dns_us,
        connection.tcp_us,
        connection.upstream_tls_us,
        connection.downstream_tls_us,
        Some(connection.end_us),
    ];
    assert!(
        marks.iter().all(Option::is_some) && marks.is_sorted(),
        "{marks:?}"
    );
    #[cfg(target_os = "linux")]
    assert_eq!(connection.process.as_ref().unwrap().pid, std::process::id());
}

#[tokio::test]
async fn an_agent_that_refuses_our_leaf_is_left_alone_afterwards() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    let authority = format!("{HOST}:443");
    // Its socket outlives its end, so that it can be named.
    let (tunnel, _kept) = kept(harness.tunnel(&authority).await);
    connect_tls(tunnel, origin.root_pem(), &[])
        .await
        .unwrap_err();
    harness.closed(1).await;
    let tunnel = harness.tunnel(&authority).await;
    let agent = connect_tls(tunnel, origin.root_pem(), &[]).await;
    if cfg!(not(target_os = "linux")) {
        // Nobody is named there, so that one refusal does not count for others.
        agent.unwrap_err();
        return;
    }
    let mut agent = agent.unwrap();
    agent.write_all(GET.as_bytes()).await.unwrap();
    read_to(&mut agent, b"ok").await;
    drop(agent);

    let recording = harness.finish().await;
    let refused = &recording.connections[0].disposition;
    assert_eq!(refused.state, State::Rejected);
    assert_eq!(refused.cause.as_deref(), Some("unknown_ca"));
    let left_alone = &recording.connections[1].disposition;
    assert_eq!(left_alone.unread, Some(Unread::EarlierRejected));
    let [warning] = recording.summary.warnings.as_slice() else {
        panic!("{:?}", recording.summary.warnings);
    };
    assert!(
        warning.contains(HOST) && warning.contains("unknown_ca"),
        "{warning}"
    );
}

#[tokio::test]
async fn an_origin_that_cannot_be_trusted_is_a_502_with_the_reason() {
    for (identity, cause) in [
        (Identity::OtherHost, "certificate_wrong_host"),
        (Identity::Expired, "certificate_expired"),
        (Identity::UnknownIssuer, "certificate_unknown_issuer"),
    ] {
        let origin = Origin::tls_as(identity, &[], |_| async {}).await;
        let harness = Harness::start(&origin).await;
        let mut agent = harness.tls(&["http/1.1"]).await;
        let answer = String::from_utf8(ask(&mut agent, GET).await).unwrap();
        assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
        assert!(answer.contains("its certificate is"), "{answer}");

        let recording = harness.finish().await;
        assert_eq!(recording.only().outcome.state, OutcomeState::Failed);
        let disposition = &recording.connections[0].disposition;
        assert_eq!(disposition.state, State::Failed);
        assert_eq!(disposition.cause.as_deref(), Some(cause));
    }
}

#[tokio::test]
async fn an_origin_that_is_not_there_is_a_502_on_connect() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    let origin = Origin::answering(&[], OK).await;
    let upstream = capture::Upstream::without_roots().all_to(free);
    let harness = Harness::with(&origin, |builder| builder.upstream(upstream)).await;
    let mut agent = harness.connect().await;
    agent
        .write_all(b"CONNECT origin.test:443 HTTP/1.1\r\nhost: origin.test:443\r\n\r\n")
        .await
        .unwrap();
    let head = read_head(&mut agent).await;
    assert!(head.starts_with("HTTP/1.1 502"), "{head}");
    let recording = harness.finish().await;
    let disposition = &recording.connections[0].disposition;
    assert_eq!(disposition.cause.as_deref(), Some("refused"));
}

#[tokio::test]
async fn what_is_not_http_is_relayed_unread_and_said() {
    let echo = |mut wire: crate::harness::Wire| async move {
        let mut bytes = [0; 5];
        wire.read_exact(&mut bytes).await.unwrap();
        wire.send(bytes).await;
        wire.close().await;
    };
    // Inside TLS, and straight in the tunnel.
    let origin = Origin::tls(&[], echo).await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&[]).await;
    assert_eq!(ask(&mut agent, b"\x00\x01ab\n").await, b"\x00\x01ab\n");
    drop(agent);
    let recording = harness.finish().await;
    let disposition = &recording.connections[0].disposition;
    assert_eq!(disposition.unread, Some(Unread::NotHttp), "{disposition:?}");

    let origin = Origin::plain(echo).await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tunnel("origin.test:22").await;
    assert_eq!(ask(&mut agent, b"\x00\x01ab\n").await, b"\x00\x01ab\n");
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(
        recording.connections[0].disposition.unread,
        Some(Unread::NotHttp)
    );
}

#[tokio::test]
async fn an_origin_that_speaks_first_is_heard() {
    let origin = Origin::plain(|mut wire| async move {
        wire.send("SSH-2.0-x\r\n").await;
        wire.read_all().await;
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tunnel("origin.test:22").await;
    assert_eq!(read_to(&mut agent, b"\r\n").await, "SSH-2.0-x\r\n");
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(
        recording.connections[0].disposition.unread,
        Some(Unread::NotHttp)
    );
}
