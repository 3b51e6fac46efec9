//! The ways in which the cases pass: each gives what was recorded, one text for each case.

use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use capture::record::Exchange;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use yawc::{Frame, HttpStream, OpCode, Options, WebSocket};

use super::cases::{Carrier, Case};
use crate::harness::{HOST, Harness, Origin, Wire, read_head, spawn, within};

/// How the body of a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Gzip,
    /// In chunks of one byte.
    Chunks,
}

/// An origin that sends each body back as it came.
pub(super) async fn echoing() -> Origin {
    Origin::tls(&["http/1.1"], |wire| async {
        let service = service_fn(|request: Request<Incoming>| async {
            let body = request
                .into_body()
                .collect()
                .await
                .map(|body| body.to_bytes());
            Ok::<_, Infallible>(Response::new(Full::new(body.unwrap_or_default())))
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(wire), service);
        let _ended_by_the_agent = connection.await;
    })
    .await
}

/// A request with a case in it.
fn request(case: &Case, number: usize, coding: Coding) -> Vec<u8> {
    let target = match case.carrier {
        Carrier::Query => format!("/v1?a=1&{}&b=2", case.text),
        Carrier::Text | Carrier::Header(_) => "/v1".to_owned(),
    };
    let header = match case.carrier {
        Carrier::Header(name) => format!("{name}: {}\r\n", case.text),
        Carrier::Text | Carrier::Query => String::new(),
    };
    let json = case.json("tool_result", number);
    let (framing, body) = match coding {
        Coding::Plain => (format!("content-length: {}", json.len()), json.into_bytes()),
        Coding::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(json.as_bytes()).unwrap();
            let body = encoder.finish().unwrap();
            let framing = format!("content-encoding: gzip\r\ncontent-length: {}", body.len());
            (framing, body)
        }
        Coding::Chunks => {
            let mut body = Vec::new();
            for byte in json.bytes() {
                body.extend_from_slice(&[b'1', b'\r', b'\n', byte, b'\r', b'\n']);
            }
            body.extend_from_slice(b"0\r\n\r\n");
            ("transfer-encoding: chunked".to_owned(), body)
        }
    };
    let head = format!(
        "POST {target} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\n{header}{framing}\r\n\r\n"
    );
    [head.into_bytes(), body].concat()
}

/// Sends the cases one after another, as HTTP/1.1.
pub(super) async fn send_http1(
    agent: &mut (impl AsyncRead + AsyncWrite + Unpin),
    cases: &[Case],
    coding: Coding,
) {
    for (number, case) in cases.iter().enumerate() {
        agent
            .write_all(&request(case, number, coding))
            .await
            .unwrap();
        agent.flush().await.unwrap();
        let head = read_head(agent).await;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        within(agent.read_exact(&mut body)).await.unwrap();
    }
}

pub(super) async fn http1(cases: &[Case], coding: Coding) -> Vec<Exchange> {
    let origin = echoing().await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    send_http1(&mut agent, cases, coding).await;
    drop(agent);
    harness.finish().await.exchanges
}

async fn echo_streams(wire: Wire) {
    let mut connection = h2::server::handshake(wire).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        spawn(async move {
            let body = read_stream(request.into_body()).await;
            let mut send = respond.send_response(Response::new(()), false).unwrap();
            send.send_data(body.into(), true).unwrap();
        });
    }
}

async fn read_stream(mut body: h2::RecvStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = within(body.data()).await {
        let piece = piece.unwrap();
        body.flow_control().release_capacity(piece.len()).unwrap();
        bytes.extend_from_slice(&piece);
    }
    bytes
}

pub(super) async fn http2(cases: &[Case]) -> Vec<Exchange> {
    let origin = Origin::tls(&["h2"], echo_streams).await;
    let harness = Harness::start(&origin).await;
    let stream = harness.tls(&["h2"]).await;
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    spawn(async move {
        let _ended_by_either_side = connection.await;
    });
    let mut client: h2::client::SendRequest<Bytes> = client.ready().await.unwrap();
    for (number, case) in cases.iter().enumerate() {
        let mut request = Request::post(match case.carrier {
            Carrier::Query => format!("https://{HOST}/v1?a=1&{}&b=2", case.text),
            Carrier::Text | Carrier::Header(_) => format!("https://{HOST}/v1"),
        });
        if let Carrier::Header(name) = case.carrier {
            request = request.header(name, &case.text);
        }
        let request = request
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        let (answer, mut send) = client.send_request(request, false).unwrap();
        send.send_data(case.json("tool_result", number).into(), true)
            .unwrap();
        read_stream(within(answer).await.unwrap().into_body()).await;
    }
    drop(client);
    harness.finish().await.exchanges
}

/// Each case in an event of an answer of its own.
pub(super) async fn events(cases: &Arc<Vec<Case>>) -> Vec<Exchange> {
    let answers = Arc::clone(cases);
    let origin = Origin::tls(&["http/1.1"], move |mut wire| {
        let answers = Arc::clone(&answers);
        async move {
            for (number, case) in answers.iter().enumerate() {
                wire.read_request().await.unwrap();
                let data = case.json("response.output_text.delta", number);
                let body = format!("event: delta\ndata: {data}\n\ndata: [DONE]\n\n");
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                wire.send(head + &body).await;
            }
            wire.read_all().await;
        }
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    for _ in cases.iter() {
        let ask = format!("GET /events HTTP/1.1\r\nhost: {HOST}\r\n\r\n");
        agent.write_all(ask.as_bytes()).await.unwrap();
        crate::harness::read_to(&mut agent, b"[DONE]\n\n").await;
    }
    drop(agent);
    harness.finish().await.exchanges
}

async fn echo_messages(mut socket: WebSocket<HttpStream>) {
    while let Some(frame) = socket.next().await {
        if frame.opcode() == OpCode::Text {
            let answer = frame
                .as_str()
                .replacen("response.create", "response.completed", 1);
            socket.send(Frame::text(answer)).await.unwrap();
        }
    }
}

/// Each case in a turn of one WebSocket.
pub(super) async fn messages(cases: &[Case]) -> Vec<Exchange> {
    let origin = Origin::tls(&[], |wire| async {
        let service = service_fn(|mut request: Request<Incoming>| async move {
            let (response, upgrade) =
                WebSocket::upgrade_with_options(&mut request, Options::default()).unwrap();
            spawn(async move { echo_messages(upgrade.await.unwrap()).await });
            Ok::<_, yawc::WebSocketError>(response)
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(wire), service);
        let _ended_by_the_agent = connection.with_upgrades().await;
    })
    .await;
    let harness = Harness::start(&origin).await;
    let url = format!("wss://{HOST}/v1/responses").parse().unwrap();
    let stream = harness.tls(&[]).await;
    let mut agent = within(WebSocket::handshake(url, stream, Options::default()))
        .await
        .unwrap();
    for (number, case) in cases.iter().enumerate() {
        agent
            .send(Frame::text(case.json("response.create", number)))
            .await
            .unwrap();
        within(agent.next()).await.unwrap();
    }
    drop(agent);
    // The first is the one that was upgraded.
    harness.finish().await.exchanges.split_off(1)
}
