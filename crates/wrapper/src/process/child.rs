//! The agent's process: start it, forward signals to it, learn how it ended.
//!
//! One thread, the supervisor, both forwards signals and reaps, so that no signal can reach a
//! reused process id. Job control follows the agent: when it is stopped while the shell waits
//! for us, `wrap` stops as well, and `fg` continues both.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::signal::{Signal, kill, raise};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getpgid, getpgrp, getsid};
use signal_hook::consts::SIGCONT;
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::emulate_default_handler;
use signal_hook::low_level::siginfo::Origin;
use tokio::sync::{Notify, oneshot};

use crate::process::signals::{SignalSource, is_fatal, is_forwarded, watched};
use crate::process::terminal::Terminal;

/// The agent, running.
#[derive(Debug)]
pub(crate) struct Child {
    ended: oneshot::Receiver<ExitStatus>,
    abort: Arc<Notify>,
    released: Arc<AtomicBool>,
}

impl Child {
    /// Starts `command` in our process group, on our terminal.
    ///
    /// From here on, the supervisor handles signals.
    ///
    /// # Errors
    ///
    /// When the program cannot be started.
    pub(crate) fn spawn(mut command: Command) -> io::Result<Self> {
        // Before the agent starts: its SIGCHLD may arrive at once.
        let signals = SignalsInfo::<WithOrigin>::new(watched())?;
        let terminal = Terminal::controlling();
        let (end, ended) = oneshot::channel();
        let abort = Arc::new(Notify::new());
        let released = Arc::new(AtomicBool::new(false));
        let (start, started) = std::sync::mpsc::sync_channel(1);
        let supervisor = Supervisor {
            terminal,
            end: Some(end),
            abort: Arc::clone(&abort),
            released: Arc::clone(&released),
        };
        thread::Builder::new()
            .name("supervisor".to_owned())
            .spawn(move || match command.spawn() {
                Err(error) => start.send(Err(error)).unwrap_or_default(),
                Ok(process) => {
                    let agent = Pid::from_raw(process.id().cast_signed());
                    start.send(Ok(())).unwrap_or_default();
                    supervisor.run(signals, agent);
                }
            })?;
        started
            .recv()
            .unwrap_or_else(|_| Err(io::Error::other("the supervisor ended early")))?;
        Ok(Self {
            ended,
            abort,
            released,
        })
    }

    /// Waits until the agent has ended.
    ///
    /// # Errors
    ///
    /// When the supervisor could not wait for the agent.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        (&mut self.ended)
            .await
            .map_err(|_| io::Error::other("lost track of the agent"))
    }

    /// Completes when a signal asks `wrap` to end before the recording is finished.
    pub(crate) fn abort_requested(&self) -> impl Future<Output = ()> + Send + use<> {
        let abort = Arc::clone(&self.abort);
        async move { abort.notified().await }
    }

    /// Gives signals their default effect on `wrap` again, once the recording is finished.
    pub(crate) fn release(&self) {
        self.released.store(true, Ordering::Release);
    }
}

/// The exit code for a process: its own, or 128 plus the number of the signal that killed it.
pub(crate) fn exit_code(status: ExitStatus) -> u8 {
    let code = match (status.code(), status.signal()) {
        (Some(code), _) => code,
        (None, Some(signal)) => 128 + signal,
        (None, None) => 1,
    };
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// Forwards signals and reaps, on its own thread.
struct Supervisor {
    terminal: Option<Terminal>,
    /// Receives the exit status; taken once the agent has ended.
    end: Option<oneshot::Sender<ExitStatus>>,
    abort: Arc<Notify>,
    released: Arc<AtomicBool>,
}

impl Supervisor {
    fn run(mut self, mut signals: SignalsInfo<WithOrigin>, agent: Pid) {
        loop {
            let batch: Vec<Origin> = signals.wait().collect();
            if self.end.is_none() {
                self.after_the_end(&batch);
                continue;
            }
            let continued = batch.iter().any(|origin| origin.signal == SIGCONT);
            for origin in &batch {
                if is_forwarded(origin.signal, source(origin), agent) {
                    send(agent, Signal::try_from(origin.signal).ok());
                }
            }
            if continued {
                send(agent, Some(Signal::SIGCONT));
            }
            self.reap(agent, continued);
        }
    }

    /// Collects every pending change of the agent's state.
    fn reap(&mut self, agent: Pid, continued: bool) {
        let flags = WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED;
        loop {
            let status = match waitpid(agent, Some(flags)) {
                Ok(WaitStatus::Exited(_, code)) => ExitStatus::from_raw((code & 0xff) << 8),
                Ok(WaitStatus::Signaled(_, signal, _)) => {
                    self.restore_terminal();
                    ExitStatus::from_raw(signal as i32)
                }
                Ok(WaitStatus::Stopped(..)) => {
                    // It stopped before we were continued, and runs again by now.
                    if !continued {
                        self.stop_too();
                    }
                    continue;
                }
                Ok(WaitStatus::StillAlive) => return,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(%error, "cannot wait for the agent");
                    self.end = None;
                    return;
                }
            };
            if let Some(end) = self.end.take() {
                // The receiver is gone if `wrap` is giving up already.
                end.send(status).unwrap_or_default();
            }
            return;
        }
    }

    /// Stops `wrap` too, so that the shell, which waits for `wrap`, takes the terminal back.
    ///
    /// In the background or without a terminal, no shell would continue us: the proxy then
    /// keeps running.
    fn stop_too(&self) {
        if self.terminal.as_ref().is_some_and(Terminal::is_ours)
            && let Err(error) = raise(Signal::SIGSTOP)
        {
            tracing::warn!(%error, "cannot stop with the agent");
        }
    }

    fn restore_terminal(&self) {
        if let Some(terminal) = &self.terminal {
            terminal.restore();
        }
    }

    /// The agent has ended. Until `release`, a signal cuts the rest of the recording short;
    /// afterwards it has its default effect.
    fn after_the_end(&self, batch: &[Origin]) {
        for origin in batch.iter().filter(|origin| is_fatal(origin.signal)) {
            if !self.released.load(Ordering::Acquire) {
                self.abort.notify_one();
            } else if let Err(error) = emulate_default_handler(origin.signal) {
                tracing::warn!(%error, "cannot take the default action of signal {}", origin.signal);
            }
        }
    }
}

fn source(origin: &Origin) -> SignalSource {
    match origin.process {
        None => SignalSource::Kernel {
            to_leader: getsid(None).is_ok_and(|leader| leader == Pid::this()),
        },
        Some(process) => {
            let id = Pid::from_raw(process.pid);
            SignalSource::Process {
                id,
                in_our_group: getpgid(Some(id)).is_ok_and(|group| group == getpgrp()),
            }
        }
    }
}

fn send(agent: Pid, signal: Option<Signal>) {
    if let Some(signal) = signal
        && let Err(error) = kill(agent, signal)
    {
        tracing::warn!(%error, "cannot forward {signal}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_is_the_agents_own_or_128_and_its_signal() {
        assert_eq!(exit_code(ExitStatus::from_raw(3 << 8)), 3);
        assert_eq!(exit_code(ExitStatus::from_raw(0)), 0);
        assert_eq!(exit_code(ExitStatus::from_raw(15)), 143);
    }
}
