//! What agents do to a running `capture`.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::harness::{HOST, connect_tls, read_head, within};
use crate::running::Running;

/// One connection of an agent, through TLS that trusts the proxy's root.
pub(crate) struct Agent(BufStream<TlsStream<TcpStream>>);

/// Whom an agent asks, apart from the process, so that tasks may have it.
#[derive(Clone)]
pub(crate) struct Door {
    addr: SocketAddr,
    root_pem: String,
}

impl Door {
    pub(crate) fn new(addr: SocketAddr, root_pem: String) -> Self {
        Self { addr, root_pem }
    }

    pub(crate) fn of(running: &Running) -> Self {
        Self::new(running.addr, running.root_pem.clone())
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// An open tunnel.
    pub(crate) async fn tunnel(&self) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.addr).await?;
        let ask = format!("CONNECT {HOST}:443 HTTP/1.1\r\nhost: {HOST}:443\r\n\r\n");
        stream.write_all(ask.as_bytes()).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        if !head.starts_with(b"HTTP/1.1 200") {
            return Err(io::Error::other(
                String::from_utf8_lossy(&head).into_owned(),
            ));
        }
        Ok(stream)
    }

    pub(crate) async fn enter(&self) -> io::Result<Agent> {
        let tunnel = self.tunnel().await?;
        let tls = connect_tls(tunnel, &self.root_pem, &["http/1.1"]).await?;
        Ok(Agent(BufStream::with_capacity(64 * 1024, 64 * 1024, tls)))
    }
}

impl Agent {
    /// Asks for `path`, and reads the answer to its end.
    pub(crate) async fn get(&mut self, path: &str) -> io::Result<u64> {
        self.send_head("GET", path, "").await?;
        self.read_answer().await
    }

    /// Sends `bytes` bytes to `path`, and reads the answer to its end.
    pub(crate) async fn post(&mut self, path: &str, bytes: u64) -> io::Result<u64> {
        self.send_head("POST", path, &format!("content-length: {bytes}\r\n"))
            .await?;
        tokio::io::copy(&mut tokio::io::repeat(b'u').take(bytes), &mut self.0).await?;
        self.0.flush().await?;
        self.read_answer().await
    }

    /// Asks for `path`, and reads no further than the answer's head.
    pub(crate) async fn begin(&mut self, path: &str) -> io::Result<()> {
        self.send_head("GET", path, "").await?;
        read_head(&mut self.0).await;
        Ok(())
    }

    /// Asks for `path`, and reads an answer that is nothing but a head; returns its length.
    pub(crate) async fn head(&mut self, path: &str) -> io::Result<u64> {
        self.send_head("GET", path, "").await?;
        let mut length = 0;
        let mut last = [0; 4];
        while last != *b"\r\n\r\n" {
            let piece = self.0.fill_buf().await?;
            if piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let count = piece.len();
            for byte in &piece[count.saturating_sub(4)..] {
                last.rotate_left(1);
                last[3] = *byte;
            }
            self.0.consume(count);
            length += count as u64;
        }
        Ok(length)
    }

    /// Waits for the end of the connection.
    pub(crate) async fn end(mut self) {
        let mut rest = Vec::new();
        // Closed or reset: it is over.
        let _either = within(self.0.read_to_end(&mut rest)).await;
    }

    /// Counts the events of a stream, by its chunks.
    pub(crate) async fn events(&mut self, path: &str) -> io::Result<u64> {
        self.send_head("GET", path, "").await?;
        read_head(&mut self.0).await;
        let mut count = 0;
        let mut line = String::new();
        loop {
            line.clear();
            self.0.read_line(&mut line).await?;
            match line.as_str() {
                "" => return Err(io::ErrorKind::UnexpectedEof.into()),
                "0\r\n" => return self.0.read_u16().await.map(|_| count),
                data if data.starts_with("data: ") => count += 1,
                _ => {}
            }
        }
    }

    /// Becomes a WebSocket.
    pub(crate) async fn upgrade(&mut self) -> io::Result<()> {
        let upgrade = "connection: upgrade\r\nupgrade: websocket\r\n";
        self.send_head("GET", "/socket", upgrade).await?;
        let head = read_head(&mut self.0).await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        Ok(())
    }

    /// Sends a frame and reads its echo.
    pub(crate) async fn frame(&mut self, opcode: u8, payload: &[u8]) -> io::Result<()> {
        let length = u8::try_from(payload.len()).unwrap();
        self.0
            .write_all(&[0x80 | opcode, 0x80 | length, 0, 0, 0, 0])
            .await?;
        self.0.write_all(payload).await?;
        self.0.flush().await?;
        let mut echo = vec![0; 2 + payload.len()];
        self.0.read_exact(&mut echo).await?;
        assert_eq!(&echo[2..], payload);
        Ok(())
    }

    async fn send_head(&mut self, method: &str, path: &str, more: &str) -> io::Result<()> {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {HOST}\r\n{more}\r\n");
        self.0.write_all(head.as_bytes()).await?;
        self.0.flush().await
    }

    /// Reads an answer with a content-length; returns that length.
    async fn read_answer(&mut self) -> io::Result<u64> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await?);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap_or_else(|| panic!("{head}"));
        let length = length.parse().unwrap();
        let read = tokio::io::copy(&mut (&mut self.0).take(length), &mut tokio::io::sink()).await?;
        if read < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(length)
    }
}
