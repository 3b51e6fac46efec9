//! Turns a recording of an agent's traffic into a report.

pub mod shape;
