//! The stand-in as an agent sees it: through the proxy, over real sockets.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, Version};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use yawc::{Frame, WebSocket};

use crate::client::{Answer, Client};
use crate::wrap::Machine;

/// `wrap --offline` around an agent that only waits, and a client in the agent's place.
struct Bench {
    client: Client,
    wrap: Child,
    log: PathBuf,
    _machine: Machine,
}

impl Bench {
    fn start(failure: Option<&str>) -> Self {
        let machine = Machine::new();
        let log = machine.home().join("log.jsonl");
        let agent = r#"echo "$HTTPS_PROXY"; echo "$SSL_CERT_FILE"; exec cat"#;
        let mut wrap = machine
            .wrap(["--offline", "--quiet", "--no-report", "--stand-in-log"])
            .arg(&log)
            .args(failure.into_iter().flat_map(|failure| ["--fail", failure]))
            .args(["sh", "-c", agent])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(wrap.stdout.take().unwrap()).lines();
        let mut line = || lines.next().unwrap().unwrap();
        let (proxy, bundle) = (line(), line());
        Self {
            client: Client::new(&proxy, Path::new(&bundle)),
            wrap,
            log,
            _machine: machine,
        }
    }

    async fn ask(
        &self,
        method: Method,
        url: &str,
        body: impl Into<Bytes>,
    ) -> anyhow::Result<Answer> {
        let request = Request::builder().method(method).uri(url);
        let request = request.body(Full::new(body.into())).unwrap();
        timeout(LIMIT, self.client.send(request)).await.unwrap()
    }

    async fn socket(&self) -> WebSocket<TlsStream<TcpStream>> {
        self.client.websocket().await.unwrap()
    }

    /// The entries of the stand-in's log so far.
    fn log(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.log).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Drop for Bench {
    /// Ends the agent's input, and with it the agent and `wrap`.
    fn drop(&mut self) {
        drop(self.wrap.stdin.take());
        self.wrap.wait().unwrap();
    }
}

/// Far longer than anything here takes; ends a test that hangs.
const LIMIT: Duration = Duration::from_secs(20);

const RESPONSES: &str = "https://api.openai.com/v1/responses";

fn offering_a_shell() -> Value {
    json!({"model": "m", "stream": true, "tools": [{"name": "shell_command"}], "input": []})
}

#[tokio::test]
async fn any_host_is_answered_over_http2() {
    let bench = Bench::start(None);
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
    let bench = Bench::start(None);
    let mut stream = bench.client.tunnel("example.org:80").await;
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
    let bench = Bench::start(None);
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
    let bench = Bench::start(None);
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
    let bench = Bench::start(None);
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
async fn ask(socket: &mut WebSocket<TlsStream<TcpStream>>, message: &Value) -> Value {
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
    let bench = Bench::start(None);
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
    let bench = Bench::start(Some("429:1"));
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

    let bench = Bench::start(Some("500"));
    let refused = bench
        .ask(Method::POST, RESPONSES, body.clone())
        .await
        .unwrap();
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);

    let bench = Bench::start(Some("cut"));
    let cut = bench.ask(Method::POST, RESPONSES, body).await.unwrap_err();
    assert!(format!("{cut:#}").contains("the answer was cut"), "{cut:#}");
}

#[tokio::test]
async fn a_refused_upgrade_is_a_426() {
    let bench = Bench::start(Some("ws-426"));
    let refused = bench.client.websocket().await;
    assert!(refused.is_err());
    assert_eq!(bench.log()[0]["status"], 426);
}

#[tokio::test]
async fn a_socket_that_is_to_be_cut_ends_in_the_middle() {
    let bench = Bench::start(Some("cut"));
    let mut socket = bench.socket().await;
    let prewarm = json!({"type": "response.create", "generate": false});
    socket.send(Frame::text(prewarm.to_string())).await.unwrap();
    let mut events = 0;
    while timeout(LIMIT, socket.next()).await.unwrap().is_some() {
        events += 1;
    }
    assert_eq!(events, 1, "created, and never completed");
}
