//! A faulty origin and a sound one behind one proxy: what goes wrong on a connection
//! must not be felt on another.

use std::net::SocketAddr;
use std::time::Duration;

use capture::{Builder, MemorySink, Upstream};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::{Harness, Origin, Recording, read_to};

/// Small enough for tests, large enough for a machine that is busy.
pub(crate) const SHORT: Duration = Duration::from_millis(700);

/// A proxy to a faulty origin, with a bystander's upload under way beside it.
pub(crate) struct Scene {
    pub(crate) harness: Harness,
    bystander: TcpStream,
}

impl Scene {
    /// [`HOST`](crate::harness::HOST) is `faulty`.
    pub(crate) async fn start(faulty: &Origin) -> Self {
        Self::with(faulty, faulty.addr(), |builder| builder).await
    }

    /// As [`start`](Self::start), dialling `addr`, with short limits and what `change` says.
    pub(crate) async fn with(
        faulty: &Origin,
        addr: SocketAddr,
        change: impl FnOnce(Builder<MemorySink>) -> Builder<MemorySink>,
    ) -> Self {
        let sound = Origin::plain(|mut wire| async move {
            wire.read_request().await.unwrap();
            wire.send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nsound")
                .await;
            wire.read_all().await;
        })
        .await;
        let rule = |host: &str, to: SocketAddr| {
            format!("{host}::{}:{}", to.ip(), to.port())
                .parse()
                .unwrap()
        };
        let upstream = Upstream::without_roots()
            .add_roots_pem(faulty.root_pem())
            .unwrap()
            .connect_timeout(SHORT)
            .connect_to(rule("origin.test", addr))
            .connect_to(rule("bystander.test", sound.addr()));
        let harness = Harness::with(faulty, |builder| {
            change(builder.upstream(upstream).handshake_timeout(SHORT))
        })
        .await;
        let mut bystander = harness.tunnel("bystander.test:80").await;
        bystander
            .write_all(b"POST / HTTP/1.1\r\ncontent-length: 6\r\n\r\nabc")
            .await
            .unwrap();
        Self { harness, bystander }
    }

    /// Ends the bystander's upload, sees it answered, and stops the proxy.
    ///
    /// The recording is without the bystander's connection, which was the first.
    pub(crate) async fn finish(mut self) -> Recording {
        self.bystander.write_all(b"def").await.unwrap();
        read_to(&mut self.bystander, b"sound").await;
        drop(self.bystander);
        let mut recording = self.harness.finish().await;
        let first = recording.connections.remove(0);
        assert_eq!(first.authority.as_deref(), Some("bystander.test:80"));
        recording
    }
}
