//! {HTTP/1.1, HTTP/2} x {small, streamed, cut, reset, slow} x {upload, download}.

use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use capture::record::{Body, Exchange, OutcomeState};
use h2::{RecvStream, SendStream};
use http::{Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

use crate::harness::{Harness, Origin, Wire, read_head, spawn, within};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Small,
    Streamed,
    Cut,
    Reset,
    Slow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

const SHAPES: [Shape; 5] = [
    Shape::Small,
    Shape::Streamed,
    Shape::Cut,
    Shape::Reset,
    Shape::Slow,
];

impl Shape {
    /// The pieces that are sent, and whether the body is then whole.
    fn pieces(self) -> (Vec<Bytes>, bool) {
        let piece = Bytes::from_static(&[b'p'; 1000]);
        match self {
            Self::Small => (vec![Bytes::from_static(b"0123456789")], true),
            Self::Streamed => (vec![piece; 50], true),
            Self::Slow => (vec![piece; 400], true),
            Self::Cut | Self::Reset => (vec![piece; 3], false),
        }
    }

    fn length(self) -> usize {
        let (pieces, whole) = self.pieces();
        pieces.iter().map(Bytes::len).sum::<usize>() + usize::from(!whole)
    }
}

/// The body that went this way, on record as what it was.
fn check(exchange: &Exchange, shape: Shape, way: Way) {
    let body: &Body = match way {
        Way::Up => exchange.request.body.as_ref().unwrap(),
        Way::Down => exchange.response.as_ref().unwrap().body.as_ref().unwrap(),
    };
    let (pieces, whole) = shape.pieces();
    let sent: usize = pieces.iter().map(Bytes::len).sum();
    assert_eq!(body.wire_bytes, sent as u64, "{shape:?} {way:?}");
    let state = if whole {
        OutcomeState::Complete
    } else {
        OutcomeState::Aborted
    };
    assert_eq!(
        exchange.outcome.state, state,
        "{shape:?} {way:?}: {:?}",
        exchange.outcome
    );
    assert_eq!(body.truncated, !whole, "{shape:?} {way:?}");
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), shape: Shape) {
    for piece in shape.pieces().0 {
        stream.write_all(&piece).await.unwrap();
        stream.flush().await.unwrap();
    }
}

/// Reads up to `length` bytes, in small bites where the shape is slow; returns how many came.
async fn receive(stream: &mut (impl AsyncRead + Unpin), shape: Shape, length: usize) -> usize {
    let mut bite = vec![0; if shape == Shape::Slow { 512 } else { 64 * 1024 }];
    let mut received = 0;
    while received < length {
        let room = bite.len().min(length - received);
        match stream.read(&mut bite[..room]).await {
            Ok(0) | Err(_) => break,
            Ok(count) => received += count,
        }
        if shape == Shape::Slow {
            tokio::task::yield_now().await;
        }
    }
    received
}

async fn http1_origin(mut wire: Wire, shape: Shape, way: Way) {
    let length = shape.length();
    read_head(&mut wire).await;
    if way == Way::Up {
        receive(&mut wire, shape, length).await;
        wire.send("HTTP/1.1 204 No Content\r\n\r\n").await;
        return wire.close().await;
    }
    wire.send(format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"
    ))
    .await;
    send(&mut wire, shape).await;
    // The agent says when it has what was sent.
    let mut told = [0];
    let _or_gone = wire.read(&mut told).await;
    match shape {
        Shape::Reset => wire.reset(),
        Shape::Cut => {}
        _ => wire.close().await,
    }
}

async fn http1(shape: Shape, way: Way) -> Exchange {
    let origin = Origin::tls(&["http/1.1"], move |wire| http1_origin(wire, shape, way)).await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    let length = shape.length();
    let (method, body) = match way {
        Way::Up => ("POST", length),
        Way::Down => ("GET", 0),
    };
    let head =
        format!("{method} / HTTP/1.1\r\nhost: origin.test\r\ncontent-length: {body}\r\n\r\n");
    agent.write_all(head.as_bytes()).await.unwrap();
    let whole = shape.pieces().1;
    if way == Way::Up {
        send(&mut agent, shape).await;
        if whole {
            read_head(&mut agent).await;
        }
    } else {
        read_head(&mut agent).await;
        let sent = length - usize::from(!whole);
        assert_eq!(within(receive(&mut agent, shape, sent)).await, sent);
        if !whole {
            agent.write_all(b"\n").await.unwrap();
            within(receive(&mut agent, shape, 1)).await;
        }
    }
    if shape == Shape::Reset {
        agent.get_ref().0.set_zero_linger().unwrap();
    }
    drop(agent);
    let exchanges = harness.recorded(1).await;
    harness.finish().await;
    exchanges[0].clone()
}

#[tokio::test]
async fn http1_bodies_of_every_shape_are_on_record_as_what_they_were() {
    for shape in SHAPES {
        for way in [Way::Up, Way::Down] {
            check(&within(http1(shape, way)).await, shape, way);
        }
    }
}

/// Sends the pieces; a body that shall not be whole is left open.
async fn send_frames(stream: &mut SendStream<Bytes>, shape: Shape) {
    let (pieces, whole) = shape.pieces();
    for piece in pieces {
        stream.reserve_capacity(piece.len());
        while stream.capacity() < piece.len() {
            poll_fn(|cx| stream.poll_capacity(cx))
                .await
                .unwrap()
                .unwrap();
        }
        stream.send_data(piece, false).unwrap();
        tokio::task::yield_now().await;
    }
    if whole {
        stream.send_data(Bytes::new(), true).unwrap();
    }
}

/// Reads `length` bytes, and then to the end of a body that is whole.
async fn receive_frames(stream: &mut RecvStream, shape: Shape) {
    let (pieces, whole) = shape.pieces();
    let mut left: usize = pieces.iter().map(Bytes::len).sum();
    while left > 0 || whole {
        let Some(piece) = stream.data().await else {
            break;
        };
        let piece = piece.unwrap();
        left -= piece.len();
        stream.flow_control().release_capacity(piece.len()).unwrap();
        if shape == Shape::Slow {
            tokio::task::yield_now().await;
        }
    }
}

/// Once all has come: answers a body that was whole, ends another as its shape says.
fn conclude(shape: Shape, stream: &mut SendStream<Bytes>, connection: &Notify) {
    match shape {
        Shape::Reset => stream.send_reset(h2::Reason::INTERNAL_ERROR),
        Shape::Cut => connection.notify_one(),
        Shape::Small | Shape::Streamed | Shape::Slow => {
            stream.send_data(Bytes::new(), true).unwrap();
        }
    }
}

async fn http2_origin(wire: Wire, shape: Shape, way: Way) {
    let mut connection = h2::server::handshake(wire).await.unwrap();
    let cut = Arc::new(Notify::new());
    loop {
        let (request, mut respond) = tokio::select! {
            accepted = connection.accept() => match accepted {
                Some(Ok(accepted)) => accepted,
                _ => return,
            },
            () = cut.notified() => return,
        };
        let cut = Arc::clone(&cut);
        spawn(async move {
            let mut stream = respond.send_response(Response::new(()), false).unwrap();
            let mut body = request.into_body();
            if way == Way::Down {
                send_frames(&mut stream, shape).await;
                // Until the agent has had enough: dropping the stream would reset it.
                let _reset = poll_fn(|cx| stream.poll_reset(cx)).await;
            } else {
                receive_frames(&mut body, shape).await;
                conclude(shape, &mut stream, &cut);
                let _gone = poll_fn(|cx| stream.poll_reset(cx)).await;
            }
        });
    }
}

async fn http2(shape: Shape, way: Way) -> Exchange {
    let origin = Origin::tls(&["h2"], move |wire| http2_origin(wire, shape, way)).await;
    let harness = Harness::start(&origin).await;
    let stream = harness.tls(&["h2"]).await;
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let cut = Arc::new(Notify::new());
    let cutting = Arc::clone(&cut);
    spawn(async move {
        tokio::select! {
            _ended = connection => {}
            () = cutting.notified() => {}
        }
    });
    let mut client = client.ready().await.unwrap();
    let request = Request::post("https://origin.test/").body(()).unwrap();
    let (answer, mut stream) = client.send_request(request, false).unwrap();
    let mut body = within(answer).await.unwrap().into_body();
    match way {
        Way::Up => {
            send_frames(&mut stream, shape).await;
            while let Some(Ok(_)) = body.data().await {}
        }
        Way::Down => {
            receive_frames(&mut body, shape).await;
            conclude(shape, &mut stream, &cut);
        }
    }
    let exchanges = harness.recorded(1).await;
    drop((client, stream, body));
    harness.finish().await;
    exchanges[0].clone()
}

#[tokio::test]
async fn http2_bodies_of_every_shape_are_on_record_as_what_they_were() {
    for shape in SHAPES {
        for way in [Way::Up, Way::Down] {
            check(&within(http2(shape, way)).await, shape, way);
        }
    }
}
