//! Computes the section "Telemetry".

use std::collections::{BTreeMap, BTreeSet};

use crate::endpoint::Endpoint;
use crate::fold::telemetry_names::TelemetryNames;
use crate::fold::timeline_index::TimelineIndex;
use crate::purpose::Purpose;
use crate::report::{Telemetry, TelemetryEndpoint, TelemetryName};

pub(crate) fn finish(timeline: &TimelineIndex<'_>, names: &TelemetryNames) -> Telemetry {
    let mut endpoints: BTreeMap<(&str, &str), TelemetryEndpoint> = BTreeMap::new();
    let mut all_bytes = 0_u64;
    for entry in &timeline.exchanges {
        let up = entry.row.up;
        all_bytes = all_bytes.saturating_add(up.content);
        let Endpoint { host, path, .. } = entry.endpoint;
        if entry.endpoint.purpose != Purpose::Telemetry {
            continue;
        }
        let reports = endpoints
            .entry((host, path))
            .or_insert_with(|| TelemetryEndpoint {
                host: host.clone(),
                path: path.clone(),
                count: 0,
                bytes: 0,
                wire_bytes: 0,
            });
        reports.count += 1;
        reports.bytes = reports.bytes.saturating_add(up.content);
        reports.wire_bytes = reports.wire_bytes.saturating_add(up.wire);
    }
    let endpoints: Vec<TelemetryEndpoint> = endpoints.into_values().collect();
    let bytes = endpoints
        .iter()
        .map(|endpoint| endpoint.bytes)
        .fold(0, u64::saturating_add);
    Telemetry {
        endpoints,
        names: named(names),
        bytes,
        share: if all_bytes == 0 {
            0.0
        } else {
            bytes as f64 / all_bytes as f64
        },
    }
}

fn named(names: &TelemetryNames) -> Vec<TelemetryName> {
    let mut groups: BTreeMap<(&str, &str), (u64, BTreeSet<&str>)> = BTreeMap::new();
    for ((sort, name, host), count) in &names.counts {
        let (all, hosts) = groups.entry((sort, name)).or_default();
        *all += count;
        hosts.insert(host);
    }
    let mut found: Vec<TelemetryName> = groups
        .into_iter()
        .map(|((sort, name), (count, hosts))| TelemetryName {
            sort: sort.to_owned(),
            name: name.to_owned(),
            count,
            hosts: hosts.into_iter().map(str::to_owned).collect(),
        })
        .collect();
    found.sort_by_key(|name| std::cmp::Reverse(name.count));
    found
}
