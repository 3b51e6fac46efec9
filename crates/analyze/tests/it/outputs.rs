//! Files of `-o` and `--schema`: never an input, private to their owner, complete or untouched.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::fixtures;

/// A folder with a recording in it, and the recording.
fn recording() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traffic.jsonl");
    fs::copy(fixtures::path("hand-sse"), &path).unwrap();
    (folder, path)
}

fn analyze(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_analyze"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The message of a run that failed.
fn refused(arguments: &[&Path]) -> String {
    let output = analyze(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    message
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn an_input_is_never_an_output_by_whatever_name() {
    let (folder, input) = recording();
    let other = folder.path().join("other.jsonl");
    fs::copy(&input, &other).unwrap();
    let prices = folder.path().join("prices.json");
    fs::write(&prices, r#"{"currency":"USD","per_tokens":1,"models":{}}"#).unwrap();
    let before: Vec<Vec<u8>> = [&input, &other, &prices]
        .map(|path| fs::read(path).unwrap())
        .into();
    let hard = folder.path().join("hard.jsonl");
    fs::hard_link(&input, &hard).unwrap();
    let soft = folder.path().join("soft.jsonl");
    symlink(&input, &soft).unwrap();
    let roundabout = folder.path().join(".").join("traffic.jsonl");
    let (o, baseline) = (Path::new("-o"), Path::new("--baseline"));
    for output in [&input, &hard, &soft, &roundabout] {
        for format in ["md", "html", "json", "csv", "har"] {
            let format = [Path::new("-f"), Path::new(format)];
            let message = refused(&[&[&input, o, output], &format[..]].concat());
            assert!(message.contains("would be destroyed"), "{message}");
        }
        let message = refused(&[&other, baseline, &input, o, output]);
        assert!(message.contains("would be destroyed"), "{message}");
    }
    let message = refused(&[&input, Path::new("--prices"), &prices, o, &prices]);
    assert!(message.contains("would be destroyed"), "{message}");
    let after: Vec<Vec<u8>> = [&input, &other, &prices]
        .map(|path| fs::read(path).unwrap())
        .into();
    assert!(before == after);
}

#[test]
fn standard_output_and_standard_input_count_as_what_they_are() {
    let (_folder, input) = recording();
    let before = fs::read(&input).unwrap();
    let append = fs::OpenOptions::new().append(true).open(&input).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_analyze"))
        .arg(&input)
        .stdin(Stdio::null())
        .stdout(append)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output = Command::new(env!("CARGO_BIN_EXE_analyze"))
        .args(["-", "-o"])
        .arg(&input)
        .stdin(fs::File::open(&input).unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(fs::read(&input).unwrap() == before);
}

#[test]
fn a_schema_is_not_written_over_an_input_or_through_a_link() {
    let (folder, input) = recording();
    let schemas = folder.path().join("schemas");
    let schema = Path::new("--schema");
    assert!(analyze(&[&input, schema, &schemas]).status.success());
    assert_eq!(mode(&schemas), 0o700);
    let written = names(&schemas);
    assert!(written.len() > 2);
    for name in &written {
        assert_eq!(mode(&schemas.join(name)), 0o600, "{name}");
    }
    // The recording has the name of the last schema.
    let last = schemas.join(written.last().unwrap());
    fs::rename(&input, &last).unwrap();
    let before = fs::read(&last).unwrap();
    let message = refused(&[&last, schema, &schemas]);
    assert!(message.contains("would be destroyed"), "{message}");
    assert!(fs::read(&last).unwrap() == before);
    assert_eq!(names(&schemas), written);

    fs::rename(&last, &input).unwrap();
    symlink(folder.path().join("elsewhere"), &last).unwrap();
    let message = refused(&[&input, schema, &schemas]);
    assert!(message.contains("symbolic link"), "{message}");
    assert!(!folder.path().join("elsewhere").exists());
}

#[test]
fn a_report_is_for_its_owner_alone_whatever_was_there() {
    let (folder, input) = recording();
    let output = folder.path().join("report.md");
    fs::write(&output, "old").unwrap();
    fs::set_permissions(&output, Permissions::from_mode(0o644)).unwrap();
    for format in ["md", "html", "json", "csv", "har"] {
        let format = [Path::new("-f"), Path::new(format)];
        let arguments = [&[&*input, Path::new("-o"), &*output], &format[..]].concat();
        assert!(analyze(&arguments).status.success());
        assert_eq!(mode(&output), 0o600);
        assert_ne!(fs::read(&output).unwrap(), b"old");
        fs::remove_file(&output).unwrap();
    }
    assert_eq!(names(folder.path()), ["traffic.jsonl"]);
}

#[test]
fn links_folders_and_files_of_other_users_are_refused_with_a_remedy() {
    let (folder, input) = recording();
    let o = Path::new("-o");
    let link = folder.path().join("link");
    symlink(folder.path().join("target"), &link).unwrap();
    let message = refused(&[&input, o, &link]);
    assert!(message.contains("symbolic link: give"), "{message}");
    assert!(!folder.path().join("target").exists());
    let message = refused(&[&input, o, folder.path()]);
    assert!(message.contains("a folder: name a file"), "{message}");
    let theirs = folder.path().join("theirs");
    fs::write(&theirs, "theirs").unwrap();
    let other = fs::metadata(&theirs).unwrap().uid() + 1;
    if chown(&theirs, Some(other), None).is_err() {
        println!("SKIPPED: only root can give a file to another user");
        return;
    }
    let message = refused(&[&input, o, &theirs]);
    assert!(message.contains("another user"), "{message}");
    assert!(message.contains("name another file"), "{message}");
    assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
}

#[test]
fn a_failed_report_leaves_what_was_there() {
    let (folder, input) = recording();
    let output = folder.path().join("report");
    fs::write(&output, "old").unwrap();
    fs::write(&input, "no recording\n").unwrap();
    refused(&[&input, Path::new("-o"), &output]);
    // This format fails only once it is written.
    let (first, second) = (fixtures::path("hand-sse"), fixtures::path("hand-websocket"));
    let csv = [Path::new("-f"), Path::new("csv"), Path::new("-o"), &output];
    refused(&[&[&*first, Path::new("--baseline"), &*second], &csv[..]].concat());
    assert_eq!(fs::read(&output).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["report", "traffic.jsonl"]);
}

#[test]
fn an_interrupted_report_leaves_what_was_there_and_nothing_else() {
    let (folder, input) = recording();
    let output = folder.path().join("report");
    fs::write(&output, "old").unwrap();
    // A HAR is written as its recording is read: this one never ends.
    let mut child = Command::new(env!("CARGO_BIN_EXE_analyze"))
        .args(["-", "-f", "har", "-o"])
        .arg(&output)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let (begun, has_begun) = std::sync::mpsc::channel();
    let drain = std::thread::spawn(move || {
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        begun.send(line).unwrap();
        said.read_to_end(&mut Vec::new()).unwrap();
    });
    // Enough for it to start; its message about the first line shows that it has.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all("{\n".repeat(600_000).as_bytes()).unwrap();
    let line = has_begun.recv().unwrap();
    assert!(line.contains("skipped"), "{line}");
    assert_eq!(names(folder.path()).len(), 3);
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    use std::os::unix::process::ExitStatusExt as _;
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    drain.join().unwrap();
    assert_eq!(fs::read(&output).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["report", "traffic.jsonl"]);
    assert!(input.exists());
}

#[test]
fn devices_pipes_and_open_files_are_written_directly() {
    let (folder, input) = recording();
    let o = Path::new("-o");
    let whole = analyze(&[&input]).stdout;
    assert!(whole == analyze(&[&input, o, Path::new("/dev/stdout")]).stdout);
    assert!(whole == analyze(&[&input, o, Path::new("/dev/fd/1")]).stdout);
    assert!(whole == analyze(&[&input, o, Path::new("-")]).stdout);
    let null = Path::new("/dev/null");
    let before = fs::symlink_metadata(null).unwrap().ino();
    assert!(analyze(&[&input, o, null]).status.success());
    assert_eq!(fs::symlink_metadata(null).unwrap().ino(), before);

    let pipe = folder.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::read(pipe).unwrap())
    };
    assert!(analyze(&[&input, o, &pipe]).status.success());
    assert!(reader.join().unwrap() == whole);
    assert_eq!(names(folder.path()), ["pipe", "traffic.jsonl"]);
}
