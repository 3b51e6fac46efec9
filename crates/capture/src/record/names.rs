//! The names of the record's enums, as serde writes them, for programs that print them.

use super::{OutcomeState, State, Transport, Unread};

impl Transport {
    /// Its name in a recording.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Websocket => "websocket",
            Self::Unknown => "unknown",
        }
    }
}

impl OutcomeState {
    /// Its name in a recording.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Aborted => "aborted",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl State {
    /// Its name in a recording.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intercepted => "intercepted",
            Self::Opaque => "opaque",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

impl Unread {
    /// Its name in a recording.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotMatched => "not_matched",
            Self::NotHttp => "not_http",
            Self::EarlierRejected => "earlier_rejected",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    fn written(value: impl Serialize) -> serde_json::Value {
        serde_json::to_value(value).unwrap()
    }

    #[test]
    fn names_are_those_that_serde_writes() {
        use OutcomeState::{Aborted, Complete};
        use State::{Intercepted, Opaque, Refused, Rejected};
        use Unread::{EarlierRejected, NotHttp, NotMatched};

        for transport in [Transport::Http, Transport::Websocket, Transport::Unknown] {
            assert_eq!(written(transport), transport.name());
        }
        for state in [
            Complete,
            Aborted,
            OutcomeState::Failed,
            OutcomeState::Unknown,
        ] {
            assert_eq!(written(state), state.name());
        }
        for state in [
            Intercepted,
            Opaque,
            Rejected,
            State::Failed,
            Refused,
            State::Unknown,
        ] {
            assert_eq!(written(state), state.name());
        }
        for unread in [NotMatched, NotHttp, EarlierRejected, Unread::Unknown] {
            assert_eq!(written(unread), unread.name());
        }
    }
}
