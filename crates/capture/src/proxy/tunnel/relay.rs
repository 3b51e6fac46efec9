//! Hands bytes from each side to the other as they come, and lets the tap see them.
//!
//! A [`Pump`] copies each direction. A reset of one side is passed on as a reset of the other.
//! [`HalfCloseTimeout`] ends a connection whose peers would hold it open for ever.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use crate::proxy::context::Context;
use crate::proxy::tap::connection::Tap;
use crate::proxy::tunnel::connection_guard::ConnectionGuard;
use crate::proxy::tunnel::half_close_timeout::HalfCloseTimeout;
use crate::proxy::tunnel::peer_stream::PeerStream;
use crate::proxy::tunnel::pump::{HalfEnd, Pump};
use crate::proxy::wire::{Clock, ConnectionEnd, Direction, Side};

/// Relays between `agent` and `origin` through the connection's tap, and notes how it ended.
pub(crate) async fn relay(
    context: &Context,
    guard: &mut ConnectionGuard,
    agent: &mut impl PeerStream,
    origin: &mut impl PeerStream,
) -> ConnectionEnd {
    let clock = *context.recorder.clock();
    let Some(tap): Option<&mut Tap> = guard.tap() else {
        return ConnectionEnd::Shutdown;
    };
    let end = copy_both(agent, origin, tap, &clock, context.shutdown.draining()).await;
    guard.ended(end);
    end
}

/// Copies until both sides have ended, one was reset, or `drain` completes and nothing is under way.
async fn copy_both(
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
    let mut timeout = HalfCloseTimeout::default();
    let end = poll_fn(|cx| {
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
                let silent = timeout.poll(cx, tap.bytes(), first.is_some());
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
    if let ConnectionEnd::Reset(side) = end {
        match side {
            Side::Agent => origin.reset_on_drop(),
            Side::Origin => agent.reset_on_drop(),
        }
    }
    end
}
