//! A turn of the real codex over each of its transports.

use capture::record::Transport;

use crate::launch::Home;
use crate::login;
use crate::recording::{Recording, host, json_sent, path};

#[test]
fn a_turn_over_the_websocket_is_on_record_byte_for_byte() {
    let home = Home::with_api_key(KEY);
    let run = home.wrap(&[], EXEC);
    run.assert_code(0);
    assert!(
        run.stdout.contains("Hello from the stand-in"),
        "{}",
        run.stdout
    );

    let recording = run.recording();
    let turns = recording.assert_turns(&run.log());
    assert_eq!(turns.len(), 3, "prewarm, turn, tool result");
    assert!(
        turns
            .iter()
            .all(|turn| turn.transport == Transport::Websocket)
    );
    assert!(json_sent(turns[0]).contains(r#""generate":false"#));
    assert!(json_sent(turns[1]).contains("say hi"));
    assert!(json_sent(turns[2]).contains("hello-from-codex-dissect"));
    assert_whole(&recording);
    run.assert_nowhere(KEY);
}

#[test]
fn a_turn_over_server_sent_events_is_on_record_byte_for_byte() {
    let home = Home::with_api_key(KEY);
    let run = home.wrap(&["--fail", "ws-426"], EXEC);
    run.assert_code(0);

    let recording = run.recording();
    let refused = recording.exchanges.iter().find(|exchange| {
        let status = exchange.response.as_ref().map(|response| response.status);
        exchange.request.method == "GET" && status == Some(426)
    });
    assert!(refused.is_some(), "the refused upgrade is an exchange");
    let turns = recording.assert_turns(&run.log());
    assert_eq!(turns.len(), 2, "turn, tool result");
    assert!(turns.iter().all(|turn| turn.transport == Transport::Http));
    assert!(json_sent(turns[1]).contains("hello-from-codex-dissect"));
    assert_whole(&recording);
    run.assert_nowhere(KEY);
}

#[test]
fn a_turn_with_a_chatgpt_login_is_unpacked_and_its_tokens_are_left_out() {
    let home = Home::new();
    let login = login::write(&home.codex_home());
    let run = home.wrap(&["--fail", "ws-426"], EXEC);
    run.assert_code(0);

    let recording = run.recording();
    let turns = recording.assert_turns(&run.log());
    assert_eq!(turns.len(), 2, "turn, tool result");
    for turn in turns {
        assert_eq!(host(&turn.request.url), "chatgpt.com");
        let body = turn.request.body.as_ref().unwrap();
        assert_eq!(body.encoding.as_deref(), Some("zstd"));
        assert!(
            body.wire_bytes < body.bytes,
            "{} {}",
            body.wire_bytes,
            body.bytes
        );
    }
    assert_whole(&recording);
    run.assert_nowhere(&login.access_token);
    run.assert_nowhere(login.refresh_token);
}

#[test]
fn a_chatgpt_login_talks_over_the_websocket_too() {
    let home = Home::new();
    login::write(&home.codex_home());
    let run = home.wrap(&[], EXEC);
    run.assert_code(0);
    let recording = run.recording();
    assert_eq!(
        recording.assert_turns(&run.log()).len(),
        3,
        "prewarm, turn, tool result"
    );
    assert_whole(&recording);
}

#[test]
fn an_answer_that_is_cut_is_on_record_as_cut_and_so_is_its_retry() {
    let home = Home::with_api_key(KEY);
    let run = home.wrap(&["--fail", "cut:2"], EXEC);
    run.assert_code(0);
    let recording = run.recording();
    let log = run.log();
    let turns = log.iter().filter(|entry| entry.is_turn());
    let (cut, whole): (Vec<_>, Vec<_>) = turns.partition(|entry| {
        let last = entry.sent.last().unwrap();
        !last.contains("response.completed")
    });
    assert_eq!(cut.len(), 2);
    for entry in &whole {
        recording.exchange_of(entry);
    }
    assert_eq!(recording.end.aborted, 2, "{:?}", recording.end);
}

#[test]
fn without_any_login_a_turn_is_on_record_all_the_same() {
    let home = Home::new();
    let run = home.wrap(&[], EXEC);
    run.assert_code(0);
    let turns = run.recording().assert_turns(&run.log()).len();
    assert!(turns >= 2, "turn, tool result");
}

#[test]
fn a_codex_that_gives_up_passes_its_exit_code_on_and_its_refusals_are_on_record() {
    let home = Home::with_api_key(KEY);
    let run = home.wrap(&["--fail", "429"], EXEC);
    run.assert_code(1);
    let recording = run.recording();
    let log = run.log();
    let turns: Vec<_> = log.iter().filter(|entry| entry.is_turn()).collect();
    assert!(!turns.is_empty());
    for entry in turns {
        let exchange = recording.exchange_of(entry);
        let events = &exchange.response.as_ref().unwrap().events;
        assert_eq!(events[0].json.as_ref().unwrap().get(), entry.sent[0]);
    }
}

#[test]
fn a_failing_codex_passes_its_exit_code_on() {
    let home = Home::with_api_key(KEY);
    let run = home.wrap(&[], &["codex", "exec", "--no-such-option"]);
    run.assert_code(2);
    assert!(run.stderr.contains("--no-such-option"), "{}", run.stderr);
}

/// What holds for every good run: nothing lost, no intercepted host unread.
fn assert_whole(recording: &Recording) {
    assert!(recording.session.offline);
    assert_eq!(recording.end.lost, 0, "{:?}", recording.end);
    assert_eq!(recording.end.exchanges, recording.exchanges.len() as u64);
    assert_eq!(recording.end.connections.rejected, 0, "{:?}", recording.end);
    assert_eq!(recording.end.connections.failed, 0, "{:?}", recording.end);
    assert!(!recording.connections.is_empty());
    let metrics = recording.exchanges.iter().find(|exchange| {
        host(&exchange.request.url) == "ab.chatgpt.com"
            && path(&exchange.request.url) == "/otlp/v1/metrics"
    });
    let metrics = metrics.expect("what codex posts as it exits is on record too");
    assert!(metrics.request.body.as_ref().unwrap().bytes > 0);
}

/// A key that opens nothing, and must not be found in any session.
const KEY: &str = "sk-made-up-e2e-key-7f3a9c21d4";

const EXEC: &[&str] = &["codex", "exec", "--skip-git-repo-check", "say hi"];
