//! Pairs the messages of a WebSocket: each one of the agent with those that answer it.
//!
//! A turn ends with its terminal event, with the agent's next message, or with
//! the socket; so it is on record when it is over, not when the socket is.

use crate::proxy::content::record_builder::Reading;
use crate::proxy::content::websocket::message::Message;
use crate::proxy::content::websocket::turn::Turn;
use crate::proxy::wire::{Clock, Direction};
use crate::record::{Delay, Exchange, Outcome, OutcomeState, Transport};

/// What all exchanges on a socket share.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) connection: u64,
    /// The exchange that opened the socket.
    pub(crate) upgrade: u64,
    pub(crate) url: String,
    pub(crate) http_version: &'static str,
}

/// Makes exchanges of messages.
#[derive(Debug)]
pub(crate) struct Pairing {
    scope: Scope,
    turn: Option<Turn>,
    /// What handing on took, since the last whole message of each direction.
    pending: [Delay; 2],
    /// Why the origin's messages are no longer seen, where they are not.
    blind: Option<String>,
}

/// What it takes to make an exchange.
pub(crate) struct Maker<'a> {
    pub(crate) reading: &'a Reading,
    pub(crate) clock: &'a Clock,
    /// Gives out the next id.
    pub(crate) next_id: &'a dyn Fn() -> u64,
    /// Takes what is finished.
    pub(crate) emit: &'a mut dyn FnMut(Exchange),
}

impl Pairing {
    pub(crate) fn new(scope: Scope) -> Self {
        Self {
            scope,
            turn: None,
            pending: [Delay::default(); 2],
            blind: None,
        }
    }

    /// Takes note that a piece was handed on, and how long that took.
    pub(crate) fn delay(&mut self, direction: Direction, delay_us: u64) {
        let pending = &mut self.pending[index(direction)];
        pending.max_us = pending.max_us.max(delay_us);
        pending.total_us += delay_us;
    }

    /// Takes a message.
    pub(crate) fn message(
        &mut self,
        direction: Direction,
        message: Message,
        maker: &mut Maker<'_>,
    ) {
        let delay = std::mem::take(&mut self.pending[index(direction)]);
        match direction {
            Direction::Up => {
                self.close(maker, Close::NextMessage);
                let turn = Turn::asked((maker.next_id)(), message, maker.reading);
                self.turn.insert(turn).add_delay(delay);
            }
            Direction::Down => {
                let turn = self.turn.get_or_insert_with(|| {
                    Turn::unasked((maker.next_id)(), message.start, maker.reading.limit)
                });
                turn.answer(message, maker.reading);
                turn.add_delay(delay);
                if turn.is_over {
                    self.close(maker, Close::Terminal);
                }
            }
        }
    }

    /// Takes note that the origin's messages are no longer seen.
    pub(crate) fn go_blind(&mut self, why: &str, maker: &mut Maker<'_>) {
        self.blind = Some(why.into());
        self.close(maker, Close::Socket(None));
    }

    /// Ends what is under way: the socket is gone, for `reason` unless as sockets go.
    pub(crate) fn finish(&mut self, reason: Option<String>, maker: &mut Maker<'_>) {
        self.close(maker, Close::Socket(reason));
    }

    fn close(&mut self, maker: &mut Maker<'_>, how: Close) {
        let Some(turn) = self.turn.take() else {
            return;
        };
        let mut notes = Vec::new();
        if matches!(how, Close::NextMessage) && turn.asks_model {
            notes.push("the agent's next message came before a terminal event".into());
        }
        let outcome = outcome(&turn, how, self.blind.as_deref());
        let (id, start, delay) = (turn.id, turn.start, turn.delay);
        let (request, response) = turn.into_parts(&self.scope.url, self.scope.http_version);
        let mut exchange = Exchange {
            id,
            connection: self.scope.connection,
            started_at: maker.clock.wall(start),
            transport: Transport::Websocket,
            upgrade: Some(self.scope.upgrade),
            request,
            response,
            outcome,
            delay: Some(delay).filter(|delay| *delay != Delay::default()),
            notes,
        };
        if let Some(redactor) = &maker.reading.redactor {
            redactor.exchange(&mut exchange);
        }
        (maker.emit)(exchange);
    }
}

/// What ends a turn.
enum Close {
    /// Its terminal event.
    Terminal,
    /// The agent's next message.
    NextMessage,
    /// The socket, for a reason unless as sockets go.
    Socket(Option<String>),
}

fn outcome(turn: &Turn, how: Close, blind: Option<&str>) -> Outcome {
    let aborted = |reason: String| Outcome {
        state: OutcomeState::Aborted,
        reason: Some(reason),
    };
    let complete = Outcome {
        state: OutcomeState::Complete,
        reason: None,
    };
    match (how, blind) {
        (Close::Terminal, _) => complete,
        (_, Some(why)) => aborted(format!("the origin's messages could not be read: {why}")),
        (Close::NextMessage, None) => complete,
        (Close::Socket(Some(reason)), None) => aborted(reason),
        (Close::Socket(None), None) if turn.asks_model => {
            aborted("the socket ended before a terminal event".into())
        }
        (Close::Socket(None), None) if turn.is_unanswered() => {
            aborted("the socket ended before an answer".into())
        }
        (Close::Socket(None), None) => complete,
    }
}

fn index(direction: Direction) -> usize {
    match direction {
        Direction::Up => 0,
        Direction::Down => 1,
    }
}
