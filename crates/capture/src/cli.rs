//! The options that `capture` and `wrap` share, and how they become configuration.

use std::path::PathBuf;
use std::{io, thread};

use anyhow::{Context, Result};
use clap::Args;
use tokio::runtime::{self, Runtime};
use tracing_subscriber::filter::LevelFilter;

use crate::{Builder, ConnectTo, Hosts, ParentProxy, Roots, Sink, Upstream};

/// Intercepted by default: the hosts of codex's model traffic and account calls.
pub const DEFAULT_INTERCEPT: &[&str] =
    &["openai.com", "*.openai.com", "chatgpt.com", "*.chatgpt.com"];

/// Options of every program that records.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Recording")]
pub struct Options {
    /// Read this host, or `*.domain`; repeatable; replaces the default list
    #[arg(long, value_name = "PATTERN")]
    pub intercept: Vec<String>,

    /// Read every host
    #[arg(long, conflicts_with = "intercept")]
    pub intercept_all: bool,

    /// Also trust the roots in this PEM file, for origins and in the agent's bundle
    #[arg(long, value_name = "FILE")]
    pub upstream_ca: Vec<PathBuf>,

    /// Dial HOST2:PORT2 instead of HOST1:PORT1; the certificate must still be HOST1's
    #[arg(long, value_name = "HOST1:PORT1:HOST2:PORT2")]
    pub connect_to: Vec<ConnectTo>,

    /// The next proxy, `http://[user:password@]host:port`, or `none`
    /// [default: the inherited HTTPS_PROXY or ALL_PROXY, subject to NO_PROXY]
    #[arg(long, value_name = "URL")]
    pub upstream_proxy: Option<String>,

    /// Keep this much of each body or event list; the rest is only counted
    #[arg(long, value_name = "BYTES", default_value = "16MiB", value_parser = parse_bytes)]
    pub body_limit: usize,

    /// Let this much wait for the disk; beyond that, records are lost, counted and reported
    #[arg(long, value_name = "BYTES", default_value = "256MiB", value_parser = parse_bytes)]
    pub queue_limit: usize,

    /// Record credentials as they are, not as fingerprints
    #[arg(long)]
    pub keep_secrets: bool,

    /// Make the proxy ask for a password (generated, in the printed URL)
    #[arg(long)]
    pub proxy_password: bool,

    /// What to log: off, error, warn, info, debug or trace; never bodies or secrets
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub log: LevelFilter,
}

impl Options {
    /// The hosts to intercept; `default` if the user names none.
    ///
    /// # Errors
    ///
    /// When a pattern is not a host.
    pub fn hosts(&self, default: &[&str]) -> Result<Hosts> {
        if self.intercept_all {
            return Ok(Hosts::all());
        }
        let hosts = if self.intercept.is_empty() {
            Hosts::parse(default)
        } else {
            Hosts::parse(&self.intercept)
        };
        hosts.context("--intercept")
    }

    /// The way out, to origins that `roots` verify. `variable` reads the inherited environment.
    ///
    /// # Errors
    ///
    /// When there are no roots, or a file of them or a proxy's URL cannot be used.
    pub fn upstream(
        &self,
        roots: &Roots,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Upstream> {
        let mut upstream = Upstream::trusting(roots).context("cannot tell whom to trust")?;
        for path in &self.upstream_ca {
            upstream = upstream.add_roots_file(path).context("--upstream-ca")?;
        }
        for rule in &self.connect_to {
            upstream = upstream.connect_to(rule.clone());
        }
        if let Some(parent) = self.parent(variable)? {
            upstream = upstream.parent(parent);
        }
        Ok(upstream)
    }

    /// `roots` and those of `--upstream-ca`, which an agent has to trust besides ours: where a host is
    /// relayed unread, it sees the origin's own certificate.
    pub fn agent_roots(&self, mut roots: Roots) -> Roots {
        for path in &self.upstream_ca {
            roots.extend(Roots::from_paths(Some(path), None));
        }
        roots
    }

    /// The next proxy, if any: the option's, or the inherited one.
    ///
    /// # Errors
    ///
    /// When its URL cannot be used.
    pub fn parent(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Option<ParentProxy>> {
        let (source, url, past) = match self.upstream_proxy.as_deref() {
            Some("none") => return Ok(None),
            Some(url) => ("--upstream-proxy", url.to_owned(), String::new()),
            None => {
                let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
                let Some((name, url)) = PARENT_VARIABLES
                    .iter()
                    .find_map(|name| set(name).map(|url| (*name, url)))
                else {
                    return Ok(None);
                };
                let past = ["no_proxy", "NO_PROXY"].iter().find_map(set);
                (name, url, past.unwrap_or_default())
            }
        };
        let parent = ParentProxy::parse(&url, &past).with_context(|| {
            format!("{source}: correct it, or go past it with --upstream-proxy none")
        })?;
        Ok(Some(parent))
    }

    /// Sets the recording's options on `builder`.
    pub fn apply<S: Sink>(&self, builder: Builder<S>) -> Builder<S> {
        let builder = builder
            .body_limit(self.body_limit)
            .queue_limit(self.queue_limit)
            .keep_secrets(self.keep_secrets);
        if self.proxy_password {
            builder.random_password()
        } else {
            builder
        }
    }
}

/// A runtime for a proxy, with a thread for each core but one, which is left to the recorder.
///
/// With a thread for every core, they compete with the recorder's thread for cores and caches: on
/// two cores a small request costs a sixth more CPU time.
///
/// # Errors
///
/// When the system cannot start the threads.
pub fn runtime() -> io::Result<Runtime> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    runtime::Builder::new_multi_thread()
        .worker_threads(cores.saturating_sub(1).max(1))
        .enable_all()
        .build()
}

/// Reads a size: `65536`, `64KiB`, `16M`, `1.5GiB`; K, M and G count in 1,024.
///
/// # Errors
///
/// A sentence with the expected form.
pub fn parse_bytes(text: &str) -> Result<usize, String> {
    let refused = || format!("{text:?} is not a size: write 65536, 64KiB, 16MiB or 1GiB");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1_u64,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(refused()),
    };
    let number: f64 = digits.trim().parse().map_err(|_| refused())?;
    let bytes = number * unit as f64;
    if !(0.0..=MAX_BYTES).contains(&bytes) {
        return Err(refused());
    }
    Ok(bytes as usize)
}

/// In the order of curl and reqwest: the specific one first, lower case first.
const PARENT_VARIABLES: &[&str] = &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// One tebibyte: more than any machine's memory.
const MAX_BYTES: f64 = (1_u64 << 40) as f64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_leaves_a_core_to_the_recorder_and_takes_one_at_least() {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = runtime().unwrap().metrics().num_workers();
        assert!(threads >= 1 && (threads == cores - 1 || cores == 1));
    }

    #[test]
    fn sizes_are_read_with_and_without_units() {
        assert_eq!(parse_bytes("65536"), Ok(65536));
        assert_eq!(parse_bytes("64KiB"), Ok(65536));
        assert_eq!(parse_bytes("1.5g"), Ok(3 << 29));
        for wrong in ["", "MiB", "-1", "1 TB", "nan", "1e300"] {
            assert!(parse_bytes(wrong).is_err(), "{wrong:?}");
        }
    }
}
