//! WebSockets through the proxy, with a real WebSocket library at both ends.

use std::sync::Arc;

use bytes::Bytes;
use capture::record::{OutcomeState, Transport};
use futures_util::{SinkExt, StreamExt};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use yawc::{Frame, HttpStream, OpCode, Options, WebSocket};

use crate::harness::{Harness, Origin, Recording, spawn, within};

type Agent = WebSocket<TlsStream<TcpStream>>;

/// An origin whose WebSockets are served by `serve`.
async fn origin<F>(
    options: Options,
    serve: impl Fn(WebSocket<HttpStream>) -> F + Send + Sync + 'static,
) -> Origin
where
    F: Future<Output = ()> + Send + 'static,
{
    let serve = Arc::new(serve);
    Origin::tls(&[], move |wire| {
        let serve = Arc::clone(&serve);
        let options = options.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            let serve = Arc::clone(&serve);
            let options = options.clone();
            async move {
                let (response, upgrade) =
                    WebSocket::upgrade_with_options(&mut request, options).unwrap();
                spawn(async move { serve(upgrade.await.unwrap()).await });
                Ok::<_, yawc::WebSocketError>(response)
            }
        });
        async move {
            let connection = http1::Builder::new().serve_connection(TokioIo::new(wire), service);
            let _ended_by_the_agent = connection.with_upgrades().await;
        }
    })
    .await
}

/// Answers as a Responses API does: two events, then the terminal one.
async fn responses(mut socket: WebSocket<HttpStream>) {
    while let Some(frame) = socket.next().await {
        if frame.opcode() != OpCode::Text {
            continue;
        }
        let question: serde_json::Value = serde_json::from_slice(frame.payload()).unwrap();
        let n = &question["n"];
        for kind in [
            "response.created",
            "response.output_text.delta",
            "response.completed",
        ] {
            let event = format!(
                "{{\"type\":\"{kind}\",\"n\":{n},\"pad\":\"{}\"}}",
                "x".repeat(500)
            );
            socket.send(Frame::ping(Bytes::new())).await.unwrap();
            socket.send(Frame::text(event)).await.unwrap();
        }
    }
}

async fn agent(harness: &Harness, options: Options) -> Agent {
    let url = "wss://origin.test/v1/responses".parse().unwrap();
    let stream = harness.tls(&[]).await;
    within(WebSocket::handshake(url, stream, options))
        .await
        .unwrap()
}

async fn ask(agent: &mut Agent, n: usize) {
    let question = format!(
        "{{\"type\":\"response.create\",\"n\":{n},\"pad\":\"{}\"}}",
        "y".repeat(999)
    );
    agent.send(Frame::text(question)).await.unwrap();
    loop {
        let frame = within(agent.next()).await.unwrap();
        if frame.as_str().contains("response.completed") {
            return;
        }
    }
}

fn three_turns_are_on_record(recording: &Recording, encoding: Option<&str>) {
    assert_eq!(recording.exchanges.len(), 4);
    assert_eq!(
        recording.exchanges[0].response.as_ref().unwrap().status,
        101
    );
    for (n, exchange) in recording.exchanges[1..].iter().enumerate() {
        assert_eq!(exchange.transport, Transport::Websocket);
        assert_eq!(exchange.upgrade, Some(recording.exchanges[0].id));
        assert_eq!(exchange.request.url, "wss://origin.test/v1/responses");
        assert_eq!(exchange.outcome.state, OutcomeState::Complete);
        let body = exchange.request.body.as_ref().unwrap();
        assert!(
            body.json
                .as_ref()
                .unwrap()
                .get()
                .contains(&format!("\"n\":{n},"))
        );
        assert_eq!(body.encoding.as_deref(), encoding);
        assert_eq!(body.wire_bytes < body.bytes, encoding.is_some());
        let events = &exchange.response.as_ref().unwrap().events;
        assert_eq!(events.len(), 3);
        assert!(events.iter().all(|event| event.bytes > 500));
        assert!(events.is_sorted_by_key(|event| event.at_us));
        assert!(
            events[2]
                .json
                .as_ref()
                .unwrap()
                .get()
                .contains("response.completed")
        );
    }
    let counts = recording.connections[0].websocket.as_ref().unwrap();
    assert_eq!(
        (counts.messages_up, counts.messages_down, counts.pings > 0),
        (3, 9, true)
    );
    assert_eq!(counts.problem, None);
}

#[tokio::test]
async fn each_turn_is_an_exchange_whatever_compression_was_agreed() {
    let plain = Options::default;
    let deflate = || Options::default().with_balanced_compression();
    let cases = [
        (plain(), None),
        (deflate(), Some("permessage-deflate")),
        (
            deflate().server_no_context_takeover(),
            Some("permessage-deflate"),
        ),
        (
            deflate().client_no_context_takeover(),
            Some("permessage-deflate"),
        ),
    ];
    for (options, encoding) in cases {
        let origin = origin(options.clone(), responses).await;
        let harness = Harness::start(&origin).await;
        let mut agent = agent(&harness, options).await;
        for n in 0..3 {
            ask(&mut agent, n).await;
        }
        // On record when the turn has ended, while the socket lives.
        assert_eq!(harness.recorded(4).await.len(), 4);
        drop(agent);
        three_turns_are_on_record(&harness.finish().await, encoding);
    }
}

#[tokio::test]
async fn messages_may_be_fragmented_binary_and_from_the_origin_first() {
    let origin = origin(Options::default(), |mut socket| async move {
        socket.send(Frame::text("welcome")).await.unwrap();
        while let Some(frame) = socket.next().await {
            if frame.opcode() == OpCode::Binary {
                socket
                    .send(Frame::binary(frame.into_payload()))
                    .await
                    .unwrap();
            }
        }
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = agent(&harness, Options::default()).await;
    assert_eq!(within(agent.next()).await.unwrap().as_str(), "welcome");
    agent
        .send(Frame::binary(&b"\xff\x00"[..]).with_fin(false))
        .await
        .unwrap();
    agent.send(Frame::ping(&b"between"[..])).await.unwrap();
    agent.send(Frame::continuation(&b"\xfe"[..])).await.unwrap();
    let echo = loop {
        let frame = within(agent.next()).await.unwrap();
        if frame.opcode() == OpCode::Binary {
            break frame;
        }
    };
    assert_eq!(echo.payload(), &b"\xff\x00\xfe"[..]);
    drop(agent);

    let recording = harness.finish().await;
    let [_, first, second] = recording.exchanges.as_slice() else {
        panic!("{:#?}", recording.exchanges);
    };
    assert!(first.request.body.is_none());
    let events = &first.response.as_ref().unwrap().events;
    assert_eq!(events[0].text.as_deref(), Some("welcome"));
    assert_eq!(
        second.request.body.as_ref().unwrap().base64.as_deref(),
        Some("/wD+")
    );
    let events = &second.response.as_ref().unwrap().events;
    assert_eq!(events[0].base64.as_deref(), Some("/wD+"));
}

#[tokio::test]
async fn a_socket_that_is_cut_in_mid_turn_leaves_an_aborted_exchange() {
    let origin = origin(Options::default(), |mut socket| async move {
        socket.next().await;
        socket
            .send(Frame::text("{\"type\":\"response.created\"}"))
            .await
            .unwrap();
        // Dropped without a Close frame.
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = agent(&harness, Options::default()).await;
    agent
        .send(Frame::text("{\"type\":\"response.create\"}"))
        .await
        .unwrap();
    while within(agent.next()).await.is_some() {}
    drop(agent);
    let recording = harness.finish().await;
    let cut = &recording.exchanges[1];
    assert_eq!(cut.outcome.state, OutcomeState::Aborted);
    assert_eq!(cut.response.as_ref().unwrap().events.len(), 1);
}
