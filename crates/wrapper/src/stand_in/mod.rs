//! A stand-in for the model APIs: try an agent with no key, no account and no network.
//!
//! It is an HTTPS server on a loopback port, with a root of its own, that
//! answers for every host. The proxy dials it in place of the origins; all
//! else is as in real life: the agent's CONNECT, TLS on both sides, HTTP/2 or
//! HTTP/1.1, WebSockets with permessage-deflate, server-sent events spread
//! over time.
//!
//! ```text
//! server -> router -> api (model requests) -> playback -> events
//!                  -> websocket (the same, message by message)
//!                  -> lookups (everything else that agents ask for)
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
