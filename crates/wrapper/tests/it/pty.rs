//! The terminal belongs to the agent: `wrap` does not interfere with keys, signals or the shell.

use std::path::Path;

use crate::screen::Screen;
use crate::wrap::{Machine, agent};

const CTRL_C: &str = "\u{3}";
const CTRL_Z: &str = "\u{1a}";
const CTRL_BACKSLASH: &str = "\u{1c}";

#[test]
fn ctrl_c_reaches_the_agent_once_and_wrap_waits_for_it() {
    let machine = Machine::new();
    let mut screen = Screen::start(&machine.wrap([agent("signals.sh")]));
    screen.wait_for("ready");
    for _ in 0..2 {
        screen.press(CTRL_C);
        screen.wait_for("got INT");
    }
    screen.press(CTRL_BACKSLASH);
    // A second interrupt would show before this.
    assert!(!screen.wait_for("got QUIT").contains("got"));
    screen.press("end\n");
    assert!(
        !screen
            .wait_for("wrap: signals.sh ended with exit code 9")
            .contains("got")
    );
    assert_eq!(screen.exit_code(), 9);
}

#[test]
fn the_agent_has_the_terminal_and_learns_of_its_size() {
    let machine = Machine::new();
    let script = "test -t 0 && test -t 1 && test -t 2 && stty size && exec \"$0\"";
    let mut screen = Screen::start(&machine.wrap(["sh", "-c", script, &agent("signals.sh")]));
    screen.wait_for("24 200");
    screen.wait_for("ready");
    screen.resize(30, 90);
    screen.wait_for("got WINCH");
    screen.press("end\n");
    assert_eq!(screen.exit_code(), 9);
}

#[test]
fn ctrl_z_gives_the_shell_control_and_fg_gives_it_back() {
    let machine = Machine::new();
    let wrap = env!("CARGO_BIN_EXE_wrap");
    let mut shell = std::process::Command::new("sh");
    // Only its variables are used.
    let clean = machine.wrap(["true"]);
    shell.envs(
        clean
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    shell.env("PS1", "prompt> ").arg("-i");
    let mut screen = Screen::start(&shell);
    screen.wait_for("prompt> ");
    screen.press(&format!(
        "'{wrap}' sh -c 'echo up; read line; echo \"agent: $line\"; exit 5'\n"
    ));
    screen.wait_for("up\r\n");
    // Once: a key that is pressed before `fg` has taken effect goes to nobody, and no output says
    // when it has.
    screen.press(CTRL_Z);
    screen.wait_for("prompt> ");
    screen.press("echo shell-$((40 + 2))\n");
    screen.wait_for("shell-42");
    screen.press("fg\n");
    screen.wait_for("exit 5");
    screen.press("hello\n");
    screen.wait_for("agent: hello");
    screen.wait_for("prompt> ");
    screen.press("echo code-$?\n");
    screen.wait_for("code-5");
    screen.press("exit\n");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn an_agent_that_dies_raw_leaves_a_usable_terminal() {
    let machine = Machine::new();
    let script = "stty raw -echo; echo raw; read go; kill -KILL $$";
    let mut screen = Screen::start(&machine.wrap(["sh", "-c", script]));
    screen.wait_for("raw");
    assert!(!screen.gathers_lines());
    screen.press("\n");
    screen.wait_for("was killed by SIGKILL");
    assert!(screen.gathers_lines());
    assert_eq!(screen.exit_code(), 137);
}

#[test]
fn a_closed_window_ends_agent_and_wrap_and_leaves_no_certificate() {
    let machine = Machine::new();
    let script = "echo \"[$SSL_CERT_FILE]\"; exec sleep 60";
    let mut screen = Screen::start(&machine.wrap(["sh", "-c", script]));
    screen.wait_for("[");
    let bundle = screen.wait_for("]");
    assert!(Path::new(&bundle).exists());
    assert_eq!(screen.hang_up(), 129);
    assert!(!Path::new(&bundle).exists());
}

#[test]
fn colours_are_shown_on_a_terminal_and_not_against_the_users_will() {
    let machine = Machine::new();
    for (no_color, coloured) in [(None, true), (Some("1"), false)] {
        let mut command = machine.wrap(["true"]);
        command.env("TERM", "xterm");
        command.envs(no_color.map(|value| ("NO_COLOR", value)));
        let mut screen = Screen::start(&command);
        let before = screen.wait_for("wrap: true ended");
        assert_eq!(before.contains('\u{1b}'), coloured, "{before:?}");
        assert_eq!(screen.exit_code(), 0);
    }
}
