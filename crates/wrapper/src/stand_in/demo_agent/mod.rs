//! The built-in demo agent: what `wrap --demo` runs where codex is not installed.
//!
//! It behaves like codex on the wire, as a separate process that knows only its
//! environment: the model list over HTTP/2, a WebSocket with permessage-deflate
//! for prewarm, turn and tool result, one request over server-sent events, and
//! metrics at the end. Its only tool runs `echo`, inside the process.

mod agent;
mod connector;
mod conversation;
mod events;
mod exec;
mod http;

/// The hidden argument that makes `wrap` this agent.
pub(crate) const ARGUMENT: &str = "__demo-agent";

/// Runs the demo agent as the whole process; returns its exit code.
///
/// # Errors
///
/// When the async runtime cannot start.
pub(crate) fn run_to_end() -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match runtime.block_on(agent::run()) {
        Ok(()) => Ok(0),
        Err(error) => {
            crate::warning::print_stderr(&format!("demo agent: {error:#}\n"));
            Ok(1)
        }
    }
}
