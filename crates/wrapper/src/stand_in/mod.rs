//! A stand-in for the model APIs: try an agent without key, account or network.
//!
//! An HTTPS server on a loopback port, with its own root, answers for every
//! host. The proxy dials it in place of the origins; everything else is real:
//! the agent's CONNECT, TLS on both sides, HTTP/2 or HTTP/1.1, WebSockets with
//! permessage-deflate, server-sent events spread over time. [`demo_agent`] is
//! an agent to go with it, for machines without codex.
//!
//! ```text
//! server -> router -> api (model requests) -> playback -> events
//!                  -> websocket (the same, message by message)
//!                  -> lookups (everything else that agents request)
//! ```

mod api;
mod body;
mod certificate;
pub(crate) mod demo_agent;
mod event;
mod failure;
mod item;
mod log;
mod lookups;
mod model_request;
mod options;
mod playback;
mod reply;
mod router;
mod schema;
mod script;
mod server;
mod shell;
mod state;
mod usage;
mod websocket;

pub(crate) use options::StandInOptions;
pub(crate) use server::StandIn;
