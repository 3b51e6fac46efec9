//! Programs that codex starts with full access use the proxy too.

use std::fs;

use capture::record::{Exchange, Header};

use crate::install;
use crate::launch::Home;
use crate::recording::json_sent;

#[test]
fn the_tools_that_codex_starts_get_their_answers_through_the_proxy() {
    let home = Home::with_api_key("sk-made-up-children-key");
    let url = "https://api.openai.com/v1/models";
    // By their paths: codex's shell is a login shell, which starts with the system's PATH.
    let node = install::NODE.folder().join("node");
    let python = install::python().join("python3");
    let commands = [
        format!("curl --silent --show-error {url}"),
        format!(
            "{} -e \"fetch('{url}').then(r => r.text()).then(console.log)\"",
            node.display()
        ),
        format!(
            "{} -c \"import requests; print(requests.get('{url}').text)\"",
            python.display()
        ),
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
    let result = json_sent(turns.last().unwrap());
    assert!(result.contains("all-four-done"), "{result}");
    let agents: Vec<&str> = recording.exchanges.iter().filter_map(user_agent).collect();
    for tool in ["curl/", "node", "python-requests/", "git/"] {
        let found = agents.iter().any(|agent| agent.starts_with(tool));
        assert!(found, "{tool} is not among {agents:?}");
    }
    // A short-lived process may end before it is looked up; a name that is known is right.
    let programs = ["codex", "curl", "node", "python3", "git"];
    for connection in &recording.connections {
        let name = connection.process.as_ref().map(|process| &process.name);
        let known = name.is_none_or(|name| programs.iter().any(|known| name.starts_with(known)));
        assert!(known, "{name:?} is none of {programs:?}");
    }
}

fn user_agent(exchange: &Exchange) -> Option<&str> {
    Header::values(&exchange.request.headers, "user-agent").next()
}
