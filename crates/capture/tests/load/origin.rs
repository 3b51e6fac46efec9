//! One origin for all loads: the path says what it does.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Origin, Wire, read_head};

/// Serves `/n` (a small answer), `/download/BYTES`, `/head/BYTES` (a head of that size),
/// `/events/COUNT`, `/stall`, uploads, and WebSockets that echo what comes.
pub(crate) async fn origin() -> Origin {
    Origin::tls(&["http/1.1"], |wire| async move {
        let mut wire = tokio::io::BufStream::with_capacity(64 * 1024, 64 * 1024, wire);
        while let Some(head) = head(&mut wire).await {
            if !answer(&mut wire, &head).await {
                return;
            }
        }
    })
    .await
}

type Stream = tokio::io::BufStream<Wire>;

/// A request's head; `None` at the end of the connection.
async fn head(wire: &mut Stream) -> Option<String> {
    let first = wire.read_u8().await.ok()?;
    Some(char::from(first).to_string() + &read_head(wire).await)
}

/// Answers one request; says whether the connection goes on.
async fn answer(wire: &mut Stream, head: &str) -> bool {
    let path = head.split(' ').nth(1).unwrap();
    let (kind, count) = path[1..].rsplit_once('/').unwrap_or((&path[1..], "0"));
    let count: u64 = count.parse().unwrap_or(0);
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let answered = match kind {
        _ if head.contains("upgrade: websocket") => return echo_frames(wire).await.is_ok(),
        "download" => download(wire, count).await,
        "head" => large_head(wire, count).await,
        "events" => events(wire, count).await,
        "stall" => {
            stall(wire).await;
            return false;
        }
        _ => small(wire, length).await,
    };
    answered.is_ok()
}

async fn small(wire: &mut Stream, length: u64) -> std::io::Result<()> {
    let taken = tokio::io::copy(&mut wire.take(length), &mut tokio::io::sink()).await?;
    let body = format!("{{\"taken\":{taken}}}");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    wire.write_all(head.as_bytes()).await?;
    wire.write_all(body.as_bytes()).await?;
    wire.flush().await
}

async fn download(wire: &mut Stream, bytes: u64) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
    wire.write_all(head.as_bytes()).await?;
    tokio::io::copy(&mut tokio::io::repeat(b'd').take(bytes), wire).await?;
    wire.flush().await
}

/// One header of so many bytes.
async fn large_head(wire: &mut Stream, bytes: u64) -> std::io::Result<()> {
    wire.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-large: ")
        .await?;
    tokio::io::copy(&mut tokio::io::repeat(b'h').take(bytes), wire).await?;
    wire.write_all(b"\r\n\r\n").await?;
    wire.flush().await
}

async fn events(wire: &mut Stream, count: u64) -> std::io::Result<()> {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    wire.write_all(head.as_bytes()).await?;
    for n in 0..count {
        let event = format!("data: {n}\n\n");
        let chunk = format!("{:x}\r\n{event}\r\n", event.len());
        wire.write_all(chunk.as_bytes()).await?;
    }
    wire.write_all(b"0\r\n\r\n").await?;
    wire.flush().await
}

/// The beginning of an answer, and never its end.
async fn stall(wire: &mut Stream) {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n012";
    if wire.write_all(head).await.is_ok() && wire.flush().await.is_ok() {
        // Until the agent leaves.
        let _gone = tokio::io::copy(wire, &mut tokio::io::sink()).await;
    }
}

/// Sends each short masked text frame back without its mask, until a Close.
async fn echo_frames(wire: &mut Stream) -> std::io::Result<()> {
    let head =
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";
    wire.write_all(head).await?;
    wire.flush().await?;
    loop {
        let mut start = [0; 6];
        wire.read_exact(&mut start).await?;
        let mut payload = vec![0; usize::from(start[1] & 0x7f)];
        wire.read_exact(&mut payload).await?;
        for (index, byte) in payload.iter_mut().enumerate() {
            *byte ^= start[2 + index % 4];
        }
        wire.write_all(&[start[0], start[1] & 0x7f]).await?;
        wire.write_all(&payload).await?;
        wire.flush().await?;
        if start[0] & 0xf == 8 {
            wire.shutdown().await?;
            return Ok(());
        }
    }
}
