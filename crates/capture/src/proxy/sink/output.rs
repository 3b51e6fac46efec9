//! What lines are written to: a file for appending, or standard output.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Stdout, Write};
use std::path::{Path, PathBuf};

use crate::private_file;
use crate::proxy::sink::compression::{Compression, Encoder};

/// An open output.
#[derive(Debug)]
pub(crate) struct Output {
    target: Target,
    path: PathBuf,
    ends_within_line: bool,
}

#[derive(Debug)]
enum Target {
    File(File),
    Stdout(Stdout),
}

impl Output {
    /// Opens `path` for appending, or standard output for `-`.
    ///
    /// # Errors
    ///
    /// With the path in the message; see [`JsonlSink::open`](crate::JsonlSink::open).
    pub(crate) fn open(path: &Path, compression: Compression) -> io::Result<Self> {
        if path.as_os_str() == "-" {
            return Ok(Self {
                target: Target::Stdout(io::stdout()),
                path: "standard output".into(),
                ends_within_line: false,
            });
        }
        let mut output = Self {
            target: Target::File(
                private_file::append_to(path).map_err(|error| name_error("open", path, &error))?,
            ),
            path: path.into(),
            ends_within_line: false,
        };
        match output.look_back(compression) {
            Ok(()) => Ok(output),
            Err(error) => Err(output.name_error("append to", error)),
        }
    }

    /// Whether the existing content ends within a line.
    pub(crate) fn ends_within_line(&self) -> bool {
        self.ends_within_line
    }

    /// Adds to `error` what was being done, and the path.
    pub(crate) fn name_error(&self, doing: &str, error: io::Error) -> io::Error {
        name_error(doing, &self.path, &error)
    }

    /// Locks the file for this recording, and inspects its content.
    fn look_back(&mut self, compression: Compression) -> io::Result<()> {
        let Target::File(file) = &self.target else {
            return Ok(());
        };
        if !file.metadata()?.is_file() {
            return Ok(());
        }
        lock(file)?;
        let last = if compression == Compression::Plain {
            last_byte(&self.path)?
        } else {
            let existing = inspect(&self.path, compression)?;
            if !existing.is_whole {
                self.target = Target::File(salvage(&self.path, compression)?);
            }
            existing.last
        };
        self.ends_within_line = last.is_some_and(|byte| byte != b'\n');
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::File(file) => {
                refuse_deleted(file)?;
                file.write(bytes)
            }
            Target::Stdout(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::File(_) => Ok(()),
            Target::Stdout(stdout) => stdout.flush(),
        }
    }
}

fn name_error(doing: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("cannot {doing} {}: {error}", path.display()),
    )
}

fn lock(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let message = "another recording is being written there";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, message))
        }
        // Some file systems have no locks; recording matters more than this check.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// A deleted file would accept bytes that nobody can read.
fn refuse_deleted(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if file.metadata()?.nlink() == 0 {
            let message = "it was deleted while it was being written";
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

fn last_byte(path: &Path) -> io::Result<Option<u8>> {
    let mut file = File::open(path)?;
    let mut last = [0];
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(Some(last[0]))
}

/// What a compressed file contains.
struct ExistingContent {
    /// Whether its stream is complete; after a crash it is not.
    is_whole: bool,
    /// The last readable byte.
    last: Option<u8>,
}

fn inspect(path: &Path, compression: Compression) -> io::Result<ExistingContent> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    (&mut file).take(MAGIC_BYTES).read_to_end(&mut start)?;
    if !compression.begins(&start) {
        let message = "it is not compressed as its name says";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    if start.is_empty() {
        return Ok(ExistingContent {
            is_whole: true,
            last: None,
        });
    }
    file.rewind()?;
    let mut last = None;
    let is_whole = copy(compression.reader(file)?, |bytes| {
        last = bytes.last().copied().or(last);
        Ok(())
    })?;
    Ok(ExistingContent { is_whole, last })
}

/// Rewrites what is readable of a compressed file whose end is missing: nothing could
/// be appended to it otherwise.
fn salvage(path: &Path, compression: Compression) -> io::Result<File> {
    let mut name = OsString::from(path);
    name.push(".salvage");
    let temporary = PathBuf::from(name);
    match fs::remove_file(&temporary) {
        // Left by a crash: the lock on the file itself shows that nobody else is rewriting it.
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = private_file::create_new(&temporary)?;
    let mut encoder = Encoder::new(compression)?;
    let mut out = Vec::new();
    copy(compression.reader(File::open(path)?)?, |bytes| {
        encoder.write(bytes, &mut out)?;
        file.write_all(&out)?;
        out.clear();
        Ok(())
    })?;
    encoder.finish(&mut out)?;
    file.write_all(&out)?;
    lock(&file)?;
    fs::rename(&temporary, path)?;
    Ok(file)
}

/// Hands on everything readable; returns whether the stream ended properly.
fn copy(mut reader: impl Read, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<bool> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(true),
            Ok(count) => take(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Damaged from here on.
            Err(_) => return Ok(false),
        }
    }
}

/// The longest magic number.
const MAGIC_BYTES: u64 = 4;

const BUFFER_BYTES: usize = 64 * 1024;
