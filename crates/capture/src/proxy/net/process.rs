//! Which process stands at the agent's end of a connection.
//!
//! On Linux the kernel lists every TCP socket with its inode in `/proc/net`,
//! and every process's open files in `/proc/<pid>/fd`: for the user's own
//! processes that takes no privilege. Elsewhere nobody is named.
//!
//! One thread does the reading, off the traffic's path, for all connections
//! that wait at that moment.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::record::Process;

/// Finds out who is connected.
#[derive(Debug)]
pub(crate) struct Processes {
    queue: SyncSender<Question>,
}

/// The process of one connection, once it is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Set once; `None` inside where nobody could be named.
    found: OnceLock<Option<Process>>,
    set: Notify,
}

#[derive(Debug)]
struct Question {
    agent: SocketAddr,
    answer: Answer,
    tries: u32,
}

impl Processes {
    /// Starts the thread; it ends with the last handle.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (queue, questions) = sync_channel(MAX_WAITING);
        std::thread::Builder::new()
            .name("processes".to_owned())
            .spawn(move || answer_all(&questions))?;
        Ok(Self { queue })
    }

    /// Asks who connects from `agent`. Too many questions at once go unanswered.
    pub(crate) fn ask(&self, agent: SocketAddr) -> Answer {
        let answer = Answer::default();
        let question = Question {
            agent,
            answer: answer.clone(),
            tries: 0,
        };
        if self.queue.try_send(question).is_err() {
            answer.set(None);
        }
        answer
    }
}

impl Answer {
    /// The process, if it has been found by now.
    pub(crate) fn get(&self) -> Option<Process> {
        self.0.found.get().cloned().flatten()
    }

    /// Whether waiting may still bring an answer.
    pub(crate) fn is_pending(&self) -> bool {
        self.0.found.get().is_none()
    }

    /// The process, waiting for it up to `limit`.
    pub(crate) async fn wait(&self, limit: Duration) -> Option<Process> {
        let set = self.0.set.notified();
        if self.is_pending() {
            // That it took too long is an answer as well.
            let _late = tokio::time::timeout(limit, set).await;
        }
        self.get()
    }

    fn set(&self, process: Option<Process>) {
        if self.0.found.set(process).is_ok() {
            self.0.set.notify_waiters();
        }
    }
}

fn answer_all(questions: &Receiver<Question>) {
    let mut known = Vec::new();
    let mut again: Vec<Question> = Vec::new();
    loop {
        let mut waiting = std::mem::take(&mut again);
        if waiting.is_empty() {
            match questions.recv() {
                Ok(question) => waiting.push(question),
                Err(_) => return,
            }
        }
        let begun = Instant::now();
        waiting.extend(questions.try_iter());
        for question in look_up(waiting, &mut known) {
            // The kernel's table is no snapshot: a line may be missing while others come and go.
            if question.tries < MAX_TRIES {
                again.push(question);
            } else {
                question.answer.set(None);
            }
        }
        // A storm of connections must not make the reading cost what the traffic costs.
        std::thread::sleep((begun.elapsed() * REST).min(LONGEST_REST));
    }
}

/// Answers what can be answered now, and returns the rest.
fn look_up(waiting: Vec<Question>, known: &mut Vec<u32>) -> Vec<Question> {
    let inodes = socket_inodes();
    let mut unanswered = Vec::new();
    let mut wanted = HashMap::new();
    for mut question in waiting {
        question.tries += 1;
        match inodes.get(&normal(question.agent)) {
            Some(inode) => {
                wanted.insert(format!("socket:[{inode}]"), question);
            }
            None => unanswered.push(question),
        }
    }
    // The agent of the last connection is most likely that of the next.
    for pid in std::mem::take(known) {
        if look(pid, &mut wanted) {
            known.push(pid);
        }
    }
    for pid in pids() {
        if wanted.is_empty() {
            break;
        }
        if look(pid, &mut wanted) {
            known.push(pid);
            known.dedup();
            known.truncate(MAX_KNOWN);
        }
    }
    unanswered.extend(wanted.into_values());
    unanswered
}

/// Answers for the sockets that `pid` holds; says whether it holds any of them.
fn look(pid: u32, wanted: &mut HashMap<String, Question>) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    let mut found = false;
    for file in files.flatten().take(MAX_FILES) {
        let Ok(target) = fs::read_link(file.path()) else {
            continue;
        };
        let Some(question) = target.to_str().and_then(|name| wanted.remove(name)) else {
            continue;
        };
        found = true;
        let process = program(pid).map(|name| Process { pid, name });
        question.answer.set(process);
    }
    found
}

fn pids() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The program's own file name; a thread may have renamed `comm`.
fn program(pid: u32) -> Option<String> {
    let path = fs::read_link(format!("/proc/{pid}/exe")).ok();
    let name = path.as_deref().and_then(|path| path.file_name()?.to_str());
    match name {
        Some(name) => Some(name.trim_end_matches(" (deleted)").to_owned()),
        None => fs::read_to_string(format!("/proc/{pid}/comm"))
            .ok()
            .map(|comm| comm.trim_end().to_owned()),
    }
}

/// The inode of each established socket, by its local address.
fn socket_inodes() -> HashMap<SocketAddr, u64> {
    let mut inodes = HashMap::new();
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let table = fs::read_to_string(path).unwrap_or_default();
        inodes.extend(table.lines().skip(1).filter_map(socket));
    }
    inodes
}

/// Reads a line of `/proc/net/tcp`: `sl local remote state queues timer retransmits uid timeout inode …`.
fn socket(line: &str) -> Option<(SocketAddr, u64)> {
    let mut fields = line.split_ascii_whitespace();
    let local = fields.nth(1)?;
    let inode = fields.nth(7)?.parse().ok()?;
    let (address, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    // Words of 32 bits in the machine's own order.
    let mut bytes = Vec::with_capacity(16);
    for start in (0..address.len()).step_by(8) {
        let word = u32::from_str_radix(address.get(start..start + 8)?, 16).ok()?;
        bytes.extend_from_slice(&word.to_ne_bytes());
    }
    let ip = match bytes.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?),
        _ => return None,
    };
    Some((normal(SocketAddr::new(ip, port)), inode))
}

/// IPv4 in its own form also where a socket of both families carries it.
fn normal(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// More connections at once than any agent opens; beyond, names are not worth a queue.
const MAX_WAITING: usize = 1024;

/// Looks so many times for one connection: that a line is missing twice is rare, and a stop waits for it.
const MAX_TRIES: u32 = 2;

/// Rests so many times as long as it has read: an eighth of a core at the most.
const REST: u32 = 7;

/// Less than a connection's line waits for its name.
const LONGEST_REST: Duration = Duration::from_millis(100);

/// Processes that are asked first.
const MAX_KNOWN: usize = 4;

/// Bounds the reading of one process.
const MAX_FILES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernels_table_is_read() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 \
                    00000000     0        0 12345 1 0000000000000000 100 0 0 10 0";
        let expected = ("127.0.0.1:8080".parse().unwrap(), 12345);
        assert_eq!(socket(line), Some(expected));
        assert_eq!(socket("sl local rem"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn our_own_connection_is_found() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let agent = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let address = agent.local_addr().unwrap();
        let inode = socket_inodes()[&address];
        let answer = Answer::default();
        let question = Question {
            agent: address,
            answer: answer.clone(),
            tries: 1,
        };
        let mut wanted = HashMap::from([(format!("socket:[{inode}]"), question)]);
        assert!(look(std::process::id(), &mut wanted));
        assert_eq!(answer.get().unwrap().pid, std::process::id());
    }
}
