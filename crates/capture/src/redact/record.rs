//! Redaction of whole records: for reports on recordings that kept their secrets.
//!
//! The recorder redacts contents before it decides how to store them. Here that is decided:
//! JSON stays JSON, text stays text, and Base64 is decoded and encoded again.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use super::Redactor;
use super::metadata::put;
use crate::record::{Body, Event, Exchange, Header, Record};

impl Redactor {
    /// Replaces the secrets in a record, also in its bodies, events and messages.
    ///
    /// Redacting twice changes nothing.
    pub fn record(&self, record: &mut Record) {
        match record {
            Record::Session(session) => self.session(session),
            Record::Connection(connection) => self.connection(connection),
            Record::Exchange(exchange) => self.whole_exchange(exchange),
            Record::End(end) => {
                if let Some(cause) = &mut end.first_loss {
                    self.string(cause);
                }
            }
        }
    }

    fn whole_exchange(&self, exchange: &mut Exchange) {
        // Headers first, as in the recorder: their credentials may turn up in the bodies.
        let request = &mut exchange.request;
        self.headers(&mut request.headers);
        if let Some(body) = &mut request.body {
            self.body(body, is_form(&request.headers));
        }
        if let Some(response) = &mut exchange.response {
            self.headers(&mut response.headers);
            if let Some(body) = &mut response.body {
                self.body(body, is_form(&response.headers));
            }
            response
                .events
                .iter_mut()
                .for_each(|event| self.event(event));
        }
        self.exchange_after_headers(exchange);
    }

    fn body(&self, body: &mut Body, is_form: bool) {
        if let Some(json) = body.json.take() {
            (body.json, body.text) = self.json(json);
        }
        match &mut body.text {
            Some(text) if is_form => put(text, self.form(text.as_bytes())),
            Some(text) => self.string(text),
            None => {}
        }
        if let Some(base64) = &mut body.base64 {
            self.base64(base64);
        }
        if let Some(problem) = &mut body.problem {
            self.string(problem);
        }
    }

    fn event(&self, event: &mut Event) {
        if let Some(json) = event.json.take() {
            let (json, text) = self.json(json);
            (event.json, event.text) = (json, text.map(String::into_boxed_str));
        }
        if let Some(replaced) = event
            .text
            .as_ref()
            .and_then(|text| self.text(text.as_bytes()))
        {
            event.text = Some(into_text(&replaced).into());
        }
        if let Some(base64) = event.base64.take() {
            let mut base64 = String::from(base64);
            self.base64(&mut base64);
            event.base64 = Some(base64.into_boxed_str());
        }
        let name = event.event.as_ref();
        if let Some(replaced) = name.and_then(|name| self.event_name(name)) {
            event.event = Some(replaced.into());
        }
    }

    /// JSON without its secrets; as text if it is no longer JSON.
    fn json(&self, json: Box<RawValue>) -> (Option<Box<RawValue>>, Option<String>) {
        let Some(replaced) = self.text(json.get().as_bytes()) else {
            return (Some(json), None);
        };
        let text = into_text(&replaced).into_owned();
        match RawValue::from_string(text.clone()) {
            Ok(json) => (Some(json), None),
            Err(_) => (None, Some(text)),
        }
    }

    fn base64(&self, text: &mut String) {
        match STANDARD.decode(text.as_bytes()) {
            Ok(bytes) => {
                if let Some(replaced) = self.bytes(&bytes) {
                    *text = STANDARD.encode(replaced);
                }
            }
            // Not something that the recorder writes: read it as text.
            Err(_) => self.string(text),
        }
    }
}

fn is_form(headers: &[Header]) -> bool {
    Header::say_type(headers, "application/x-www-form-urlencoded")
}

/// Redaction keeps UTF-8 valid.
fn into_text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::redact::SessionKey;

    #[test]
    fn no_form_of_a_content_keeps_a_secret() {
        // Put together here, so that no scanner takes this file for one that holds a key.
        let secret = format!("sk-{}-{}", "proj", "aB3dE6gH9jK2mN5pQ8sT1vW4".repeat(2));
        let base64 = STANDARD.encode(format!("\u{0}\u{0} {secret} \u{0}"));
        let line = format!(
            r#"{{"kind":"exchange","format":1,"id":1,"connection":1,"started_at":"2026-11-23T02:34:00.000000Z","transport":"http",
            "request":{{"method":"POST","url":"https://h/?api_key={secret}","http_version":"HTTP/2","headers":[
                {{"name":"Authorization","value":"Bearer {secret}"}},{{"name":"Content-Type","value":"application/x-www-form-urlencoded"}}],
                "body":{{"text":"a=1&client_secret={secret}","hash":"0123","bytes":40}}}},
            "response":{{"status":200,"http_version":"HTTP/2","headers":[],"body":{{"json":{{"password":"{secret}","n":1.50}},"bytes":30}},
                "events":[{{"at_us":1,"json":{{"refresh_token":"{secret}"}}}},{{"at_us":1,"text":"my key is {secret}"}},
                {{"at_us":1,"base64":"{base64}"}}],"start_us":1}},"outcome":{{"state":"complete"}}}}"#
        );
        let line = line.replace('\n', "");
        let mut record = Record::from_json(line.as_bytes()).unwrap();
        let redactor = Redactor::new(Arc::new(SessionKey::derived(b"a test")));
        redactor.record(&mut record);
        let written = |record: &Record| {
            let mut line = Vec::new();
            record.write_json(&mut line).unwrap();
            String::from_utf8(line).unwrap()
        };
        let once = written(&record);
        assert!(!once.contains(&secret), "{once}");
        assert!(!once.contains(&base64), "{once}");
        assert!(once.contains(r#""n":1.50"#), "the rest is verbatim: {once}");
        // All of them were one secret.
        let marks: Vec<&str> = once.split("<redacted:").skip(1).collect();
        assert!(
            marks.len() >= 6 && marks.iter().all(|mark| mark[..16] == marks[0][..16]),
            "{once}"
        );
        redactor.record(&mut record);
        assert_eq!(written(&record), once, "once is enough");
    }
}
