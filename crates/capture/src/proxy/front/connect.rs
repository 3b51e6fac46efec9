//! `CONNECT host:port` (RFC 9110, section 9.3.6).
//!
//! TCP to the origin comes up first; only then does the agent get its 200, and the tunnel opens.

use std::sync::Arc;

use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;

use crate::proxy::authority::Authority;
use crate::proxy::context::Context;
use crate::proxy::front::answers::{self, AnyBody};
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::interceptor::Tunnel;
use crate::proxy::tunnel::watched_socket::WatchedSocket;
use crate::record::State;

/// Dials the origin for `process` and opens the tunnel, or answers why not.
pub(crate) async fn connect(
    context: &Arc<Context>,
    process: &AgentProcess,
    request: Request<Incoming>,
) -> Response<AnyBody> {
    let Some(named) = request.uri().authority() else {
        return answers::text(StatusCode::BAD_REQUEST, "CONNECT needs host:port");
    };
    let authority = match Authority::of_connect(named) {
        Ok(authority) => authority,
        Err(reason) => return answers::bad_authority(context, named, process.clone(), &reason),
    };
    let text = authority.to_string();
    let mut guard = ConnectionGuard::begin(context, Some(&text), process.clone());
    let Authority { host, port } = authority;
    let dialled = context
        .upstream
        .dial(&host, port, context.local_addr, &mut guard)
        .await;
    match dialled {
        Ok(dialled) => {
            guard.record().via.clone_from(&dialled.via);
            let opening = Opening {
                context: Arc::clone(context),
                guard,
                origin: dialled.stream.into(),
                host,
                process: process.clone(),
            };
            opening.spawn(hyper::upgrade::on(request));
            Response::new(Empty::new().map_err(|never| match never {}).boxed())
        }
        Err(cause) => answers::refuse(&mut guard, &cause),
    }
}

/// A tunnel whose 200 is on its way to the agent.
struct Opening {
    context: Arc<Context>,
    guard: ConnectionGuard,
    origin: Rewind,
    host: String,
    process: AgentProcess,
}

impl Opening {
    /// Runs the tunnel once hyper hands over the agent's socket.
    fn spawn(mut self, upgrade: OnUpgrade) {
        let context = Arc::clone(&self.context);
        context.shutdown.spawn(async move {
            let upgraded = match upgrade.await {
                Ok(upgraded) => upgraded,
                Err(error) => {
                    let reason = format!("the agent left before the tunnel was open: {error}");
                    return self.guard.give_up(State::Refused, "agent_gone", &reason);
                }
            };
            let Ok(parts) = upgraded.downcast::<TokioIo<WatchedSocket>>() else {
                return;
            };
            let tunnel = Tunnel {
                context: self.context,
                guard: self.guard,
                agent: Rewind::new(parts.read_buf, parts.io.into_inner().into_tcp()),
                origin: self.origin,
                host: self.host,
                process: self.process,
            };
            Box::pin(tunnel.run()).await;
        });
    }
}
