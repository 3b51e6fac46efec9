//! Real clients cancel requests while the origin's TLS handshake is slow: their next requests
//! are on record.

use std::fs;
use std::thread;

use capture::record::{Connection, State};

use crate::install;
use crate::launch::Home;
use crate::recording::{Recording, json_sent};
use crate::slow_relay::{SlowRelay, wait_for_file};
use crate::terminal::Terminal;

const HOST: &str = "api.openai.com";
const URL: &str = "https://api.openai.com/v1/models";

#[test]
fn after_a_time_out_in_a_slow_handshake_curls_next_request_is_on_record() {
    let script = format!(
        "#!/bin/sh\n\
         curl --silent --max-time 1 {URL} && exit 1\n\
         touch \"$1/cancelled\"\n\
         until [ -e \"$1/open\" ]; do sleep 0.02; done\n\
         exec curl --silent --show-error {URL}\n"
    );
    assert_next_is_on_record(Home::new(), "sh", &script);
}

#[test]
fn after_a_time_out_in_a_slow_handshake_httpxs_next_request_is_on_record() {
    let script = format!(
        "import httpx, pathlib, sys, time\n\
         folder = pathlib.Path(sys.argv[1])\n\
         try:\n\
         \x20   httpx.get('{URL}', timeout=1)\n\
         \x20   sys.exit('the handshake was not slow')\n\
         except httpx.TimeoutException:\n\
         \x20   (folder / 'cancelled').touch()\n\
         while not (folder / 'open').exists():\n\
         \x20   time.sleep(0.02)\n\
         print(httpx.get('{URL}', timeout=60).text, end='')\n"
    );
    assert_next_is_on_record(Home::new().program(install::python()), "python3", &script);
}

/// Runs a script that cancels a request, says so, waits until handshakes are fast, and sends
/// another.
fn assert_next_is_on_record(home: Home, interpreter: &str, script: &str) {
    let relay = SlowRelay::start(&home);
    let (path, folder) = (home.place("script"), home.place("work"));
    fs::write(&path, script).unwrap();
    let agent = format!("{interpreter} {} {}", path.display(), folder.display());
    let script = relay.script(&agent);
    let run = thread::scope(|scope| {
        scope.spawn(|| {
            wait_for_file(&folder.join("cancelled"));
            relay.wait_until_left(HOST);
            relay.open();
            fs::write(folder.join("open"), "").unwrap();
        });
        home.wrap(&[], &["sh", "-c", &script])
    });
    run.assert_code(0);
    let recording = relay.recording();
    assert_nothing_is_unread(&recording);
    assert_eq!(recording.exchanges.len(), 1);
    let response = recording.exchanges[0].response.as_ref().unwrap();
    let json = response.body.as_ref().unwrap().json.as_ref().unwrap();
    assert_eq!(json.get(), run.stdout);
}

#[test]
fn after_esc_in_a_slow_handshake_the_next_turn_of_codex_is_on_record() {
    let home = Home::for_tui("sk-made-up-slow-key-70c1fa3e");
    let relay = SlowRelay::start(&home);
    let script = relay.script("codex");
    let terminal = Terminal::start(&home, &["sh", "-c", &script]);
    terminal.wait_for("Ask Codex to do anything");
    relay.open();
    terminal.type_line("say hi");
    terminal.wait_for("Hello from the stand-in of codex-dissect");
    terminal.wait_for("Worked for");
    // Its WebSocket is closed: the next turn starts with a handshake.
    relay.close();
    terminal.type_line("and once more");
    relay.wait_until_held(HOST);
    terminal.wait_for("esc to interrupt");
    terminal.press("Escape");
    terminal.wait_for("interrupted");
    relay.wait_until_left(HOST);
    relay.open();
    terminal.type_line("the last time");
    terminal.wait_for_times("Hello from the stand-in of codex-dissect", 2);
    terminal.type_line("/quit");
    terminal.wait_for("wrap ended with 0");

    let recording = relay.recording();
    assert_nothing_is_unread(&recording);
    let mut turns = recording.exchanges.iter().map(json_sent);
    assert!(turns.any(|turn| turn.contains("the last time")));
}

/// Fails unless an agent left in a handshake with the model's host, and that host is still intercepted.
fn assert_nothing_is_unread(recording: &Recording) {
    let of_host = |it: &&Connection| it.authority.as_deref() == Some(&*format!("{HOST}:443"));
    let connections = recording.connections.iter().filter(of_host);
    let dispositions: Vec<_> = connections.map(|it| &it.disposition).collect();
    let left = dispositions.iter().filter(|it| {
        let reason = it.reason.as_deref().unwrap_or_default();
        it.cause.as_deref() == Some("agent_gone") && reason.contains("handshake")
    });
    assert!(left.count() > 0, "{dispositions:#?}");
    let is_lost = |state| matches!(state, State::Rejected | State::Opaque);
    let lost = dispositions.iter().filter(|it| is_lost(it.state));
    assert_eq!(lost.count(), 0, "{dispositions:#?}");
}
