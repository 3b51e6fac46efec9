//! Failures for the stand-in to inject, so that an agent's retries can be watched.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use hyper::StatusCode;

/// How model requests fail: `ws-426`, `429`, `500` or `cut`; with `:N`, only the first N.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure {
    /// How they fail.
    pub(crate) kind: FailureKind,
    /// How many fail before the rest are answered; all if absent.
    pub(crate) count: Option<u32>,
}

/// How a model request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The upgrade to a WebSocket is answered with 426: codex then uses server-sent events.
    Ws426,
    /// Answered with 429 and `retry-after: 1`; on a WebSocket with an `error` of that status.
    TooManyRequests,
    /// Answered with 500; on a WebSocket with an `error` of that status.
    ServerError,
    /// The connection is cut in the middle of the answer.
    Cut,
}

impl FromStr for Failure {
    type Err = UnknownFailure;

    fn from_str(text: &str) -> Result<Self, UnknownFailure> {
        let unknown = || UnknownFailure(text.to_owned());
        let (name, count) = match text.split_once(':') {
            Some((name, count)) => (name, Some(count.parse().map_err(|_| unknown())?)),
            None => (text, None),
        };
        let kind = FailureKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name);
        let kind = kind.ok_or_else(unknown)?;
        Ok(Self { kind, count })
    }
}

impl FailureKind {
    const ALL: [Self; 4] = [
        Self::Ws426,
        Self::TooManyRequests,
        Self::ServerError,
        Self::Cut,
    ];

    /// As `--fail` names it.
    fn name(self) -> &'static str {
        match self {
            Self::Ws426 => "ws-426",
            Self::TooManyRequests => "429",
            Self::ServerError => "500",
            Self::Cut => "cut",
        }
    }

    /// The status and reason of the refusal, unless the request is answered and then cut.
    pub(super) fn refusal(self) -> Option<(StatusCode, &'static str)> {
        match self {
            Self::Ws426 => Some((StatusCode::UPGRADE_REQUIRED, "no WebSocket, as --fail asks")),
            Self::TooManyRequests => {
                let reason = "too many requests, as --fail asks";
                Some((StatusCode::TOO_MANY_REQUESTS, reason))
            }
            Self::ServerError => {
                let reason = "a server error, as --fail asks";
                Some((StatusCode::INTERNAL_SERVER_ERROR, reason))
            }
            Self::Cut => None,
        }
    }
}

/// The text is not a [`Failure`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not one of ws-426, 429, 500, cut, or one of these with `:COUNT`")]
pub(crate) struct UnknownFailure(String);

/// Hands out a [`Failure`] as often as it should happen.
#[derive(Debug)]
pub(super) struct Failures {
    failure: Option<Failure>,
    handed_out: AtomicU32,
}

impl Failures {
    pub(super) fn new(failure: Option<Failure>) -> Self {
        Self {
            failure,
            handed_out: AtomicU32::new(0),
        }
    }

    /// How the next WebSocket upgrade fails, if it does.
    pub(super) fn next_upgrade(&self) -> Option<FailureKind> {
        self.next(|kind| kind == FailureKind::Ws426)
    }

    /// How the next model request fails, if it does.
    pub(super) fn next_request(&self) -> Option<FailureKind> {
        self.next(|kind| kind != FailureKind::Ws426)
    }

    fn next(&self, applies: impl Fn(FailureKind) -> bool) -> Option<FailureKind> {
        let failure = self.failure.filter(|failure| applies(failure.kind))?;
        let Some(count) = failure.count else {
            return Some(failure.kind);
        };
        let handed_out =
            self.handed_out
                .try_update(Ordering::Relaxed, Ordering::Relaxed, |so_far| {
                    (so_far < count).then(|| so_far + 1)
                });
        handed_out.is_ok().then_some(failure.kind)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        match self.count {
            Some(count) => write!(f, ":{count}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_reads_back_as_it_prints() {
        for text in ["ws-426", "429", "500", "cut", "429:2"] {
            assert_eq!(text.parse::<Failure>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_unknown_failure_is_named_in_its_error() {
        for text in ["", "404", "429:", "429:-1", "cut:two"] {
            let error = text.parse::<Failure>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn a_counted_failure_ends() {
        let failures = Failures::new(Some("500:2".parse().unwrap()));
        assert_eq!(failures.next_request(), Some(FailureKind::ServerError));
        assert_eq!(failures.next_upgrade(), None);
        assert_eq!(failures.next_request(), Some(FailureKind::ServerError));
        assert_eq!(failures.next_request(), None);
    }

    #[test]
    fn a_refused_upgrade_leaves_requests_alone() {
        let failures = Failures::new(Some("ws-426".parse().unwrap()));
        assert_eq!(failures.next_request(), None);
        assert_eq!(failures.next_upgrade(), Some(FailureKind::Ws426));
    }
}
