//! Credentials and identifiers, and the hosts that received them.

use super::cells::codes;
use super::escape::code;
use super::table::Table;
use crate::report::{Identity, SecretWarning};
use crate::text::units::count;

pub(super) fn write(identity: &Identity, out: &mut String) {
    if identity.credentials.is_empty() && identity.identifiers.is_empty() {
        out.push_str("No credentials and no identifiers were seen.\n\n");
        return;
    }
    out.push_str(
        "Credentials appear as fingerprints: equal fingerprints are equal credentials.\n\n",
    );
    credentials(identity, out);
    for secret in &identity.credentials {
        for warning in &secret.warnings {
            let fingerprint = code(&secret.fingerprint);
            out.push_str(&format!("- **{fingerprint} {}**\n", words(warning)));
        }
    }
    if identity
        .credentials
        .iter()
        .any(|secret| !secret.warnings.is_empty())
    {
        out.push('\n');
    }
    identifiers(identity, out);
}

fn credentials(identity: &Identity, out: &mut String) {
    let mut table = Table::new(&["credential", "direction", "host", "field", ">count"]);
    for secret in &identity.credentials {
        for place in &secret.places {
            table.row([
                code(&secret.fingerprint),
                if place.sent { "sent" } else { "received" }.to_owned(),
                code(&place.host),
                code(&place.field),
                count(place.count),
            ]);
        }
    }
    table.finish(out);
}

fn words(warning: &SecretWarning) -> String {
    match warning {
        SecretWarning::SeveralSites(sites) => {
            format!("is known to several sites: {}", codes(sites))
        }
        SecretWarning::Clear => "was sent without TLS".to_owned(),
        SecretWarning::InUrl => "was in a URL, which ends up in logs".to_owned(),
    }
}

fn identifiers(identity: &Identity, out: &mut String) {
    let mut table = Table::new(&["identifier", ">values", ">sent", "hosts"]);
    for identifier in &identity.identifiers {
        table.row([
            code(&identifier.field),
            count(identifier.values),
            count(identifier.count),
            codes(&identifier.hosts),
        ]);
    }
    table.finish(out);
}
