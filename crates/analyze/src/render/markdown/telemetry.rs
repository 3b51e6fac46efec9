//! What the agent reports about its own use.

use super::escape::code;
use super::table::Table;
use crate::report::Telemetry;
use crate::text::units::{bytes, count, percent};

pub(super) fn write(telemetry: &Telemetry, out: &mut String) {
    if telemetry.endpoints.is_empty() {
        out.push_str("No telemetry was recognised.\n\n");
        return;
    }
    out.push_str(&format!(
        "{} of telemetry, {} of all bytes sent.\n\n",
        bytes(telemetry.bytes),
        percent(telemetry.share),
    ));
    let mut table = Table::new(&["destination", ">reports", ">bytes", ">on the wire"]);
    for endpoint in &telemetry.endpoints {
        table.row([
            code(&format!("{}{}", endpoint.host, endpoint.path)),
            count(endpoint.count),
            bytes(endpoint.bytes),
            bytes(endpoint.wire_bytes),
        ]);
    }
    table.finish(out);
    let mut table = Table::new(&["kind", "name", ">count"]);
    for name in &telemetry.names {
        table.row([code(&name.sort), code(&name.name), count(name.count)]);
    }
    table.finish(out);
}
