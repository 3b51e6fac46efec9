//! Which code looks at a text where a keyword was found.

use std::ops::Range;

use super::commands::Command;
use super::scan::{Escaping, Scan};
use super::{armor, command, formats, named_value, url, vendor_formats};

/// What a keyword may announce.
#[derive(Clone, Copy)]
pub(super) enum Detector {
    /// Part of the name of a secret.
    Name,
    /// `Bearer`, before a token.
    Bearer,
    /// `Basic`, before a user name and a password in Base64.
    Basic,
    /// The first line of a key in armor.
    Begin,
    /// Its last line, where the first is missing.
    End,
    /// Before the private lines of a PuTTY key.
    Putty,
    /// `://`, before a password, or before a webhook.
    Authority,
    /// A webhook without its scheme.
    Webhook,
    /// A client secret of Microsoft Entra.
    Entra,
    /// A JSON Web Key.
    WebKey,
    /// The hash of a password.
    Crypt,
    /// A line of PostgreSQL's password file.
    PgPass,
    /// An Oracle URL.
    OracleUrl,
    /// A command that takes a secret as an argument.
    Command(&'static Command),
    /// A character written as `\u00xx`.
    UnicodeEscape,
}

impl Detector {
    /// Looks at what is at and around the keyword.
    ///
    /// Rare next to the places that only look like a keyword, so it stays out of the loop over those.
    #[inline(never)]
    pub(super) fn run(self, scan: &mut Scan<'_>, keyword: Range<usize>) {
        match self {
            Self::Name => named_value::detect(scan, keyword),
            Self::Bearer => formats::bearer(scan, keyword.end),
            Self::Basic => formats::basic(scan, keyword.end),
            Self::Begin => armor::begin(scan, keyword.end),
            Self::End => armor::end(scan, keyword.start, keyword.end),
            Self::Putty => armor::putty(scan, keyword.end),
            Self::Authority => {
                if let Some(secret) = url::secret(scan.text, keyword.end) {
                    scan.learn(&secret);
                    scan.mark(secret, Escaping::Percent);
                }
            }
            Self::Webhook => {
                if let Some(secret) = url::webhook(scan.text, keyword.start) {
                    scan.mark(secret, Escaping::Percent);
                }
            }
            Self::Entra => vendor_formats::entra(scan, keyword.end),
            Self::WebKey => formats::web_key(scan, keyword.end),
            Self::Crypt => formats::crypt(scan, keyword.start),
            Self::PgPass => formats::last_field(scan, keyword.start),
            Self::OracleUrl => formats::oracle_url(scan, keyword.end),
            Self::Command(command) => command::detect(scan, command, keyword),
            Self::UnicodeEscape => scan.note_escape(keyword.start),
        }
    }
}
