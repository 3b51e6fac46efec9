//! The tools with which agents run commands, known by name.

use serde_json::{Value, json};

use super::item::{Call, Input};

/// A tool that runs a command, offered by an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shell {
    name: &'static str,
    form: Form,
}

/// How the command is put into the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// JavaScript that calls `tools.exec_command`: codex's `exec`.
    Script,
    /// `{"cmd": COMMAND}`.
    Cmd,
    /// `{"command": COMMAND}`, with a `description` beside it.
    Command,
    /// `{"command": ["bash", "-lc", COMMAND]}`.
    Argv,
}

impl Shell {
    /// The shell tool of the name, if it is one.
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|shell| shell.name == name)
    }

    /// The first shell tool among `names`.
    pub(super) fn among<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        names.into_iter().find_map(Self::named)
    }

    /// The call that runs `command`.
    pub(super) fn call(self, command: &str) -> Call {
        let quoted = Value::from(command);
        let input = match self.form {
            Form::Script => Input::Text(format!(
                "const r = await tools.exec_command({{cmd: {quoted}}}); text(r.output ?? JSON.stringify(r));"
            )),
            Form::Cmd => Input::Arguments(json!({"cmd": command})),
            Form::Command => Input::Arguments(json!({
                "command": command,
                "description": "Runs a command for the stand-in",
            })),
            Form::Argv => Input::Arguments(json!({"command": ["bash", "-lc", command]})),
        };
        Call {
            name: self.name.to_owned(),
            input,
        }
    }
}

/// codex (two generations and its older ones), Claude Code, OpenCode, Gemini CLI.
const ALL: [Shell; 7] = [
    Shell {
        name: "exec",
        form: Form::Script,
    },
    Shell {
        name: "exec_command",
        form: Form::Cmd,
    },
    Shell {
        name: "shell_command",
        form: Form::Command,
    },
    Shell {
        name: "shell",
        form: Form::Argv,
    },
    Shell {
        name: "Bash",
        form: Form::Command,
    },
    Shell {
        name: "bash",
        form: Form::Command,
    },
    Shell {
        name: "run_shell_command",
        form: Form::Command,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_quotes_stays_one_string_in_the_script() {
        let call = Shell::named("exec").unwrap().call(r#"echo "a\b""#);
        let Input::Text(script) = call.input else {
            panic!("codex's exec takes a script")
        };
        assert!(script.contains(r#"{cmd: "echo \"a\\b\""}"#), "{script}");
    }

    #[test]
    fn a_tool_that_runs_nothing_is_no_shell() {
        assert_eq!(Shell::among(["update_plan", "view_image"]), None);
        let shell = Shell::among(["update_plan", "Bash"]).unwrap();
        assert_eq!(shell.call("ls").name, "Bash");
    }
}
