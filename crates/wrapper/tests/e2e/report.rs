//! The report of a real session, compared with the stand-in's log, and opened in a real browser.

use std::fs;
use std::process::Command;

use analyze::Scan;
use serde_json::Value;

use crate::launch::{Finished, Home};
use crate::stand_in_log::Entry;

const EXEC: &[&str] = &["codex", "exec", "--skip-git-repo-check", "say hi"];

#[test]
fn the_figures_of_the_report_are_those_of_the_stand_in_over_the_websocket() {
    let home = Home::with_api_key("sk-made-up-report-key");
    assert_figures(&home.wrap(&[], EXEC));
}

#[test]
fn the_figures_of_the_report_are_those_of_the_stand_in_over_server_sent_events() {
    let home = Home::with_api_key("sk-made-up-report-key");
    assert_figures(&home.wrap(&["--fail", "ws-426"], EXEC));
}

fn assert_figures(run: &Finished) {
    run.assert_code(0);
    let scan = Scan::default()
        .read(&run.session.join("traffic.jsonl"), 0)
        .unwrap();
    let report = scan.finish();
    let glance = report.glance.as_ref().unwrap();
    let log = run.log();
    let turns: Vec<&Entry> = log.iter().filter(|entry| entry.is_turn()).collect();
    let usage: Vec<Value> = turns.iter().map(|entry| usage(entry)).collect();
    let sum = |path: &str| -> u64 {
        usage
            .iter()
            .filter_map(|usage| usage.pointer(path)?.as_u64())
            .sum()
    };
    assert_eq!(glance.model_requests, turns.len() as u64);
    assert_eq!(glance.tokens.input, sum("/input_tokens"));
    assert_eq!(
        glance.tokens.cached,
        sum("/input_tokens_details/cached_tokens")
    );
    assert_eq!(glance.tokens.output, sum("/output_tokens"));
    assert_eq!(
        glance.tokens.reasoning,
        sum("/output_tokens_details/reasoning_tokens")
    );
    assert_eq!(glance.tool_calls, 1);
    assert_eq!((glance.turns, glance.threads), (1, 1));
    let ttft = glance.ttft_us.as_ref().unwrap();
    assert!(ttft.max <= glance.period_us, "{ttft:?}");
}

/// The usage that the stand-in reported for a request.
fn usage(entry: &Entry) -> Value {
    let events = entry
        .sent
        .iter()
        .map(|event| serde_json::from_str::<Value>(event).unwrap());
    events
        .filter(|event| event["type"] == "response.completed")
        .map(|event| event["response"]["usage"].clone())
        .next_back()
        .unwrap_or_else(|| panic!("no end of {}", entry.path))
}

#[test]
fn a_browser_shows_the_report_in_both_themes_and_runs_nothing_of_what_was_recorded() {
    const HOSTILE: &str =
        "</code></pre><script>document.title='pwned'</script><img src=x onerror=alert(1)>";
    let home = Home::with_api_key("sk-made-up-browser-key");
    let run = home.wrap(&[], &["codex", "exec", "--skip-git-repo-check", HOSTILE]);
    run.assert_code(0);
    let page = run.session.join("analysis_report.html");
    let html = fs::read_to_string(&page).unwrap();
    assert!(
        html.contains("document.title="),
        "the prompt is in the report"
    );
    for theme in ["0", "1"] {
        let dom = dump(&home, &page, theme);
        assert!(!dom.contains("<title>pwned"), "what was recorded ran");
        assert!(
            !dom.contains("<script") && !dom.contains("<img"),
            "what was recorded is markup"
        );
        for expected in ["At a glance", "api.openai.com/v1/responses", "<svg"] {
            assert!(dom.contains(expected), "{expected}");
        }
    }
}

/// The page's document after Chromium has run its scripts; dark is theme 0, light 1.
fn dump(home: &Home, page: &std::path::Path, theme: &str) -> String {
    let output = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--dump-dom",
        ])
        .arg(format!("--blink-settings=preferredColorScheme={theme}"))
        .arg(format!(
            "--user-data-dir={}",
            home.place("chromium").display()
        ))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium is installed (Debian: chromium)");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
