//! One direction of a relay: reads a piece, writes it, flushes, and only then reads the next.
//!
//! Nothing is altered, merged or held, so a slow reader on one side slows the other. The end of a
//! half is passed on as it came: with TLS's close_notify or without.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::ReadBuf;

use crate::proxy::tap::connection::Tap;
use crate::proxy::tunnel::peer_stream::PeerStream;
use crate::proxy::wire::{Clock, Direction, Stamp};

/// Copies one direction, and shows it to the tap.
pub(crate) struct Pump {
    direction: Direction,
    buffer: Vec<u8>,
    /// `buffer[..read]` is the piece under way, `buffer[..written]` what `to` has taken of it.
    read: usize,
    written: usize,
    read_at: Stamp,
    state: PumpState,
    pub(crate) end: Option<HalfEnd>,
}

#[derive(Clone, Copy)]
enum PumpState {
    Reading,
    Writing,
    Flushing,
    /// Passing the end on to the other side, with a close_notify or without.
    Closing(HalfEnd),
}

/// How one direction ended.
#[derive(Clone, Copy)]
pub(crate) enum HalfEnd {
    Clean,
    /// TLS without a close_notify.
    Unannounced,
    ReadFailed,
    WriteFailed,
}

impl Pump {
    pub(crate) fn new(direction: Direction) -> Self {
        Self {
            direction,
            buffer: vec![0; FIRST_BUFFER_BYTES],
            read: 0,
            written: 0,
            read_at: 0,
            state: PumpState::Reading,
            end: None,
        }
    }

    /// Whether it waits for bytes, and so would notice the end of them.
    pub(crate) fn is_reading(&self) -> bool {
        matches!(self.state, PumpState::Reading)
    }

    /// Copies as far as possible without waiting.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut impl PeerStream,
        to: &mut impl PeerStream,
        tap: &mut Tap,
        clock: &Clock,
    ) {
        while self.end.is_none() {
            if self.step(cx, from, to, tap, clock).is_pending() {
                return;
            }
        }
    }

    fn step(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut impl PeerStream,
        to: &mut impl PeerStream,
        tap: &mut Tap,
        clock: &Clock,
    ) -> Poll<()> {
        match self.state {
            PumpState::Reading => ready!(self.poll_read(cx, from, tap, clock)),
            PumpState::Writing => {
                let rest = &self.buffer[self.written..self.read];
                match ready!(Pin::new(to).poll_write(cx, rest)) {
                    Ok(count) if count > 0 => self.written += count,
                    Ok(_) | Err(_) => self.end = Some(HalfEnd::WriteFailed),
                }
                if self.written == self.read {
                    self.state = PumpState::Flushing;
                }
            }
            PumpState::Flushing => {
                if ready!(Pin::new(to).poll_flush(cx)).is_err() {
                    self.end = Some(HalfEnd::WriteFailed);
                }
                self.delivered(tap, clock);
                self.state = PumpState::Reading;
            }
            PumpState::Closing(end) => {
                // If the other side is gone already, this direction has ended all the same.
                let _gone = match end {
                    HalfEnd::Clean => ready!(Pin::new(to).poll_shutdown(cx)),
                    _ => ready!(to.poll_abrupt_shutdown(cx)),
                };
                self.end = Some(end);
            }
        }
        Poll::Ready(())
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut impl PeerStream,
        tap: &mut Tap,
        clock: &Clock,
    ) -> Poll<()> {
        if self.read == self.buffer.len() && self.buffer.len() < MAX_BUFFER_BYTES {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let mut room = ReadBuf::new(&mut self.buffer);
        let result = ready!(Pin::new(from).poll_read(cx, &mut room));
        let count = room.filled().len();
        self.read_at = clock.now();
        match result {
            Ok(()) if count > 0 => {
                (self.read, self.written) = (count, 0);
                self.state = PumpState::Writing;
                // The tap sees requests before the origin does, so no answer can precede its request.
                if self.direction == Direction::Up {
                    tap.push(self.direction, &self.buffer[..count], self.read_at, 0);
                }
                return Poll::Ready(());
            }
            Ok(()) => self.state = PumpState::Closing(HalfEnd::Clean),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.state = PumpState::Closing(HalfEnd::Unannounced);
            }
            Err(_) => {
                self.end = Some(HalfEnd::ReadFailed);
                return Poll::Ready(());
            }
        }
        tap.half_closed(self.direction, self.read_at);
        Poll::Ready(())
    }

    /// The piece is with the other side. The tap sees answers only now: the agent never waits for us
    /// to look at one.
    fn delivered(&mut self, tap: &mut Tap, clock: &Clock) {
        let delay_us = clock.now().saturating_sub(self.read_at);
        match self.direction {
            Direction::Up => tap.delayed(self.direction, delay_us),
            Direction::Down => tap.push(
                self.direction,
                &self.buffer[..self.read],
                self.read_at,
                delay_us,
            ),
        }
    }
}

/// Enough for most heads and events; a thousand idle WebSockets hold 8 MiB of it.
const FIRST_BUFFER_BYTES: usize = 4 * 1024;

/// Four TLS records: more does not make a download faster.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
