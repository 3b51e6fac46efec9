//! The demo agent's one tool: `exec`, which knows one command, `echo`.

use serde_json::Deserializer;

/// Runs the script of an `exec` call, and returns its output.
///
/// The script is codex's JavaScript; only its command is read. No process is
/// started, and any command but `echo` is refused.
pub(super) fn run(script: &str) -> String {
    let Some(command) = command(script) else {
        return "Script failed: this demo knows only tools.exec_command({cmd: …})".to_owned();
    };
    match command.strip_prefix("echo ") {
        Some(words) => format!("{words}\n"),
        None => format!("Script failed: this demo runs echo alone, not `{command}`"),
    }
}

/// The string after `cmd:`.
fn command(script: &str) -> Option<String> {
    let (_, rest) = script.split_once("{cmd: ")?;
    Deserializer::from_str(rest)
        .into_iter::<String>()
        .next()?
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn echo_prints_its_words_and_nothing_else_runs() {
        let script =
            |command: &str| format!("const r = await tools.exec_command({{cmd: {command}}});");
        assert_eq!(run(&script(r#""echo hello you""#)), "hello you\n");
        assert!(run(&script(r#""rm -rf /""#)).contains("echo alone"));
        for broken in ["", "{cmd: ", "{cmd: 7}", "{cmd: \"echo"] {
            assert!(run(broken).starts_with("Script failed"), "{broken}");
        }
    }
}
