//! Where a standing proxy keeps its root: a key that only its owner can read.
//!
//! Three files in a folder of mode 0700: the key, the certificate, and the
//! patterns that the root was made for.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use crate::proxy::error::Error;

/// The key's file in the folder.
pub(super) const KEY: &str = "root.key";
/// The certificate's file in the folder: this one is public.
pub(super) const CERTIFICATE: &str = "root.pem";
const HOSTS: &str = "root.hosts";

/// What was stored by an earlier run.
pub(super) struct Stored {
    pub(super) key: Zeroizing<String>,
    pub(super) certificate: String,
}

/// Reads the stored root; `None` when there is none that fits `hosts` and lives on.
pub(super) fn load(dir: &Path, hosts: &str) -> Result<Option<Stored>, Error> {
    let path = dir.join(KEY);
    // A link in the key's place is refused, not followed.
    let mut file = match OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW)
        .open(&path)
    {
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
    let mut key = Zeroizing::new(String::new());
    file.read_to_string(&mut key).map_err(at_path)?;
    let ends_soon = metadata
        .modified()
        .is_ok_and(|made| SystemTime::now() > made + RENEW_AFTER);
    let made_for = fs::read_to_string(dir.join(HOSTS)).unwrap_or_default();
    if ends_soon || made_for != hosts {
        return Ok(None);
    }
    let path = dir.join(CERTIFICATE);
    let certificate = fs::read_to_string(&path).map_err(|source| Error::File { path, source })?;
    Ok(Some(Stored { key, certificate }))
}

/// Writes a root. Each file is made aside and moved into place, the key last:
/// two proxies that start at once leave one whole root, whichever it is.
pub(super) fn store(dir: &Path, key: &str, certificate: &str, hosts: &str) -> Result<(), Error> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .and_then(|()| fs::set_permissions(dir, fs::Permissions::from_mode(0o700)))
        .map_err(|source| Error::File {
            path: dir.to_owned(),
            source,
        })?;
    replace(&dir.join(CERTIFICATE), certificate, 0o644)?;
    replace(&dir.join(HOSTS), hosts, 0o600)?;
    replace(&dir.join(KEY), key, 0o600)
}

fn replace(path: &Path, content: &str, mode: u32) -> Result<(), Error> {
    let aside = path.with_extension(format!("new-{}", std::process::id()));
    let result = write_new(&aside, content, mode).and_then(|()| fs::rename(&aside, path));
    result.map_err(|source| {
        // What is left of a failed write is of no use; the failure itself is what is reported.
        drop(fs::remove_file(&aside));
        Error::File {
            path: PathBuf::from(path),
            source,
        }
    })
}

fn write_new(path: &Path, content: &str, mode: u32) -> io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

/// A day before the root ends.
const RENEW_AFTER: Duration = Duration::from_secs(89 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::ca::RootCa;
    use crate::proxy::hosts::Hosts;

    #[test]
    fn a_stored_root_is_read_back_and_its_key_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("ca");
        let hosts = Hosts::parse(["openai.com"]).unwrap();
        let made = RootCa::load_or_create(&dir, &hosts).unwrap();
        let read = RootCa::load_or_create(&dir, &hosts).unwrap();
        assert_eq!(made.certificate_pem(), read.certificate_pem());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&dir.join(KEY)), 0o600);
        assert_eq!(mode(&dir), 0o700);

        let others = Hosts::parse(["example.com"]).unwrap();
        let remade = RootCa::load_or_create(&dir, &others).unwrap();
        assert_ne!(made.certificate_pem(), remade.certificate_pem());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let hosts = Hosts::all();
        RootCa::load_or_create(dir.path(), &hosts).unwrap();
        let key = dir.path().join(KEY);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = RootCa::load_or_create(dir.path(), &hosts);
        assert!(matches!(refused, Err(Error::Permissions { .. })));
    }
}
