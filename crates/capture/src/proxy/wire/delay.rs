//! What passing through us costs an exchange.

use crate::record::Delay;

/// Adds one piece, which took `delay_us` to be handed on.
pub(crate) fn add_piece(delay: &mut Delay, delay_us: u64) {
    let piece = Delay {
        max_us: delay_us,
        total_us: delay_us,
    };
    add_delay(delay, piece);
}

/// Adds the delay of several pieces.
pub(crate) fn add_delay(delay: &mut Delay, more: Delay) {
    delay.max_us = delay.max_us.max(more.max_us);
    delay.total_us += more.total_us;
}
