//! A relay that ends TLS on both sides, reads nothing and records nothing: the wall.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional_with_sizes};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::agent::client_config;
use super::origin::{certificates, on_a_thread};
use super::{HOST, Listening};

pub(super) fn start(origin: &Listening) -> Listening {
    let (config, root_pem) = certificates();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let connector = TlsConnector::from(client_config(&origin.root_pem));
    let to = origin.addr;
    let addr = on_a_thread(move |listener| async move {
        while let Ok((agent, _)) = listener.accept().await {
            let (acceptor, connector) = (acceptor.clone(), connector.clone());
            drop(tokio::task::spawn_local(async move {
                relay(agent, to, acceptor, connector).await.ok()
            }));
        }
    });
    Listening { addr, root_pem }
}

async fn relay(
    mut agent: TcpStream,
    to: std::net::SocketAddr,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
) -> std::io::Result<()> {
    agent.set_nodelay(true)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(agent.read_u8().await?);
    }
    let origin = TcpStream::connect(to).await?;
    origin.set_nodelay(true)?;
    agent.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    let name = ServerName::try_from(HOST).expect("a name");
    let mut origin = connector.connect(name, origin).await?;
    let mut agent = acceptor.accept(agent).await?;
    copy_bidirectional_with_sizes(&mut agent, &mut origin, BUFFER, BUFFER).await?;
    Ok(())
}

const BUFFER: usize = 64 * 1024;
