//! Our root and leaves in the eyes of others: what they contain, and whom they convince.
//!
//! OpenSSL, GnuTLS and NSS are asked through their programs. One that is missing here is
//! said loudly; where `CI` is set, it is a failure.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use capture::{Hosts, RootCa, Upstream};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use crate::harness::{Harness, Origin, provider};

/// Covered by the root of these tests, and not.
const INSIDE: &str = "api.openai.com";
const OUTSIDE: &str = "bank.example";
const ADDRESS: &str = "192.0.2.1";

/// Runs a line of shell: whether it succeeded, and what it said.
pub(crate) fn sh(line: &str) -> (bool, String) {
    let output = Command::new("sh").args(["-c", line]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// Whether the program is here; where `CI` is set it has to be.
pub(crate) fn is_here(program: &str, package: &str) -> bool {
    let here = sh(&format!("command -v {program}")).0;
    if !here {
        println!("SKIPPED: {program} is missing (Debian: {package}); it was asked nothing");
        assert!(std::env::var_os("CI").is_none(), "{program} is missing");
    }
    here
}

/// A folder with `root.pem`, and a leaf that it signed for each of the hosts.
async fn papers() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let origin = Origin::tls(&[], |_| async {}).await;
    let covered = Hosts::parse(["openai.com", "*.openai.com"]).unwrap();
    let root = RootCa::ephemeral(&covered).unwrap();
    fs::write(folder.path().join("root.pem"), root.certificate_pem()).unwrap();
    // It intercepts more than its root covers: nothing but the client stands between.
    let harness = Harness::of(root, |builder| {
        let upstream = Upstream::without_roots().all_to(origin.addr());
        builder.intercept(Hosts::all()).upstream(upstream)
    })
    .await;
    for host in [INSIDE, OUTSIDE, ADDRESS] {
        let (took, said) = sh(&format!(
            "openssl s_client -proxy {} -connect {host}:443 {} </dev/null 2>/dev/null | openssl x509 -out {}/{host}.pem",
            harness.addr,
            if host == ADDRESS { "-noservername" } else { "" },
            folder.path().display(),
        ));
        assert!(took, "{said}");
    }
    harness.finish().await;
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn root_and_leaf_say_what_they_should_and_no_more() {
    if !is_here("openssl", "openssl") {
        return;
    }
    let folder = papers().await;
    let at = folder.path().display();
    let root = sh(&format!("openssl x509 -in {at}/root.pem -noout -text")).1;
    for expected in [
        "X509v3 Name Constraints: critical",
        "DNS:openai.com",
        "IP:0.0.0.0/0.0.0.0",
        "X509v3 Basic Constraints: critical",
        "CA:TRUE, pathlen:0",
        "Certificate Sign",
        "codex-dissect recording root",
    ] {
        assert!(root.contains(expected), "{expected} in {root}");
    }
    let leaf = sh(&format!("openssl x509 -in {at}/{INSIDE}.pem -noout -text")).1;
    for expected in [
        "CA:FALSE",
        "TLS Web Server Authentication\n",
        "DNS:api.openai.com\n",
        "X509v3 Authority Key Identifier",
    ] {
        assert!(leaf.contains(expected), "{expected} in {leaf}");
    }
    assert!(!leaf.contains("Certificate Sign"), "{leaf}");
    for (file, hours) in [("root.pem", 7 * 24), (&*format!("{INSIDE}.pem"), 24)] {
        let lives = |hours: i64| {
            let seconds = hours * 3600;
            sh(&format!(
                "openssl x509 -in {at}/{file} -noout -checkend {seconds}"
            ))
            .0
        };
        assert!(lives(hours - 1) && !lives(hours + 1), "{file}");
        let serial = sh(&format!("openssl x509 -in {at}/{file} -noout -serial")).1;
        let digits = serial.trim().strip_prefix("serial=").unwrap().len();
        assert_eq!(digits, 40, "20 octets: {serial}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webpki_takes_a_leaf_inside_the_constraints_and_none_outside() {
    if !is_here("openssl", "openssl") {
        return;
    }
    let folder = papers().await;
    let read = |name: &str| CertificateDer::from_pem_file(folder.path().join(name)).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(read("root.pem")).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .unwrap();
    for (host, taken) in [(INSIDE, true), (OUTSIDE, false), (ADDRESS, false)] {
        let leaf = read(&format!("{host}.pem"));
        let name = ServerName::try_from(host).unwrap();
        let verdict = verifier.verify_server_cert(&leaf, &[], &name, &[], UnixTime::now());
        assert_eq!(verdict.is_ok(), taken, "{host}: {verdict:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_takes_a_leaf_inside_the_constraints_and_none_outside() {
    if !is_here("openssl", "openssl") {
        return;
    }
    let folder = papers().await;
    let at = folder.path().display();
    for (host, taken) in [(INSIDE, true), (OUTSIDE, false), (ADDRESS, false)] {
        let (ok, said) = sh(&format!(
            "openssl verify -purpose sslserver -CAfile {at}/root.pem {at}/{host}.pem"
        ));
        assert_eq!(ok, taken, "{host}: {said}");
        assert!(
            taken || said.contains("subtree violation"),
            "{host}: {said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gnutls_takes_a_leaf_inside_the_constraints_and_none_outside() {
    if !is_here("openssl", "openssl") || !is_here("certtool", "gnutls-bin") {
        return;
    }
    let folder = papers().await;
    let at = folder.path().display();
    for (host, taken) in [(INSIDE, true), (OUTSIDE, false), (ADDRESS, false)] {
        let (ok, said) = sh(&format!(
            "certtool --verify --verify-purpose 1.3.6.1.5.5.7.3.1 \
             --load-ca-certificate {at}/root.pem --infile {at}/{host}.pem"
        ));
        assert_eq!(ok, taken, "{host}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nss_takes_a_leaf_inside_the_constraints_and_none_outside() {
    if !is_here("openssl", "openssl") || !is_here("certutil", "libnss3-tools") {
        return;
    }
    let folder = papers().await;
    let at = folder.path().display();
    let (made, said) = sh(&format!(
        "mkdir {at}/db && certutil -N -d sql:{at}/db --empty-password && \
         certutil -A -d sql:{at}/db -n root -t C,, -i {at}/root.pem"
    ));
    assert!(made, "{said}");
    for (host, taken) in [(INSIDE, true), (OUTSIDE, false), (ADDRESS, false)] {
        let (ok, said) = sh(&format!(
            "certutil -A -d sql:{at}/db -n {host} -t ,, -i {at}/{host}.pem && \
             certutil -V -d sql:{at}/db -n {host} -u V"
        ));
        assert_eq!(ok, taken, "{host}: {said}");
    }
}

#[test]
fn a_root_is_kept_for_eighty_nine_days_and_then_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let certificate = || {
        let root = RootCa::load_or_create(dir.path(), &Hosts::all()).unwrap();
        root.certificate_pem().to_owned()
    };
    let made = certificate();
    let age = |days: u64| {
        let key = fs::File::options()
            .append(true)
            .open(dir.path().join("root.key"));
        let then = SystemTime::now() - Duration::from_secs(days * 24 * 3600);
        key.unwrap().set_modified(then).unwrap();
    };
    age(88);
    assert_eq!(certificate(), made);
    age(90);
    assert_ne!(certificate(), made);
}
