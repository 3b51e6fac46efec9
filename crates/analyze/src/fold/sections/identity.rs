//! Works out the section "Credentials and identifiers".

use std::collections::{BTreeMap, BTreeSet};

use crate::fold::identifiers::{Sighting, Sightings};
use crate::report::{Identifier, Identity, Secret, SecretPlace, SecretWarning};

pub(crate) fn finish(sightings: &Sightings) -> Identity {
    Identity {
        credentials: credentials(sightings),
        identifiers: identifiers(sightings),
    }
}

fn credentials(sightings: &Sightings) -> Vec<Secret> {
    let mut secrets: BTreeMap<&str, Vec<(&Sighting, u64)>> = BTreeMap::new();
    for (sighting, count) in sightings.seen.iter().filter(|(seen, _)| seen.credential) {
        let secret = secrets.entry(&sighting.fingerprint).or_default();
        secret.push((sighting, *count));
    }
    let secret = |(fingerprint, seen): (&str, Vec<(&Sighting, u64)>)| Secret {
        fingerprint: fingerprint.to_owned(),
        warnings: warnings(&seen),
        places: seen
            .into_iter()
            .map(|(sighting, count)| SecretPlace {
                host: sighting.host.clone(),
                field: sighting.field.clone(),
                sent: sighting.sent,
                count,
            })
            .collect(),
    };
    secrets.into_iter().map(secret).collect()
}

fn warnings(seen: &[(&Sighting, u64)]) -> Vec<SecretWarning> {
    let sent = || {
        seen.iter()
            .map(|(sighting, _)| *sighting)
            .filter(|s| s.sent)
    };
    // Where an origin gave it out is where it belongs: sending it elsewhere counts too.
    let sites: BTreeSet<&str> = seen
        .iter()
        .map(|(sighting, _)| site(&sighting.host))
        .collect();
    let mut warnings = Vec::new();
    if sites.len() > 1 && sent().next().is_some() {
        let names = sites.into_iter().map(str::to_owned).collect();
        warnings.push(SecretWarning::SeveralSites(names));
    }
    if sent().any(|sighting| sighting.clear) {
        warnings.push(SecretWarning::Clear);
    }
    if sent().any(|sighting| sighting.field.starts_with("url ")) {
        warnings.push(SecretWarning::InUrl);
    }
    warnings
}

fn identifiers(sightings: &Sightings) -> Vec<Identifier> {
    #[derive(Default)]
    struct Found<'a> {
        values: BTreeSet<&'a str>,
        hosts: BTreeSet<&'a str>,
        count: u64,
    }
    let mut fields: BTreeMap<&str, Found<'_>> = BTreeMap::new();
    let sent = sightings
        .seen
        .iter()
        .filter(|(seen, _)| !seen.credential && seen.sent);
    for (sighting, count) in sent {
        let found = fields.entry(&sighting.field).or_default();
        found.values.insert(&sighting.fingerprint);
        found.hosts.insert(&sighting.host);
        found.count += count;
    }
    let identifier = |(field, found): (&str, Found<'_>)| Identifier {
        field: field.to_owned(),
        values: found.values.len() as u64,
        count: found.count,
        hosts: found.hosts.into_iter().map(str::to_owned).collect(),
    };
    fields.into_iter().map(identifier).collect()
}

/// The last two labels of a host: near enough to who runs it, for a hint.
fn site(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.');
    let second = dots.nth(1);
    second.map_or(host, |(at, _)| &host[at + 1..])
}
