//! HTTP/2 through the proxy, with a real HTTP/2 library at both ends.

use bytes::Bytes;
use capture::record::OutcomeState;
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Harness, Origin, Wire, spawn, within};

/// A client on a connection through the proxy.
async fn client(harness: &Harness) -> h2::client::SendRequest<Bytes> {
    let (client, connection) = h2::client::handshake(harness.tls(&["h2"]).await)
        .await
        .unwrap();
    spawn(async move {
        let _ended_by_either_side = connection.await;
    });
    client.ready().await.unwrap()
}

async fn read(mut body: RecvStream) -> (Vec<u8>, Option<HeaderMap>) {
    let mut bytes = Vec::new();
    while let Some(piece) = within(body.data()).await {
        let piece = piece.unwrap();
        body.flow_control().release_capacity(piece.len()).unwrap();
        bytes.extend_from_slice(&piece);
    }
    (bytes, body.trailers().await.unwrap())
}

/// Sends each request's body back, with its path as a header and a trailer behind.
async fn echo(wire: Wire) {
    let mut connection = h2::server::handshake(wire).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        spawn(async move {
            let path = request.uri().path().to_owned();
            if path == "/refuse" {
                return respond.send_reset(Reason::ENHANCE_YOUR_CALM);
            }
            let (bytes, _) = read(request.into_body()).await;
            let response = Response::builder()
                .header("x-path", path)
                .header("content-type", "application/json")
                .body(())
                .unwrap();
            let mut send = respond.send_response(response, false).unwrap();
            send.send_data(bytes.into(), false).unwrap();
            let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), "7".parse().unwrap())]);
            send.send_trailers(trailers).unwrap();
        });
    }
}

#[tokio::test]
async fn concurrent_streams_are_exchanges_of_their_own() {
    let origin = Origin::tls(&["h2"], echo).await;
    let harness = Harness::start(&origin).await;
    let mut client = client(&harness).await;
    let mut answers = Vec::new();
    for n in 0..5 {
        let request = Request::post(format!("https://origin.test/r/{n}?q"))
            .header("x-n", n)
            .body(())
            .unwrap();
        let (answer, mut send) = client.send_request(request, false).unwrap();
        send.send_data(format!("{{\"n\":{n}}}").into(), true)
            .unwrap();
        answers.push(answer);
    }
    for (n, answer) in answers.into_iter().enumerate() {
        let (body, trailers) = read(within(answer).await.unwrap().into_body()).await;
        assert_eq!(body, format!("{{\"n\":{n}}}").into_bytes());
        assert_eq!(trailers.unwrap()["x-sum"], "7");
    }
    drop(client);

    let recording = harness.finish().await;
    assert_eq!(recording.exchanges.len(), 5);
    for exchange in &recording.exchanges {
        let response = exchange.response.as_ref().unwrap();
        assert_eq!(exchange.request.http_version, "HTTP/2");
        let path = &response.headers[0].value;
        assert_eq!(exchange.request.url, format!("https://origin.test{path}?q"));
        let sent = exchange
            .request
            .body
            .as_ref()
            .unwrap()
            .json
            .as_ref()
            .unwrap()
            .get();
        let received = response.body.as_ref().unwrap().json.as_ref().unwrap().get();
        assert_eq!(sent, received);
        assert!(path.ends_with(&sent[5..6]));
        assert_eq!(response.trailers[0].value, "7");
        assert_eq!(exchange.outcome.state, OutcomeState::Complete);
    }
    assert_eq!(recording.connections[0].protocol.as_deref(), Some("h2"));
}

#[tokio::test]
async fn a_body_larger_than_every_window_passes_and_is_read_whole() {
    const SIZE: usize = 3_000_000;
    let origin = Origin::tls(&["h2"], echo).await;
    let harness = Harness::start(&origin).await;
    let mut client = client(&harness).await;
    let request = Request::post("https://origin.test/large").body(()).unwrap();
    let (answer, mut send) = client.send_request(request, false).unwrap();
    send.send_data(vec![b'x'; SIZE].into(), true).unwrap();
    let (body, _) = read(within(answer).await.unwrap().into_body()).await;
    assert_eq!(body.len(), SIZE);
    drop(client);
    let recording = harness.finish().await;
    let exchange = recording.only();
    let body = exchange.request.body.as_ref().unwrap();
    assert_eq!((body.bytes, body.truncated), (SIZE as u64, false));
    let body = exchange.response.as_ref().unwrap().body.as_ref().unwrap();
    assert_eq!(body.text.as_ref().unwrap().len(), SIZE);
}

#[tokio::test]
async fn the_code_of_a_reset_stream_is_passed_on_and_recorded() {
    let origin = Origin::tls(&["h2"], echo).await;
    let harness = Harness::start(&origin).await;
    let mut client = client(&harness).await;
    let request = Request::get("https://origin.test/refuse").body(()).unwrap();
    let (answer, _) = client.send_request(request, true).unwrap();
    let error = within(answer).await.unwrap_err();
    assert_eq!(error.reason(), Some(Reason::ENHANCE_YOUR_CALM));
    drop(client);
    let recording = harness.finish().await;
    let outcome = &recording.only().outcome;
    assert_eq!(outcome.state, OutcomeState::Aborted);
    let reason = outcome.reason.as_deref().unwrap();
    assert!(
        reason.contains("origin sent RST_STREAM: ENHANCE_YOUR_CALM"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_request_that_the_agent_cancels_is_aborted_by_the_agent() {
    let origin = Origin::tls(&["h2"], |wire| async move {
        let mut connection = h2::server::handshake(wire).await.unwrap();
        let mut held = Vec::new();
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            let send = respond.send_response(Response::new(()), false).unwrap();
            held.push((request, respond, send));
        }
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut client = client(&harness).await;
    let request = Request::get("https://origin.test/").body(()).unwrap();
    let (answer, mut send) = client.send_request(request, false).unwrap();
    let answer = within(answer).await.unwrap();
    send.send_reset(Reason::CANCEL);
    drop(answer);
    let exchanges = harness.recorded(1).await;
    let reason = exchanges[0].outcome.reason.clone().unwrap();
    assert!(reason.contains("agent sent RST_STREAM: CANCEL"), "{reason}");
    assert_eq!(exchanges[0].response.as_ref().unwrap().status, 200);
    harness.finish().await;
}

#[tokio::test]
async fn an_origin_may_speak_first_in_http2() {
    let origin = Origin::tls(&["h2"], echo).await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["h2"]).await;
    // The origin's SETTINGS come before the agent has said a word.
    let mut settings = [0; 9];
    within(agent.read_exact(&mut settings)).await.unwrap();
    assert_eq!(settings[3], 4);
    let request = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\
        \x00\x00\x03\x01\x05\x00\x00\x00\x01\x82\x87\x84";
    agent.write_all(request).await.unwrap();
    harness.recorded(1).await;
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(recording.only().outcome.state, OutcomeState::Complete);
    assert_eq!(recording.only().request.method, "GET");
}
