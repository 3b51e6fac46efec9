//! The recordings to read: those that were named, or the latest one.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use analyze::{Aggregate, Exchange, Filter, Scan};
use anyhow::{Context, Result, ensure};

use super::{Cli, latest, progress};

/// The recordings to read.
pub(super) struct Recordings {
    sources: Vec<Source>,
}

/// One recording.
struct Source {
    /// `-` is standard input.
    path: PathBuf,
    /// Its name in reports and errors.
    name: PathBuf,
}

impl Recordings {
    /// The recordings that the command line names.
    pub(super) fn of(cli: &Cli) -> Result<Self> {
        let mut sources: Vec<Source> = cli
            .recordings
            .iter()
            .map(|path| Source {
                path: path.clone(),
                name: if is_standard_input(path) {
                    "standard input".into()
                } else {
                    path.clone()
                },
            })
            .collect();
        if sources.is_empty() {
            let (path, name) = latest::recording()?;
            sources.push(Source { path, name });
        }
        let read_twice = cli.filters.iter().any(Filter::needs_process);
        ensure!(
            !read_twice || !sources.iter().any(|source| is_standard_input(&source.path)),
            "a filter by process reads the recording twice: name a file instead of standard input"
        );
        Ok(Self { sources })
    }

    /// One recording.
    pub(super) fn of_one(path: &Path) -> Self {
        Self {
            sources: vec![Source {
                path: path.to_owned(),
                name: path.to_owned(),
            }],
        }
    }

    /// Their paths.
    pub(super) fn paths(&self) -> Vec<&Path> {
        let sources = self.sources.iter();
        sources.map(|source| source.path.as_path()).collect()
    }

    /// Reads all of them.
    pub(super) fn read(&self, cli: &Cli) -> Result<Aggregate> {
        let scan = scan(cli);
        let mut all = Aggregate::default();
        for (number, Source { path, name }) in (0..).zip(&self.sources) {
            all.merge(match open(path, cli)? {
                Some(input) => scan.read_from(input, name, number)?,
                None => scan.read(path, number)?,
            });
        }
        Ok(all)
    }

    /// As [`Scan::for_each`], for all of them.
    pub(super) fn for_each<T: Send>(
        &self,
        cli: &Cli,
        compute: impl Fn(&Exchange<'_>) -> T + Sync,
        mut visit: impl FnMut(Result<T, analyze::Error>) -> Result<()> + Send,
    ) -> Result<()> {
        let scan = scan(cli);
        for Source { path, name } in &self.sources {
            match open(path, cli)? {
                Some(input) => scan.for_each_from(input, name, &compute, &mut visit)?,
                None => scan.for_each(path, &compute, &mut visit)?,
            }
        }
        Ok(())
    }
}

fn scan(cli: &Cli) -> Scan {
    Scan::default()
        .strict(cli.strict)
        .keep_secrets(cli.keep_secrets)
        .filters(cli.filters.clone())
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The recording at `path`, with progress; `None` if a filter makes `Scan` read it twice, which needs
/// the path.
fn open(path: &Path, cli: &Cli) -> Result<Option<Box<dyn Read + Send>>> {
    if is_standard_input(path) {
        return Ok(Some(Box::new(progress::watched(io::stdin(), None))));
    }
    if cli.filters.iter().any(Filter::needs_process) {
        return Ok(None);
    }
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let size = file.metadata().ok().map(|metadata| metadata.len());
    Ok(Some(Box::new(progress::watched(file, size))))
}
