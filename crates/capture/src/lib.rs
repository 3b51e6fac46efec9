//! A CONNECT proxy that records what a coding agent says over the network.

pub mod record;
