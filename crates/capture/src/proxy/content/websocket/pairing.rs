//! Pairs each message from the agent with the messages that answer it.
//!
//! A turn ends with its terminal event, with the agent's next message, or with
//! the socket. It is recorded when it is over, not when the socket is.

use crate::proxy::content::record_builder::RecordBuilder;
use crate::proxy::content::websocket::message::WebSocketMessage;
use crate::proxy::content::websocket::turn::Turn;
use crate::proxy::wire::{Clock, Direction, SocketInfo, add_delay, add_piece};
use crate::record::{Delay, Exchange, Outcome, OutcomeState, Transport};

/// Makes exchanges of the messages of one socket.
#[derive(Debug)]
pub(crate) struct Pairing {
    socket: SocketInfo,
    turn: Option<Turn>,
    /// The delay since the last whole message of each direction.
    pending: [Delay; 2],
    /// Why the origin's messages can no longer be read, if they cannot.
    origin_problem: Option<String>,
}

/// Where finished exchanges go, and what it takes to make one.
pub(crate) struct ExchangeSink<'a> {
    pub(crate) builder: &'a RecordBuilder,
    pub(crate) clock: &'a Clock,
    /// Returns the next exchange's id.
    pub(crate) next_id: &'a dyn Fn() -> u64,
    /// Takes a finished exchange.
    pub(crate) emit: &'a mut dyn FnMut(Exchange),
}

impl Pairing {
    pub(crate) fn new(socket: SocketInfo) -> Self {
        Self {
            socket,
            turn: None,
            pending: [Delay::default(); 2],
            origin_problem: None,
        }
    }

    /// Notes how long handing on a piece took.
    pub(crate) fn delay(&mut self, direction: Direction, delay_us: u64) {
        add_piece(&mut self.pending[direction.index()], delay_us);
    }

    /// Takes a message.
    pub(crate) fn message(
        &mut self,
        direction: Direction,
        message: WebSocketMessage,
        sink: &mut ExchangeSink<'_>,
    ) {
        let delay = std::mem::take(&mut self.pending[direction.index()]);
        match direction {
            Direction::Up => {
                self.close(sink, TurnEnd::NextMessage);
                let turn = Turn::asked((sink.next_id)(), message, sink.builder);
                add_delay(&mut self.turn.insert(turn).delay, delay);
            }
            Direction::Down => {
                let turn = self.turn.get_or_insert_with(|| {
                    Turn::unasked((sink.next_id)(), message.start, sink.builder.limit)
                });
                turn.answer(message, sink.builder);
                add_delay(&mut turn.delay, delay);
                if turn.is_over {
                    self.close(sink, TurnEnd::Terminal);
                }
            }
        }
    }

    /// Notes that the origin's messages can no longer be read.
    pub(crate) fn stop_reading_origin(&mut self, why: &str, sink: &mut ExchangeSink<'_>) {
        self.origin_problem = Some(why.into());
        self.close(sink, TurnEnd::Socket(None));
    }

    /// The socket is gone: ends the turn under way. `reason` is `None` for a normal end.
    pub(crate) fn finish(&mut self, reason: Option<String>, sink: &mut ExchangeSink<'_>) {
        self.close(sink, TurnEnd::Socket(reason));
    }

    fn close(&mut self, sink: &mut ExchangeSink<'_>, how: TurnEnd) {
        let Some(turn) = self.turn.take() else {
            return;
        };
        let mut notes = Vec::new();
        if matches!(how, TurnEnd::NextMessage) && turn.asks_model {
            notes.push("the agent's next message came before a terminal event".into());
        }
        let outcome = outcome(&turn, how, self.origin_problem.as_deref());
        let (id, start, delay) = (turn.id, turn.start, turn.delay);
        let (request, response) = turn.into_parts(&self.socket.url, self.socket.http_version);
        let mut exchange = Exchange {
            id,
            connection: self.socket.connection,
            started_at: sink.clock.wall(start),
            transport: Transport::Websocket,
            upgrade: Some(self.socket.upgrade),
            request,
            response,
            outcome,
            delay: Some(delay).filter(|delay| *delay != Delay::default()),
            notes,
        };
        if let Some(redactor) = &sink.builder.redactor {
            redactor.exchange(&mut exchange);
        }
        (sink.emit)(exchange);
    }
}

/// What ends a turn.
enum TurnEnd {
    /// Its terminal event.
    Terminal,
    /// The agent's next message.
    NextMessage,
    /// The socket; with a reason unless it ended normally.
    Socket(Option<String>),
}

fn outcome(turn: &Turn, how: TurnEnd, origin_problem: Option<&str>) -> Outcome {
    let aborted = |reason: String| Outcome {
        state: OutcomeState::Aborted,
        reason: Some(reason),
    };
    let complete = Outcome {
        state: OutcomeState::Complete,
        reason: None,
    };
    match (how, origin_problem) {
        (TurnEnd::Terminal, _) => complete,
        (_, Some(why)) => aborted(format!("the origin's messages could not be read: {why}")),
        (TurnEnd::NextMessage, None) => complete,
        (TurnEnd::Socket(Some(reason)), None) => aborted(reason),
        (TurnEnd::Socket(None), None) if turn.asks_model => {
            aborted("the socket ended before a terminal event".into())
        }
        (TurnEnd::Socket(None), None) if turn.is_unanswered() => {
            aborted("the socket ended before an answer".into())
        }
        (TurnEnd::Socket(None), None) => complete,
    }
}
