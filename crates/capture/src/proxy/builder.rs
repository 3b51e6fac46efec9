//! Puts the parts together: a proxy is built, bound, run and stopped.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::{TcpListener, TcpSocket};

use crate::proxy::context::{Context, Timeouts};
use crate::proxy::error::Error;
use crate::proxy::front::listener::accept_all;
use crate::proxy::front::password::Password;
use crate::proxy::hosts::Hosts;
use crate::proxy::net::processes::Processes;
use crate::proxy::net::upstream::Upstream;
use crate::proxy::recorder;
use crate::proxy::recorder::RecorderThread;
use crate::proxy::shutdown::Shutdown;
use crate::proxy::sink::Sink;
use crate::proxy::tls::configs::TlsConfigs;
use crate::proxy::tls::root::RootCa;
use crate::proxy::tls::trust::history::TrustHistory;
use crate::record::{Dispositions, Limits, Secrets, Session, Timestamp};

/// Configures a proxy; everything has a default.
#[derive(Debug)]
pub struct Builder<S> {
    root: RootCa,
    sink: S,
    listen: SocketAddr,
    intercept: Hosts,
    upstream: Option<Upstream>,
    password: Option<String>,
    random_password: bool,
    body_limit: usize,
    queue_limit: usize,
    grace: Duration,
    keep_secrets: bool,
    agent: Option<String>,
    command: Vec<String>,
    offline: bool,
    timeouts: Timeouts,
}

impl<S: Sink> Builder<S> {
    fn new(root: RootCa, sink: S) -> Self {
        Self {
            root,
            sink,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            intercept: Hosts::all(),
            upstream: None,
            password: None,
            random_password: false,
            body_limit: DEFAULT_BODY_LIMIT,
            queue_limit: DEFAULT_QUEUE_LIMIT,
            grace: DEFAULT_GRACE,
            keep_secrets: false,
            agent: None,
            command: Vec::new(),
            offline: false,
            timeouts: Timeouts::default(),
        }
    }

    /// Where to listen; default a free port of 127.0.0.1. Beyond loopback a password is required.
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.listen = addr;
        self
    }

    /// Which hosts to intercept; default every host. The others are relayed unread.
    pub fn intercept(mut self, hosts: Hosts) -> Self {
        self.intercept = hosts;
        self
    }

    /// How to reach and verify origins; default [`Upstream::system`].
    pub fn upstream(mut self, upstream: Upstream) -> Self {
        self.upstream = Some(upstream);
        self
    }

    /// Makes the proxy ask for this password; default none.
    pub fn password(mut self, password: String) -> Self {
        self.password = Some(password);
        self
    }

    /// Makes the proxy ask for a random password, which is in [`Proxy::url`]; default none.
    pub fn random_password(mut self) -> Self {
        self.random_password = true;
        self
    }

    /// Bytes to keep of each body or event list; default 16 MiB. The rest is only counted.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Bytes that may wait for the sink; default 256 MiB. Beyond that, records are lost and counted.
    pub fn queue_limit(mut self, bytes: usize) -> Self {
        self.queue_limit = bytes;
        self
    }

    /// How long a stop waits for what is in flight; default 2 s.
    pub fn grace(mut self, limit: Duration) -> Self {
        self.grace = limit;
        self
    }

    /// How long a TLS handshake may take, on either side; default 30 s.
    pub fn handshake_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.handshake = limit;
        self
    }

    /// How long an agent may leave a connection or a new tunnel unused; default 5 minutes.
    pub fn unused_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.unused = limit;
        self
    }

    /// Whether to record credentials as they are; default no.
    pub fn keep_secrets(mut self, keep: bool) -> Self {
        self.keep_secrets = keep;
        self
    }

    /// The agent's name, for the session's line.
    pub fn agent(mut self, name: String) -> Self {
        self.agent = Some(name);
        self
    }

    /// The wrapped command, for the session's line.
    pub fn command(mut self, command: Vec<String>) -> Self {
        self.command = command;
        self
    }

    /// Whether a stand-in answers, for the session's line; default no.
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// Listens, and starts the recorder. Must be called within a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] when the address is not available, [`Error::Exposed`] for
    /// one beyond loopback without a password, [`Error::NoRoots`] when no
    /// upstream is given and the system has no roots.
    pub async fn bind(self) -> Result<Proxy, Error> {
        let addr = self.listen;
        let password = match (&self.password, self.random_password) {
            (Some(password), _) => Some(Password::new(password)),
            (None, true) => Some(Password::random()?),
            (None, false) => None,
        };
        if !addr.ip().is_loopback() && password.is_none() {
            return Err(Error::Exposed { addr });
        }
        let upstream = match self.upstream {
            Some(upstream) => upstream,
            None => Upstream::system()?,
        };
        let listening = |source| Error::Listen { addr, source };
        let listener = listen(addr).map_err(listening)?;
        let local_addr = listener.local_addr().map_err(listening)?;
        let tls = Arc::new(TlsConfigs::new(self.root, upstream.roots())?);
        let session = Session {
            started_at: Timestamp::from(SystemTime::now()),
            tool: concat!("codex-dissect ", env!("CARGO_PKG_VERSION")).to_owned(),
            agent: self.agent,
            command: self.command,
            offline: self.offline,
            intercept: self.intercept.patterns(),
            limits: Limits {
                body: self.body_limit as u64,
                queue: self.queue_limit as u64,
            },
            secrets: if self.keep_secrets {
                Secrets::Kept
            } else {
                Secrets::Redacted
            },
        };
        let config = recorder::Config {
            body_limit: self.body_limit,
            queue_limit: self.queue_limit,
            keep_secrets: self.keep_secrets,
            pause_after_flush: recorder::PAUSE_AFTER_FLUSH,
            session,
        };
        let (recorder, thread) = recorder::start(config, self.sink).map_err(Error::Recorder)?;
        let context = Context {
            recorder,
            upstream,
            tls,
            hosts: self.intercept,
            trust: TrustHistory::default(),
            processes: Processes::start().map_err(Error::Recorder)?,
            shutdown: Shutdown::default(),
            local_addr,
            timeouts: self.timeouts,
        };
        Ok(Proxy {
            listener,
            context: Arc::new(context),
            password: password.map(Arc::new),
            thread,
            grace: self.grace,
        })
    }
}

/// A bound proxy: agents can connect, and are served once it runs.
#[derive(Debug)]
pub struct Proxy {
    listener: TcpListener,
    context: Arc<Context>,
    password: Option<Arc<Password>>,
    thread: RecorderThread,
    grace: Duration,
}

impl Proxy {
    /// Starts configuring a proxy. `root` signs the certificates that agents see; `sink` takes the records.
    pub fn builder<S: Sink>(root: RootCa, sink: S) -> Builder<S> {
        Builder::new(root, sink)
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.context.local_addr
    }

    /// The value for an agent's `HTTPS_PROXY`, including the password if there is one.
    pub fn url(&self) -> String {
        let addr = self.context.local_addr;
        match &self.password {
            Some(password) => format!("http://{}@{addr}", password.url_part()),
            None => format!("http://{addr}"),
        }
    }

    /// A handle to cut a stop short.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle(self.context.shutdown.clone())
    }

    /// Serves until `until` completes, then drains, and ends the recording.
    ///
    /// # Errors
    ///
    /// Never for a failing connection or sink: those are in the recording and the summary.
    pub async fn run(self, until: impl Future<Output = ()> + Send) -> Result<Summary, Error> {
        let shutdown = self.context.shutdown.clone();
        let context = Arc::clone(&self.context);
        shutdown.spawn(accept_all(self.listener, context, self.password));
        until.await;
        shutdown.run(self.grace).await;
        drop(self.context);
        let finished = tokio::task::spawn_blocking(move || self.thread.finish())
            .await
            .map_err(|error| Error::Recorder(error.into()))?;
        let end = finished.end;
        Ok(Summary {
            exchanges: end.exchanges,
            aborted: end.aborted,
            failed: end.failed,
            truncated: end.truncated,
            lost: end.lost,
            first_loss: end.first_loss,
            connections: end.connections,
            warnings: finished.warnings,
        })
    }
}

/// Ends a stop before its grace is over.
#[derive(Debug, Clone)]
pub struct AbortHandle(Shutdown);

impl AbortHandle {
    /// Drops what is in flight as soon as `impatience` completes, unless the stop is over by then.
    pub fn on(&self, impatience: impl Future<Output = ()> + Send + 'static) {
        self.0.abort_on(impatience);
    }
}

/// The result of a recording.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Exchanges written.
    pub exchanges: u64,
    /// Of these, cut before their end.
    pub aborted: u64,
    /// Of these, those whose origin could not be reached.
    pub failed: u64,
    /// Of these, those that are not kept whole.
    pub truncated: u64,
    /// Records that were seen and could not be written.
    pub lost: u64,
    /// Why the first of these was lost.
    pub first_loss: Option<String>,
    /// Connections by their disposition.
    pub connections: Dispositions,
    /// Warnings for the user.
    pub warnings: Vec<String>,
}

/// Like `TcpListener::bind`, but with a larger backlog: when it is full, an agent's SYN is dropped
/// and only retried after a second.
fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = match addr {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// Connections that may wait to be accepted; the system may allow fewer (Linux: 4,096).
const BACKLOG: u32 = 4096;

/// More than any body of an agent's API, and less than a machine would miss.
const DEFAULT_BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Minutes of traffic, for a disk that stalls.
const DEFAULT_QUEUE_LIMIT: usize = 256 * 1024 * 1024;

/// codex posts its metrics as it exits.
const DEFAULT_GRACE: Duration = Duration::from_secs(2);
