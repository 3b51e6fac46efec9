//! Disks that fail: the agent's traffic goes on, the loss is counted and said, and
//! recording resumes if the disk does.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::agent::{Agent, Door};
use crate::origin::origin;
use crate::running::{Lines, Setup};

/// Runs a command that has to succeed.
fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .status()
        .is_ok_and(|status| status.success())
}

/// Exchanges whose lines are long, one after another, each answered.
async fn traffic(agent: &mut Agent, from: usize, count: usize) {
    for n in from..from + count {
        let path = format!("/{n}-{}", "x".repeat(2000));
        agent.get(&path).await.unwrap();
    }
}

/// A file system of its own, unmounted when dropped.
struct Tmpfs<'a>(&'a str);

impl<'a> Tmpfs<'a> {
    /// `None` where mounting is not allowed.
    fn mount(folder: &'a str) -> Option<Self> {
        run("mount", &["-t", "tmpfs", "-o", "size=256k", "none", folder]).then_some(Self(folder))
    }
}

impl Drop for Tmpfs<'_> {
    fn drop(&mut self) {
        run("umount", &["-l", self.0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_costs_records_alone_and_recording_resumes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small");
    fs::create_dir(&small).unwrap();
    let small = small.to_str().unwrap().to_owned();
    let Some(_tmpfs) = Tmpfs::mount(&small) else {
        println!("SKIPPED: mounting a tmpfs needs root; see the test of the file size limit");
        return;
    };
    let origin = origin().await;
    let setup = Setup {
        output: "small/traffic.jsonl",
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let mut agent = Door::of(&running).enter().await.unwrap();
    // 256 KiB of disk, and the sink holds 4 MiB for when it comes back.
    traffic(&mut agent, 0, 4000).await;
    let full = fs::metadata(&running.recording).unwrap().len();
    assert!(full <= 256 * 1024, "{full}");
    assert!(run("mount", &["-o", "remount,size=64m", &small]));
    traffic(&mut agent, 4000, 10).await;
    drop(agent);
    let path = running.recording.clone();
    let said = running.stop();
    let lines = Lines::read(&path);
    let end = &lines.ends[0];
    println!(
        "full disk: {} on record, {} lost",
        lines.exchanges.len(),
        end.lost
    );
    assert_eq!(
        lines.damaged, 0,
        "the disk took part of a line, and later the rest"
    );
    assert!(end.lost > 0);
    assert_eq!(end.exchanges + end.lost, 4010);
    assert_eq!(lines.exchanges.len() as u64, end.exchanges);
    let first_loss = end.first_loss.as_deref().unwrap();
    assert!(first_loss.contains("No space left"), "{first_loss}");
    assert!(said.contains("No space left"), "{said}");
    let last = &lines.exchanges.last().unwrap().request.url;
    assert!(last.starts_with("https://origin.test/4009-"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_stays_full_to_the_end_is_counted_to_the_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small");
    fs::create_dir(&small).unwrap();
    let small = small.to_str().unwrap().to_owned();
    let Some(_tmpfs) = Tmpfs::mount(&small) else {
        println!("SKIPPED: mounting a tmpfs needs root");
        return;
    };
    let origin = origin().await;
    let setup = Setup {
        output: "small/traffic.jsonl",
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let mut agent = Door::of(&running).enter().await.unwrap();
    // More than the disk takes, and less than the sink holds besides; then more than both.
    for (from, count) in [(0, 600), (600, 3400)] {
        traffic(&mut agent, from, count).await;
    }
    drop(agent);
    let path = running.recording.clone();
    let said = running.stop();
    let lines = Lines::read(&path);
    let found = lines.exchanges.len();
    // The connection's own line is lost too.
    let lost = 4000 - found + 1;
    let counts = format!("capture: {found} exchanges in ");
    assert!(said.contains(&counts), "{found} found: {said}");
    assert!(said.contains(&format!(", {lost} lost)")), "{lost}: {said}");
    assert!(
        said.contains(&format!("{lost} records could not be")),
        "{said}"
    );
    assert!(lines.ends.is_empty() && lines.damaged <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_may_grow_no_further_costs_records_alone() {
    let folder = tempfile::tempdir().unwrap();
    let origin = origin().await;
    let setup = Setup {
        // In blocks of 512 bytes; without the trap the signal would end us.
        before: "trap '' XFSZ; ulimit -f 1024",
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let mut agent = Door::of(&running).enter().await.unwrap();
    traffic(&mut agent, 0, 600).await;
    drop(agent);
    let path = running.recording.clone();
    let said = running.stop();
    let lines = Lines::read(&path);
    let found = lines.exchanges.len();
    assert!(0 < found && found < 600, "{found}");
    assert!(said.contains("File too large"), "{said}");
    assert!(lines.damaged <= 1 && lines.damaged_within == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_vanishes_costs_records_alone() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone");
    fs::create_dir(&gone).unwrap();
    let origin = origin().await;
    let setup = Setup {
        output: "gone/traffic.jsonl",
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let mut agent = Door::of(&running).enter().await.unwrap();
    traffic(&mut agent, 0, 5).await;
    fs::remove_dir_all(&gone).unwrap();
    traffic(&mut agent, 5, 20).await;
    drop(agent);
    let said = running.stop();
    assert!(
        said.contains("deleted while it was being written"),
        "{said}"
    );
    assert!(said.contains("records were lost"), "{said}");
}

#[test]
fn a_file_that_cannot_be_written_is_said_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let ask = |output: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_capture"))
            .args(["--listen", "127.0.0.1:0", "--output"])
            .arg(output)
            .arg("--ca-dir")
            .arg(folder.path().join("ca"))
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    // Not writable for anyone, root included; and a link.
    let said = ask(folder.path());
    assert!(said.contains("cannot open"), "{said}");
    let link = folder.path().join("link.jsonl");
    std::os::unix::fs::symlink(folder.path().join("target"), &link).unwrap();
    let said = ask(&link);
    assert!(said.contains("symbolic link"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_that_stalls_costs_records_alone_and_the_stop_is_not_held_up() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(run("mkfifo", &[pipe.to_str().unwrap()]));
    // Holds the pipe open, and reads nothing.
    let reader = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(&pipe)
        .unwrap();
    let origin = origin().await;
    let setup = Setup {
        output: "pipe",
        options: &["--queue-limit", "64KiB"],
        ..Setup::new(&origin, folder.path())
    };
    let running = setup.start();
    let mut agent = Door::of(&running).enter().await.unwrap();
    // Far more than a pipe and the queue take.
    traffic(&mut agent, 0, 300).await;
    let peak = running.mebibytes("VmHWM");
    assert!(peak < 100, "{peak} MiB");
    drop(agent);
    let begin = std::time::Instant::now();
    let said = running.stop();
    assert!(
        begin.elapsed() < Duration::from_secs(12),
        "{:?}",
        begin.elapsed()
    );
    assert!(said.contains("the output takes no more"), "{said}");
    drop(reader);
}
