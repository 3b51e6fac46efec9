//! Refusals of other users of the machine, with a real client: they count for nobody else. Root
//! alone can start processes of others.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use crate::harness::HOST;
use crate::origin::origin;
use crate::running::{Lines, Running, Setup};

/// `nobody`: a user who has no processes but ours.
const OTHER: u32 = 65534;

/// What makes a command the other user's.
const AS_OTHER: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups";

/// Who runs a client.
#[derive(Clone, Copy, PartialEq, Eq)]
enum User {
    Root,
    Other,
}

fn is_root() -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|us| us.uid() == 0);
    if !is_root {
        println!("SKIPPED: only root can start processes of another user");
    }
    is_root
}

/// A folder that the other user can use.
fn shared() -> io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    chown(folder.path(), Some(OTHER), Some(OTHER))?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// Whether curl, which trusts the certificates in `roots` alone, gets an answer.
fn gets_an_answer(running: &Running, user: User, roots: &Path) -> bool {
    let prefix = if user == User::Other { AS_OTHER } else { "" };
    let line = format!(
        "{prefix} curl --silent --max-time 20 --proxy http://{} --cacert '{}' https://{HOST}/small",
        running.addr,
        roots.display()
    );
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    // The code of a certificate that is not trusted.
    assert!(matches!(output.status.code(), Some(0 | 60)), "{output:?}");
    output.status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_by_a_process_without_a_name_changes_nothing_for_others() {
    if !is_root() {
        return;
    }
    let origin = origin().await;
    let folder = shared().unwrap();
    let copy = folder.path().join("capture");
    // The proxy is the other user's, and so cannot look at root's processes.
    let before = format!("cp \"$0\" {0}; exec {AS_OTHER} {0} \"$@\"", copy.display());
    let mut setup = Setup::new(&origin, folder.path());
    setup.before = &before;
    let running = setup.start();
    let origins = folder.path().join("origin.pem");
    for _ in 0..4 {
        assert!(!gets_an_answer(&running, User::Root, &origins), "refused");
    }
    let bundle = folder.path().join("ca/bundle.pem");
    assert!(gets_an_answer(&running, User::Other, &bundle));
    let recording = running.recording.clone();
    let said = running.stop();
    assert_eq!(Lines::read(&recording).exchanges.len(), 1, "{said}");
    assert!(
        said.contains("a process that could not be named refused"),
        "{said}"
    );
    assert!(!said.contains("relayed unread"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_by_another_users_program_changes_nothing_for_ours_of_the_same_name() {
    if !is_root() {
        return;
    }
    let origin = origin().await;
    let folder = shared().unwrap();
    let running = Setup::new(&origin, folder.path()).start();
    let origins = folder.path().join("origin.pem");
    // It refuses us until it is relayed unread; a process that is gone too early does not count.
    let mut tries = 0..20;
    assert!(tries.any(|_| gets_an_answer(&running, User::Other, &origins)));
    let bundle = folder.path().join("ca/bundle.pem");
    assert!(gets_an_answer(&running, User::Root, &bundle));
    let recording = running.recording.clone();
    let said = running.stop();
    let lines = Lines::read(&recording);
    assert_eq!(lines.exchanges.len(), 1, "{said}");
    assert!(said.contains("curl refused our certificate"), "{said}");
}
