//! Gathers what telemetry names, and works out the section.
//!
//! Two forms are read: OpenTelemetry's JSON (metrics, spans, logs, and the
//! attributes of the resource that sends them), and lists of events.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use capture::record::Exchange;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Endpoint;
use super::view::View;
use crate::purpose::Purpose;
use crate::report::{Telemetry, TelemetryEndpoint, TelemetryName};
use crate::text;

/// What reports name, counted: sort, name, host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Names {
    /// Bounded by [`MAX_NAMES`].
    #[serde(with = "super::pairs")]
    counts: BTreeMap<(String, String, String), u64>,
}

impl Names {
    pub(super) fn add(&mut self, endpoint: &Endpoint, exchange: &Exchange) {
        if endpoint.purpose != Purpose::Telemetry {
            return;
        }
        let Some(body) = &exchange.request.body else {
            return;
        };
        let Some(json) = &body.json else {
            let metrics = body.text.as_deref().filter(|text| text.contains(METRICS));
            let names = metrics.into_iter().flat_map(metric_names);
            names.for_each(|name| self.count("metric", name, &endpoint.host));
            return;
        };
        if let Ok(report) = serde_json::from_str::<OtelReport<'_>>(json.get()) {
            report.each(&mut |sort, name| self.count(sort, name, &endpoint.host));
        }
        if let Ok(list) = serde_json::from_str::<EventList<'_>>(json.get()) {
            for event in list.events {
                let event: EventHead<'_> = serde_json::from_str(event.get()).unwrap_or_default();
                if let Some(name) = event.name() {
                    self.count("event", &name, &endpoint.host);
                }
            }
        }
    }

    fn count(&mut self, sort: &str, name: &str, host: &str) {
        let name = text::cut(name, MAX_NAME_BYTES).to_owned();
        let key = (sort.to_owned(), name, host.to_owned());
        *self.counts.entry(key).or_default() += 1;
        self.trim();
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (key, count) in other.counts {
            *self.counts.entry(key).or_default() += count;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.counts.len() > MAX_NAMES {
            self.counts.pop_last();
        }
    }
}

pub(super) fn finish(view: &View<'_>, names: &Names) -> Telemetry {
    let mut endpoints: BTreeMap<(&str, &str), TelemetryEndpoint> = BTreeMap::new();
    let mut all_bytes = 0_u64;
    for entry in &view.exchanges {
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

fn named(names: &Names) -> Vec<TelemetryName> {
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

/// The names of metrics in a report that was not kept whole, and so is no JSON.
///
/// In one, only metrics and scopes have a member `name`.
fn metric_names(text: &str) -> impl Iterator<Item = &str> {
    let members = memmem::find_iter(text.as_bytes(), NAME);
    let metrics = members.filter(|at| !text[..*at].ends_with(SCOPE));
    metrics.filter_map(|at| {
        let rest = &text[at + NAME.len()..];
        let end = rest
            .bytes()
            .take(MAX_NAME_BYTES)
            .position(|byte| matches!(byte, b'"' | b'\\'))?;
        Some(&rest[..end])
    })
}

const METRICS: &str = "\"resourceMetrics\":";
const NAME: &str = "\"name\":\"";
const SCOPE: &str = "\"scope\":{";

/// OpenTelemetry's JSON (opentelemetry-proto 1.x), as far as it names things.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OtelReport<'a> {
    #[serde(borrow)]
    resource_metrics: Vec<OtelResource<'a>>,
    #[serde(borrow)]
    resource_spans: Vec<OtelResource<'a>>,
    #[serde(borrow)]
    resource_logs: Vec<OtelResource<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OtelResource<'a> {
    #[serde(borrow)]
    resource: OtelAttributes<'a>,
    #[serde(borrow)]
    scope_metrics: Vec<OtelScope<'a>>,
    #[serde(borrow)]
    scope_spans: Vec<OtelScope<'a>>,
    #[serde(borrow)]
    scope_logs: Vec<OtelScope<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OtelAttributes<'a> {
    #[serde(borrow)]
    attributes: Vec<OtelNamed<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OtelScope<'a> {
    #[serde(borrow)]
    metrics: Vec<OtelNamed<'a>>,
    #[serde(borrow)]
    spans: Vec<OtelNamed<'a>>,
    #[serde(borrow)]
    log_records: Vec<OtelNamed<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OtelNamed<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    key: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event_name: Option<Cow<'a, str>>,
}

impl OtelReport<'_> {
    /// Calls `found` with the sort and the name of everything that is named.
    fn each(&self, found: &mut dyn FnMut(&str, &str)) {
        let resources = [
            &self.resource_metrics,
            &self.resource_spans,
            &self.resource_logs,
        ];
        for resource in resources.into_iter().flatten() {
            each_name("attribute", &resource.resource.attributes, found);
            let scopes = [
                &resource.scope_metrics,
                &resource.scope_spans,
                &resource.scope_logs,
            ];
            for scope in scopes.into_iter().flatten() {
                each_name("metric", &scope.metrics, found);
                each_name("span", &scope.spans, found);
                each_name("log", &scope.log_records, found);
            }
        }
    }
}

fn each_name(sort: &str, all: &[OtelNamed<'_>], found: &mut dyn FnMut(&str, &str)) {
    for named in all {
        let name = named
            .name
            .as_ref()
            .or(named.key.as_ref())
            .or(named.event_name.as_ref());
        if let Some(name) = name {
            found(sort, name);
        }
    }
}

/// A list of events, as analytics services take them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct EventList<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EventHead<'a> {
    #[serde(borrow)]
    event_type: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "eventName")]
    event_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
}

impl<'a> EventHead<'a> {
    fn name(self) -> Option<Cow<'a, str>> {
        self.event_type
            .or(self.event_name)
            .or(self.name)
            .or(self.kind)
    }
}

/// codex has about two hundred; more are generated, and must not fill the memory.
const MAX_NAMES: usize = 4096;
const MAX_NAME_BYTES: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_found_in_a_report_that_is_cut() {
        let text = r#"{"resourceMetrics":[{"scopeMetrics":[{"scope":{"name":"s"},"metrics":[
            {"name":"codex.turn","sum":{}},{"name":"codex.tool","su"#;
        let names: Vec<&str> = metric_names(text).collect();
        assert_eq!(names, ["codex.turn", "codex.tool"]);
    }
}
