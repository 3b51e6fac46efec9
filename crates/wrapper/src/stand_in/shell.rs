//! The tools with which agents run commands, by name.

use serde_json::{Value, json};

use super::item::{ToolCall, ToolInput};

/// A tool that runs a command, offered by an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShellTool {
    name: &'static str,
    format: CommandFormat,
}

/// How a call carries the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CommandFormat {
    /// JavaScript that calls `tools.exec_command`: codex's `exec`.
    Script,
    /// `{"cmd": COMMAND}`.
    Cmd,
    /// `{"command": COMMAND, "description": TEXT}`.
    Command,
    /// `{"command": ["bash", "-lc", COMMAND]}`.
    Argv,
}

impl ShellTool {
    /// The shell tool of this name, if there is one.
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|shell| shell.name == name)
    }

    /// The first shell tool among `names`.
    pub(super) fn among<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        names.into_iter().find_map(Self::named)
    }

    /// The call that runs `command`.
    pub(super) fn call(self, command: &str) -> ToolCall {
        let quoted = Value::from(command);
        let input = match self.format {
            CommandFormat::Script => ToolInput::Text(format!(
                "const r = await tools.exec_command({{cmd: {quoted}}}); text(r.output ?? JSON.stringify(r));"
            )),
            CommandFormat::Cmd => ToolInput::Arguments(json!({"cmd": command})),
            CommandFormat::Command => ToolInput::Arguments(json!({
                "command": command,
                "description": "Runs a command for the stand-in",
            })),
            CommandFormat::Argv => {
                ToolInput::Arguments(json!({"command": ["bash", "-lc", command]}))
            }
        };
        ToolCall {
            name: self.name.to_owned(),
            input,
        }
    }
}

/// codex (two generations and its older ones), Claude Code, OpenCode, Gemini CLI.
const ALL: [ShellTool; 7] = [
    ShellTool {
        name: "exec",
        format: CommandFormat::Script,
    },
    ShellTool {
        name: "exec_command",
        format: CommandFormat::Cmd,
    },
    ShellTool {
        name: "shell_command",
        format: CommandFormat::Command,
    },
    ShellTool {
        name: "shell",
        format: CommandFormat::Argv,
    },
    ShellTool {
        name: "Bash",
        format: CommandFormat::Command,
    },
    ShellTool {
        name: "bash",
        format: CommandFormat::Command,
    },
    ShellTool {
        name: "run_shell_command",
        format: CommandFormat::Command,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_quotes_stays_one_string_in_the_script() {
        let call = ShellTool::named("exec").unwrap().call(r#"echo "a\b""#);
        let ToolInput::Text(script) = call.input else {
            panic!("codex's exec takes a script")
        };
        assert!(script.contains(r#"{cmd: "echo \"a\\b\""}"#), "{script}");
    }

    #[test]
    fn a_tool_that_runs_nothing_is_not_a_shell() {
        assert_eq!(ShellTool::among(["update_plan", "view_image"]), None);
        let shell = ShellTool::among(["update_plan", "Bash"]).unwrap();
        assert_eq!(shell.call("ls").name, "Bash");
    }
}
