//! Fields of a record other than bodies: nothing reaches a line without the redactor.

use crate::records::exchange;
use crate::redactor;
use crate::secrets::{Random, leaks};
use capture::record::{
    Connection, Event, Exchange, Header, Informational, Process, Record, Session, Timestamp,
};

/// A token that its shape gives away, in parts so that no scanner takes this for a leak.
fn token() -> String {
    format!("{}{}", "ghp_", Random(7).text(36))
}

fn assert_hidden(record: &impl serde::Serialize, secret: &str) {
    let line = serde_json::to_string(record).unwrap();
    assert!(!leaks(&line, secret), "{line}");
    assert!(line.contains("<redacted:"), "{line}");
}

#[test]
fn each_text_of_an_exchange_loses_its_secrets() {
    let secret = token();
    let header = |name: &str, value: &str| Header {
        name: name.into(),
        value: value.into(),
    };
    type Put = fn(&mut Exchange, &str);
    let places: [(&str, Put); 8] = [
        ("method", |exchange, secret| {
            exchange.request.method = secret.into()
        }),
        ("reason phrase", |exchange, secret| {
            exchange.response.as_mut().unwrap().reason = Some(format!("no {secret}").into());
        }),
        ("outcome", |exchange, secret| {
            exchange.outcome.reason = Some(format!("at {secret}"))
        }),
        ("note", |exchange, secret| {
            exchange.notes.push(format!("saw {secret}"))
        }),
        ("path", |exchange, secret| {
            exchange.request.url = format!("https://host/{secret}/x")
        }),
        ("name of a header", |exchange, secret| {
            exchange.request.headers.push(Header {
                name: secret.into(),
                value: "1".into(),
            });
        }),
        ("interim answer", |exchange, secret| {
            let headers = vec![Header {
                name: "link".into(),
                value: format!("<{secret}>").into(),
            }];
            let interim = Informational {
                status: 103,
                headers,
                at_us: 1,
            };
            exchange
                .response
                .as_mut()
                .unwrap()
                .informational
                .push(interim);
        }),
        ("trailer", |exchange, secret| {
            let trailer = Header {
                name: "x-end".into(),
                value: secret.into(),
            };
            exchange.response.as_mut().unwrap().trailers.push(trailer);
        }),
    ];
    for (_, put) in places {
        let mut record = exchange("https://host/", &[]);
        (record.outcome.reason, record.notes) = (None, Vec::new());
        put(&mut record, &secret);
        redactor().exchange(&mut record);
        assert_hidden(&record, &secret);
    }
    let mut record = exchange("https://host/", &[]);
    record.response.as_mut().unwrap().headers =
        vec![header("x-request-token", &Random(8).text(30))];
    redactor().exchange(&mut record);
    assert_hidden(&record, &Random(8).text(30));
}

#[test]
fn the_name_of_an_event_loses_its_secrets() {
    let secret = token();
    let mut record = exchange("https://host/", &[]);
    record.response.as_mut().unwrap().events.push(Event {
        at_us: 1,
        event: Some(secret.as_str().into()),
        json: None,
        text: Some("x".into()),
        base64: None,
        bytes: 1,
        wire_bytes: None,
        truncated: false,
    });
    let mut record = Record::Exchange(Box::new(record));
    redactor().record(&mut record);
    let Record::Exchange(record) = record else {
        panic!("an exchange stays one");
    };
    assert_hidden(&record, &secret);
    let usual = "response.output_text.delta";
    assert_eq!(redactor().event_name(usual), None);
}

#[test]
fn what_is_said_of_a_connection_loses_its_secrets() {
    let secret = token();
    let line = format!(
        r#"{{"id":1,"started_at":"2026-11-23T02:34:00.000000Z","authority":"{secret}.example:443","disposition":{{"state":"failed","reason":"no {secret}"}},"sni":"{secret}","via":"http://u:{secret}@proxy","end_us":1,"notes":["{secret}"]}}"#
    );
    let mut connection: Connection = serde_json::from_str(&line).unwrap();
    let process = format!(r#"{{"pid":1,"name":"{secret}"}}"#);
    connection.process = Some(serde_json::from_str::<Process>(&process).unwrap());
    redactor().connection(&mut connection);
    assert_hidden(&connection, &secret);
}

#[test]
fn subprotocols_of_a_websocket_lose_their_bearers() {
    let secret = Random(9).text(32);
    for value in [
        format!("base64url.bearer.authorization.k8s.io.{secret}"),
        format!("realtime, openai-insecure-api-key.{secret}, openai-beta.realtime-v1"),
    ] {
        let mut record = exchange("wss://host/", &[("Sec-WebSocket-Protocol", &value)]);
        redactor().exchange(&mut record);
        assert_hidden(&record, &secret);
    }
    let usual = "graphql-transport-ws, v12.stomp";
    let mut record = exchange("wss://host/", &[("sec-websocket-protocol", usual)]);
    redactor().exchange(&mut record);
    assert_eq!(record.request.headers[0].value, usual);
}

#[test]
fn arguments_of_any_number_and_form_are_read_without_a_panic() {
    let words = [
        "curl", "-u", "a:b1", "docker", "login", "-p", "-pX1y2", "--token", "", "é=", "=", "x1Y2:",
    ];
    let mut random = Random(10);
    let redactor = redactor();
    for _ in 0..2000 {
        let count = random.next() % 9;
        let command =
            (0..count).map(|_| words[(random.next() % words.len() as u64) as usize].to_owned());
        let mut arguments: Vec<String> = command.collect();
        redactor.arguments(&mut arguments);
        assert_eq!(arguments.len() as u64, count);
    }
    let line = r#"{"started_at":"2026-11-23T02:34:00.000000Z","tool":"x","command":["x","--api-key","q7Lm3fQ9xW2m"],"limits":{"body":1,"queue":1},"secrets":"redacted"}"#;
    let mut session: Session = serde_json::from_str(line).unwrap();
    session.started_at = Timestamp::from_micros(0);
    redactor.session(&mut session);
    assert!(session.command[2].starts_with("<redacted:"));
}
