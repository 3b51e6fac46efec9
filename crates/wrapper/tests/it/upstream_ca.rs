//! An origin whose root is only in `--upstream-ca`, relayed unread to a real client.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};

use crate::wrap::{Machine, stderr, stdout};

const HOST: &str = "company.example";

#[test]
fn an_agent_trusts_an_upstream_ca_origin_that_is_relayed_unread() {
    let machine = Machine::new();
    let (origin, root_pem) = origin();
    let root = machine.home().join("company.pem");
    fs::write(&root, root_pem).unwrap();
    let made = rcgen::generate_simple_self_signed(["other.example".to_owned()]).unwrap();
    let others = machine.home().join("others.pem");
    fs::write(&others, made.cert.pem()).unwrap();

    let connect_to = format!("::{}:{}", origin.ip(), origin.port());
    let url = format!("https://{HOST}/");
    let mut wrap = machine.wrap([
        "--upstream-ca",
        root.to_str().unwrap(),
        "--connect-to",
        &connect_to,
        "--intercept",
        "read.example",
        "curl",
        "--silent",
        "--show-error",
        &url,
    ]);
    let output = wrap.env("SSL_CERT_FILE", others).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "ok");
    let recording = machine.sessions().join("latest/traffic.jsonl");
    let recording = fs::read_to_string(recording).unwrap();
    assert!(recording.contains("not_matched"), "{recording}");
}

/// An origin that answers one request at a time, and its root.
fn origin() -> (SocketAddr, String) {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::default();
    // With the same name as its leaf it would pass for the leaf's own signer.
    root.distinguished_name
        .push(DnType::CommonName, "the company's root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_pem = root.self_signed(&root_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new([HOST.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(leaf)],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut tls = Stream::new(&mut tls, &mut stream);
            // A client that leaves early shows in the test's output.
            let _left = tls
                .read(&mut [0; 4096])
                .and_then(|_| tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
        }
    });
    (addr, root_pem)
}
