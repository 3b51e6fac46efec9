//! The root certificates of the machine: origins are verified against them, and agents keep
//! trusting them.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};

/// A set of root certificates.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    certificates: Vec<CertificateDer<'static>>,
    problems: Vec<String>,
}

impl Roots {
    /// The system's, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR` where these are set.
    ///
    /// Reading them takes milliseconds: do it once per process.
    pub fn system() -> Self {
        load_native_certs().into()
    }

    /// Those in a PEM file, and those in a folder of PEM files.
    pub fn from_paths(file: Option<&Path>, folder: Option<&Path>) -> Self {
        load_certs_from_paths(file, folder).into()
    }

    /// Adds those of `more`, each certificate once.
    pub fn extend(&mut self, more: Self) {
        self.certificates.extend(more.certificates);
        self.certificates
            .sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
        self.certificates.dedup();
        self.problems.extend(more.problems);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.certificates.len()
    }

    /// What could not be read, in words; the rest was read all the same.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// PEM (RFC 7468), one block for each certificate.
    pub fn to_pem(&self) -> String {
        let blocks: Vec<pem::Pem> = self
            .certificates
            .iter()
            .map(|der| pem::Pem::new("CERTIFICATE", der.as_ref()))
            .collect();
        let lines = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        pem::encode_many_config(&blocks, lines)
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = CertificateDer<'static>> {
        self.certificates.iter().cloned()
    }
}

impl From<CertificateResult> for Roots {
    fn from(result: CertificateResult) -> Self {
        let problems = result.errors.iter().map(ToString::to_string).collect();
        Self {
            certificates: result.certs,
            problems,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_from_a_file_is_written_once_however_often_it_was_added() {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        let path = folder.path().join("root.pem");
        std::fs::write(&path, made.cert.pem()).unwrap();
        let mut roots = Roots::from_paths(Some(&path), None);
        roots.extend(Roots::from_paths(Some(&path), None));
        roots.extend(Roots::from_paths(Some(&folder.path().join("none")), None));
        assert_eq!(roots.count(), 1);
        assert_eq!(roots.to_pem(), made.cert.pem().replace("\r\n", "\n"));
        assert_eq!(roots.problems().len(), 1);
    }
}
