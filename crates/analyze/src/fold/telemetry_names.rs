//! The names in telemetry: metrics, spans, logs, attributes and events.
//!
//! Two formats are read: OpenTelemetry's JSON (metrics, spans, logs, and the
//! attributes of the sending resource), and lists of events.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::memmem;

use crate::endpoint::Endpoint;
use crate::json::{Json, elements};
use crate::line::Exchange;
use crate::purpose::Purpose;
use crate::text;

/// How often each name occurs.
#[derive(Debug, Clone, Default)]
pub(crate) struct TelemetryNames {
    /// By kind, name and host; bounded by [`MAX_NAMES`].
    pub(super) counts: BTreeMap<(String, String, String), u64>,
}

impl TelemetryNames {
    pub(crate) fn add(&mut self, endpoint: &Endpoint, exchange: &Exchange<'_>) {
        if endpoint.purpose != Purpose::Telemetry {
            return;
        }
        let Some(body) = &exchange.request.body else {
            return;
        };
        let Some(json) = body.json else {
            let text = body.text.and_then(Json::inner);
            let metrics = text.filter(|text| text.contains(METRICS));
            let names = metrics.into_iter().flat_map(metric_names);
            names.for_each(|name| self.count("metric", name, &endpoint.host));
            return;
        };
        otel_names(json, &mut |kind, name| {
            self.count(kind, name, &endpoint.host);
        });
        for event in elements(json.get("events")) {
            if let Some(name) = first_text(event, EVENT_NAMES) {
                self.count("event", &name, &endpoint.host);
            }
        }
    }

    fn count(&mut self, kind: &str, name: &str, host: &str) {
        let name = text::cut(name, MAX_NAME_BYTES).to_owned();
        let key = (kind.to_owned(), name, host.to_owned());
        *self.counts.entry(key).or_default() += 1;
        self.trim();
    }

    pub(crate) fn merge(&mut self, other: Self) {
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

/// The names of metrics in a truncated report, which is not valid JSON. The quotes in `text`
/// are still escaped.
///
/// Only metrics and scopes have a member `name` there.
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

const METRICS: &str = r#"\"resourceMetrics\":"#;
const NAME: &str = r#"\"name\":\""#;
const SCOPE: &str = r#"\"scope\":{"#;

/// Calls `found` with the kind and the name of everything that has a name in OpenTelemetry's
/// JSON (opentelemetry-proto 1.x).
fn otel_names(report: Json<'_>, found: &mut dyn FnMut(&str, &str)) {
    for signal in ["resourceMetrics", "resourceSpans", "resourceLogs"] {
        for resource in elements(report.get(signal)) {
            let sender = resource.get("resource");
            let attributes = sender.and_then(|sender| sender.get("attributes"));
            each_name("attribute", attributes, found);
            for scopes in ["scopeMetrics", "scopeSpans", "scopeLogs"] {
                for scope in elements(resource.get(scopes)) {
                    each_name("metric", scope.get("metrics"), found);
                    each_name("span", scope.get("spans"), found);
                    each_name("log", scope.get("logRecords"), found);
                }
            }
        }
    }
}

fn each_name(kind: &str, all: Option<Json<'_>>, found: &mut dyn FnMut(&str, &str)) {
    for named in elements(all) {
        if let Some(name) = first_text(named, OTEL_NAMES) {
            found(kind, &name);
        }
    }
}

/// The value of the first member among `names` that is a string.
fn first_text<'a>(json: Json<'a>, names: &[&str]) -> Option<Cow<'a, str>> {
    let mut members = names.iter().filter_map(|name| json.get(name));
    members.find_map(Json::text)
}

const OTEL_NAMES: &[&str] = &["name", "key", "eventName"];
/// The members in which analytics services put the name of an event.
const EVENT_NAMES: &[&str] = &["event_type", "eventName", "name", "type"];

/// codex has about two hundred; thousands are generated.
const MAX_NAMES: usize = 4096;
const MAX_NAME_BYTES: usize = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_found_in_a_report_that_is_cut() {
        let text = r#"{"resourceMetrics":[{"scopeMetrics":[{"scope":{"name":"s"},"metrics":[
            {"name":"codex.turn","sum":{}},{"name":"codex.tool","su"#;
        let text = text.replace('"', "\\\"");
        let names: Vec<&str> = metric_names(&text).collect();
        assert_eq!(names, ["codex.turn", "codex.tool"]);
    }
}
