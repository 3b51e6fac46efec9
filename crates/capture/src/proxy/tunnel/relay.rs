//! Hands bytes from each side to the other, as they come, and lets the tap see them.
//!
//! Nothing is altered, merged or held: a piece is read when the one before it
//! has been handed on, so a slow reader on one side slows the other. The end
//! of one half is passed on as it was: with TLS's close_notify or without, and
//! a reset as a reset. [`HalfCloseTimeout`] ends what nobody else would.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{client, server};

use crate::proxy::context::Context as ProxyContext;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tap::connection::Tap;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::half_close_timeout::HalfCloseTimeout;
use crate::proxy::wire::{Clock, ConnectionEnd, Direction, Side, Stamp};

/// One side of a relay: plain TCP or TLS.
pub(crate) trait PeerStream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Ends our half without TLS's close_notify.
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Makes the system send a reset when this is dropped.
    fn reset_on_drop(&self);

    /// Whether the peer has reset it, which a side that is not read does not notice.
    fn is_broken(&self) -> bool;
}

/// Relays until both sides have ended, one was reset, or nothing is under way after `drain`.
async fn relay(
    agent: &mut impl PeerStream,
    origin: &mut impl PeerStream,
    tap: &mut Tap,
    clock: &Clock,
    drain: impl Future<Output = ()>,
) -> ConnectionEnd {
    let mut drain = pin!(drain);
    let mut draining = false;
    let mut up = Pump::new(Direction::Up);
    let mut down = Pump::new(Direction::Down);
    let mut first = None;
    let mut vigil = HalfCloseTimeout::default();
    let cut = poll_fn(|cx| {
        up.poll(cx, agent, origin, tap, clock);
        down.poll(cx, origin, agent, tap, clock);
        draining = draining || drain.as_mut().poll(cx).is_ready();
        if first.is_none() {
            first = match (up.end, down.end) {
                (Some(_), _) => Some(Side::Agent),
                (None, Some(_)) => Some(Side::Origin),
                (None, None) => None,
            };
        }
        match (up.end, down.end) {
            (Some(HalfEnd::ReadFailed), _) => Poll::Ready(ConnectionEnd::Reset(Side::Agent)),
            (_, Some(HalfEnd::ReadFailed)) => Poll::Ready(ConnectionEnd::Reset(Side::Origin)),
            (Some(HalfEnd::WriteFailed), Some(_)) => {
                Poll::Ready(ConnectionEnd::Reset(Side::Origin))
            }
            (Some(_), Some(HalfEnd::WriteFailed)) => Poll::Ready(ConnectionEnd::Reset(Side::Agent)),
            (Some(_), Some(_)) => Poll::Ready(ConnectionEnd::Closed(first.unwrap_or(Side::Agent))),
            _ if draining && tap.is_idle() => Poll::Ready(ConnectionEnd::Shutdown),
            (None, None) if up.is_reading() => Poll::Pending,
            _ => {
                let gone = !up.is_reading() && agent.is_broken();
                let silent = vigil.poll(cx, tap.bytes(), first.is_some());
                match (gone, silent) {
                    (true, _) => Poll::Ready(ConnectionEnd::Reset(Side::Agent)),
                    (false, true) => {
                        Poll::Ready(ConnectionEnd::Closed(first.unwrap_or(Side::Agent)))
                    }
                    (false, false) => Poll::Pending,
                }
            }
        }
    })
    .await;
    if let ConnectionEnd::Reset(side) = cut {
        match side {
            Side::Agent => origin.reset_on_drop(),
            Side::Origin => agent.reset_on_drop(),
        }
    }
    cut
}

/// Relays through the connection's tap.
pub(crate) async fn pass(
    context: &ProxyContext,
    guard: &mut ConnectionGuard,
    agent: &mut impl PeerStream,
    origin: &mut impl PeerStream,
) -> ConnectionEnd {
    let clock = *context.recorder.clock();
    let Some(tap): Option<&mut Tap> = guard.tap() else {
        return ConnectionEnd::Shutdown;
    };
    let cut = relay(agent, origin, tap, &clock, context.shutdown.draining()).await;
    guard.ended(cut);
    cut
}

/// One direction.
struct Pump {
    direction: Direction,
    buffer: Vec<u8>,
    /// What of the buffer has been read, and how much of it handed on.
    read: usize,
    written: usize,
    read_at: Stamp,
    state: PumpState,
    end: Option<HalfEnd>,
}

#[derive(Clone, Copy)]
enum PumpState {
    RecordBuilder,
    Writing,
    Flushing,
    /// Our half of the other side is being ended, with a close_notify or without.
    Closing(HalfEnd),
}

/// How one direction ended.
#[derive(Clone, Copy)]
enum HalfEnd {
    Clean,
    /// TLS without a close_notify.
    Unannounced,
    ReadFailed,
    WriteFailed,
}

impl Pump {
    fn new(direction: Direction) -> Self {
        Self {
            direction,
            buffer: vec![0; FIRST_BUFFER_BYTES],
            read: 0,
            written: 0,
            read_at: 0,
            state: PumpState::RecordBuilder,
            end: None,
        }
    }

    /// Whether it waits for bytes, and so would notice that they end.
    fn is_reading(&self) -> bool {
        matches!(self.state, PumpState::RecordBuilder)
    }

    /// Goes on as far as it can without waiting.
    fn poll(
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
            PumpState::RecordBuilder => ready!(self.poll_read(cx, from, tap, clock)),
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
                self.handed_on(tap, clock);
                self.state = PumpState::RecordBuilder;
            }
            PumpState::Closing(end) => {
                // That the other side is gone already changes nothing for this direction.
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
                // Requests are seen before they are handed on, so that no answer can come first.
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

    fn handed_on(&mut self, tap: &mut Tap, clock: &Clock) {
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

impl PeerStream for Rewind {
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self).poll_shutdown(cx)
    }

    fn reset_on_drop(&self) {
        // A socket that is gone already needs no reset.
        drop(self.tcp().set_zero_linger());
    }

    fn is_broken(&self) -> bool {
        !matches!(self.tcp().take_error(), Ok(None))
    }
}

impl<T: PeerStream> PeerStream for client::TlsStream<T> {
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().0.poll_abrupt_shutdown(cx)
    }

    fn reset_on_drop(&self) {
        self.get_ref().0.reset_on_drop();
    }

    fn is_broken(&self) -> bool {
        self.get_ref().0.is_broken()
    }
}

impl<T: PeerStream> PeerStream for server::TlsStream<T> {
    fn poll_abrupt_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().0.poll_abrupt_shutdown(cx)
    }

    fn reset_on_drop(&self) {
        self.get_ref().0.reset_on_drop();
    }

    fn is_broken(&self) -> bool {
        self.get_ref().0.is_broken()
    }
}

/// Enough for most heads and events; a thousand idle WebSockets hold 8 MiB of it.
const FIRST_BUFFER_BYTES: usize = 4 * 1024;

/// Four TLS records: more does not make a download faster.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
