//! What the upgrade negotiated: permessage-deflate (RFC 7692) and its parameters.

/// How messages are compressed in each direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Deflate {
    /// Whether the agent resets its window after each message.
    pub(crate) client_no_context_takeover: bool,
    /// Whether the origin resets its window after each message.
    pub(crate) server_no_context_takeover: bool,
}

/// Reads the response's `Sec-WebSocket-Extensions`.
///
/// # Errors
///
/// In words, for an extension that we cannot read through.
pub(crate) fn parse(header: Option<&str>) -> Result<Option<Deflate>, String> {
    let mut agreed = None;
    let extensions = header.unwrap_or_default().split(',');
    for extension in extensions.map(str::trim).filter(|text| !text.is_empty()) {
        let mut parts = extension.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        if !name.eq_ignore_ascii_case("permessage-deflate") || agreed.is_some() {
            return Err(format!("unknown WebSocket extension {extension:?}"));
        }
        let mut deflate = Deflate::default();
        for parameter in parts {
            let name = parameter.split('=').next().unwrap_or_default().trim();
            match name.to_ascii_lowercase().as_str() {
                "client_no_context_takeover" => deflate.client_no_context_takeover = true,
                "server_no_context_takeover" => deflate.server_no_context_takeover = true,
                // Our window of 15 bits reads what any smaller one wrote.
                "client_max_window_bits" | "server_max_window_bits" => {}
                _ => {
                    return Err(format!(
                        "unknown parameter {parameter:?} of permessage-deflate"
                    ));
                }
            }
        }
        agreed = Some(deflate);
    }
    Ok(agreed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takeover_is_agreed_for_each_direction() {
        let both = parse(Some(
            "permessage-deflate; Server_No_Context_Takeover; client_max_window_bits=\"12\";client_no_context_takeover",
        ));
        let no_context_takeover = Deflate {
            client_no_context_takeover: true,
            server_no_context_takeover: true,
        };
        assert_eq!(both, Ok(Some(no_context_takeover)));
        assert_eq!(
            parse(Some("permessage-deflate")),
            Ok(Some(Deflate::default()))
        );
        assert_eq!(parse(None), Ok(None));
        assert_eq!(parse(Some("")), Ok(None));
    }

    #[test]
    fn what_cannot_be_read_through_is_refused_in_words() {
        for header in [
            "x-webkit-deflate-frame",
            "permessage-deflate; level=9",
            "permessage-deflate, permessage-deflate",
        ] {
            assert!(parse(Some(header)).is_err(), "{header}");
        }
    }
}
