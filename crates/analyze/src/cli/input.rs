//! What is to be read: the recordings that were named, or the latest one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use analyze::{Aggregate, Filter, Prices, Reader, Scan};
use anyhow::{Context, Result, ensure};

use super::{Cli, latest, progress};

/// The recordings to read.
pub(super) struct Input {
    sources: Vec<Source>,
}

/// One recording.
struct Source {
    /// `-` is standard input.
    path: PathBuf,
    /// What reports and errors call it.
    name: PathBuf,
}

impl Input {
    /// What the command line names.
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
            "a filter by process reads the recording twice: name a file, not standard input"
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

    /// Where they are.
    pub(super) fn paths(&self) -> Vec<&Path> {
        let sources = self.sources.iter();
        sources.map(|source| source.path.as_path()).collect()
    }

    /// Reads all of them.
    pub(super) fn read(&self, cli: &Cli) -> Result<Aggregate> {
        let scan = Scan::default()
            .strict(cli.strict)
            .keep_secrets(cli.keep_secrets)
            .filters(cli.filters.clone());
        let by_process = cli.filters.iter().any(Filter::needs_process);
        let mut all = Aggregate::default();
        for (number, source) in (0..).zip(&self.sources) {
            let (path, name) = (&source.path, &source.name);
            let aggregate = if is_standard_input(path) {
                scan.read_from(progress::watched(io::stdin(), None), name, number)
            } else if by_process {
                scan.read(path, number)
            } else {
                let (file, size) = open(path)?;
                scan.read_from(progress::watched(file, size), name, number)
            };
            all.merge(aggregate?);
            all.begin(number, &name.display().to_string());
        }
        Ok(all)
    }

    /// The records of all of them, one by one.
    pub(super) fn readers(&self, keep_secrets: bool) -> impl Iterator<Item = Result<Reader>> {
        self.sources.iter().map(move |source| {
            let (path, name) = (&source.path, &source.name);
            let reader = if is_standard_input(path) {
                Reader::new(io::stdin(), name)?
            } else {
                let (file, size) = open(path)?;
                Reader::new(progress::watched(file, size), name)?
            };
            Ok(reader.keep_secrets(keep_secrets))
        })
    }
}

/// Reads a list of prices.
pub(super) fn prices(path: &Path) -> Result<Prices> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Prices::from_json(&text).with_context(|| format!("cannot use {}", path.display()))
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

fn open(path: &Path) -> Result<(File, Option<u64>)> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let size = file.metadata().ok().map(|metadata| metadata.len());
    Ok((file, size))
}
