//! The model APIs that the stand-in speaks: which one a request uses, and its form.
//!
//! Each reads a request into a [`ModelRequest`] and writes a [`Reply`] as events or as
//! one body. They are minimal, except for `responses`, which is codex's.

mod chat;
mod gemini;
mod messages;
pub(super) mod responses;

use hyper::Method;
use serde_json::Value;

use super::event::Event;
use super::model_request::ModelRequest;
use super::reply::Reply;

/// A model API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    /// OpenAI Responses: codex.
    Responses,
    /// Anthropic Messages: Claude Code.
    Messages,
    /// OpenAI Chat Completions: OpenCode and most others.
    Chat,
    /// Google `generateContent`: Gemini CLI with a key.
    Gemini,
    /// The same in an envelope: Gemini CLI with a Google login.
    CodeAssist,
}

impl Api {
    /// The API of a request, if it is a model request.
    pub(super) fn of(method: &Method, path: &str) -> Option<Self> {
        if method != Method::POST {
            return None;
        }
        match path.rsplit('/').next()? {
            "responses" => Some(Self::Responses),
            "messages" => Some(Self::Messages),
            "completions" if path.ends_with("/chat/completions") => Some(Self::Chat),
            "v1internal:generateContent" | "v1internal:streamGenerateContent" => {
                Some(Self::CodeAssist)
            }
            last if last.ends_with(":generateContent") => Some(Self::Gemini),
            last if last.ends_with(":streamGenerateContent") => Some(Self::Gemini),
            _ => None,
        }
    }

    /// Reads a request; `bytes` is the length of its body.
    pub(super) fn read(self, path: &str, body: &Value, bytes: usize) -> ModelRequest {
        match self {
            Self::Responses => responses::read(body, bytes, None),
            Self::Messages => messages::read(body, bytes),
            Self::Chat => chat::read(body, bytes),
            Self::Gemini => gemini::read(path, body, bytes),
            Self::CodeAssist => gemini::read(path, &body["request"], bytes),
        }
    }

    /// Whether the request wants a stream of events.
    pub(super) fn wants_stream(self, path: &str, body: &Value) -> bool {
        match self {
            Self::Gemini | Self::CodeAssist => path.ends_with(":streamGenerateContent"),
            Self::Responses | Self::Messages | Self::Chat => body["stream"] == true,
        }
    }

    /// The answer as a stream of events.
    pub(super) fn events(self, reply: &Reply) -> Vec<Event> {
        match self {
            Self::Responses => responses::events(reply),
            Self::Messages => messages::events(reply),
            Self::Chat => chat::events(reply),
            Self::Gemini => gemini::events(reply, gemini::Envelope::None),
            Self::CodeAssist => gemini::events(reply, gemini::Envelope::Response),
        }
    }

    /// The answer in one piece.
    pub(super) fn whole(self, reply: &Reply) -> Value {
        match self {
            Self::Responses => responses::whole(reply),
            Self::Messages => messages::whole(reply),
            Self::Chat => chat::whole(reply),
            Self::Gemini => gemini::whole(reply, gemini::Envelope::None),
            Self::CodeAssist => gemini::whole(reply, gemini::Envelope::Response),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::stand_in::script::Script;
    use crate::stand_in::usage::Usage;

    fn reply(api: Api, path: &str, body: &Value) -> Reply {
        let request = api.read(path, body, body.to_string().len());
        let item = Script::default().answer(&request);
        Reply {
            number: 1,
            created_at: 1_795_400_000,
            usage: Usage::of(&request, &item),
            request,
            item,
        }
    }

    #[test]
    fn an_api_is_known_by_its_path() {
        for (path, api) in [
            ("/v1/responses", Some(Api::Responses)),
            ("/backend-api/codex/responses", Some(Api::Responses)),
            ("/v1/messages", Some(Api::Messages)),
            ("/v1/messages/count_tokens", None),
            ("/v1/chat/completions", Some(Api::Chat)),
            ("/v1/completions", None),
            ("/v1beta/models/g:streamGenerateContent", Some(Api::Gemini)),
            ("/v1internal:generateContent", Some(Api::CodeAssist)),
            ("/v1internal:countTokens", None),
            ("/", None),
        ] {
            assert_eq!(Api::of(&Method::POST, path), api, "{path}");
            assert_eq!(Api::of(&Method::GET, path), None, "{path}");
        }
    }

    /// The first answer of the default script is a call where a shell is
    /// offered, and the answer after it is a message.
    #[test]
    fn every_api_calls_the_shell_and_then_answers() {
        let offers = [
            (
                Api::Messages,
                "/v1/messages",
                json!({"tools": [{"name": "Bash"}], "messages": [{"role": "user", "content": "hi"}]}),
                json!({"tools": [{"name": "Bash"}], "messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": []}]}),
            ),
            (
                Api::Chat,
                "/v1/chat/completions",
                json!({"tools": [{"function": {"name": "bash"}}], "messages": [{"role": "user"}]}),
                json!({"tools": [{"function": {"name": "bash"}}], "messages": [{"role": "user"}, {"role": "assistant"}]}),
            ),
            (
                Api::Gemini,
                "/v1beta/models/g:streamGenerateContent",
                json!({"tools": [{"functionDeclarations": [{"name": "run_shell_command"}]}], "contents": [{"role": "user"}]}),
                json!({"tools": [{"functionDeclarations": [{"name": "run_shell_command"}]}], "contents": [{"role": "user"}, {"role": "model"}]}),
            ),
        ];
        for (api, path, first, second) in offers {
            let events = format!("{:?}", api.events(&reply(api, path, &first)));
            assert!(
                events.contains("echo hello-from-codex-dissect"),
                "{api:?} {events}"
            );
            let whole = api.whole(&reply(api, path, &second)).to_string();
            assert!(whole.contains("Hello from the"), "{api:?} {whole}");
        }
    }

    #[test]
    fn a_nonsense_request_is_still_answered() {
        for api in [
            Api::Responses,
            Api::Messages,
            Api::Chat,
            Api::Gemini,
            Api::CodeAssist,
        ] {
            for body in [
                json!(null),
                json!([]),
                json!("x"),
                json!({"input": 7, "messages": {}, "tools": "x", "contents": [1]}),
            ] {
                let reply = reply(api, "/x", &body);
                assert!(!api.events(&reply).is_empty());
                assert!(api.whole(&reply).is_object());
            }
        }
    }
}
