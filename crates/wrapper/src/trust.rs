//! The roots that the agent trusts: the system's, or the user's own, plus ours.
//!
//! All are in one PEM file, because most of the variables that name such a file replace the
//! program's default roots. The file holds only public certificates; it is private to the user
//! all the same, and is removed when the [`Bundle`] is dropped.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use capture::Roots;
use capture::cli::Options;
use capture::private_file;

use crate::environment::{Environment, inherited_bundles, value};

/// The roots that the agent trusts without us.
#[derive(Debug)]
pub(crate) struct TrustedRoots {
    /// The system's, or the user's replacement for them: these verify origins.
    pub(crate) base: Roots,
    /// These, the roots configured for the user's tools, and those of `--upstream-ca`.
    pub(crate) all: Roots,
}

impl TrustedRoots {
    /// Reads the system's roots, or their replacement in `SSL_CERT_FILE` and `SSL_CERT_DIR`,
    /// every other file of roots that `inherited` names for some tool, and the files of
    /// `--upstream-ca`.
    ///
    /// # Errors
    ///
    /// When the user's own `SSL_CERT_FILE` holds no certificate: the agent would be cut off
    /// from everything that is not intercepted.
    pub(crate) fn load(inherited: &Environment, options: &Options) -> Result<Self> {
        let file = value(inherited, "SSL_CERT_FILE").map(Path::new);
        let folder = value(inherited, "SSL_CERT_DIR").map(Path::new);
        let base = match (file, folder) {
            (None, None) => Roots::system(),
            _ => Roots::from_paths(file, folder),
        };
        if let (Some(file), 0) = (file, base.count()) {
            let cause = base.problems().first();
            bail!(
                "{} holds no readable certificate{}: correct SSL_CERT_FILE, or unset it",
                file.display(),
                cause.map_or_else(String::new, |cause| format!(" ({cause})"))
            );
        }
        let mut all = base.clone();
        let mut read: Vec<&Path> = file.into_iter().collect();
        for more in inherited_bundles(inherited).map(Path::new) {
            if !read.contains(&more) {
                all.extend(Roots::from_paths(Some(more), None));
                read.push(more);
            }
        }
        Ok(Self {
            base,
            all: options.agent_roots(all),
        })
    }
}

/// The PEM file for the agent; removed when dropped.
#[derive(Debug)]
pub(crate) struct Bundle {
    path: PathBuf,
}

impl Bundle {
    /// Writes `roots` and then the PEM texts in `ours` to a new file at `path`.
    ///
    /// # Errors
    ///
    /// When the file exists already or cannot be written.
    pub(crate) fn write(path: PathBuf, roots: &Roots, ours: &[&str]) -> Result<Self> {
        let mut text = roots.to_pem();
        for certificate in ours {
            text.push('\n');
            text.push_str(certificate);
        }
        let cannot_write = || format!("cannot write {}", path.display());
        let mut file = private_file::create_new(&path).with_context(cannot_write)?;
        let written = file.write_all(text.as_bytes()).with_context(cannot_write);
        let bundle = Self { path };
        written.map(|()| bundle)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "cannot remove {}", self.path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::fs::PermissionsExt;

    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct RootOptions {
        #[command(flatten)]
        options: Options,
    }

    /// As with `--upstream-ca`, once for each of `files`.
    fn load_with(inherited: &Environment, files: &[&Path]) -> Result<TrustedRoots> {
        let program = [OsStr::new("wrap")].into_iter();
        let options = files
            .iter()
            .flat_map(|file| [OsStr::new("--upstream-ca"), file.as_os_str()]);
        TrustedRoots::load(
            inherited,
            &RootOptions::parse_from(program.chain(options)).options,
        )
    }

    fn load(inherited: &Environment) -> Result<TrustedRoots> {
        load_with(inherited, &[])
    }

    fn certificate(folder: &Path, name: &str) -> PathBuf {
        let made = rcgen::generate_simple_self_signed([format!("{name}.example")]).unwrap();
        let path = folder.join(name);
        fs::write(&path, made.cert.pem()).unwrap();
        path
    }

    #[test]
    fn the_users_own_roots_take_the_place_of_the_systems_and_tools_roots_join_them() {
        let folder = tempfile::tempdir().unwrap();
        let own = certificate(folder.path(), "own");
        let tool = certificate(folder.path(), "tool");
        let inherited = Environment::from([
            ("SSL_CERT_FILE".into(), own.clone().into()),
            ("NODE_EXTRA_CA_CERTS".into(), tool.into()),
            ("CURL_CA_BUNDLE".into(), own.into()),
        ]);
        let roots = load(&inherited).unwrap().all;
        assert_eq!(roots.count(), 2);
        assert!(roots.problems().is_empty());
    }

    #[test]
    fn upstream_ca_roots_are_in_the_bundle_and_origins_roots_stay_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let own = certificate(folder.path(), "own");
        let company = certificate(folder.path(), "company");
        let inherited = Environment::from([("SSL_CERT_FILE".into(), own.into())]);
        let trusted = load_with(&inherited, &[&company]).unwrap();
        assert_eq!((trusted.base.count(), trusted.all.count()), (1, 2));
        let pem = fs::read_to_string(company).unwrap().replace("\r\n", "\n");
        assert!(trusted.all.to_pem().contains(&pem));
    }

    #[test]
    fn a_root_file_without_a_certificate_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken.pem");
        fs::write(&path, "not a certificate").unwrap();
        let inherited = Environment::from([("SSL_CERT_FILE".into(), path.into())]);
        let error = load(&inherited).unwrap_err().to_string();
        assert!(error.contains("broken.pem"), "{error}");
        assert!(error.contains("unset it"), "{error}");
    }

    #[test]
    fn a_tools_missing_root_file_is_a_problem_and_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let inherited = Environment::from([
            (
                "SSL_CERT_FILE".into(),
                certificate(folder.path(), "own").into(),
            ),
            ("PIP_CERT".into(), folder.path().join("none.pem").into()),
        ]);
        let roots = load(&inherited).unwrap().all;
        assert_eq!(roots.count(), 1);
        assert!(
            roots.problems()[0].contains("none.pem"),
            "{:?}",
            roots.problems()
        );
    }

    #[test]
    fn the_bundle_is_private_and_gone_when_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let own = certificate(folder.path(), "own");
        let ours = fs::read_to_string(certificate(folder.path(), "ours")).unwrap();
        let inherited = Environment::from([("SSL_CERT_FILE".into(), own.into())]);
        let roots = load(&inherited).unwrap().all;
        let path = folder.path().join("ca.pem");

        let bundle = Bundle::write(path.clone(), &roots, &[&ours]).unwrap();
        assert_eq!(pem::parse_many(fs::read(&path).unwrap()).unwrap().len(), 2);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        drop(bundle);
        assert!(!path.exists());
    }
}
