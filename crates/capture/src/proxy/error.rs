//! Why a proxy could not start or finish.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a proxy could not start or finish.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is not available: another program has it, or it is not this machine's.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// Listening beyond loopback lets others use the proxy: set a password for that.
    #[error("listening on {addr}, beyond loopback, needs a proxy password")]
    Exposed {
        /// The address.
        addr: SocketAddr,
    },
    /// A certificate or key could not be made.
    #[error("cannot make a certificate")]
    Certificate(#[source] rcgen::Error),
    /// The system has no random numbers.
    #[error("the system has no random numbers to give")]
    Random,
    /// A file of certificates or the key could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A key file that others can read is not secret.
    #[error("{} can be read by others; run `chmod 600` on it, or delete it to have a new one made", path.display())]
    Permissions {
        /// The key file.
        path: PathBuf,
    },
    /// Whoever can write to the folder of a key can replace the key.
    #[error("{} can be written to by others; run `chmod go-w` on it, or name another folder", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// A file without a usable certificate or key.
    #[error("{} holds no usable {what}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// `certificate` or `private key`.
        what: &'static str,
    },
    /// TLS could not be set up with these roots.
    #[error("cannot set up TLS")]
    Tls(#[source] rustls::Error),
    /// The system has no trusted roots: install them (Debian: `ca-certificates`), or name a file in `SSL_CERT_FILE`.
    #[error(
        "no trusted root certificates on this system; install them, or name a PEM file in SSL_CERT_FILE"
    )]
    NoRoots,
    /// The URL of a parent proxy is not one that can be used.
    #[error("cannot use the upstream proxy {url}: {reason}")]
    ParentProxy {
        /// The URL, without credentials.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The recorder's thread could not be started, or ended early.
    #[error("the recorder failed")]
    Recorder(#[source] io::Error),
}
