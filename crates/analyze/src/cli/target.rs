//! Where output goes: standard output, a stream, or a file, which is replaced as a whole.
//!
//! Whether it may be written is decided before anything is opened for writing: an output must not be
//! an input under any name (device and inode decide), a link, or another user's file. A file is
//! written under a temporary name in the same folder and renamed once it is complete.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use capture::private_file::{self, Existing, Replacement};

use super::{Cli, interrupt};

/// The files that are read, none of which may be written.
pub(super) struct Inputs(Vec<(FileId, PathBuf)>);

/// Device and inode: equal for two names of the same file.
type FileId = (u64, u64);

impl Inputs {
    /// `recordings` and the other files that the command line names to be read.
    pub(super) fn of(cli: &Cli, recordings: &[&Path]) -> Self {
        let named = recordings.iter().copied();
        let named = named
            .chain(cli.baseline.as_deref())
            .chain(cli.prices.as_deref());
        let mut inputs = Vec::new();
        for path in named {
            // A missing file is reported by its reader.
            if let Some(file_id) = source(path).as_ref().and_then(file_id) {
                inputs.push((file_id, path.to_owned()));
            }
        }
        Self(inputs)
    }

    /// # Errors
    ///
    /// If `path` is one of them.
    fn refuse(&self, path: &Path, metadata: Option<&Metadata>) -> Result<()> {
        let Some(file_id) = metadata.and_then(file_id) else {
            return Ok(());
        };
        if let Some((_, input)) = self.0.iter().find(|(input, _)| *input == file_id) {
            bail!(
                "cannot write {}: it is the same file as the input {}, which would be destroyed; name another file",
                path.display(),
                input.display()
            );
        }
        Ok(())
    }
}

/// Where the output goes.
#[derive(Debug)]
pub(super) enum Target {
    StandardOutput,
    /// An open file, named by one of the system's links: `/dev/fd/3`, as shells pass it.
    Descriptor(PathBuf),
    /// A pipe or a device.
    Stream(PathBuf),
    /// A file, which may exist.
    File(PathBuf),
}

impl Target {
    /// The target at `path`; `None` is standard output.
    ///
    /// # Errors
    ///
    /// If it must not be written.
    pub(super) fn of(path: Option<&Path>, inputs: &Inputs) -> Result<Self> {
        let Some(path) = path.filter(|path| !is_standard_output(path)) else {
            let metadata = fs::metadata("/dev/stdout").ok();
            inputs.refuse("standard output".as_ref(), metadata.as_ref())?;
            return Ok(Self::StandardOutput);
        };
        let metadata = fs::metadata(path).ok();
        inputs.refuse(path, metadata.as_ref())?;
        if DESCRIPTORS.iter().any(|folder| path.starts_with(folder)) {
            return Ok(Self::Descriptor(path.to_owned()));
        }
        let existing = private_file::check_writable(path);
        let existing = existing.with_context(|| cannot_write(path))?;
        Ok(match existing {
            Existing::Stream => Self::Stream(path.to_owned()),
            Existing::Nothing | Existing::File => Self::File(path.to_owned()),
        })
    }

    /// Writes what `write` writes. An existing file stays as it is unless that succeeds.
    pub(super) fn fill(
        &self,
        write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::StandardOutput => {
                let mut out = BufWriter::new(io::stdout());
                write(&mut out)?;
                Ok(out.flush()?)
            }
            Self::Descriptor(path) => {
                let file = OpenOptions::new().append(true).open(path);
                stream(path, file, write)
            }
            Self::Stream(path) => stream(path, private_file::open_stream(path), write),
            Self::File(path) => {
                let writing = || cannot_write(path);
                let file = Replacement::create(path).with_context(writing)?;
                let guard = interrupt::guard(file.temporary());
                let mut out = BufWriter::new(file.file());
                write(&mut out).with_context(writing)?;
                out.flush().with_context(writing)?;
                drop(out);
                file.commit().with_context(writing)?;
                drop(guard);
                Ok(())
            }
        }
    }
}

fn stream(
    path: &Path,
    file: io::Result<File>,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>,
) -> Result<()> {
    let writing = || cannot_write(path);
    let mut out = BufWriter::new(file.with_context(writing)?);
    write(&mut out).with_context(writing)?;
    out.flush().with_context(writing)
}

fn is_standard_output(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

/// The metadata of the input at `path`; `-` is standard input.
fn source(path: &Path) -> Option<Metadata> {
    let is_standard_input = path == Path::new("-");
    let path = if is_standard_input {
        Path::new("/dev/stdin")
    } else {
        path
    };
    fs::metadata(path).ok()
}

/// `None` unless it is a regular file: a terminal may well be both input and output.
#[cfg(unix)]
fn file_id(metadata: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file().then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_id(_: &Metadata) -> Option<FileId> {
    None
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// The system's folders of links to open files, in which nobody can plant a link.
const DESCRIPTORS: [&str; 2] = ["/dev/fd", "/proc/self/fd"];
