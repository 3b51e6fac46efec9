//! Serves one TCP connection from an agent, until it ends or becomes a tunnel.
//!
//! CONNECT opens a tunnel; a request in absolute form (`GET http://…`, RFC 9112, section 3.2.2)
//! is forwarded; anything else is answered with an explanation.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{HeaderValue, PROXY_AUTHENTICATE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use crate::proxy::authority::without_userinfo;
use crate::proxy::context::Context;
use crate::proxy::front::answers::{self, AnyBody};
use crate::proxy::front::connect::connect;
use crate::proxy::front::password::Password;
use crate::proxy::front::plain::PlainForwarder;
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::watched_socket::WatchedSocket;
use crate::record::State;

/// Answers the requests of one agent connection.
pub(crate) struct Server {
    context: Arc<Context>,
    password: Option<Arc<Password>>,
    process: AgentProcess,
    plain: PlainForwarder,
}

impl Server {
    /// Serves `stream`, asking for `password` where there is one.
    pub(crate) async fn serve(
        context: Arc<Context>,
        password: Option<Arc<Password>>,
        stream: TcpStream,
        agent: SocketAddr,
    ) {
        let here = stream.local_addr().unwrap_or(context.local_addr);
        let process = context.processes.ask(agent, here);
        let server = Arc::new(Self {
            plain: PlainForwarder::new(Arc::clone(&context), process.clone()),
            context: Arc::clone(&context),
            password,
            process,
        });
        let service = service_fn(move |request| {
            let server = Arc::clone(&server);
            async move { Ok::<_, Infallible>(server.answer(request).await) }
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
        if let Some(password) = &self.password
            && !password.is_in(request.headers())
        {
            return self.ask_for_password(&request);
        }
        if request.method() == Method::CONNECT {
            return connect(&self.context, &self.process, request).await;
        }
        if request.uri().authority().is_some() {
            return self.plain.forward(request).await;
        }
        answers::text(
            StatusCode::BAD_REQUEST,
            "this is a recording proxy, not a server: set HTTPS_PROXY to its address",
        )
    }

    /// The agent may retry on the same connection with the password, as git does.
    fn ask_for_password(&self, request: &Request<Incoming>) -> Response<AnyBody> {
        let authority = request.uri().authority();
        let authority = authority.map(|authority| without_userinfo(authority.as_str()));
        let mut guard = ConnectionGuard::begin(&self.context, authority, self.process.clone());
        let reason = "the request came without the proxy's password";
        guard.give_up(State::Refused, "no_password", reason);
        let mut response = answers::text(StatusCode::PROXY_AUTHENTICATION_REQUIRED, reason);
        response.headers_mut().insert(
            PROXY_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"codex-dissect\""),
        );
        response
    }
}

/// Agents send a dozen headers, and origins refuse far fewer than this.
const MAX_HEADERS: usize = 1024;
