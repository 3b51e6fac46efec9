//! One HTTP request on its own connection, as codex sends them: HTTP/2 if both ends support it.

use anyhow::{Context as _, Result};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::{HeaderMap, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::client::TlsStream;

use super::connector::ProxyConnector;

/// A whole response.
#[derive(Debug)]
pub(crate) struct HttpResponse {
    pub(crate) status: StatusCode,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Sends a request to the host of its URL and reads the whole response.
///
/// # Errors
///
/// When the host cannot be reached, or cuts its response short.
pub(crate) async fn send(
    connector: &ProxyConnector,
    request: Request<Full<Bytes>>,
) -> Result<HttpResponse> {
    let host = request
        .uri()
        .host()
        .context("the URL names no host")?
        .to_owned();
    let stream = connector.connect(&host, &["h2", "http/1.1"]).await?;
    // The connection's task ends with the exchange.
    let mut connection = JoinSet::new();
    let response = match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => send_http2(stream, request, &mut connection).await,
        _ => send_http1(stream, request, &mut connection).await,
    };
    let response = response.with_context(|| format!("no answer from {host}"))?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("{host} cut its response short: {error}"))?;
    Ok(HttpResponse {
        status: parts.status,
        version: parts.version,
        headers: parts.headers,
        body: body.to_bytes(),
    })
}

async fn send_http2(
    stream: TlsStream<TcpStream>,
    request: Request<Full<Bytes>>,
    connection: &mut JoinSet<hyper::Result<()>>,
) -> hyper::Result<Response<Incoming>> {
    let io = TokioIo::new(stream);
    let (mut sender, running) = http2::handshake(TokioExecutor::new(), io).await?;
    connection.spawn(running);
    sender.send_request(request).await
}

async fn send_http1(
    stream: TlsStream<TcpStream>,
    mut request: Request<Full<Bytes>>,
    connection: &mut JoinSet<hyper::Result<()>>,
) -> hyper::Result<Response<Incoming>> {
    let (mut sender, running) = http1::handshake(TokioIo::new(stream)).await?;
    connection.spawn(running);
    // HTTP/1.1 has the host in a header and only the path in the request line.
    if let Some(host) = request.uri().host().and_then(|host| host.parse().ok()) {
        request.headers_mut().insert(hyper::header::HOST, host);
    }
    if let Some(path) = request.uri().path_and_query().cloned() {
        *request.uri_mut() = path.into();
    }
    sender.send_request(request).await
}

/// The stand-in's answers are a few kilobytes.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
