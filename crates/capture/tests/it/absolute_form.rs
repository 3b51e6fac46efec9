//! Agents that leave while hyper serves them: requests in absolute form whose origin is
//! silent, tunnels that are not open yet; and what follows an upgrade.

use capture::record::{OutcomeState, State, Transport};
use capture::{ParentProxy, Upstream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::harness::{Harness, Origin, read_head, read_to, within};
use crate::scene::{SHORT, Scene};

const ASK: &[u8] = b"GET http://origin.test/ HTTP/1.1\r\nHost: origin.test\r\n\r\n";

/// An origin that reads a request and says nothing; tells when it came, and when it was let go.
async fn silent() -> (Origin, UnboundedReceiver<&'static str>) {
    let (tell, told) = unbounded_channel();
    let origin = Origin::plain(move |mut wire| {
        let tell = tell.clone();
        async move {
            wire.read_request().await.unwrap();
            tell.send("came").unwrap();
            wire.read_all().await;
            tell.send("left").unwrap();
        }
    })
    .await;
    (origin, told)
}

/// An agent whose request an origin is silent about.
async fn waiting(scene: &Scene, told: &mut UnboundedReceiver<&'static str>) -> TcpStream {
    let mut agent = scene.harness.connect().await;
    agent.write_all(ASK).await.unwrap();
    assert_eq!(within(told.recv()).await, Some("came"));
    agent
}

#[tokio::test]
async fn an_agent_that_resets_while_a_plain_origin_is_silent_is_found_out() {
    let (origin, mut told) = silent().await;
    let scene = Scene::start(&origin).await;
    let agent = waiting(&scene, &mut told).await;
    agent.set_zero_linger().unwrap();
    drop(agent);
    assert_eq!(within(told.recv()).await, Some("left"));
    let recording = scene.finish().await;
    let outcome = &recording.only().outcome;
    assert_eq!(outcome.state, OutcomeState::Aborted);
    let reason = outcome.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("agent"), "{reason}");
}

#[tokio::test]
async fn an_agent_that_half_closes_still_gets_its_plain_answer() {
    let origin = Origin::plain(|mut wire| async move {
        wire.read_request().await.unwrap();
        // Past the first look at the agent.
        tokio::time::sleep(2 * SHORT).await;
        wire.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate")
            .await;
        wire.read_all().await;
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.connect().await;
    agent.write_all(ASK).await.unwrap();
    agent.shutdown().await.unwrap();
    read_to(&mut agent, b"late").await;
    drop(agent);
    let recording = scene.finish().await;
    assert_eq!(recording.only().outcome.state, OutcomeState::Complete);
}

#[tokio::test]
async fn an_agent_that_leaves_before_its_tunnel_is_open_is_said() {
    let (parent, mut told) = silent().await;
    let url = format!("http://{}", parent.addr());
    let upstream = Upstream::without_roots().parent(ParentProxy::parse(&url, "").unwrap());
    let harness = Harness::with(&parent, |builder| builder.upstream(upstream)).await;
    let mut agent = harness.connect().await;
    let ask = b"CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n\r\n";
    agent.write_all(ask).await.unwrap();
    assert_eq!(within(told.recv()).await, Some("came"));
    agent.set_zero_linger().unwrap();
    drop(agent);
    assert_eq!(within(told.recv()).await, Some("left"));
    let recording = harness.finish().await;
    let disposition = &recording.connections[0].disposition;
    assert_eq!(
        (disposition.state, disposition.cause.as_deref()),
        (State::Refused, Some("agent_gone"))
    );
}

#[tokio::test]
async fn an_upgrade_in_absolute_form_is_relayed_and_read() {
    let origin = Origin::plain(|mut wire| async move {
        wire.read_request().await.unwrap();
        wire.send(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x01\x03one",
        )
        .await;
        let mut frame = [0; FRAME.len()];
        wire.read_exact(&mut frame).await.unwrap();
        assert_eq!(frame, *FRAME);
        wire.send(b"\x80\x03two").await;
        wire.read_all().await;
        wire.reset();
    })
    .await;
    let scene = Scene::start(&origin).await;
    let mut agent = scene.harness.connect().await;
    let ask = b"GET http://origin.test/ws HTTP/1.1\r\nHost: origin.test\r\nConnection: Upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    agent.write_all(ask).await.unwrap();
    assert!(read_head(&mut agent).await.starts_with("HTTP/1.1 101"));
    read_to(&mut agent, b"one").await;
    agent.write_all(FRAME).await.unwrap();
    let mut end = [0; 5];
    within(agent.read_exact(&mut end)).await.unwrap();
    assert_eq!(end, *b"\x80\x03two");
    agent.shutdown().await.unwrap();
    let mut rest = Vec::new();
    let ended = within(agent.read_to_end(&mut rest)).await;
    assert!(
        ended.is_err(),
        "the origin's reset is the agent's: {ended:?}"
    );
    let recording = scene.finish().await;
    let [upgrade, message] = recording.exchanges.as_slice() else {
        panic!("{:#?}", recording.exchanges);
    };
    assert_eq!(upgrade.request.url, "http://origin.test/ws");
    assert_eq!(message.transport, Transport::Websocket);
    let counts = recording.connections[0].websocket.as_ref().unwrap();
    assert_eq!((counts.messages_up, counts.messages_down), (1, 1));
}

/// `ask` in text, under a mask of zeros.
const FRAME: &[u8; 9] = b"\x81\x83\0\0\0\0ask";
