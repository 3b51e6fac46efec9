//! Everything that agents request besides a model, with plausible empty answers.
//!
//! codex looks up its models, plugins, account and settings before the first
//! turn and posts its metrics after the last. Anything unknown gets a 404 with
//! a small JSON body, which every agent tried so far tolerates.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::usage::tokens;

/// A request that is not for a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) method: &'a Method,
    pub(super) host: &'a str,
    /// Without the query.
    pub(super) path: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    /// Seconds since 1970-01-01T00:00:00Z.
    pub(super) now: u64,
}

/// An answer in one piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlainAnswer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    /// Further headers.
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: String,
}

/// Answers a request that is not for a model.
pub(super) fn find(lookup: &Lookup<'_>) -> PlainAnswer {
    let Lookup { method, path, .. } = *lookup;
    match (method.as_str(), lookup.host, path) {
        ("GET", "api.openai.com" | "api.anthropic.com", "/v1/models") => {
            PlainAnswer::json(&json!({"object": "list", "data": []}))
        }
        (_, "api.openai.com", "/v1/responses") => PlainAnswer::status(405),
        ("POST", _, "/v1/messages/count_tokens") => {
            PlainAnswer::json(&json!({"input_tokens": tokens(lookup.body.len())}))
        }
        ("POST", _, _) if path.ends_with(":countTokens") => {
            PlainAnswer::json(&json!({"totalTokens": tokens(lookup.body.len())}))
        }
        ("POST", "auth.openai.com", "/oauth/token") => {
            PlainAnswer::json(&renewed_login(lookup.now))
        }
        // Metrics and events: accepted and discarded.
        ("POST", "ab.chatgpt.com", _) | ("POST", "play.googleapis.com", "/log") => {
            PlainAnswer::json(&json!({}))
        }
        ("POST", "api.anthropic.com", _) if path.starts_with("/api/event_logging/") => {
            PlainAnswer::json(&json!({}))
        }
        ("GET", "github.com", _) if path.ends_with("/info/refs") => empty_repository(),
        ("GET", "raw.githubusercontent.com", _) if path.ends_with(".toml") => {
            PlainAnswer::text(200, String::new())
        }
        (_, "chatgpt.com", _) => match path.strip_prefix("/backend-api/") {
            Some(rest) => backend(lookup, rest),
            None => PlainAnswer::missing(),
        },
        _ => PlainAnswer::missing(),
    }
}

/// What codex requests from the ChatGPT backend.
fn backend(lookup: &Lookup<'_>, path: &str) -> PlainAnswer {
    match (lookup.method.as_str(), path) {
        ("GET", "codex/models") => PlainAnswer::json(&json!({"models": []})),
        ("GET", "ps/plugins/installed" | "ps/plugins/suggested/codex") => PlainAnswer::json(
            &json!({"enabled": false, "plugins": [], "pagination": {"next_page_token": null}}),
        ),
        ("GET", "wham/accounts/check") => PlainAnswer::json(&account(lookup.headers)),
        ("GET", "wham/settings/user") => PlainAnswer::json(&json!({})),
        ("POST", "codex/analytics-events/events") => PlainAnswer::json(&json!({})),
        (_, "ps/mcp") => mcp(lookup),
        _ => PlainAnswer::missing(),
    }
}

/// The account named in the request; without a valid answer codex starts no turn.
fn account(headers: &HeaderMap) -> Value {
    let named = headers.get("chatgpt-account-id");
    let id = named.and_then(|id| id.to_str().ok()).unwrap_or_default();
    json!({
        "accounts": [{
            "id": id,
            "name": null,
            "plan_type": "plus",
            "structure": "personal",
            "profile_picture_url": null,
            "workspace_backend_origin": "NO_CONSTRAINT",
            "account_routing_override": "NO_CONSTRAINT",
        }],
        "account_ordering": [id],
        "default_account_id": id,
    })
}

/// An MCP server over streamable HTTP, without tools.
fn mcp(lookup: &Lookup<'_>) -> PlainAnswer {
    match lookup.method.as_str() {
        "POST" => {}
        "DELETE" => return PlainAnswer::status(204),
        // The specification lets a server decline to offer a stream.
        _ => return PlainAnswer::status(405),
    }
    let Ok(request) = serde_json::from_slice::<Value>(lookup.body) else {
        return PlainAnswer::status(400);
    };
    let Some(id) = request.get("id") else {
        return PlainAnswer::status(202);
    };
    let params = &request["params"];
    let result = match request["method"].as_str() {
        Some("initialize") => json!({
            "protocolVersion": params["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "codex-dissect stand-in", "version": env!("CARGO_PKG_VERSION")},
        }),
        Some("ping") => json!({}),
        Some("tools/list") => json!({"tools": []}),
        _ => {
            let error = json!({"code": -32601, "message": "the stand-in has no such method"});
            return PlainAnswer::json(&json!({"jsonrpc": "2.0", "id": id, "error": error}));
        }
    };
    let mut answer = PlainAnswer::json(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
    answer.headers = vec![("mcp-session-id", "standin")];
    answer
}

/// A git repository without a commit, as its server describes it (gitprotocol-http).
fn empty_repository() -> PlainAnswer {
    let line = |text: &str| format!("{:04x}{text}", text.len() + PKT_LENGTH_BYTES);
    let none = format!(
        "{} capabilities^{{}}\0agent=codex-dissect\n",
        "0".repeat(40)
    );
    let service = line("# service=git-upload-pack\n");
    PlainAnswer {
        content_type: "application/x-git-upload-pack-advertisement",
        ..PlainAnswer::text(200, format!("{service}0000{}0000", line(&none)))
    }
}

/// New tokens for a login that refreshes; worthless anywhere else.
fn renewed_login(now: u64) -> Value {
    let claims = json!({"exp": now + TOKEN_SECONDS, "iat": now, "sub": "standin"});
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = json!({"alg": "none", "typ": "JWT"});
    let token = format!("{}.{}.{}", part(head), part(claims), part(json!("standin")));
    json!({
        "id_token": token,
        "access_token": token,
        "refresh_token": "rt_standin",
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
    })
}

impl PlainAnswer {
    /// JSON with status 200.
    pub(super) fn json(body: &Value) -> Self {
        Self::json_with(200, body)
    }

    /// JSON with any status.
    pub(super) fn json_with(status: u16, body: &Value) -> Self {
        Self {
            content_type: "application/json",
            ..Self::text(status, body.to_string())
        }
    }

    fn text(status: u16, body: String) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
            body,
        }
    }

    fn status(status: u16) -> Self {
        Self::text(status, String::new())
    }

    fn missing() -> Self {
        let error = json!({"type": "not_found", "message": "the stand-in does not know this"});
        Self::json_with(404, &json!({ "error": error }))
    }
}

/// The length prefix of a git packet includes itself.
const PKT_LENGTH_BYTES: usize = 4;

/// The claimed lifetime of refreshed tokens: a day.
const TOKEN_SECONDS: u64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(method: &Method, host: &str, path: &str, body: &str) -> (u16, Value) {
        let mut headers = HeaderMap::new();
        headers.insert("chatgpt-account-id", "account-1".parse().unwrap());
        let answer = find(&Lookup {
            method,
            host,
            path,
            headers: &headers,
            body: body.as_bytes(),
            now: 1_795_400_000,
        });
        let body = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        (answer.status, body)
    }

    #[test]
    fn the_account_is_that_of_the_request_and_its_backend_stays() {
        let (status, body) = ask(
            &Method::GET,
            "chatgpt.com",
            "/backend-api/wham/accounts/check",
            "",
        );
        assert_eq!(status, 200);
        assert_eq!(body["accounts"][0]["id"], "account-1");
        assert_eq!(
            body["accounts"][0]["workspace_backend_origin"],
            "NO_CONSTRAINT"
        );
    }

    #[test]
    fn the_mcp_server_initializes_and_has_no_tools() {
        let path = "/backend-api/ps/mcp";
        let call = |body| ask(&Method::POST, "chatgpt.com", path, body);
        let (status, body) =
            call(r#"{"id": 0, "method": "initialize", "params": {"protocolVersion": "v"}}"#);
        assert_eq!(
            (status, &body["result"]["protocolVersion"]),
            (200, &json!("v"))
        );
        assert_eq!(call(r#"{"method": "notifications/initialized"}"#).0, 202);
        assert_eq!(
            call(r#"{"id": 1, "method": "tools/list"}"#).1["result"]["tools"],
            json!([])
        );
        assert_eq!(
            call(r#"{"id": 2, "method": "x"}"#).1["error"]["code"],
            -32601
        );
        assert_eq!(call("nonsense").0, 400);
        assert_eq!(ask(&Method::DELETE, "chatgpt.com", path, "").0, 204);
    }

    #[test]
    fn a_repository_is_empty_and_each_packet_says_its_length() {
        let body = empty_repository().body;
        let rest = body
            .strip_prefix("001e# service=git-upload-pack\n0000")
            .unwrap();
        let length = usize::from_str_radix(&rest[..4], 16).unwrap();
        assert_eq!(&rest[length..], "0000");
    }

    #[test]
    fn anything_unknown_is_a_404_with_a_reason() {
        for (host, path) in [
            ("chatgpt.com", "/backend-api/nothing"),
            ("chatgpt.com", "/"),
            ("example.org", "/"),
        ] {
            let (status, body) = ask(&Method::GET, host, path, "");
            assert_eq!(status, 404);
            assert_eq!(body["error"]["type"], "not_found");
        }
    }

    #[test]
    fn refreshed_tokens_expire_in_the_future() {
        let (_, body) = ask(&Method::POST, "auth.openai.com", "/oauth/token", "");
        let token = body["access_token"].as_str().unwrap();
        let claims = URL_SAFE_NO_PAD
            .decode(token.split('.').nth(1).unwrap())
            .unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["exp"], 1_795_400_000 + TOKEN_SECONDS);
    }
}
