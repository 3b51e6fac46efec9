//! What the recording did not see, and the delay that the proxy added.

use super::cells::first;
use super::escape::code;
use crate::report::{Completeness, Lapse, LapseCount};
use crate::text::units::{count, duration};

pub(super) fn write(completeness: &Completeness, out: &mut String) {
    if completeness.lapses.is_empty() {
        out.push_str("Nothing is known to be missing.\n");
    }
    for lapse in &completeness.lapses {
        out.push_str(&format!("- {}{}\n", sentence(lapse), of(lapse)));
    }
    for line in &completeness.unread_lines.first {
        out.push_str(&format!("  - {}\n", code(line)));
    }
    out.push('\n');
    if let (Some(max), Some(total)) = (&completeness.delay_max_us, &completeness.delay_total_us) {
        out.push_str(&format!(
            "Delay added by the proxy, per exchange: longest for one piece p50 {}, p99 {}; all pieces \
             together p50 {}, p99 {}.\n\n",
            duration(max.p50),
            duration(max.p99),
            duration(total.p50),
            duration(total.p99),
        ));
    }
}

fn sentence(lapse: &LapseCount) -> String {
    let number = count(lapse.count);
    match lapse.lapse {
        Lapse::NoModelTraffic => "No request to a model was recorded: was the agent's traffic \
                                  sent through the proxy?"
            .to_owned(),
        Lapse::LostRecords => format!("Records lost before they were written: {number}"),
        Lapse::NoEnd => {
            format!("Recordings without an end line (a crash, or still running): {number}")
        }
        Lapse::NoSession => format!("Recordings without a session line: {number}"),
        Lapse::CountMismatch => {
            format!(
                "Recordings whose end line does not match the exchanges that were read: {number}"
            )
        }
        Lapse::UnreadLines => format!("Lines that could not be read: {number}"),
        Lapse::UnknownValues => {
            format!("Values unknown to this version (written by a newer one): {number}")
        }
        Lapse::Rejected => {
            format!("Connections on which the agent refused our certificate: {number}")
        }
        Lapse::Opaque => {
            format!("Connections to intercepted hosts that were relayed unread: {number}")
        }
        Lapse::NotMatched => {
            format!("Connections to hosts that are not intercepted: {number}")
        }
        Lapse::Unreachable => {
            format!("Connections whose origin could not be reached or trusted: {number}")
        }
        Lapse::Refused => format!("Connections that the proxy refused: {number}"),
        Lapse::UnreadWebSocket => format!("WebSockets not read to the end: {number}"),
        Lapse::Truncated => format!("Exchanges not kept in full: {number}"),
        Lapse::Undecoded => format!("Exchanges with a body that could not be decoded: {number}"),
        Lapse::Aborted => format!("Exchanges cut off before the end: {number}"),
    }
}

fn of(lapse: &LapseCount) -> String {
    if lapse.of.is_empty() {
        return String::new();
    }
    format!(": {}", first(&lapse.of, MAX_LISTED, |text| code(text)))
}

/// Few hosts matter; the rest is noise.
const MAX_LISTED: usize = 12;
