//! A run of the demo agent: model list, turn with a tool call, title, metrics.

use std::env;
use std::path::Path;
use std::process;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use yawc::{Frame, HttpRequest, OpCode, WebSocket};

use super::connector::ProxyConnector;
use super::conversation::{self, MODEL};
use super::events::{self, ModelAnswer};
use super::exec;
use super::http::{self, HttpResponse};

/// Runs the demo agent with the proxy and the roots in its environment.
///
/// # Errors
///
/// When the environment lacks them, or the conversation fails.
pub(crate) async fn run() -> Result<()> {
    let proxy = env::var("HTTPS_PROXY").context("HTTPS_PROXY is not set: run it under wrap")?;
    let roots =
        env::var_os("SSL_CERT_FILE").context("SSL_CERT_FILE is not set: run it under wrap")?;
    let agent = DemoAgent {
        connector: ProxyConnector::new(&proxy, Path::new(&roots))?,
        thread: thread_id(),
    };
    timeout(TIME_LIMIT, agent.converse())
        .await
        .context("the demo took too long")?
}

/// One run.
struct DemoAgent {
    connector: ProxyConnector,
    /// The id of the conversation, sent with every request.
    thread: String,
}

impl DemoAgent {
    async fn converse(&self) -> Result<()> {
        println!("demo agent of codex-dissect: talks as codex does, to a stand-in for its model");
        let models = self
            .get("https://chatgpt.com/backend-api/codex/models?client_version=0")
            .await?;
        println!(
            "looked up models      {} over {:?}",
            models.status, models.version
        );
        println!("user                  {PROMPT}");
        let answer = self.turn().await?;
        println!("assistant             {}", answer.text);
        println!(
            "tokens in             {}, of which {} cached",
            answer.input_tokens, answer.cached_tokens
        );
        let title = self.title().await?;
        println!("title (over SSE)      {title}");
        let metrics = conversation::metrics(1);
        let posted = self
            .post("https://ab.chatgpt.com/otlp/v1/metrics", &metrics)
            .await?;
        println!("posted metrics        {}", posted.status);
        Ok(())
    }

    /// A turn over the WebSocket: prewarm, prompt, tool result.
    async fn turn(&self) -> Result<ModelAnswer> {
        let mut socket = ResponsesSocket::open(&self.connector).await?;
        let prewarm = socket.ask(&conversation::prewarm(&self.thread)).await?;
        let turn = conversation::turn(&self.thread, &prewarm.id, PROMPT);
        let mut outcome = socket.ask(&turn).await?;
        for _ in 0..MAX_CALLS {
            let Some(call) = outcome.call.take() else {
                return Ok(outcome);
            };
            let output = exec::run(&call.script);
            println!("exec                  {}", output.trim_end());
            let result = conversation::tool_result(&self.thread, &outcome.id, &call, &output);
            outcome = socket.ask(&result).await?;
        }
        bail!("the model called more than {MAX_CALLS} tools in one turn")
    }

    /// A request over server-sent events.
    async fn title(&self) -> Result<String> {
        let request = conversation::title(&self.thread, PROMPT);
        let answer = self
            .post("https://api.openai.com/v1/responses", &request)
            .await?;
        let status = answer.status;
        ensure!(status.is_success(), "the title was answered with {status}");
        let kind = answer.headers.get("content-type");
        ensure!(
            kind.is_some_and(|kind| kind == "text/event-stream"),
            "the title came as {kind:?}, not as a stream of events"
        );
        let outcome = events::read_stream(&String::from_utf8_lossy(&answer.body))?;
        let title: Value = serde_json::from_str(&outcome.text)?;
        Ok(title["title"].as_str().unwrap_or_default().to_owned())
    }

    async fn get(&self, url: &str) -> Result<HttpResponse> {
        let request = Request::get(url).header("accept", "*/*");
        self.send(request, Bytes::new()).await
    }

    async fn post(&self, url: &str, body: &Value) -> Result<HttpResponse> {
        let request = Request::post(url).header("content-type", "application/json");
        self.send(request, Bytes::from(body.to_string())).await
    }

    async fn send(
        &self,
        request: hyper::http::request::Builder,
        body: Bytes,
    ) -> Result<HttpResponse> {
        let request = request
            .header("authorization", format!("Bearer {API_KEY}"))
            .header("originator", ORIGINATOR)
            .header("user-agent", USER_AGENT)
            .body(Full::new(body))?;
        http::send(&self.connector, request).await
    }
}

/// The WebSocket of a conversation.
struct ResponsesSocket {
    socket: WebSocket<TlsStream<TcpStream>>,
}

impl ResponsesSocket {
    async fn open(connector: &ProxyConnector) -> Result<Self> {
        // Like codex: no ALPN on a connection that becomes a WebSocket.
        let stream = connector.connect("api.openai.com", &[]).await?;
        let request = HttpRequest::builder()
            .header("authorization", format!("Bearer {API_KEY}"))
            .header("originator", ORIGINATOR)
            .header("user-agent", USER_AGENT)
            .header("openai-beta", "responses_websockets=2026-02-06");
        let options = yawc::Options::default().with_balanced_compression();
        let url = "wss://api.openai.com/v1/responses".parse()?;
        let socket = WebSocket::handshake_with_request(url, stream, options, request)
            .await
            .context("no WebSocket with api.openai.com")?;
        Ok(Self { socket })
    }

    /// Sends a request and reads all its events.
    async fn ask(&mut self, request: &Value) -> Result<ModelAnswer> {
        self.socket.send(Frame::text(request.to_string())).await?;
        let mut outcome = ModelAnswer::default();
        while let Some(frame) = self.socket.next().await {
            if frame.opcode() != OpCode::Text {
                continue;
            }
            if events::read_event(&serde_json::from_slice(frame.payload())?, &mut outcome)? {
                return Ok(outcome);
            }
        }
        bail!("the WebSocket closed in the middle of an answer of {MODEL}")
    }
}

/// Unique to a run, like codex's thread ids.
fn thread_id() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    format!("demo-{:x}-{nanos:x}", process::id())
}

/// What a user would type.
const PROMPT: &str = "run a command, then say hi";

/// A placeholder that opens nothing.
const API_KEY: &str = "sk-demo-0000000000000000000000000000";

const ORIGINATOR: &str = "codex_dissect_demo";

const USER_AGENT: &str = concat!("codex_dissect_demo/", env!("CARGO_PKG_VERSION"));

/// A script may call several tools; bounds one that never ends.
const MAX_CALLS: usize = 32;

/// The whole demo takes about a second.
const TIME_LIMIT: Duration = Duration::from_secs(60);
