//! The front: what an agent asks a proxy for.
//!
//! `CONNECT host:port` opens a tunnel (RFC 9110, section 9.3.6): TCP to the
//! origin comes up first, then the agent hears 200. `GET http://…` in absolute
//! form (RFC 9112, section 3.2.2) is forwarded. Anything else is explained.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderValue, PROXY_AUTHENTICATE};
use hyper::http::uri;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use crate::proxy::context::Context;
use crate::proxy::error_responder;
use crate::proxy::front::plain::PlainForwarder;
use crate::proxy::net::authority::{Authority, without_userinfo};
use crate::proxy::net::cause::Cause;
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::net::upstream::Dialled;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::interceptor::Tunnel;
use crate::proxy::tunnel::watched_socket::WatchedSocket;
use crate::record::State;

/// A body of ours, or one that is passed on.
pub(crate) type AnyBody = BoxBody<Bytes, hyper::Error>;

/// One TCP connection from an agent.
pub(crate) struct Front {
    context: Arc<Context>,
    process: AgentProcess,
    plain: PlainForwarder,
}

impl Front {
    /// Serves what comes on `stream` until it ends or becomes a tunnel.
    pub(crate) async fn serve(context: Arc<Context>, stream: TcpStream, agent: SocketAddr) {
        let here = stream.local_addr().unwrap_or(context.local_addr);
        let process = context.processes.ask(agent, here);
        let front = Arc::new(Self {
            plain: PlainForwarder::new(Arc::clone(&context), process.clone()),
            context: Arc::clone(&context),
            process,
        });
        let service = service_fn(move |request| {
            let front = Arc::clone(&front);
            async move { Ok::<_, Infallible>(front.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .preserve_header_case(true)
            .auto_date_header(false)
            .half_close(true)
            .max_headers(MAX_HEADERS)
            .timer(TokioTimer::new())
            .header_read_timeout(context.timeouts.unused)
            .serve_connection(TokioIo::new(WatchedSocket::new(stream)), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = context.shutdown.draining() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%agent, %error, "the agent's connection failed");
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<AnyBody> {
        if let Some(password) = &self.context.password
            && !password.is_in(request.headers())
        {
            return self.ask_for_password(&request);
        }
        if request.method() == Method::CONNECT {
            return self.connect(request).await;
        }
        if request.uri().authority().is_some() {
            return self.plain.forward(request).await;
        }
        own(error_responder::text(
            StatusCode::BAD_REQUEST,
            "this is a recording proxy, not a server: set HTTPS_PROXY to its address",
        ))
    }

    /// The agent may come again on the same connection, with the password (git does so).
    fn ask_for_password(&self, request: &Request<Incoming>) -> Response<AnyBody> {
        let authority = request.uri().authority();
        let authority = authority.map(|authority| without_userinfo(authority.as_str()));
        let mut guard = ConnectionGuard::begin(&self.context, authority, self.process.clone());
        let reason = "the request came without the proxy's password";
        guard.give_up(State::Refused, "no_password", reason);
        let mut response = error_responder::text(StatusCode::PROXY_AUTHENTICATION_REQUIRED, reason);
        response.headers_mut().insert(
            PROXY_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"codex-dissect\""),
        );
        own(response)
    }

    async fn connect(&self, request: Request<Incoming>) -> Response<AnyBody> {
        let Some(named) = request.uri().authority() else {
            let text = "CONNECT needs host:port";
            return own(error_responder::text(StatusCode::BAD_REQUEST, text));
        };
        let authority = match Authority::of_connect(named) {
            Ok(authority) => authority,
            Err(reason) => {
                return own(goes_nowhere(
                    &self.context,
                    named,
                    self.process.clone(),
                    &reason,
                ));
            }
        };
        let text = authority.to_string();
        let mut guard = ConnectionGuard::begin(&self.context, Some(&text), self.process.clone());
        let Authority { host, port } = authority;
        let dialled = self
            .context
            .upstream
            .dial(&host, port, self.context.local_addr, &mut guard)
            .await;
        match dialled {
            Ok(dialled) => {
                guard.record().via.clone_from(&dialled.via);
                self.open_tunnel(hyper::upgrade::on(request), guard, dialled, host);
                Response::new(Empty::new().map_err(|never| match never {}).boxed())
            }
            Err(cause) => own(refuse(&mut guard, &cause)),
        }
    }

    fn open_tunnel(
        &self,
        upgrade: OnUpgrade,
        mut guard: ConnectionGuard,
        dialled: Dialled,
        host: String,
    ) {
        let context = Arc::clone(&self.context);
        let process = self.process.clone();
        self.context.shutdown.spawn(async move {
            let upgraded = match upgrade.await {
                Ok(upgraded) => upgraded,
                Err(error) => {
                    let reason = format!("the agent left before the tunnel was open: {error}");
                    return guard.give_up(State::Refused, "agent_gone", &reason);
                }
            };
            let Ok(parts) = upgraded.downcast::<TokioIo<WatchedSocket>>() else {
                return;
            };
            let tunnel = Tunnel {
                context,
                guard,
                agent: Rewind::new(parts.read_buf, parts.io.into_inner().into_tcp()),
                origin: dialled.stream.into(),
                host,
                process,
            };
            Box::pin(tunnel.run()).await;
        });
    }
}

/// Puts a cause on record and into words.
pub(crate) fn refuse(guard: &mut ConnectionGuard, cause: &Cause) -> Response<Full<Bytes>> {
    let state = if cause.name == "loop" {
        State::Refused
    } else {
        State::Failed
    };
    guard.give_up(state, &cause.name, &cause.reason);
    error_responder::response(cause)
}

/// Answers 400 to a request whose authority cannot be used, and puts it on record.
pub(crate) fn goes_nowhere(
    context: &Context,
    named: &uri::Authority,
    process: AgentProcess,
    reason: &str,
) -> Response<Full<Bytes>> {
    let mut guard =
        ConnectionGuard::begin(context, Some(without_userinfo(named.as_str())), process);
    guard.give_up(State::Refused, "authority", reason);
    error_responder::text(StatusCode::BAD_REQUEST, reason)
}

/// An answer of our own, among bodies that are passed on.
pub(crate) fn own(response: Response<Full<Bytes>>) -> Response<AnyBody> {
    response.map(|body| body.map_err(|never| match never {}).boxed())
}

/// Agents send a dozen; origins would refuse so many.
const MAX_HEADERS: usize = 1024;
