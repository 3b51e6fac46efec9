//! What the proxy agrees on with the agent, which is not what it agrees on with the origin.

use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{CipherSuite, HandshakeKind, NamedGroup};
use tokio::io::AsyncWriteExt;

use crate::harness::{Harness, Origin, read_to};

const GET: &str = "GET / HTTP/1.1\r\nhost: origin.test\r\nconnection: close\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// What an agent on this machine and the proxy agree on.
async fn agreed(harness: &Harness, agent: CryptoProvider) -> (CipherSuite, NamedGroup) {
    let mut stream = harness.tls_as(agent).await;
    // One that says nothing is taken for one that has refused our certificate.
    stream.write_all(GET.as_bytes()).await.unwrap();
    read_to(&mut stream, b"ok").await;
    let state = stream.get_ref().1;
    // No second ClientHello was asked for.
    assert_eq!(state.handshake_kind(), Some(HandshakeKind::Full));
    let suite = state.negotiated_cipher_suite().unwrap().suite();
    (suite, state.negotiated_key_exchange_group().unwrap().name())
}

/// An agent that speaks TLS 1.2 or 1.3 alone is one that offers no suites of the other.
fn only(wanted: impl Fn(CipherSuite) -> bool) -> CryptoProvider {
    let mut agent = default_provider();
    agent.cipher_suites.retain(|suite| wanted(suite.suite()));
    agent
}

#[tokio::test]
async fn on_loopback_keys_are_agreed_on_without_ml_kem_and_the_origin_is_offered_it() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    // It prefers AES-256, and X25519 with ML-KEM; codex does the same.
    let agreed = agreed(&harness, default_provider()).await;
    let expected = (CipherSuite::TLS13_AES_128_GCM_SHA256, NamedGroup::X25519);
    assert_eq!(agreed, expected);

    let recording = harness.finish().await;
    let connection = &recording.connections[0];
    let downstream = connection.downstream_tls.as_ref().unwrap();
    assert_eq!(downstream.cipher, "TLS_AES_128_GCM_SHA256");
    let upstream = connection.upstream_tls.as_ref().unwrap();
    assert_eq!(upstream.cipher, "TLS_AES_256_GCM_SHA384");
}

#[tokio::test]
async fn an_agent_that_insists_on_ml_kem_has_it() {
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    let mut agent = default_provider();
    let hybrid = NamedGroup::X25519MLKEM768;
    agent.kx_groups.retain(|group| group.name() == hybrid);
    assert_eq!(agreed(&harness, agent).await.1, hybrid);
}

#[tokio::test]
async fn each_agent_gets_a_suite_that_it_offers_and_chacha20_where_it_prefers_that() {
    use CipherSuite as Suite;
    let origin = Origin::answering(&[], OK).await;
    let harness = Harness::start(&origin).await;
    let chacha = [
        Suite::TLS13_CHACHA20_POLY1305_SHA256,
        Suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ];
    let is_new = |suite: Suite| format!("{suite:?}").starts_with("TLS13_");
    let mut without_aes_instructions = default_provider();
    let suites = &mut without_aes_instructions.cipher_suites;
    suites.sort_by_key(|suite| !chacha.contains(&suite.suite()));
    // OpenSSL's order, which says nothing of the processor.
    let mut openssl = default_provider();
    openssl.cipher_suites.swap(1, 2);
    for (agent, suite) in [
        (openssl, Suite::TLS13_AES_128_GCM_SHA256),
        (without_aes_instructions, chacha[0]),
        (only(|suite| suite == chacha[0]), chacha[0]),
        (only(|suite| suite == chacha[1]), chacha[1]),
        (
            only(|suite| suite == Suite::TLS13_AES_256_GCM_SHA384),
            Suite::TLS13_AES_256_GCM_SHA384,
        ),
        (
            only(|suite| !is_new(suite)),
            Suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        ),
    ] {
        assert_eq!(agreed(&harness, agent).await.0, suite);
    }
}
