//! Plain HTTP through the proxy: requests in absolute form, forwarded one to one.
//!
//! Each connection of the agent gets one to the origin, as in tunnels. The tap is on the
//! origin's side, so the recording holds what the origin saw.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderName, PROXY_AUTHORIZATION};
use hyper::http::uri::PathAndQuery;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;

use crate::proxy::authority::{Authority, without_userinfo};
use crate::proxy::context::Context;
use crate::proxy::front::answers::{self, AnyBody};
use crate::proxy::front::tapped_stream::TappedStream;
use crate::proxy::net::cause::Cause;
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::relay::relay;
use crate::proxy::tunnel::watched_socket::WatchedSocket;
use crate::proxy::wire::{ConnectionEnd, Side};
use crate::record::Unread;

/// Forwards the requests of one agent connection.
pub(crate) struct PlainForwarder {
    context: Arc<Context>,
    process: AgentProcess,
    open: Mutex<Option<OriginConnection>>,
}

/// The connection to the origin of the last request.
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

    /// Sends the request to its origin and returns the answer.
    pub(crate) async fn forward(&self, mut request: Request<Incoming>) -> Response<AnyBody> {
        if request.uri().scheme_str() != Some("http") {
            let text =
                "only http:// URLs can be asked for in absolute form; use CONNECT for others";
            return answers::text(StatusCode::BAD_REQUEST, text);
        }
        let Some(named) = request.uri().authority() else {
            return answers::text(StatusCode::BAD_REQUEST, "the URL names no host");
        };
        let authority = match Authority::of_url(named) {
            Ok(authority) => authority,
            Err(reason) => {
                let process = self.process.clone();
                return answers::bad_authority(&self.context, named, process, &reason);
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
            return answers::text(StatusCode::BAD_GATEWAY, "no connection");
        };
        match sender.send_request(request).await {
            Ok(response) => self.pass_back(response, agent),
            Err(error) => {
                *open = None;
                let reason = format!("the origin did not answer: {error}");
                answers::explain(&Cause::new("no_answer", reason))
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
            .map_err(|cause| answers::refuse(&mut guard, &cause))?;
        guard.record().via = dialled.via;
        if context.hosts.matches(host) {
            guard.intercept("http", None, None);
        } else {
            guard.leave_unread(
                Unread::NotMatched,
                "the host is not among those to intercept",
            );
        }
        let stream = TappedStream::new(guard, dialled.stream);
        let (sender, connection) = http1::Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| answers::text(StatusCode::BAD_GATEWAY, &error.to_string()))?;
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

/// Takes both sockets back from hyper and relays between them, as in a tunnel.
async fn relay_upgraded(context: &Context, agent: Upgraded, origin: Upgraded) {
    let (Ok(agent), Ok(origin)) = (
        agent.downcast::<TokioIo<WatchedSocket>>(),
        origin.downcast::<TokioIo<TappedStream>>(),
    ) else {
        return;
    };
    let mut agent = Rewind::new(agent.read_buf, agent.io.into_inner().into_tcp());
    let (mut guard, stream) = origin.io.into_inner().into_parts();
    // Bytes that came with the 101: the tap has seen them already.
    if agent.write_all(&origin.read_buf).await.is_err() {
        return guard.ended(ConnectionEnd::Reset(Side::Agent));
    }
    relay(context, &mut guard, &mut agent, &mut Rewind::from(stream)).await;
}

/// Rewrites what a proxy must (RFC 9112, section 3.2.1), and nothing else.
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
