//! What codex starts with full access finds its way through the proxy too.

use std::fs;

use crate::install;
use crate::launch::Home;

#[test]
fn the_tools_that_codex_starts_get_their_answers_through_the_proxy() {
    let home = Home::with_api_key("sk-made-up-children-key")
        .program(install::NODE.folder())
        .program(install::python());
    let url = "https://api.openai.com/v1/models";
    let commands = [
        format!("curl --silent --show-error {url}"),
        format!("node -e \"fetch('{url}').then(r => r.text()).then(console.log)\""),
        format!("python3 -c \"import requests; print(requests.get('{url}').text)\""),
        "git ls-remote https://github.com/some/repository.git".to_owned(),
    ];
    let script = serde_json::json!([
        {"run": format!("{} && echo all-four-done", commands.join(" && "))},
        {"say": "Done."},
    ]);
    let file = home.place("script.json");
    fs::write(&file, script.to_string()).unwrap();
    let options = ["--intercept-all", "--script", file.to_str().unwrap()];
    let codex = [
        "codex",
        "exec",
        "--skip-git-repo-check",
        "-s",
        "danger-full-access",
        "go",
    ];
    let run = home.wrap(&options, &codex);
    run.assert_code(0);

    let recording = run.recording();
    let turns = recording.assert_turns(&run.log());
    let result = crate::recording::json_sent(turns.last().unwrap());
    assert!(result.contains("all-four-done"), "{result}");
    if cfg!(not(target_os = "linux")) {
        return; // Only Linux tells who is at the other end.
    }
    let programs: Vec<&str> = recording
        .connections
        .iter()
        .filter_map(|connection| connection.process.as_ref())
        .map(|process| process.name.as_str())
        .collect();
    for program in ["codex", "curl", "node", "python3", "git-remote-http"] {
        let found = programs.iter().any(|name| name.starts_with(program));
        assert!(found, "{program} is not among {programs:?}");
    }
}
