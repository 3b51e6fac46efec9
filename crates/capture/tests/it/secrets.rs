//! Credentials through the live proxy: they reach the origin, and no file of ours.

use std::io::Write;

use capture::JsonlSink;
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;

use crate::harness::{
    HOST, Origin, Wire, connect_tls, proxy_to, read_head, read_to, spawn, within,
};

/// Made up, and put together here so that no scanner takes this file for a leak.
fn secret(number: usize) -> String {
    let kinds = ["sk-", "ghp_", "AIza", "xoxb-", "hf_", "rt_"];
    let kind = kinds[number % kinds.len()];
    format!("{kind}{number:02}Zk3fQ9xW2mT7vB5nR8cL1pY6dH4gJ0sAuE")
}

/// Requests with a credential in each place that agents put one; `{}` stands for it.
const PLACES: &[(&str, &str)] = &[
    ("Authorization: Bearer {}", ""),
    ("authorization: Basic {}", ""),
    ("Cookie: theme=dark; session={}", ""),
    ("x-api-key: {}", ""),
    (
        "content-type: application/json",
        r#"{"access_token":"{}","n":1.0}"#,
    ),
    ("content-type: application/json", r#"{"refreshToken":"{}"}"#),
    (
        "content-type: application/json",
        r#"{"out":"{\"id-token\":\"{}\"}"}"#,
    ),
    (
        "content-type: application/json",
        r#"{"text":"the key is {} they said"}"#,
    ),
    (
        "content-type: application/x-www-form-urlencoded",
        "grant_type=refresh_token&refresh_token={}",
    ),
    ("content-type: text/plain", "export OPENAI_API_KEY={}"),
];

/// Echoes the secret of each request in a header, a cookie, JSON and an event.
async fn leak_back(mut wire: Wire) {
    while let Some(request) = wire.read_request().await {
        let text = String::from_utf8_lossy(&request).into_owned();
        let found = (0..100)
            .map(secret)
            .find(|secret| text.contains(secret.as_str()));
        let secret = found.unwrap_or_else(|| "none".to_owned());
        let body = format!("data: {{\"api_key\":\"{secret}\"}}\n\n");
        let head = format!(
            "HTTP/1.1 200 OK\r\nset-cookie: id={secret}; Secure\r\nx-auth-token: {secret}\r\n\
             content-type: text/event-stream\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        wire.send(head + &body).await;
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn request(number: usize, header: &str, body: &str, packed: bool) -> Vec<u8> {
    let secret = secret(number);
    let (header, body) = (header.replace("{}", &secret), body.replace("{}", &secret));
    let mut bytes = if packed {
        gzip(&body)
    } else {
        body.into_bytes()
    };
    let encoding = if packed {
        "content-encoding: gzip\r\n"
    } else {
        ""
    };
    let head = format!(
        "POST /v1/x?api_key={secret}&page=2 HTTP/1.1\r\nhost: {HOST}\r\n{header}\r\n{encoding}content-length: {}\r\n\r\n",
        bytes.len()
    );
    let mut request = head.into_bytes();
    request.append(&mut bytes);
    request
}

#[tokio::test]
async fn no_credential_that_passes_stands_in_the_recording() {
    let origin = Origin::tls(&["http/1.1"], leak_back).await;
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("traffic.jsonl");
    let (builder, root_pem) = proxy_to(&origin, JsonlSink::open(&recording).unwrap());
    let proxy = builder.bind().await.unwrap();
    let addr = proxy.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = spawn(proxy.run(async {
        let _stopped_or_dropped = stopped.await;
    }));

    let mut tunnel = tokio::net::TcpStream::connect(addr).await.unwrap();
    let connect = format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n");
    tunnel.write_all(connect.as_bytes()).await.unwrap();
    read_head(&mut tunnel).await;
    let mut agent = connect_tls(tunnel, &root_pem, &["http/1.1"]).await.unwrap();
    let mut number = 0;
    for packed in [false, true] {
        for (header, body) in PLACES {
            let request = request(number, header, body, packed && !body.is_empty());
            agent.write_all(&request).await.unwrap();
            let head = read_head(&mut agent).await;
            read_to(&mut agent, b"\n\n").await;
            assert!(
                head.contains(&secret(number)),
                "the live bytes are as they were"
            );
            number += 1;
        }
    }
    drop(agent);
    stop.send(()).unwrap();
    let summary = within(running).await.unwrap().unwrap();
    assert_eq!(summary.exchanges, number as u64);

    let text = std::fs::read_to_string(&recording).unwrap();
    for number in 0..number {
        // Not the whole of it, nor what a prefix or suffix would give away.
        let secret = secret(number);
        for part in [&secret[..], &secret[6..20], &secret[secret.len() - 12..]] {
            assert!(
                !text.contains(part),
                "{part} of {secret} is in the recording"
            );
        }
    }
    assert!(text.contains("<redacted:"));
    assert!(text.contains("page=2"), "what is no secret is kept");
}
