//! Which part looks at what, where a clue was found.

use std::ops::Range;

use super::clue::Clue;
use super::scan::{Scan, Spelling};
use super::{armor, command, pair, places, run, url};

/// Looks at what is where a clue was found.
///
/// Rare against the places that only look like a clue, so it is kept out of the loop over those.
#[inline(never)]
pub(super) fn follow(scan: &mut Scan<'_>, clue: Clue, at: Range<usize>) {
    match clue {
        Clue::Name => pair::follow(scan, at),
        Clue::Bearer => places::bearer(scan, at.end),
        Clue::Basic => places::basic(scan, at.end),
        Clue::Begin => armor::begin(scan, at.end),
        Clue::End => armor::end(scan, at.start, at.end),
        Clue::Putty => armor::putty(scan, at.end),
        Clue::Authority => {
            if let Some(secret) = url::secret(scan.text, at.end) {
                scan.learn(&secret);
                scan.mark(secret, Spelling::Percent);
            }
        }
        Clue::Webhook => {
            if let Some(secret) = url::webhook(scan.text, at.start) {
                scan.mark(secret, Spelling::Percent);
            }
        }
        Clue::Entra => run::entra(scan, at.end),
        Clue::WebKey => places::web_key(scan, at.end),
        Clue::Crypt => places::crypt(scan, at.start),
        Clue::PgPass => places::last_field(scan, at.start),
        Clue::OracleUrl => places::oracle_url(scan, at.end),
        Clue::Command(command) => command::follow(scan, command, at),
        Clue::UnicodeEscape => scan.note_escape(at.start),
    }
}
