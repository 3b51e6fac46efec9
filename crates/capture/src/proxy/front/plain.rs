//! Plain HTTP through the proxy: requests in absolute form, forwarded one to one.
//!
//! One connection to the origin for one of the agent's, as everywhere. What is
//! recorded is what passes on the origin's side, so it is what the origin saw.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderName, PROXY_AUTHORIZATION};
use hyper::http::uri::PathAndQuery;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use crate::proxy::context::Context;
use crate::proxy::error_responder;
use crate::proxy::front::connect::{AnyBody, goes_nowhere, own, refuse};
use crate::proxy::net::authority::{Authority, without_userinfo};
use crate::proxy::net::cause::Cause;
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::relay::pass;
use crate::proxy::tunnel::watched_socket::WatchedSocket;
use crate::proxy::wire::{ConnectionEnd, Direction, Side};
use crate::record::Unread;

/// Forwards one agent connection's requests.
pub(crate) struct PlainForwarder {
    context: Arc<Context>,
    process: AgentProcess,
    open: Mutex<Option<OriginConnection>>,
}

/// The connection to the origin that was asked last.
struct OriginConnection {
    authority: Authority,
    sender: SendRequest<Incoming>,
}

impl PlainForwarder {
    pub(crate) fn new(context: Arc<Context>, process: AgentProcess) -> Self {
        Self {
            context,
            process,
            open: Mutex::new(None),
        }
    }

    /// Sends the request to its origin and passes the answer on.
    pub(crate) async fn forward(&self, mut request: Request<Incoming>) -> Response<AnyBody> {
        if request.uri().scheme_str() != Some("http") {
            let text =
                "only http:// URLs can be asked for in absolute form; use CONNECT for others";
            return own(error_responder::text(StatusCode::BAD_REQUEST, text));
        }
        let Some(named) = request.uri().authority() else {
            return own(error_responder::text(
                StatusCode::BAD_REQUEST,
                "the URL names no host",
            ));
        };
        let authority = match Authority::of_url(named) {
            Ok(authority) => authority,
            Err(reason) => {
                let process = self.process.clone();
                return own(goes_nowhere(&self.context, named, process, &reason));
            }
        };
        to_origin_form(&mut request);
        let agent = hyper::upgrade::on(&mut request);
        let mut open = self.open.lock().await;
        if !open
            .as_ref()
            .is_some_and(|open| open.authority == authority && open.sender.is_ready())
        {
            match self.connect(&authority).await {
                Ok(sender) => *open = Some(OriginConnection { authority, sender }),
                Err(response) => return response,
            }
        }
        let Some(OriginConnection { sender, .. }) = open.as_mut() else {
            return own(error_responder::text(
                StatusCode::BAD_GATEWAY,
                "no connection",
            ));
        };
        match sender.send_request(request).await {
            Ok(response) => self.pass_back(response, agent),
            Err(error) => {
                *open = None;
                let reason = format!("the origin did not answer: {error}");
                own(error_responder::response(&Cause::new("no_answer", reason)))
            }
        }
    }

    async fn connect(
        &self,
        authority: &Authority,
    ) -> Result<SendRequest<Incoming>, Response<AnyBody>> {
        let context = &self.context;
        let text = authority.to_string();
        let mut guard = ConnectionGuard::begin(context, Some(&text), self.process.clone());
        let Authority { host, port } = authority;
        let dialled = context
            .upstream
            .dial(host, *port, context.local_addr, &mut guard)
            .await
            .map_err(|cause| own(refuse(&mut guard, &cause)))?;
        guard.record().via = dialled.via;
        if context.hosts.matches(host) {
            guard.intercept("http", None, None);
        } else {
            guard.leave_unread(
                Unread::NotMatched,
                "the host is not among those to intercept",
            );
        }
        let watched = TappedStream {
            guard,
            stream: dialled.stream,
        };
        let (sender, connection) = http1::Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(watched))
            .await
            .map_err(|error| {
                own(error_responder::text(
                    StatusCode::BAD_GATEWAY,
                    &error.to_string(),
                ))
            })?;
        context.shutdown.spawn(async move {
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(%error, "a plain connection to an origin failed");
            }
        });
        Ok(sender)
    }

    /// After a 101 both connections belong to the new protocol.
    fn pass_back(&self, mut response: Response<Incoming>, agent: OnUpgrade) -> Response<AnyBody> {
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let origin = hyper::upgrade::on(&mut response);
            let context = Arc::clone(&self.context);
            self.context.shutdown.spawn(async move {
                if let (Ok(agent), Ok(origin)) = (agent.await, origin.await) {
                    relay_upgraded(&context, agent, origin).await;
                }
            });
        }
        response.map(BodyExt::boxed)
    }
}

/// Relays what hyper has let go of, as in a tunnel.
async fn relay_upgraded(context: &Context, agent: Upgraded, origin: Upgraded) {
    let (Ok(agent), Ok(origin)) = (
        agent.downcast::<TokioIo<WatchedSocket>>(),
        origin.downcast::<TokioIo<TappedStream>>(),
    ) else {
        return;
    };
    let mut agent = Rewind::new(agent.read_buf, agent.io.into_inner().into_tcp());
    let TappedStream { mut guard, stream } = origin.io.into_inner();
    // Came with the 101, and has been seen.
    if agent.write_all(&origin.read_buf).await.is_err() {
        return guard.ended(ConnectionEnd::Reset(Side::Agent));
    }
    pass(context, &mut guard, &mut agent, &mut Rewind::from(stream)).await;
}

/// What a proxy has to change (RFC 9112, section 3.2.1), and nothing else.
fn to_origin_form(request: &mut Request<Incoming>) {
    let path = request
        .uri()
        .path_and_query()
        .cloned()
        .unwrap_or_else(|| PathAndQuery::from_static("/"));
    if !request.headers().contains_key(HOST)
        && let Some(host) = request
            .uri()
            .authority()
            .and_then(|name| without_userinfo(name.as_str()).parse().ok())
    {
        request.headers_mut().insert(HOST, host);
    }
    *request.uri_mut() = Uri::from(path);
    let headers = request.headers_mut();
    headers.remove(PROXY_AUTHORIZATION);
    headers.remove(HeaderName::from_static("proxy-connection"));
}

/// TCP to an origin, watched.
struct TappedStream {
    guard: ConnectionGuard,
    stream: TcpStream,
}

impl TappedStream {
    fn saw(&mut self, direction: Direction, bytes: &[u8]) {
        let at = self.guard.now();
        if let Some(tap) = self.guard.tap() {
            tap.push(direction, bytes, at, 0);
        }
    }
}

impl AsyncRead for TappedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        match &result {
            Poll::Ready(Ok(())) if buf.filled().len() > before => {
                let bytes = Bytes::copy_from_slice(&buf.filled()[before..]);
                self.saw(Direction::Down, &bytes);
            }
            Poll::Ready(Ok(())) => {
                let at = self.guard.now();
                self.guard.ended(ConnectionEnd::Closed(Side::Origin));
                if let Some(tap) = self.guard.tap() {
                    tap.half_closed(Direction::Down, at);
                }
            }
            Poll::Ready(Err(_)) => self.guard.ended(ConnectionEnd::Reset(Side::Origin)),
            Poll::Pending => {}
        }
        result
    }
}

impl AsyncWrite for TappedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = &result {
            self.saw(Direction::Up, &bytes[..*count]);
        }
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        self.guard.ended(ConnectionEnd::Closed(Side::Agent));
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
