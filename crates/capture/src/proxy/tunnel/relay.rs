//! Hands bytes from each side to the other, as they come, and lets the tap see them.
//!
//! Nothing is altered, merged or held: a piece is read when the one before it
//! has been handed on, so a slow reader on one side slows the other. The end
//! of one half is passed on as it was: with TLS's close_notify or without, and
//! a reset as a reset. [`Vigil`] ends what nobody else would.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{client, server};

use crate::proxy::context::Context as ProxyContext;
use crate::proxy::net::rewind::Rewind;
use crate::proxy::tap::connection::Tap;
use crate::proxy::tunnel::connection_guard::Live;
use crate::proxy::tunnel::half_close_timeout::Vigil;
use crate::proxy::wire::{Clock, Cut, Direction, Side, Stamp};

/// One side of a relay: plain TCP or TLS.
pub(crate) trait Leg: AsyncRead + AsyncWrite + Unpin + Send {
    /// Ends our half without TLS's close_notify.
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Makes the system send a reset when this is dropped.
    fn reset_on_drop(&self);

    /// Whether the peer has reset it, which a side that is not read does not notice.
    fn is_broken(&self) -> bool;
}

/// Relays until both sides have ended, one was reset, or nothing is under way after `drain`.
async fn relay(
    agent: &mut impl Leg,
    origin: &mut impl Leg,
    tap: &mut Tap,
    clock: &Clock,
    drain: impl Future<Output = ()>,
) -> Cut {
    let mut drain = pin!(drain);
    let mut draining = false;
    let mut up = Flow::new(Direction::Up);
    let mut down = Flow::new(Direction::Down);
    let mut first = None;
    let mut vigil = Vigil::default();
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
            (Some(End::ReadFailed), _) => Poll::Ready(Cut::Reset(Side::Agent)),
            (_, Some(End::ReadFailed)) => Poll::Ready(Cut::Reset(Side::Origin)),
            (Some(End::WriteFailed), Some(_)) => Poll::Ready(Cut::Reset(Side::Origin)),
            (Some(_), Some(End::WriteFailed)) => Poll::Ready(Cut::Reset(Side::Agent)),
            (Some(_), Some(_)) => Poll::Ready(Cut::Closed(first.unwrap_or(Side::Agent))),
            _ if draining && tap.is_idle() => Poll::Ready(Cut::Shutdown),
            (None, None) if up.is_reading() => Poll::Pending,
            _ => {
                let gone = !up.is_reading() && agent.is_broken();
                let silent = vigil.poll(cx, tap.bytes(), first.is_some());
                match (gone, silent) {
                    (true, _) => Poll::Ready(Cut::Reset(Side::Agent)),
                    (false, true) => Poll::Ready(Cut::Closed(first.unwrap_or(Side::Agent))),
                    (false, false) => Poll::Pending,
                }
            }
        }
    })
    .await;
    if let Cut::Reset(side) = cut {
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
    live: &mut Live,
    agent: &mut impl Leg,
    origin: &mut impl Leg,
) -> Cut {
    let clock = *context.recorder.clock();
    let Some(tap): Option<&mut Tap> = live.tap() else {
        return Cut::Shutdown;
    };
    let cut = relay(agent, origin, tap, &clock, context.shutdown.draining()).await;
    live.ended(cut);
    cut
}

/// One direction.
struct Flow {
    direction: Direction,
    buffer: Vec<u8>,
    /// What of the buffer has been read, and how much of it handed on.
    read: usize,
    written: usize,
    read_at: Stamp,
    state: State,
    end: Option<End>,
}

#[derive(Clone, Copy)]
enum State {
    Reading,
    Writing,
    Flushing,
    /// Our half of the other side is being ended, with a close_notify or without.
    Closing(End),
}

/// How one direction ended.
#[derive(Clone, Copy)]
enum End {
    Clean,
    /// TLS without a close_notify.
    Unannounced,
    ReadFailed,
    WriteFailed,
}

impl Flow {
    fn new(direction: Direction) -> Self {
        Self {
            direction,
            buffer: vec![0; FIRST_BUFFER_BYTES],
            read: 0,
            written: 0,
            read_at: 0,
            state: State::Reading,
            end: None,
        }
    }

    /// Whether it waits for bytes, and so would notice that they end.
    fn is_reading(&self) -> bool {
        matches!(self.state, State::Reading)
    }

    /// Goes on as far as it can without waiting.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut impl Leg,
        to: &mut impl Leg,
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
        from: &mut impl Leg,
        to: &mut impl Leg,
        tap: &mut Tap,
        clock: &Clock,
    ) -> Poll<()> {
        match self.state {
            State::Reading => ready!(self.poll_read(cx, from, tap, clock)),
            State::Writing => {
                let rest = &self.buffer[self.written..self.read];
                match ready!(Pin::new(to).poll_write(cx, rest)) {
                    Ok(count) if count > 0 => self.written += count,
                    Ok(_) | Err(_) => self.end = Some(End::WriteFailed),
                }
                if self.written == self.read {
                    self.state = State::Flushing;
                }
            }
            State::Flushing => {
                if ready!(Pin::new(to).poll_flush(cx)).is_err() {
                    self.end = Some(End::WriteFailed);
                }
                self.handed_on(tap, clock);
                self.state = State::Reading;
            }
            State::Closing(end) => {
                // That the other side is gone already changes nothing for this direction.
                let _gone = match end {
                    End::Clean => ready!(Pin::new(to).poll_shutdown(cx)),
                    _ => ready!(to.poll_cut(cx)),
                };
                self.end = Some(end);
            }
        }
        Poll::Ready(())
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut impl Leg,
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
                self.state = State::Writing;
                // Requests are seen before they are handed on, so that no answer can come first.
                if self.direction == Direction::Up {
                    tap.push(self.direction, &self.buffer[..count], self.read_at, 0);
                }
                return Poll::Ready(());
            }
            Ok(()) => self.state = State::Closing(End::Clean),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.state = State::Closing(End::Unannounced);
            }
            Err(_) => {
                self.end = Some(End::ReadFailed);
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

impl Leg for Rewind {
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
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

impl<T: Leg> Leg for client::TlsStream<T> {
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().0.poll_cut(cx)
    }

    fn reset_on_drop(&self) {
        self.get_ref().0.reset_on_drop();
    }

    fn is_broken(&self) -> bool {
        self.get_ref().0.is_broken()
    }
}

impl<T: Leg> Leg for server::TlsStream<T> {
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().0.poll_cut(cx)
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
