//! The proxy's own answers to requests that it cannot serve.

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::http::uri;
use hyper::{Response, StatusCode};

use crate::proxy::authority::without_userinfo;
use crate::proxy::context::Context;
use crate::proxy::error_responder;
use crate::proxy::net::cause::Cause;
use crate::proxy::net::processes::AgentProcess;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::record::State;

/// A body of ours, or one that is forwarded.
pub(crate) type AnyBody = BoxBody<Bytes, hyper::Error>;

/// A short answer of our own.
pub(crate) fn text(status: StatusCode, text: &str) -> Response<AnyBody> {
    boxed(error_responder::text(status, text))
}

/// An answer that explains `cause`.
pub(crate) fn explain(cause: &Cause) -> Response<AnyBody> {
    boxed(error_responder::response(cause))
}

/// Records why the origin was not reached, and explains it to the agent.
pub(crate) fn refuse(guard: &mut ConnectionGuard, cause: &Cause) -> Response<AnyBody> {
    let state = if cause.name == "loop" {
        State::Refused
    } else {
        State::Failed
    };
    guard.give_up(state, &cause.name, &cause.reason);
    explain(cause)
}

/// Records a request whose authority cannot be used, and answers it with 400.
pub(crate) fn bad_authority(
    context: &Context,
    authority: &uri::Authority,
    process: AgentProcess,
    reason: &str,
) -> Response<AnyBody> {
    let authority = without_userinfo(authority.as_str());
    let mut guard = ConnectionGuard::begin(context, Some(authority), process);
    guard.give_up(State::Refused, "authority", reason);
    text(StatusCode::BAD_REQUEST, reason)
}

fn boxed(response: Response<Full<Bytes>>) -> Response<AnyBody> {
    response.map(|body| body.map_err(|never| match never {}).boxed())
}
