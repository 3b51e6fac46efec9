//! Makes a recording of pairs: one JSON object per line, with `request` and `response`.
//!
//! In pairs, headers are objects instead of lists, bodies have no envelope, and server-sent events
//! have no times: they are spread evenly over the response.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

/// Converts the file `from` into the recording `to`.
pub(crate) fn convert(from: &Path, to: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(to)?);
    let session = json!({
        "kind": "session", "format": 1, "started_at": "2026-11-23T00:00:00.000000Z",
        "tool": "pairs", "limits": {"body": 16 << 20, "queue": 256 << 20}, "secrets": "redacted",
    });
    writeln!(out, "{session}")?;
    let mut exchanges = 0_u64;
    for line in BufReader::new(File::open(from)?).lines() {
        let pair: Value = serde_json::from_str(&line?)?;
        exchanges += 1;
        // Written by hand: the fast path wants these two first, in this order.
        write!(out, r#"{{"kind":"exchange","format":1,"#)?;
        let exchange = exchange(&pair, exchanges).to_string();
        writeln!(out, "{}", &exchange[1..])?;
    }
    writeln!(
        out,
        r#"{{"kind":"end","format":1,"exchanges":{exchanges}}}"#
    )?;
    out.flush()
}

fn exchange(pair: &Value, id: u64) -> Value {
    let micros = |name: &str| (pair[name].as_f64().unwrap_or(0.0) * 1e3) as u64;
    let (start_us, end_us) = (micros("ttfb_ms"), micros("duration_ms"));
    let seconds = pair["ts"].as_f64().unwrap_or(0.0);
    let at = capture::record::Timestamp::from_micros((seconds * 1e6) as i64);
    let (request, response) = (&pair["request"], &pair["response"]);
    let mut exchange = json!({
        "id": id, "connection": id, "started_at": at, "transport": "http",
        "request": {
            "method": request["method"], "url": request["url"],
            "http_version": request["http_version"], "headers": headers(request), "end_us": 0,
        },
        "response": {
            "status": response["status"], "http_version": request["http_version"],
            "headers": headers(response), "start_us": start_us, "end_us": end_us,
        },
        "outcome": {"state": "complete"},
    });
    for name in ["request", "response"] {
        if !pair[name]["body"].is_null() {
            exchange[name]["body"] = content(&pair[name]["body"]);
        }
    }
    if let Some(events) = response["sse"].as_array() {
        let step = end_us.saturating_sub(start_us) / events.len().max(1) as u64;
        let event = |(number, event): (u64, &Value)| {
            let mut content = content(&event["data"]);
            content["at_us"] = json!(start_us + number * step);
            content["event"] = event["event"].clone();
            content
        };
        exchange["response"]["events"] = (0..).zip(events).map(event).collect();
    }
    exchange
}

fn content(json: &Value) -> Value {
    let bytes = json.to_string().len();
    json!({"json": json, "bytes": bytes, "wire_bytes": bytes})
}

fn headers(message: &Value) -> Value {
    let fields = message["headers"].as_object().into_iter().flatten();
    fields
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}
