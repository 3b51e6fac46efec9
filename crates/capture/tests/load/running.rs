//! The binary `capture` as a process: started, asked for what it holds, stopped.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use capture::record::{End, Exchange, LineError, Record};

use crate::harness::{HOST, Origin};

/// A running `capture`; killed when dropped.
pub(crate) struct Running {
    child: Child,
    stderr: Option<BufReader<ChildStderr>>,
    pub(crate) addr: SocketAddr,
    pub(crate) root_pem: String,
    pub(crate) recording: PathBuf,
}

/// How `capture` is started.
pub(crate) struct Setup<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) folder: &'a Path,
    /// Where it records, below `folder` or absolute.
    pub(crate) output: &'a str,
    pub(crate) options: &'a [&'a str],
    /// What the shell does before it becomes `capture`: `ulimit -n 64`, say.
    pub(crate) before: &'a str,
}

impl<'a> Setup<'a> {
    pub(crate) fn new(origin: &'a Origin, folder: &'a Path) -> Self {
        Self {
            origin,
            folder,
            output: "traffic.jsonl",
            options: &[],
            before: "true",
        }
    }

    /// Starts it; returns when it listens.
    pub(crate) fn start(&self) -> Running {
        let roots = self.folder.join("origin.pem");
        fs::write(&roots, self.origin.root_pem()).unwrap();
        let recording = self.folder.join(self.output);
        let ca_dir = self.folder.join("ca");
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(format!("{}; exec \"$0\" \"$@\"", self.before))
            .arg(env!("CARGO_BIN_EXE_capture"))
            .args(["--listen", "127.0.0.1:0", "--upstream-proxy", "none"])
            .args(["--intercept", HOST, "--log", "error"])
            .arg("--connect-to")
            .arg(format!("::127.0.0.1:{}", self.origin.addr().port()))
            .arg("--upstream-ca")
            .arg(&roots)
            .arg("--ca-dir")
            .arg(&ca_dir)
            .arg("--output")
            .arg(&recording)
            .args(self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let addr = listening(&mut stderr);
        Running {
            child,
            stderr: Some(stderr),
            addr,
            root_pem: fs::read_to_string(ca_dir.join("root.pem")).unwrap(),
            recording,
        }
    }
}

/// Reads what `capture` says as it starts, up to its address.
fn listening(stderr: &mut impl BufRead) -> SocketAddr {
    let mut said = String::new();
    loop {
        let start = said.len();
        if stderr.read_line(&mut said).unwrap() == 0 {
            panic!("capture did not start: {said}");
        }
        let address = said[start..].split_once("HTTPS_PROXY=http://");
        if let Some((_, rest)) = address {
            // The line about certificates follows, and ends what it says.
            stderr.read_line(&mut String::new()).unwrap();
            return rest.split_whitespace().next().unwrap().parse().unwrap();
        }
    }
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.pid().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, or nothing where one was sent, and waits; returns what was said at the end.
    pub(crate) fn stop(self) -> String {
        self.signal("TERM");
        let (status, said) = self.wait();
        assert!(status.success(), "{status}: {said}");
        said
    }

    /// Waits for its end, up to a bound.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut said = String::new();
        let mut stderr = self.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        (status, said)
    }

    /// Open descriptors.
    pub(crate) fn descriptors(&self) -> usize {
        let path = format!("/proc/{}/fd", self.pid());
        fs::read_dir(path).unwrap().count()
    }

    /// Waits until there are no more descriptors than `count`.
    pub(crate) async fn descriptors_fall_to(&self, count: usize) {
        let begin = Instant::now();
        while self.descriptors() > count {
            assert!(
                begin.elapsed() < Duration::from_secs(15),
                "{} descriptors, {count} before",
                self.descriptors()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the recorder has nothing more to write.
    pub(crate) async fn settle(&self) {
        let mut length = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let now = fs::metadata(&self.recording).unwrap().len();
            if now == length {
                return;
            }
            length = now;
        }
    }

    /// Resident memory in MiB, now (`VmRSS`) or at its peak (`VmHWM`).
    pub(crate) fn mebibytes(&self, field: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        let kibibytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kibibytes / 1024
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already, where all went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A recording as it stands in its file, as far as it can be read.
#[derive(Default)]
pub(crate) struct Lines {
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) sessions: usize,
    pub(crate) ends: Vec<End>,
    /// Damaged lines, and of these those that are not the last of their run.
    pub(crate) damaged: usize,
    pub(crate) damaged_within: usize,
}

impl Lines {
    pub(crate) fn read(path: &Path) -> Self {
        let file = fs::File::open(path).unwrap();
        let mut bytes = Vec::new();
        let mut reader: Box<dyn Read> = match path.extension().and_then(|e| e.to_str()) {
            Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
            Some("zst") => Box::new(zstd::Decoder::new(file).unwrap()),
            _ => Box::new(file),
        };
        // A crash leaves a stream without an end: what came before it counts.
        let _cut = reader.read_to_end(&mut bytes);
        let mut lines = Self::default();
        let mut last_was_damaged = false;
        for line in bytes.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()) {
            let record = Record::from_json(line);
            let is_session = matches!(record, Ok(Record::Session(_)));
            lines.damaged_within += usize::from(last_was_damaged && !is_session);
            last_was_damaged = matches!(record, Err(LineError::Json(_)));
            match record {
                Ok(Record::Exchange(exchange)) => lines.exchanges.push(*exchange),
                Ok(Record::Session(_)) => lines.sessions += 1,
                Ok(Record::End(end)) => lines.ends.push(end),
                Ok(Record::Connection(_)) => {}
                Err(LineError::Json(_)) => lines.damaged += 1,
                Err(error) => panic!("{error}"),
            }
        }
        lines
    }
}
