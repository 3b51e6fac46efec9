//! The script: what the stand-in answers, step by step.
//!
//! A script is a JSON list. Each model request of a conversation gets the next
//! step; after the last one the script starts over:
//!
//! ```json
//! [
//!   {"run": "ls"},
//!   {"call": {"name": "apply_patch", "input": "*** Begin Patch ..."}},
//!   {"call": {"name": "update_plan", "arguments": {"plan": []}}},
//!   {"say": "Done."}
//! ]
//! ```
//!
//! `run` is a command for whichever shell tool the agent offers, and is skipped
//! if it offers none; `call` calls any tool by name, offered or not, with free
//! text (`input`) or JSON (`arguments`); `say` is a text, which ends the turn.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::item::{Item, ToolCall, ToolInput};
use super::model_request::{Intent, ModelRequest};
use super::schema;

/// The answers of the stand-in, step by step; never empty.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    steps: Vec<Step>,
}

/// One answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// Text, which ends the turn.
    Say(String),
    /// A command for the shell tool that the agent offers.
    Run(String),
    /// Any tool.
    Call(ScriptedCall),
}

/// A tool call read from a script.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "CallText")]
struct ScriptedCall(ToolCall);

/// A tool call as written in a script.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallText {
    name: String,
    input: Option<String>,
    arguments: Option<Value>,
}

impl TryFrom<CallText> for ScriptedCall {
    type Error = &'static str;

    fn try_from(text: CallText) -> Result<Self, Self::Error> {
        let input = match (text.input, text.arguments) {
            (Some(input), None) => ToolInput::Text(input),
            (None, Some(arguments)) => ToolInput::Arguments(arguments),
            _ => return Err("a call has either `input` or `arguments`"),
        };
        let name = text.name;
        Ok(Self(ToolCall { name, input }))
    }
}

impl Script {
    /// Reads a script from a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is longer than [`MAX_SCRIPT_BYTES`], or is not a script.
    pub(crate) fn load(path: &Path) -> Result<Self> {
        let read = || -> Result<Self> {
            let mut text = String::new();
            let file = File::open(path)?;
            file.take(MAX_SCRIPT_BYTES + 1).read_to_string(&mut text)?;
            ensure!(
                text.len() as u64 <= MAX_SCRIPT_BYTES,
                "it is longer than {MAX_SCRIPT_BYTES} bytes"
            );
            Self::parse(&text)
        };
        read().with_context(|| format!("cannot use {} as a script", path.display()))
    }

    /// Reads a script from its text.
    ///
    /// # Errors
    ///
    /// When it is not a list of `say`, `run` and `call` steps, or has no step.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let steps: Vec<Step> = serde_json::from_str(text).context(
            r#"a script is a JSON list of {"say": TEXT}, {"run": COMMAND} and {"call": {"name": TOOL, "input": TEXT}}"#,
        )?;
        ensure!(
            !steps.is_empty(),
            r#"a script has at least one step, such as {{"say": "Hello."}}"#
        );
        Ok(Self { steps })
    }

    /// The answer to `request`.
    pub(super) fn answer(&self, request: &ModelRequest) -> Item {
        match request.intent {
            Intent::Prewarm => Item::Nothing,
            Intent::Compact => Item::Compaction {
                steps: request.steps,
            },
            Intent::Answer => match &request.schema {
                Some(schema) => Item::Message(schema::instance(schema, TITLE).to_string()),
                None => self.step(request),
            },
        }
    }

    /// The first step, from the conversation's position on, that this agent can take.
    fn step(&self, request: &ModelRequest) -> Item {
        let from = request.steps % self.steps.len();
        let (before, after) = self.steps.split_at(from);
        let mut ahead = after.iter().chain(before);
        let item = ahead.find_map(|step| match step {
            Step::Say(text) => Some(Item::Message(text.clone())),
            Step::Run(command) => request.shell.map(|shell| Item::Call(shell.call(command))),
            Step::Call(call) => Some(Item::Call(call.0.clone())),
        });
        item.unwrap_or_else(|| Item::Message(NO_SHELL.to_owned()))
    }
}

impl Default for Script {
    /// One harmless command, then a greeting.
    fn default() -> Self {
        Self {
            steps: vec![
                Step::Run("echo hello-from-codex-dissect".to_owned()),
                Step::Say(GREETING.to_owned()),
            ],
        }
    }
}

/// The end of the default script.
const GREETING: &str = "Hello from the stand-in of codex-dissect. I ran one command through \
    your tools; no model was asked, and nothing left this machine.";

/// The answer if the script has only commands and the agent offers no shell.
const NO_SHELL: &str = "Hello from the stand-in of codex-dissect. The script wants to run \
    a command, but no shell tool was offered.";

/// Every string in structured output; codex requests titles this way.
const TITLE: &str = "Hello from the stand-in";

/// Scripts are written by hand; this is a large book.
const MAX_SCRIPT_BYTES: u64 = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::stand_in::shell::ShellTool;

    fn at(steps: usize, shell: Option<&str>) -> ModelRequest {
        ModelRequest {
            steps,
            shell: shell.and_then(ShellTool::named),
            ..ModelRequest::default()
        }
    }

    #[test]
    fn a_script_is_taken_step_by_step_and_starts_over() {
        let script = Script::parse(
            r#"[{"say": "a"}, {"call": {"name": "t", "arguments": {"x": 1}}}, {"call": {"name": "u", "input": "i"}}]"#,
        )
        .unwrap();
        assert_eq!(script.answer(&at(0, None)), Item::Message("a".to_owned()));
        let Item::Call(call) = script.answer(&at(1, None)) else {
            panic!("the second step is a call")
        };
        assert_eq!(call.input, ToolInput::Arguments(json!({"x": 1})));
        let Item::Call(call) = script.answer(&at(2, None)) else {
            panic!("the third step is a call")
        };
        assert_eq!(call.input, ToolInput::Text("i".to_owned()));
        assert_eq!(script.answer(&at(3, None)), Item::Message("a".to_owned()));
    }

    #[test]
    fn a_command_is_skipped_if_no_shell_is_offered() {
        let script = Script::default();
        assert!(matches!(script.answer(&at(0, Some("exec"))), Item::Call(_)));
        assert!(matches!(script.answer(&at(0, None)), Item::Message(_)));

        let only_commands = Script::parse(r#"[{"run": "ls"}]"#).unwrap();
        let answer = only_commands.answer(&at(0, None));
        assert_eq!(answer, Item::Message(NO_SHELL.to_owned()));
    }

    #[test]
    fn structured_output_is_an_instance_of_its_schema() {
        let request = ModelRequest {
            schema: Some(
                json!({"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}),
            ),
            ..ModelRequest::default()
        };
        let Item::Message(text) = Script::default().answer(&request) else {
            panic!("structured output is a message")
        };
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["title"], TITLE);
    }

    #[test]
    fn an_invalid_script_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "a script is a JSON list"),
            ("{}", "a script is a JSON list"),
            ("[]", "at least one step"),
            (r#"[{"shout": "a"}]"#, "unknown variant `shout`"),
            (r#"[{"call": {"name": "t"}}]"#, "a call has either"),
            (
                r#"[{"call": {"name": "t", "output": ""}}]"#,
                "unknown field `output`",
            ),
        ] {
            let error = format!("{:#}", Script::parse(text).unwrap_err());
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_missing_script_is_named() {
        let error = Script::load(Path::new("no-such-script.json")).unwrap_err();
        assert!(error.to_string().contains("no-such-script.json"), "{error}");
    }
}
