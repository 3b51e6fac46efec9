//! Which process is at the agent's end of a connection.
//!
//! On Linux the kernel knows the inode and the user of a socket ([`sockets`](super::sockets)), and
//! lists every process's open files in `/proc/<pid>/fd`, which takes no privilege for the user's
//! own processes. On other systems processes are not named.
//!
//! One thread reads, off the traffic's path, for all connections that wait at that moment.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::proxy::net::socket_pair::SocketPair;
use crate::proxy::net::sockets::Sockets;
use crate::proxy::tls::trust::program::Program;
use crate::record::Process;

/// Finds out which process is connected.
#[derive(Debug)]
pub(crate) struct Processes {
    queue: SyncSender<Lookup>,
}

/// The process at the agent's end of one connection, once it is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct AgentProcess(Arc<Slot>);

#[derive(Debug, Default)]
struct Slot {
    /// Set once; to `None` if the process could not be named.
    found: OnceLock<Option<FoundProcess>>,
    set: Notify,
}

/// A process, and the user who opened its socket.
#[derive(Debug, Clone)]
struct FoundProcess {
    process: Process,
    user: u32,
}

#[derive(Debug)]
struct Lookup {
    /// The agent's socket.
    socket: SocketPair,
    process: AgentProcess,
    tries: u32,
    /// The user of the socket, once it has been found.
    user: u32,
}

impl Processes {
    /// Starts the thread; it ends with the last handle.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (queue, lookups) = sync_channel(MAX_WAITING);
        let sockets = Sockets::open();
        std::thread::Builder::new()
            .name("processes".to_owned())
            .spawn(move || answer_all(&lookups, sockets))?;
        Ok(Self { queue })
    }

    /// Looks up which process is connected from `agent` to our end, `here`. With too many lookups
    /// in the queue the process is left unnamed.
    pub(crate) fn ask(&self, agent: SocketAddr, here: SocketAddr) -> AgentProcess {
        let process = AgentProcess::default();
        let lookup = Lookup {
            socket: SocketPair::new(agent, here),
            process: process.clone(),
            tries: 0,
            user: 0,
        };
        if self.queue.try_send(lookup).is_err() {
            process.set(None);
        }
        process
    }
}

impl AgentProcess {
    /// The process, if it has been found yet.
    pub(crate) fn get(&self) -> Option<Process> {
        Some(self.0.found.get()?.as_ref()?.process.clone())
    }

    /// The program whose certificate errors count together; `None` if it could not be named.
    pub(crate) fn program(&self) -> Option<Program> {
        if !NAMES_PROCESSES {
            return Some(Program::Any);
        }
        let found = self.0.found.get()?.as_ref()?;
        Some(Program::Named {
            name: found.process.name.clone(),
            user: found.user,
        })
    }

    /// Whether the lookup is still under way.
    pub(crate) fn is_pending(&self) -> bool {
        self.0.found.get().is_none()
    }

    /// The process, waiting for it up to `limit`.
    pub(crate) async fn wait(&self, limit: Duration) -> Option<Process> {
        let set = self.0.set.notified();
        if self.is_pending() {
            // On a timeout there is simply no name.
            let _late = tokio::time::timeout(limit, set).await;
        }
        self.get()
    }

    fn set(&self, found: Option<FoundProcess>) {
        if self.0.found.set(found).is_ok() {
            self.0.set.notify_waiters();
        }
    }
}

fn answer_all(lookups: &Receiver<Lookup>, mut sockets: Sockets) {
    let mut known = Vec::new();
    let mut again: Vec<Lookup> = Vec::new();
    loop {
        let mut waiting = std::mem::take(&mut again);
        if waiting.is_empty() {
            match lookups.recv() {
                Ok(lookup) => waiting.push(lookup),
                Err(_) => return,
            }
        }
        let begun = Instant::now();
        waiting.extend(lookups.try_iter());
        for lookup in look_up(waiting, &mut sockets, &mut known) {
            // The table in `/proc/net` may miss a line once.
            if lookup.tries < MAX_TRIES {
                again.push(lookup);
            } else {
                lookup.process.set(None);
            }
        }
        // In a storm of connections, naming them must not cost as much as the traffic.
        std::thread::sleep((begun.elapsed() * REST).min(LONGEST_REST));
    }
}

/// Answers the lookups that succeed, and returns the others.
fn look_up(waiting: Vec<Lookup>, sockets: &mut Sockets, known: &mut Vec<u32>) -> Vec<Lookup> {
    let pairs: Vec<SocketPair> = waiting.iter().map(|lookup| lookup.socket).collect();
    let mut unanswered = Vec::new();
    let mut wanted = Wanted::default();
    for (mut lookup, socket) in waiting.into_iter().zip(sockets.find(&pairs)) {
        lookup.tries += 1;
        match socket {
            Some(socket) => {
                lookup.user = socket.user;
                let name = format!("socket:[{}]", socket.inode);
                wanted.entry(name).or_default().push(lookup);
            }
            None => unanswered.push(lookup),
        }
    }
    // The process of the last connection is likely that of the next.
    for pid in std::mem::take(known) {
        if wanted.is_empty() || look(pid, &mut wanted) {
            known.push(pid);
        }
    }
    if wanted.is_empty() {
        // Listing all processes is the most expensive step.
        return unanswered;
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
    unanswered.extend(wanted.into_values().flatten());
    unanswered
}

/// Lookups by the socket's name among a process's open files.
type Wanted = HashMap<String, Vec<Lookup>>;

/// Answers the lookups whose sockets `pid` holds; returns whether it holds any.
fn look(pid: u32, wanted: &mut Wanted) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    let mut found = false;
    for file in files.flatten().take(MAX_FILES) {
        let target = match fs::read_link(file.path()) {
            Ok(target) => target,
            // The same for all of its files: another user's process, or outside of our container.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => break,
            Err(_) => continue,
        };
        let Some(lookups) = target.to_str().and_then(|name| wanted.remove(name)) else {
            continue;
        };
        found = true;
        let process = program(pid).map(|name| Process { pid, name });
        for lookup in lookups {
            let user = lookup.user;
            let found = process
                .clone()
                .map(|process| FoundProcess { process, user });
            lookup.process.set(found);
        }
        if wanted.is_empty() {
            break;
        }
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

/// The name of the program's file; `comm` may have been changed by a thread.
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

/// Whether processes can be named on this system.
const NAMES_PROCESSES: bool = cfg!(target_os = "linux");

/// More connections than any agent opens at once.
const MAX_WAITING: usize = 1024;

/// Tries for one connection: missing a line twice is rare, and a stop waits for the last try.
const MAX_TRIES: u32 = 2;

/// Sleeps this many times as long as it has read: at most an eighth of a core is used.
const REST: u32 = 7;

/// Less than a connection's line waits for the name.
const LONGEST_REST: Duration = Duration::from_millis(100);

/// Processes that are tried first.
const MAX_KNOWN: usize = 4;

/// Bounds the work for one process.
const MAX_FILES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn every_question_about_our_own_connection_is_answered_with_us() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        let agent = std::net::TcpStream::connect(here).unwrap();
        let lookup = |remote| Lookup {
            socket: SocketPair::new(agent.local_addr().unwrap(), remote),
            process: AgentProcess::default(),
            tries: 0,
            user: 0,
        };
        // Two lookups of our socket, and one of a socket that does not exist.
        let gone = SocketAddr::new(here.ip(), here.port() ^ 1);
        let lookups = vec![lookup(here), lookup(here), lookup(gone)];
        let answers: Vec<AgentProcess> = lookups.iter().map(|q| q.process.clone()).collect();
        let mut known = Vec::new();
        let rest = look_up(lookups, &mut Sockets::open(), &mut known);
        let pids: Vec<_> = answers.iter().map(|a| a.get().map(|p| p.pid)).collect();
        let us = std::process::id();
        assert_eq!(pids, [Some(us), Some(us), None]);
        assert_eq!((rest.len(), known), (1, vec![us]));
    }
}
