//! A certificate alert after the handshake: some agents look at the certificate only then.

use capture::record::State;
use rustls::crypto::cipher::{OutboundChunks, OutboundPlainMessage};
use rustls::{ConnectionTrafficSecrets, ContentType, ProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::harness::{Harness, Origin, within};

/// Sends an alert on a connection of TLS 1.3, which rustls itself would not send.
async fn send_alert(agent: TlsStream<TcpStream>, number: u8) -> TcpStream {
    let (mut tcp, connection) = agent.into_inner();
    let suite = connection.negotiated_cipher_suite().unwrap();
    let algorithm = suite.tls13().unwrap().aead_alg;
    let (sequence, secrets) = connection.dangerous_extract_secrets().unwrap().tx;
    let ConnectionTrafficSecrets::Aes128Gcm { key, iv } = secrets else {
        panic!("the proxy prefers AES-128");
    };
    let alert = OutboundPlainMessage {
        typ: ContentType::Alert,
        version: ProtocolVersion::TLSv1_2,
        payload: OutboundChunks::Single(&[2, number]),
    };
    let record = algorithm.encrypter(key, iv).encrypt(alert, sequence);
    tcp.write_all(&record.unwrap().encode()).await.unwrap();
    tcp
}

#[tokio::test]
async fn only_certificate_alerts_after_the_handshake_are_refusals() {
    // An origin may speak first in HTTP/2: what it says comes when the handshake is over.
    let origin = Origin::tls(&["h2"], |mut wire| async move {
        wire.send(SETTINGS).await;
        wire.read_all().await;
    })
    .await;
    let harness = Harness::start(&origin).await;
    // internal_error, however often, and then bad_certificate.
    let alerts = [80, 80, 80, 80, 42];
    for (round, number) in alerts.into_iter().enumerate() {
        let mut agent = harness.tls(&["h2"]).await;
        let settings = &mut [0; SETTINGS.len()];
        within(agent.read_exact(settings)).await.unwrap();
        let _kept = send_alert(agent, number).await;
        harness.closed(round + 1).await;
    }
    let recording = harness.finish().await;
    let dispositions = recording.connections.iter().map(|it| &it.disposition);
    let states: Vec<State> = dispositions.map(|it| it.state).collect();
    assert_eq!(states[..4], [State::Intercepted; 4]);
    assert_eq!(states[4], State::Rejected);
    let cause = recording.connections[4].disposition.cause.as_deref();
    assert_eq!(cause, Some("bad_certificate"));
}

/// A frame without settings (RFC 9113, section 6.5).
const SETTINGS: &[u8; 9] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
