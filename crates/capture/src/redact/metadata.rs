//! Redaction of everything in a record but bodies: URLs, headers, reasons, notes.

use memchr::memchr;
use smol_str::SmolStr;

use crate::record::{Connection, Exchange, Header, Response, Session};

use super::credentials;
use super::heuristics;
use super::name_kind::NameKind;
use super::names;
use super::redactor::Redactor;
use super::scan::{Escaping, Span};
use super::token::MIN_RUN;
use super::url;
use super::value_rules::scan_value;

impl Redactor {
    /// Replaces the secrets in an exchange, but not in its bodies.
    pub fn exchange(&self, exchange: &mut Exchange) {
        self.headers(&mut exchange.request.headers);
        if let Some(response) = &mut exchange.response {
            self.headers(&mut response.headers);
        }
        self.exchange_after_headers(exchange);
    }

    /// The same without the headers, which are redacted before the bodies: a credential in them is
    /// then known when the bodies are read.
    pub(crate) fn exchange_after_headers(&self, exchange: &mut Exchange) {
        let request = &mut exchange.request;
        self.long_string(&mut request.method);
        self.url(&mut request.url);
        self.headers(&mut request.trailers);
        if let Some(response) = &mut exchange.response {
            self.response(response);
        }
        if let Some(reason) = &mut exchange.outcome.reason {
            self.string(reason);
        }
        exchange.notes.iter_mut().for_each(|note| self.string(note));
    }

    fn response(&self, response: &mut Response) {
        self.headers(&mut response.trailers);
        for informational in &mut response.informational {
            self.headers(&mut informational.headers);
        }
        if let Some(reason) = &mut response.reason {
            self.long_string(reason);
        }
        self.events(&mut response.events);
    }

    /// The name of a server-sent event without its secrets; `None` when it has none.
    pub fn event_name(&self, name: &str) -> Option<String> {
        let is_usual = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_');
        let redacted = (!name.bytes().all(is_usual)).then(|| self.text(name.as_bytes()))?;
        redacted.map(|name| String::from_utf8_lossy(&name).into_owned())
    }

    /// Replaces the secrets in a connection's record.
    pub fn connection(&self, connection: &mut Connection) {
        let reason = connection.disposition.reason.iter_mut();
        let words = reason
            .chain(&mut connection.authority)
            .chain(&mut connection.via)
            .chain(&mut connection.notes)
            .chain(&mut connection.sni)
            .chain(connection.process.as_mut().map(|process| &mut process.name));
        words.for_each(|text| self.string(text));
    }

    /// Replaces the secrets in a session's record: in the wrapped command.
    pub fn session(&self, session: &mut Session) {
        self.arguments(&mut session.command);
    }

    /// Replaces the secrets in the names and values of headers.
    pub(crate) fn headers(&self, headers: &mut [Header]) {
        if headers.is_empty() {
            return;
        }
        let mut unnamed = Vec::with_capacity(headers.len());
        for Header { name, value } in headers {
            if name.bytes().any(|byte| byte.is_ascii_digit()) {
                put(name, self.text(name.as_bytes()));
            }
            match names::classify_header(name) {
                Some(kind) => put(value, self.header_value(kind, value.as_bytes())),
                None if name.eq_ignore_ascii_case("sec-websocket-protocol") => {
                    put(value, self.subprotocols(value.as_bytes()));
                }
                None => unnamed.push(value),
            }
        }
        // Most are short: beginning a search costs as much as searching one of them.
        let all: Vec<&str> = unnamed.iter().map(|value| value.as_str()).collect();
        let all = all.join("\n");
        if !self.finder.spans(all.as_bytes(), &self.known).is_empty() {
            for value in unnamed {
                put(value, self.text(value.as_bytes()));
            }
        }
    }

    /// The value of a header that its name makes secret.
    fn header_value(&self, kind: NameKind, value: &[u8]) -> Option<Vec<u8>> {
        let mut scan = scan_value(kind, value);
        if kind == NameKind::Secret {
            scan.learn(&(0..value.len()));
        }
        if kind == NameKind::Authorization {
            let secret = credentials::after_scheme(value, 0..value.len());
            scan.learn(&secret);
        }
        scan.teach(&self.known);
        self.replace(value, &scan.into_spans())
    }

    /// A list of WebSocket subprotocols. Some end in a credential:
    /// `base64url.bearer.authorization.k8s.io.…`, `openai-insecure-api-key.…`.
    fn subprotocols(&self, list: &[u8]) -> Option<Vec<u8>> {
        let mut spans = self.finder.spans(list, &self.known);
        if spans.is_empty() {
            let mut at = 0;
            for protocol in list.split(|byte| *byte == b',') {
                let part = protocol
                    .iter()
                    .rposition(|byte| matches!(byte, b'.' | b' '));
                let start = part.map_or(0, |dot| dot + 1);
                if heuristics::is_random(&protocol[start..])
                    || heuristics::is_token(&protocol[start..])
                {
                    spans.push(Span {
                        range: at + start..at + protocol.len(),
                        escaping: Escaping::None,
                    });
                }
                at += protocol.len() + 1;
            }
        }
        self.replace(list, &spans)
    }

    fn url(&self, url: &mut String) {
        let bytes = url.as_bytes();
        let query = memchr(b'?', bytes).map_or(bytes.len(), |sign| sign + 1);
        let (head, query) = bytes.split_at(query);
        let has_userinfo = memchr(b'@', head).is_some();
        let authority = memchr::memmem::find(head, b"://").filter(|_| has_userinfo);
        let userinfo = authority.and_then(|at| url::userinfo(head, at + 3));
        let head_replaced = match userinfo {
            Some(range) => {
                let escaping = Escaping::Percent;
                self.replace(head, &[Span { range, escaping }])
            }
            None => self.text(head),
        };
        let query_replaced = self.form(query);
        if head_replaced.is_some() || query_replaced.is_some() {
            let mut whole = head_replaced.unwrap_or_else(|| head.to_vec());
            whole.extend(query_replaced.as_deref().unwrap_or(query));
            put(url, Some(whole));
        }
    }

    /// A text that is usually too short for a token.
    fn long_string(&self, text: &mut SmolStr) {
        if text.len() >= MIN_RUN as usize {
            put(text, self.text(text.as_bytes()));
        }
    }

    pub(super) fn string(&self, text: &mut String) {
        let replaced = self.text(text.as_bytes());
        put(text, replaced);
    }
}

/// Puts a redacted text in its place.
pub(super) fn put(place: &mut impl From<String>, replaced: Option<Vec<u8>>) {
    if let Some(bytes) = replaced {
        // Spans begin and end at ASCII bytes, so this is UTF-8.
        *place = String::from_utf8_lossy(&bytes).into_owned().into();
    }
}
