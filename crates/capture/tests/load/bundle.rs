//! The bundle that `capture` gives to agents, in the eyes of a real client.

use std::process::Command;

use crate::origin::origin;
use crate::running::Setup;

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_with_the_bundle_trusts_an_upstream_ca_origin_that_is_relayed_unread() {
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let running = Setup::new(&origin, folder.path()).start();
    // The origin's certificate names this address, which is not among the hosts to intercept.
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "20"])
        .args(["--noproxy", "", "--proxy"])
        .arg(format!("http://{}", running.addr))
        .arg("--cacert")
        .arg(folder.path().join("ca/bundle.pem"))
        .args(["--write-out", "%{http_code}", "--output", "/dev/null"])
        .arg("https://127.0.0.1/small")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, b"200");
    running.stop();
}
