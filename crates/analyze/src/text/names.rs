//! The names of a record's enum values, as the recording spells them.

use capture::record::{OutcomeState, Transport};

pub(crate) fn transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Http => "http",
        Transport::Websocket => "websocket",
        Transport::Unknown => "unknown",
    }
}

pub(crate) fn outcome_state(state: OutcomeState) -> &'static str {
    match state {
        OutcomeState::Complete => "complete",
        OutcomeState::Aborted => "aborted",
        OutcomeState::Failed => "failed",
        OutcomeState::Unknown => "unknown",
    }
}
