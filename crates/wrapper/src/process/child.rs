//! The agent's process: start it, stand between it and signals, learn how it ended.
//!
//! One plain thread, the supervisor, passes signals on and reaps; so a signal can never go
//! to a process id that was given away again. Job control follows the agent: when it is
//! stopped and the shell waits for us, `wrap` stops as well, and `fg` continues both.

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

use crate::process::signals::{SignalSource, is_fatal, is_passed_on, watched};
use crate::process::terminal::Terminal;

/// The agent, running.
#[derive(Debug)]
pub(crate) struct Child {
    ended: oneshot::Receiver<ExitStatus>,
    hurry: Arc<Notify>,
    released: Arc<AtomicBool>,
}

impl Child {
    /// Starts `command` in our process group, on our terminal.
    ///
    /// From here on signals are the supervisor's.
    ///
    /// # Errors
    ///
    /// What the system says when the program cannot be started.
    pub(crate) fn spawn(mut command: Command) -> io::Result<Self> {
        // Before the agent is there: its first SIGCHLD may come at once.
        let signals = SignalsInfo::<WithOrigin>::new(watched())?;
        let terminal = Terminal::controlling();
        let (end, ended) = oneshot::channel();
        let hurry = Arc::new(Notify::new());
        let released = Arc::new(AtomicBool::new(false));
        let (start, started) = std::sync::mpsc::sync_channel(1);
        let supervisor = Supervisor {
            terminal,
            end: Some(end),
            hurry: Arc::clone(&hurry),
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
            .unwrap_or_else(|_| Err(io::Error::other("the supervisor is gone")))?;
        Ok(Self {
            ended,
            hurry,
            released,
        })
    }

    /// Waits until the agent has ended.
    ///
    /// # Errors
    ///
    /// When the system can no longer say how the agent fares.
    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        (&mut self.ended)
            .await
            .map_err(|_| io::Error::other("the agent's end was not seen"))
    }

    /// Completes when a signal asks `wrap` to end although the recording is not finished.
    pub(crate) fn impatience(&self) -> impl Future<Output = ()> + Send + use<> {
        let hurry = Arc::clone(&self.hurry);
        async move { hurry.notified().await }
    }

    /// Lets signals have their usual effect on `wrap` again, once nothing is left to lose.
    pub(crate) fn release(&self) {
        self.released.store(true, Ordering::Release);
    }
}

/// The exit code that stands for how a process ended: its own, or 128 and the signal's number.
pub(crate) fn exit_code(status: ExitStatus) -> u8 {
    let code = match (status.code(), status.signal()) {
        (Some(code), _) => code,
        (None, Some(signal)) => 128 + signal,
        (None, None) => 1,
    };
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// Passes signals on and reaps, on a thread of its own.
struct Supervisor {
    terminal: Option<Terminal>,
    /// Told the agent's end; taken when it has ended.
    end: Option<oneshot::Sender<ExitStatus>>,
    hurry: Arc<Notify>,
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
                if is_passed_on(origin.signal, source(origin), agent) {
                    send(agent, Signal::try_from(origin.signal).ok());
                }
            }
            if continued {
                send(agent, Some(Signal::SIGCONT));
            }
            self.look_at(agent, continued);
        }
    }

    /// Takes every change of the agent's state that the system has for us.
    fn look_at(&mut self, agent: Pid, continued: bool) {
        let flags = WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED;
        loop {
            let status = match waitpid(agent, Some(flags)) {
                Ok(WaitStatus::Exited(_, code)) => ExitStatus::from_raw((code & 0xff) << 8),
                Ok(WaitStatus::Signaled(_, signal, _)) => {
                    self.restore_terminal();
                    ExitStatus::from_raw(signal as i32)
                }
                Ok(WaitStatus::Stopped(..)) => {
                    // Stopped before somebody continued us: it is running again by now.
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
                // Nobody waits when `wrap` is giving up already.
                end.send(status).unwrap_or_default();
            }
            return;
        }
    }

    /// Gives the terminal back to the shell, which waits for `wrap` and not for the agent.
    ///
    /// Where no shell waits, in the background or without a terminal, nobody would continue us:
    /// the proxy goes on then.
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

    /// The agent is gone. Until `release` the recording is being finished, and a signal makes
    /// that short; afterwards it has its usual effect.
    fn after_the_end(&self, batch: &[Origin]) {
        for origin in batch.iter().filter(|origin| is_fatal(origin.signal)) {
            if !self.released.load(Ordering::Acquire) {
                self.hurry.notify_one();
            } else if let Err(error) = emulate_default_handler(origin.signal) {
                tracing::warn!(%error, "cannot end as signal {} asks", origin.signal);
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
        tracing::warn!(%error, "cannot pass {signal} on");
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
