//! Accepts connections, and spawns a task for each.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::proxy::context::Context;
use crate::proxy::front::password::Password;
use crate::proxy::front::server::Server;
use crate::proxy::net::dial::prepare;

/// Accepts until the drain begins; agents need `password` where there is one.
pub(crate) async fn accept_all(
    listener: TcpListener,
    context: Arc<Context>,
    password: Option<Arc<Password>>,
) {
    let draining = context.shutdown.draining();
    tokio::pin!(draining);
    let mut pause = SHORTEST_PAUSE;
    loop {
        let accepted = tokio::select! {
            biased;
            () = draining.as_mut() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, agent)) => {
                pause = SHORTEST_PAUSE;
                if let Err(error) = prepare(&stream) {
                    tracing::debug!(%agent, %error, "the agent was gone at once");
                    continue;
                }
                let serving = Server::serve(Arc::clone(&context), password.clone(), stream, agent);
                context.shutdown.spawn(serving);
            }
            // Out of descriptors or memory: open connections go on, and free some as they end.
            Err(error) if !concerns_one(&error) => {
                context.recorder.warn(format!(
                    "new connections had to wait: {error}; raise the limit of open files (ulimit -n)"
                ));
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(error) => tracing::debug!(%error, "a connection ended before it was accepted"),
        }
    }
}

/// Whether only one connection failed, so that accepting can go on at once.
fn concerns_one(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
