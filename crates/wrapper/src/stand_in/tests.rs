//! The stand-in as a client sees it, over real sockets.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Version};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use yawc::{Frame, HttpRequest, WebSocket};

use super::StandIn;
use super::server::StandInConfig;
use crate::stand_in::demo_agent::{HttpResponse, ProxyConnector, send};

/// A stand-in behind a tunnel, as the proxy would be before it.
struct Bench {
    folder: TempDir,
    stand_in: StandIn,
    connector: ProxyConnector,
    _tunnel: JoinSet<()>,
}

impl Bench {
    async fn start(failure: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stand_in = StandIn::start(StandInConfig {
            failure: failure.map(|text| text.parse().unwrap()),
            log: Some(folder.path().join("log.jsonl")),
            ..StandInConfig::default()
        })
        .await
        .unwrap();
        let roots = write(folder.path(), "root.pem", stand_in.root_pem());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let mut tunnel = JoinSet::new();
        tunnel.spawn(relay(listener, stand_in.addr()));
        Self {
            connector: ProxyConnector::new(&proxy, &roots).unwrap(),
            folder,
            stand_in,
            _tunnel: tunnel,
        }
    }

    async fn ask(
        &self,
        method: Method,
        url: &str,
        body: impl Into<Bytes>,
    ) -> anyhow::Result<HttpResponse> {
        let request = Request::builder().method(method).uri(url);
        let request = request.body(Full::new(body.into())).unwrap();
        timeout(LIMIT, send(&self.connector, request))
            .await
            .unwrap()
    }

    async fn socket(&self) -> WebSocket<tokio_rustls::client::TlsStream<TcpStream>> {
        let stream = self.connector.connect("api.openai.com", &[]).await.unwrap();
        let url = "wss://api.openai.com/v1/responses".parse().unwrap();
        let options = yawc::Options::default().with_balanced_compression();
        let request = HttpRequest::builder();
        WebSocket::handshake_with_request(url, stream, options, request)
            .await
            .unwrap()
    }

    /// What the stand-in noted so far.
    fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join("log.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn write(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(content.as_bytes()).unwrap();
    path
}

/// Answers every CONNECT with a tunnel to `target`.
async fn relay(listener: TcpListener, target: std::net::SocketAddr) {
    let mut tunnels = JoinSet::new();
    loop {
        let (mut near, _) = listener.accept().await.unwrap();
        tunnels.spawn(async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(near.read_u8().await.unwrap());
            }
            near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let mut far = TcpStream::connect(target).await.unwrap();
            let _ended = copy_bidirectional(&mut near, &mut far).await;
        });
    }
}

/// Far longer than anything here takes; ends a test that would hang.
const LIMIT: Duration = Duration::from_secs(20);

const RESPONSES: &str = "https://api.openai.com/v1/responses";

fn offering_a_shell() -> Value {
    json!({"model": "m", "stream": true, "tools": [{"name": "shell_command"}], "input": []})
}

#[tokio::test]
async fn any_host_is_answered_over_http2() {
    let bench = Bench::start(None).await;
    for host in ["chatgpt.com", "github.com", "some.where.example"] {
        let url = format!("https://{host}/nothing");
        let answer = bench.ask(Method::GET, &url, "").await.unwrap();
        assert_eq!(
            (answer.status, answer.version),
            (StatusCode::NOT_FOUND, Version::HTTP_2)
        );
    }
    let hosts: Vec<_> = bench
        .log()
        .iter()
        .map(|entry| entry["host"].clone())
        .collect();
    assert_eq!(hosts, ["chatgpt.com", "github.com", "some.where.example"]);
}

#[tokio::test]
async fn plain_http_on_the_same_port_is_answered_too() {
    let bench = Bench::start(None).await;
    let mut stream = TcpStream::connect(bench.stand_in.addr()).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: example.org:80\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    timeout(LIMIT, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert_eq!(bench.log()[0]["host"], "example.org");
}

#[tokio::test]
async fn a_turn_over_server_sent_events_is_on_the_log_as_it_was_sent() {
    let bench = Bench::start(None).await;
    let body = offering_a_shell().to_string();
    let answer = bench
        .ask(Method::POST, RESPONSES, body.clone())
        .await
        .unwrap();
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let data: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .collect();
    assert!(data.last().unwrap().contains("response.completed"));
    let log = bench.log();
    assert_eq!(log[0]["received"], body);
    assert_eq!(log[0]["sent"], json!(data));
}

#[tokio::test]
async fn an_answer_can_be_had_in_one_piece() {
    let bench = Bench::start(None).await;
    let mut request = offering_a_shell();
    request["stream"] = json!(false);
    let answer = bench
        .ask(Method::POST, RESPONSES, request.to_string())
        .await
        .unwrap();
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer["output"][1]["name"], "shell_command");
}

#[tokio::test]
async fn a_chain_on_a_compressed_websocket_goes_from_call_to_answer() {
    let bench = Bench::start(None).await;
    let mut socket = bench.socket().await;
    let mut request = offering_a_shell();
    request["type"] = json!("response.create");
    let call = ask(&mut socket, &request).await;
    assert_eq!(call["response"]["output"][1]["type"], "function_call");

    let follow_up = json!({
        "type": "response.create",
        "input": [{"type": "function_call_output", "output": "hello"}],
        "previous_response_id": call["response"]["id"],
    });
    let answer = ask(&mut socket, &follow_up).await;
    assert_eq!(answer["response"]["output"][1]["type"], "message");

    let astray = json!({"type": "response.create", "previous_response_id": "resp_other"});
    assert_eq!(ask(&mut socket, &astray).await["status"], 400);
}

/// Sends a message and returns the last event that answers it.
async fn ask(
    socket: &mut WebSocket<tokio_rustls::client::TlsStream<TcpStream>>,
    message: &Value,
) -> Value {
    socket.send(Frame::text(message.to_string())).await.unwrap();
    loop {
        let frame = timeout(LIMIT, socket.next()).await.unwrap().unwrap();
        let event: Value = serde_json::from_slice(frame.payload()).unwrap();
        if ["response.completed", "error"].contains(&event["type"].as_str().unwrap()) {
            return event;
        }
    }
}

#[tokio::test]
async fn a_message_of_nonsense_is_refused_and_the_socket_lives_on() {
    let bench = Bench::start(None).await;
    let mut socket = bench.socket().await;
    for nonsense in [json!([]), json!({"type": "response.cancel"})] {
        assert_eq!(ask(&mut socket, &nonsense).await["status"], 400);
    }
    let prewarm = json!({"type": "response.create", "generate": false});
    assert_eq!(
        ask(&mut socket, &prewarm).await["type"],
        "response.completed"
    );
}

#[tokio::test]
async fn each_failure_is_what_it_says_and_a_counted_one_ends() {
    let bench = Bench::start(Some("429:1")).await;
    let body = offering_a_shell().to_string();
    let refused = bench
        .ask(Method::POST, RESPONSES, body.clone())
        .await
        .unwrap();
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["retry-after"], "1");
    let answered = bench
        .ask(Method::POST, RESPONSES, body.clone())
        .await
        .unwrap();
    assert_eq!(answered.status, StatusCode::OK);

    let bench = Bench::start(Some("500")).await;
    let refused = bench
        .ask(Method::POST, RESPONSES, body.clone())
        .await
        .unwrap();
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);

    let bench = Bench::start(Some("cut")).await;
    let cut = bench.ask(Method::POST, RESPONSES, body).await.unwrap_err();
    assert!(format!("{cut:#}").contains("cut its answer"), "{cut:#}");
}

#[tokio::test]
async fn a_refused_upgrade_is_a_426() {
    let bench = Bench::start(Some("ws-426")).await;
    let stream = bench
        .connector
        .connect("api.openai.com", &[])
        .await
        .unwrap();
    let url = "wss://api.openai.com/v1/responses".parse().unwrap();
    let request = HttpRequest::builder();
    let options = yawc::Options::default();
    let refused = WebSocket::handshake_with_request(url, stream, options, request).await;
    assert!(refused.is_err());
    assert_eq!(bench.log()[0]["status"], 426);
}

#[tokio::test]
async fn a_socket_that_is_to_be_cut_ends_in_the_middle() {
    let bench = Bench::start(Some("cut")).await;
    let mut socket = bench.socket().await;
    let prewarm = json!({"type": "response.create", "generate": false});
    socket.send(Frame::text(prewarm.to_string())).await.unwrap();
    let mut events = 0;
    while timeout(LIMIT, socket.next()).await.unwrap().is_some() {
        events += 1;
    }
    assert_eq!(events, 1, "created, and never completed");
}

#[tokio::test]
async fn a_stand_in_that_is_dropped_answers_no_more() {
    let bench = Bench::start(None).await;
    let addr = bench.stand_in.addr();
    drop(bench);
    assert!(TcpStream::connect(addr).await.is_err());
}
