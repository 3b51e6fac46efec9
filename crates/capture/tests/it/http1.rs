//! HTTP/1 through the proxy: what the agent gets, and what is on record.

use capture::record::{OutcomeState, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

use crate::harness::{HOST, Harness, Origin, ask, read_head, read_to, within};

const GET: &str = "GET /v1/models?x=1 HTTP/1.1\r\nhost: origin.test\r\nconnection: close\r\n\r\n";

async fn closing(answer: &'static [u8]) -> Origin {
    Origin::tls(&["http/1.1"], move |mut wire| async move {
        wire.read_request().await.unwrap();
        wire.send(answer).await;
        wire.close().await;
    })
    .await
}

#[tokio::test]
async fn an_exchange_is_on_record_with_both_bodies_as_json() {
    let answer = b"HTTP/1.1 201 Made\r\nContent-Type: application/json\r\nX-A: 1\r\nx-a: 2\r\n\
        content-length: 17\r\n\r\n{\"n\":1.50,\"a\":[]}";
    let origin = closing(answer).await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    let request = "POST /v1/x HTTP/1.1\r\nHost: origin.test\r\nContent-Type: application/json\r\n\
        Content-Length: 9\r\n\r\n{\"a\":1.0}";
    assert_eq!(ask(&mut agent, request).await, answer);

    let recording = harness.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.transport, Transport::Http);
    assert_eq!(exchange.request.method, "POST");
    assert_eq!(exchange.request.url, format!("https://{HOST}/v1/x"));
    assert_eq!(exchange.request.http_version, "HTTP/1.1");
    let body = exchange.request.body.as_ref().unwrap();
    assert_eq!(body.json.as_ref().unwrap().get(), "{\"a\":1.0}");
    assert_eq!((body.bytes, body.wire_bytes, body.truncated), (9, 9, false));
    let response = exchange.response.as_ref().unwrap();
    assert_eq!(response.status, 201);
    assert_eq!(response.reason.as_deref(), Some("Made"));
    let names: Vec<&str> = response.headers.iter().map(|h| h.name.as_str()).collect();
    assert_eq!(names, ["Content-Type", "X-A", "x-a", "content-length"]);
    let body = response.body.as_ref().unwrap();
    assert_eq!(body.json.as_ref().unwrap().get(), "{\"n\":1.50,\"a\":[]}");
    assert!(exchange.request.end_us.unwrap() <= response.start_us);
    assert!(response.start_us <= response.end_us.unwrap());
    assert_eq!(exchange.outcome.state, OutcomeState::Complete);
    assert!(exchange.delay.unwrap().total_us > 0);
}

#[tokio::test]
async fn every_kind_of_answer_passes_as_it_is_and_is_read_to_its_end() {
    let cases: [(&str, &[u8], &str); 8] = [
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", ""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", ""),
        ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", ""),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end"),
        ("GET", b"HTTP/1.1 200 \r\nconnection: close\r\n\r\nx", "x"),
        (
            "GET",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0a;x=y\r\n0123456789\r\n0\r\nx-sum: 7\r\n\r\n",
            "abc0123456789",
        ),
        ("GET", b"HTTP/1.1 200 OK\r\nx-bytes: \xe9\xff\r\ncontent-length: 0\r\n\r\n", ""),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "ok"),
    ];
    for (method, answer, body) in cases {
        let origin = closing(answer).await;
        let harness = Harness::start(&origin).await;
        let mut agent = harness.tls(&["http/1.1"]).await;
        let request = GET.replacen("GET", method, 1);
        assert_eq!(ask(&mut agent, request).await, answer);

        let recording = harness.finish().await;
        let exchange = recording.only();
        let response = exchange.response.as_ref().unwrap();
        let text = response.body.as_ref().and_then(|body| body.text.as_deref());
        assert_eq!(text.unwrap_or_default(), body);
        assert_eq!(exchange.outcome.state, OutcomeState::Complete, "{body}");
        assert!(response.end_us.is_some());
    }
}

#[tokio::test]
async fn trailers_and_interim_responses_are_passed_on_and_recorded() {
    let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n\
        HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-sum: 7\r\n\r\n";
    let origin = closing(answer).await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    assert_eq!(ask(&mut agent, GET).await, answer);

    let recording = harness.finish().await;
    let response = recording.only().response.clone().unwrap();
    let interim: Vec<u16> = response.informational.iter().map(|i| i.status).collect();
    assert_eq!((response.status, interim), (200, vec![100, 103]));
    assert_eq!(response.informational[1].headers[0].value, "</a>");
    assert_eq!(response.trailers[0].value, "7");
}

#[tokio::test]
async fn the_first_event_reaches_the_agent_before_the_origin_sends_the_last() {
    let (go_on, wait) = oneshot::channel::<()>();
    let wait = std::sync::Mutex::new(Some(wait));
    let origin = Origin::tls(&["http/1.1"], move |mut wire| {
        let wait = wait.lock().unwrap().take().unwrap();
        async move {
            wire.read_request().await.unwrap();
            wire.send("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
                .await;
            wire.send("event: a\ndata: {\"n\":1}\n\n").await;
            wait.await.unwrap();
            wire.send("data: last\n\n").await;
            wire.close().await;
        }
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    agent.write_all(GET.as_bytes()).await.unwrap();
    let first = read_to(&mut agent, b"{\"n\":1}\n\n").await;
    assert!(first.contains("event: a"));
    go_on.send(()).unwrap();
    assert_eq!(read_to(&mut agent, b"last\n\n").await, "data: last\n\n");
    let mut rest = Vec::new();
    within(agent.read_to_end(&mut rest)).await.unwrap();

    let recording = harness.finish().await;
    let response = recording.only().response.clone().unwrap();
    let [first, last] = response.events.as_slice() else {
        panic!("{:?}", response.events);
    };
    assert_eq!(first.event.as_deref(), Some("a"));
    assert_eq!(first.json.as_ref().unwrap().get(), "{\"n\":1}");
    assert_eq!(last.text.as_deref(), Some("last"));
    assert!(first.at_us <= last.at_us);
}

#[tokio::test]
async fn one_connection_carries_pipelined_requests_in_order() {
    let origin = Origin::answering(
        &["http/1.1"],
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    )
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    let request = |n| format!("GET /{n} HTTP/1.1\r\nhost: origin.test\r\n\r\n");
    let all: String = (1..=3).map(request).collect();
    agent.write_all(all.as_bytes()).await.unwrap();
    for _ in 0..3 {
        read_to(&mut agent, b"\r\n\r\nok").await;
    }
    drop(agent);

    let recording = harness.finish().await;
    let urls: Vec<&str> = recording
        .exchanges
        .iter()
        .map(|exchange| exchange.request.url.as_str())
        .collect();
    assert_eq!(
        urls,
        [
            "https://origin.test/1",
            "https://origin.test/2",
            "https://origin.test/3"
        ]
    );
    assert!(recording.exchanges.iter().all(|e| e.connection == 1));
    assert_eq!(recording.connections[0].exchanges, 3);
}

#[tokio::test]
async fn an_early_answer_reaches_the_agent_while_it_still_sends() {
    let origin = Origin::tls(&["http/1.1"], |mut wire| async move {
        read_head(&mut wire).await;
        wire.send("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n")
            .await;
        wire.read_all().await;
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    agent
        .write_all(b"POST / HTTP/1.1\r\nhost: origin.test\r\ncontent-length: 10\r\n\r\n01234")
        .await
        .unwrap();
    let head = read_head(&mut agent).await;
    assert!(head.starts_with("HTTP/1.1 413"));
    drop(agent);

    let recording = harness.finish().await;
    let exchange = recording.only();
    assert_eq!(exchange.response.as_ref().unwrap().status, 413);
    assert_eq!(exchange.outcome.state, OutcomeState::Complete);
    assert_eq!(exchange.request.end_us, None);
}

#[tokio::test]
async fn a_reset_of_the_origin_is_a_reset_for_the_agent_and_an_aborted_exchange() {
    let origin = Origin::tls(&["http/1.1"], |mut wire| async move {
        wire.read_request().await.unwrap();
        wire.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n012")
            .await;
        // What was sent is on its way before the reset is: TCP may drop what it has not sent.
        let mut probe = [0];
        let _wait_for_the_agent = wire.read(&mut probe).await;
        wire.reset();
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    agent.write_all(GET.as_bytes()).await.unwrap();
    read_to(&mut agent, b"012").await;
    agent.write_all(b"x").await.unwrap();
    let mut rest = Vec::new();
    let error = within(agent.read_to_end(&mut rest)).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);

    let recording = harness.finish().await;
    let exchange = &recording.exchanges[0];
    assert_eq!(exchange.outcome.state, OutcomeState::Aborted);
    let reason = exchange.outcome.reason.as_deref().unwrap();
    assert!(reason.contains("origin reset"), "{reason}");
    let body = exchange.response.as_ref().unwrap().body.as_ref().unwrap();
    assert_eq!((body.bytes, body.truncated), (3, true));
    assert_eq!(recording.end.aborted, recording.summary.aborted);
}

#[tokio::test]
async fn an_end_without_close_notify_is_passed_on_as_one() {
    let origin = Origin::tls(&["http/1.1"], |mut wire| async move {
        wire.read_request().await.unwrap();
        wire.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n012")
            .await;
    })
    .await;
    let harness = Harness::start(&origin).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    agent.write_all(GET.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    let error = within(agent.read_to_end(&mut rest)).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    drop(agent);
    let recording = harness.finish().await;
    assert_eq!(recording.only().outcome.state, OutcomeState::Aborted);
}

#[tokio::test]
async fn bytes_past_the_body_limit_pass_and_are_counted() {
    const SIZE: usize = 300_000;
    let origin = Origin::tls(&["http/1.1"], |mut wire| async move {
        let request = wire.read_request().await.unwrap();
        assert!(request.ends_with(&[b'u'; 64]));
        wire.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {SIZE}\r\n\r\n"))
            .await;
        wire.send(vec![b'd'; SIZE]).await;
        wire.close().await;
    })
    .await;
    let harness = Harness::with(&origin, |builder| builder.body_limit(1000)).await;
    let mut agent = harness.tls(&["http/1.1"]).await;
    let mut request =
        format!("POST / HTTP/1.1\r\nhost: origin.test\r\ncontent-length: {SIZE}\r\n\r\n")
            .into_bytes();
    request.resize(request.len() + SIZE, b'u');
    let answer = ask(&mut agent, request).await;
    assert!(answer.len() > SIZE);

    let recording = harness.finish().await;
    let exchange = recording.only();
    for body in [
        exchange.request.body.as_ref().unwrap(),
        exchange.response.as_ref().unwrap().body.as_ref().unwrap(),
    ] {
        assert_eq!((body.wire_bytes, body.truncated), (SIZE as u64, true));
        assert_eq!(body.text.as_ref().unwrap().len(), 1000);
    }
    assert_eq!(recording.end.truncated, 1);
}
