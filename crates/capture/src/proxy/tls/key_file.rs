//! Where a standing proxy keeps its root: a key that only its owner can read.
//!
//! Key, certificate and the hosts they were made for are in one file, so they are
//! complete or missing together. A lock on the folder makes proxies that start at the
//! same time take turns: the second finds the root of the first. The certificate alone,
//! which is public, has a file next to it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use crate::private_file;
use crate::proxy::error::Error;

/// The file of key and certificate in the folder.
pub(crate) const KEY: &str = "root.key";
/// The certificate's file in the folder, which is public.
pub(crate) const CERTIFICATE: &str = "root.pem";
const LOCK: &str = ".lock";
/// The start of the line that names the hosts the root was made for.
const MADE_FOR: &str = "made for: ";

/// The folder, locked against other proxies until this is dropped.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// What was stored by an earlier run.
pub(crate) struct Stored {
    pub(crate) key: Zeroizing<String>,
    pub(crate) certificate: String,
}

impl Folder {
    /// Opens the folder, or makes it for its owner only, and waits for its lock.
    ///
    /// # Errors
    ///
    /// [`Error::Folder`] when others could put files into it, [`Error::File`]
    /// when it cannot be made or written.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::File {
            path: path.to_owned(),
            source,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(failed)?;
        let folder = fs::metadata(path).map_err(failed)?;
        // Whoever can write to the folder can replace what is in it.
        if folder.permissions().mode() & 0o022 != 0 {
            return Err(Error::Folder {
                path: path.to_owned(),
            });
        }
        let lock = options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join(LOCK))
            .map_err(failed)?;
        // We could write the file, so it is ours; its folder must be too.
        if lock.metadata().map_err(failed)?.uid() != folder.uid() {
            return Err(Error::Folder {
                path: path.to_owned(),
            });
        }
        lock.lock().map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Reads the stored root; `None` if there is none for `hosts` that is still valid for a day.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when it cannot be read or is a link, [`Error::Permissions`]
    /// when others can read it.
    pub(crate) fn load(&self, hosts: &str) -> Result<Option<Stored>, Error> {
        let path = self.path.join(KEY);
        let mut file = match options().read(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::File { path, source }),
        };
        let at_path = |source| Error::File {
            path: path.clone(),
            source,
        };
        let metadata = file.metadata().map_err(at_path)?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(Error::Permissions { path });
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(at_path)?;
        let ends_soon = metadata
            .modified()
            .is_ok_and(|made| SystemTime::now() > made + RENEW_AFTER);
        if ends_soon {
            return Ok(None);
        }
        Ok(parse(&text, hosts))
    }

    /// Stores a root, replacing any other.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when it cannot be written.
    pub(crate) fn store(&self, key: &str, certificate: &str, hosts: &str) -> Result<(), Error> {
        let text = Zeroizing::new(format!("{MADE_FOR}{hosts}\n{certificate}{key}"));
        self.replace(KEY, &text).map(drop)
    }

    /// Writes `content` for the owner's programs to read, unless it is there already: waiting for the
    /// disk takes as long as the rest of a start.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when it cannot be written.
    pub(crate) fn publish(&self, name: &str, content: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        if holds(&path, content) {
            return Ok(path);
        }
        self.replace(name, content)
    }

    /// Writes `content` to a temporary file and renames it: a reader sees the old or the new.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when it cannot be written.
    fn replace(&self, name: &str, content: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        let aside = self.path.join(format!(".{name}.new"));
        let result = write_new(&aside, content).and_then(|()| fs::rename(&aside, &path));
        match result {
            Ok(()) => Ok(path),
            Err(source) => Err(Error::File { path, source }),
        }
    }
}

/// Key and certificate from the file's text; `None` if they are for other hosts or incomplete.
fn parse(text: &str, hosts: &str) -> Option<Stored> {
    let (first, rest) = text.split_once('\n')?;
    if first.strip_prefix(MADE_FOR)? != hosts {
        return None;
    }
    let (certificate, key) = rest.split_at(rest.find(KEY_BEGINS)?);
    Some(Stored {
        key: Zeroizing::new(key.to_owned()),
        certificate: certificate.to_owned(),
    })
}

/// Whether `path` holds exactly `content`, readable by its owner only.
fn holds(path: &Path, content: &str) -> bool {
    let read = || {
        let file = options().read(true).open(path)?;
        let permissions = file.metadata()?.permissions();
        let mut text = String::new();
        // One byte more than expected, to notice a longer file.
        file.take(content.len() as u64 + 1)
            .read_to_string(&mut text)?;
        io::Result::Ok(permissions.mode() & 0o777 == OWNER_ONLY && text == content)
    };
    read().unwrap_or(false)
}

fn write_new(path: &Path, content: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        // Left by a crash: the folder's lock shows that nobody else is writing it.
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = private_file::create_new(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

/// For the owner only, and never through a symbolic link, which someone else may have put there.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(OWNER_ONLY).custom_flags(libc::O_NOFOLLOW);
    options
}

/// The mode of every file here. The certificates are not secret, but of no use to others.
const OWNER_ONLY: u32 = 0o600;

const KEY_BEGINS: &str = "-----BEGIN PRIVATE KEY-----";

/// A day before the root expires.
const RENEW_AFTER: Duration = Duration::from_secs(89 * 24 * 3600);

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::Barrier;

    use super::*;
    use crate::proxy::hosts::Hosts;
    use crate::proxy::tls::leaves::LeafStore;
    use crate::proxy::tls::root::RootCa;

    fn hosts() -> Hosts {
        Hosts::parse(["openai.com"]).unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_stored_root_is_read_back_and_its_key_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("deep/ca");
        let made = RootCa::load_or_create(&dir, &hosts()).unwrap();
        let read = RootCa::load_or_create(&dir, &hosts()).unwrap();
        assert_eq!(made.certificate_pem(), read.certificate_pem());
        assert_eq!((mode(&dir), mode(&dir.join(KEY))), (0o700, 0o600));
        let public = fs::read_to_string(dir.join(CERTIFICATE)).unwrap();
        assert_eq!(public, read.certificate_pem());

        fs::write(dir.join(CERTIFICATE), "something else").unwrap();
        RootCa::load_or_create(&dir, &hosts()).unwrap();
        let public = fs::read_to_string(dir.join(CERTIFICATE)).unwrap();
        assert_eq!(public, read.certificate_pem(), "written anew");

        let others = Hosts::parse(["example.com"]).unwrap();
        let remade = RootCa::load_or_create(&dir, &others).unwrap();
        assert_ne!(made.certificate_pem(), remade.certificate_pem());
    }

    #[test]
    fn proxies_that_start_at_once_have_one_root_with_its_own_key() {
        let dir = tempfile::tempdir().unwrap();
        let start = Barrier::new(8);
        let roots: Vec<RootCa> = std::thread::scope(|scope| {
            let starters: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        RootCa::load_or_create(dir.path(), &hosts()).unwrap()
                    })
                })
                .collect();
            starters.into_iter().map(|s| s.join().unwrap()).collect()
        });
        for root in &roots {
            assert_eq!(root.certificate_pem(), roots[0].certificate_pem());
        }
        for root in roots {
            assert_signs_for_itself(root);
        }
    }

    /// The certificate verifies what the key signs.
    fn assert_signs_for_itself(root: RootCa) {
        use rustls::pki_types::pem::PemObject;
        use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
        let certificate =
            CertificateDer::from_pem_slice(root.certificate_pem().as_bytes()).unwrap();
        let mut trusted = rustls::RootCertStore::empty();
        trusted.add(certificate).unwrap();
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(
            trusted.into(),
            provider.into(),
        )
        .build()
        .unwrap();
        let leaf = LeafStore::new(root).unwrap().leaf("openai.com").unwrap();
        let name = ServerName::try_from("openai.com").unwrap();
        rustls::client::danger::ServerCertVerifier::verify_server_cert(
            &*verifier,
            &leaf.cert[0],
            &[],
            &name,
            &[],
            UnixTime::now(),
        )
        .unwrap();
    }

    #[test]
    fn a_file_that_is_not_whole_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let made = RootCa::load_or_create(dir.path(), &hosts()).unwrap();
        let text = fs::read_to_string(dir.path().join(KEY)).unwrap();
        let cut = text.find(KEY_BEGINS).unwrap();
        fs::write(dir.path().join(KEY), &text[..cut]).unwrap();
        fs::write(dir.path().join(".root.key.new"), "left by a crash").unwrap();
        let remade = RootCa::load_or_create(dir.path(), &hosts()).unwrap();
        assert_ne!(made.certificate_pem(), remade.certificate_pem());
        assert!(!dir.path().join(".root.key.new").exists());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        RootCa::load_or_create(dir.path(), &hosts()).unwrap();
        let key = dir.path().join(KEY);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = RootCa::load_or_create(dir.path(), &hosts());
        assert!(matches!(refused, Err(Error::Permissions { .. })));
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o770)).unwrap();
        let refused = RootCa::load_or_create(dir.path(), &hosts());
        assert!(matches!(refused, Err(Error::Folder { .. })));
        assert_eq!(mode(dir.path()), 0o770);
    }

    #[test]
    fn links_in_the_place_of_files_are_refused_or_replaced_and_never_followed() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = dir.path().join("elsewhere");
        fs::write(&elsewhere, "not yours").unwrap();
        for name in [KEY, LOCK] {
            let ca = dir.path().join(format!("ca{name}"));
            DirBuilder::new().mode(0o700).create(&ca).unwrap();
            symlink(&elsewhere, ca.join(name)).unwrap();
            let refused = RootCa::load_or_create(&ca, &hosts());
            assert!(matches!(refused, Err(Error::File { .. })), "{name}");
        }
        let ca = dir.path().join("ca");
        DirBuilder::new().mode(0o700).create(&ca).unwrap();
        for name in [CERTIFICATE, ".root.key.new", ".root.pem.new"] {
            symlink(&elsewhere, ca.join(name)).unwrap();
        }
        RootCa::load_or_create(&ca, &hosts()).unwrap();
        assert!(
            !fs::symlink_metadata(ca.join(CERTIFICATE))
                .unwrap()
                .is_symlink()
        );
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "not yours");
    }
}
