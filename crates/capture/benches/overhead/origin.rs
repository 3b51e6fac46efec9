//! The origin: answers every request with a little JSON, on a thread of its own.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{HOST, Listening};

pub(super) fn start() -> Listening {
    let (config, root_pem) = certificates();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let addr = on_a_thread(move |listener| async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            drop(tokio::task::spawn_local(async move {
                stream.set_nodelay(true).ok()?;
                let stream = acceptor.accept(stream).await.ok()?;
                http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(answer))
                    .await
                    .ok()
            }));
        }
    });
    Listening { addr, root_pem }
}

/// Runs a server on a thread with a runtime of its own; it ends with the process.
pub(super) fn on_a_thread<F: Future<Output = ()> + 'static>(
    serve: impl FnOnce(TcpListener) -> F + Send + 'static,
) -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let addr = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async move {
            serve(TcpListener::from_std(listener).expect("a listener")).await;
        });
    });
    addr
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // What does not arrive whole is asked again by nobody here.
    drop(request.into_body().collect().await);
    let mut response = Response::new(Full::from(
        "{\"id\":\"resp_1\",\"output\":[\"hello\"],\"n\":1}",
    ));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    Ok(response)
}

/// A server's configuration for the bench's host, and the root behind it.
pub(super) fn certificates() -> (ServerConfig, String) {
    let root_key = KeyPair::generate().expect("a key");
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_pem = root.self_signed(&root_key).expect("a root").pem();
    let issuer = Issuer::new(root, root_key);
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new([HOST.to_owned()]).expect("a name");
    let leaf = CertificateDer::from(leaf.signed_by(&key, &issuer).expect("a leaf"));
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf], key)
        .expect("a certificate");
    (config, root_pem)
}

pub(super) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
