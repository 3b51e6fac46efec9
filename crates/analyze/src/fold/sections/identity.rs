//! Computes the section "Credentials and identifiers".

use std::collections::{BTreeMap, BTreeSet};

use crate::fold::identifiers::{IdentifierUse, Identifiers};
use crate::report::{Identifier, Identity, Secret, SecretPlace, SecretWarning};

pub(crate) fn finish(all: &Identifiers) -> Identity {
    Identity {
        credentials: credentials(all),
        identifiers: identifiers(all),
    }
}

fn credentials(all: &Identifiers) -> Vec<Secret> {
    let mut secrets: BTreeMap<&str, Vec<(&IdentifierUse, u64)>> = BTreeMap::new();
    for (seen_in, count) in all.seen.iter().filter(|(seen, _)| seen.credential) {
        let secret = secrets.entry(&seen_in.fingerprint).or_default();
        secret.push((seen_in, *count));
    }
    let secret = |(fingerprint, seen): (&str, Vec<(&IdentifierUse, u64)>)| Secret {
        fingerprint: fingerprint.to_owned(),
        warnings: warnings(&seen),
        places: seen
            .into_iter()
            .map(|(seen_in, count)| SecretPlace {
                host: seen_in.host.clone(),
                field: seen_in.field.clone(),
                sent: seen_in.sent,
                count,
            })
            .collect(),
    };
    secrets.into_iter().map(secret).collect()
}

fn warnings(seen: &[(&IdentifierUse, u64)]) -> Vec<SecretWarning> {
    let sent = || seen.iter().map(|(seen_in, _)| *seen_in).filter(|s| s.sent);
    // A site that issued the secret counts as well: sending it elsewhere is a leak.
    let sites: BTreeSet<&str> = seen
        .iter()
        .map(|(seen_in, _)| site(&seen_in.host))
        .collect();
    let mut warnings = Vec::new();
    if sites.len() > 1 && sent().next().is_some() {
        let names = sites.into_iter().map(str::to_owned).collect();
        warnings.push(SecretWarning::SeveralSites(names));
    }
    if sent().any(|seen_in| seen_in.clear) {
        warnings.push(SecretWarning::Clear);
    }
    if sent().any(|seen_in| seen_in.field.starts_with("url ")) {
        warnings.push(SecretWarning::InUrl);
    }
    warnings
}

fn identifiers(all: &Identifiers) -> Vec<Identifier> {
    #[derive(Default)]
    struct IdentifierStats<'a> {
        values: BTreeSet<&'a str>,
        hosts: BTreeSet<&'a str>,
        count: u64,
    }
    let mut fields: BTreeMap<&str, IdentifierStats<'_>> = BTreeMap::new();
    let sent = all
        .seen
        .iter()
        .filter(|(seen, _)| !seen.credential && seen.sent);
    for (seen_in, count) in sent {
        let found = fields.entry(&seen_in.field).or_default();
        found.values.insert(&seen_in.fingerprint);
        found.hosts.insert(&seen_in.host);
        found.count += count;
    }
    let identifier = |(field, found): (&str, IdentifierStats<'_>)| Identifier {
        field: field.to_owned(),
        values: found.values.len() as u64,
        count: found.count,
        hosts: found.hosts.into_iter().map(str::to_owned).collect(),
    };
    fields.into_iter().map(identifier).collect()
}

/// The last two labels of a host: a good enough guess at who runs it, for a warning.
fn site(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.');
    let second = dots.nth(1);
    second.map_or(host, |(at, _)| &host[at + 1..])
}
