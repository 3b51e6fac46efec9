//! A terminal with a program on it: types keys, reads what is shown.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// A pseudo-terminal, and the program that it controls.
pub(crate) struct Screen {
    terminal: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    program: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<String>, Condvar)>,
    /// How much `wait_for` has consumed.
    read: usize,
    /// Collects output until the terminal or the test ends.
    reader: JoinHandle<()>,
    done: Arc<AtomicBool>,
}

impl Screen {
    /// Starts `command` as the leader of a session on a new terminal.
    pub(crate) fn start(command: &Command) -> Self {
        let pair = native_pty_system().openpty(SIZE).unwrap();
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.env_clear();
        for (name, value) in command.get_envs() {
            builder.env(name, value.unwrap());
        }
        let program = pair.slave.spawn_command(builder).unwrap();
        let seen = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let reader = pair.master.try_clone_reader().unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let (shared, stop) = (Arc::clone(&seen), Arc::clone(&done));
        Self {
            reader: thread::spawn(move || keep_reading(reader, &shared, &stop)),
            done,
            keyboard: pair.master.take_writer().unwrap(),
            terminal: pair.master,
            program,
            seen,
            read: 0,
        }
    }

    /// Types keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until `text` appears after what was waited for before; returns what came in between.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let (seen, more) = &*self.seen;
        let start = self.read;
        let absent = |seen: &mut String| !seen[start..].contains(text);
        let guard = seen.lock().unwrap();
        let (seen, _) = more.wait_timeout_while(guard, PATIENCE, absent).unwrap();
        let Some(at) = seen[start..].find(text) else {
            panic!("{text:?} did not appear behind:\n{}", &seen[start..]);
        };
        self.read = start + at + text.len();
        seen[start..start + at].to_owned()
    }

    /// Changes the terminal's size.
    pub(crate) fn resize(&self, rows: u16, cols: u16) {
        let size = PtySize { rows, cols, ..SIZE };
        self.terminal.resize(size).unwrap();
    }

    /// Whether the terminal is in line mode, as a shell leaves it, rather than raw.
    pub(crate) fn gathers_lines(&self) -> bool {
        format!("{:?}", self.terminal.get_termios().unwrap().local_flags).contains("ICANON")
    }

    /// Closes the terminal, as closing a window does, and waits for the program.
    pub(crate) fn hang_up(mut self) -> u32 {
        // The reader has its own handle; the echo of a key makes it drop it.
        self.done.store(true, Ordering::SeqCst);
        self.press("\n");
        self.reader.join().unwrap();
        drop((self.terminal, self.keyboard));
        self.program.wait().unwrap().exit_code()
    }

    /// Waits for the program to end; returns its exit code.
    pub(crate) fn exit_code(mut self) -> u32 {
        self.program.wait().unwrap().exit_code()
    }
}

/// Collects output until the terminal is closed or the test has finished with it.
fn keep_reading(
    mut terminal: Box<dyn Read + Send>,
    shared: &(Mutex<String>, Condvar),
    done: &AtomicBool,
) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = terminal.read(&mut buffer)
        && !done.load(Ordering::SeqCst)
    {
        let text = String::from_utf8_lossy(&buffer[..count]);
        shared.0.lock().unwrap().push_str(&text);
        shared.1.notify_all();
    }
}

const SIZE: PtySize = PtySize {
    rows: 24,
    cols: 200,
    pixel_width: 0,
    pixel_height: 0,
};
/// Generous for a loaded machine, but ends a test that hangs.
const PATIENCE: Duration = Duration::from_secs(30);
