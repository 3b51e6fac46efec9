//! The two directions, the two sides, and how a connection between them ends.

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    /// From the agent to the origin.
    Up,
    /// From the origin to the agent.
    Down,
}

impl Direction {
    /// The side that sends.
    pub(crate) fn sender(self) -> Side {
        match self {
            Self::Up => Side::Agent,
            Self::Down => Side::Origin,
        }
    }

    /// The index into an array of one entry per direction.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Up => 0,
            Self::Down => 1,
        }
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionEnd {
    /// Both sides had ended their halves; this one ended first.
    Closed(Side),
    /// This side reset it, or was gone when we wrote to it.
    Reset(Side),
    /// The proxy was stopped.
    Shutdown,
    /// Its bytes could no longer be read; the connection itself goes on.
    Unreadable,
}

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Agent,
    Origin,
}

impl ConnectionEnd {
    /// Why an open exchange was aborted.
    pub(crate) fn reason(self) -> String {
        match self {
            Self::Closed(side) => format!("{} closed the connection", side.name()),
            Self::Reset(side) => format!("{} reset the connection", side.name()),
            Self::Shutdown => "the proxy was stopped".to_owned(),
            Self::Unreadable => "reading stopped, the traffic went on".to_owned(),
        }
    }

    /// Why a WebSocket was aborted; `None` for a plain close, which is how codex ends one.
    pub(crate) fn websocket_reason(self) -> Option<String> {
        match self {
            Self::Closed(_) => None,
            other => Some(other.reason()),
        }
    }
}

impl Side {
    /// As the record's texts call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Agent => "the agent",
            Self::Origin => "the origin",
        }
    }
}
