//! The variables that make a program and its children use our proxy and trust our root.
//!
//! A pure function from the proxy's URL and the bundle to variables. `docs/agents.md` says
//! which program reads which; a test checks that it lists them all.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Variables by name.
pub(crate) type Environment = BTreeMap<OsString, OsString>;

/// What the variables point at: the proxy, and the roots to trust.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProxySettings<'a> {
    /// The proxy's URL; `http://`, because codex opens its WebSocket through no other kind.
    pub(crate) proxy_url: &'a str,
    /// The PEM file with every root to trust.
    pub(crate) bundle: &'a Path,
    /// Loopback names that the user wants recorded.
    pub(crate) through_proxy: &'a [String],
}

/// The value of a variable that is set, and not empty.
pub(crate) fn value<'a>(environment: &'a Environment, name: &str) -> Option<&'a OsStr> {
    environment
        .get(OsStr::new(name))
        .map(OsString::as_os_str)
        .filter(|value| !value.is_empty())
}

/// The value of a variable that is set to text, empty or not.
pub(crate) fn text(environment: &Environment, name: &str) -> Option<String> {
    Some(environment.get(OsStr::new(name))?.to_str()?.to_owned())
}

/// The variables to set, given those that the user had.
pub(crate) fn variables(proxy: &ProxySettings<'_>, inherited: &Environment) -> Environment {
    let direct = direct_hosts(proxy.through_proxy);
    let mut variables = Environment::new();
    for variable in VARIABLES {
        if variable.only_if_inherited && !inherited.contains_key(OsStr::new(variable.name)) {
            continue;
        }
        let value = match variable.value {
            VariableValue::Proxy => proxy.proxy_url.into(),
            VariableValue::Direct => direct.as_str().into(),
            VariableValue::Bundle => proxy.bundle.into(),
            VariableValue::One => "1".into(),
        };
        variables.insert(variable.name.into(), value);
    }
    variables
}

/// The root files that `inherited` names: the bundle that replaces them must contain their
/// certificates.
pub(crate) fn inherited_bundles(inherited: &Environment) -> impl Iterator<Item = &OsString> {
    VARIABLES
        .iter()
        .filter(|variable| variable.value == VariableValue::Bundle)
        .filter_map(|variable| inherited.get(OsStr::new(variable.name)))
        .filter(|path| !path.is_empty())
}

/// The hosts to reach without the proxy: loopback, where local tool servers and models run,
/// except for the names in `through_proxy`.
fn direct_hosts(through_proxy: &[String]) -> String {
    let direct: Vec<&str> = LOOPBACK
        .into_iter()
        .filter(|host| !through_proxy.iter().any(|wanted| wanted == host))
        .collect();
    direct.join(",")
}

/// One variable, and what to set it to.
#[derive(Debug)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it is set to.
    value: VariableValue,
    /// Replaced only if the user set it: a tool's own setting that would bypass the proxy.
    only_if_inherited: bool,
}

/// What a variable is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VariableValue {
    /// The proxy's URL.
    Proxy,
    /// The hosts that need no proxy.
    Direct,
    /// The path of the PEM bundle.
    Bundle,
    /// `1`, to turn something on.
    One,
}

const fn set(name: &'static str, value: VariableValue) -> Variable {
    Variable {
        name,
        value,
        only_if_inherited: false,
    }
}

const fn replace(name: &'static str, value: VariableValue) -> Variable {
    Variable {
        name,
        value,
        only_if_inherited: true,
    }
}

/// Every variable that we set; `docs/agents.md` says who reads it.
pub(crate) const VARIABLES: &[Variable] = &[
    set("HTTP_PROXY", VariableValue::Proxy),
    set("http_proxy", VariableValue::Proxy),
    set("HTTPS_PROXY", VariableValue::Proxy),
    set("https_proxy", VariableValue::Proxy),
    set("ALL_PROXY", VariableValue::Proxy),
    set("all_proxy", VariableValue::Proxy),
    set("NO_PROXY", VariableValue::Direct),
    set("no_proxy", VariableValue::Direct),
    set("NODE_USE_ENV_PROXY", VariableValue::One),
    set("SSL_CERT_FILE", VariableValue::Bundle),
    set("CODEX_CA_CERTIFICATE", VariableValue::Bundle),
    set("NODE_EXTRA_CA_CERTS", VariableValue::Bundle),
    set("REQUESTS_CA_BUNDLE", VariableValue::Bundle),
    set("CURL_CA_BUNDLE", VariableValue::Bundle),
    set("GIT_SSL_CAINFO", VariableValue::Bundle),
    set("AWS_CA_BUNDLE", VariableValue::Bundle),
    set("PIP_CERT", VariableValue::Bundle),
    set("npm_config_cafile", VariableValue::Bundle),
    set("YARN_HTTPS_CA_FILE_PATH", VariableValue::Bundle),
    set("CARGO_HTTP_CAINFO", VariableValue::Bundle),
    set("DENO_CERT", VariableValue::Bundle),
    set("NIX_SSL_CERT_FILE", VariableValue::Bundle),
    set("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", VariableValue::Bundle),
    set("CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE", VariableValue::Bundle),
    set("HTTPLIB2_CA_CERTS", VariableValue::Bundle),
    set("BUNDLE_SSL_CA_CERT", VariableValue::Bundle),
    set("COMPOSER_CAFILE", VariableValue::Bundle),
    set("HEX_CACERTS_PATH", VariableValue::Bundle),
    set("PERL_LWP_SSL_CA_FILE", VariableValue::Bundle),
    replace("NPM_CONFIG_CAFILE", VariableValue::Bundle),
    replace("npm_config_proxy", VariableValue::Proxy),
    replace("NPM_CONFIG_PROXY", VariableValue::Proxy),
    replace("npm_config_https_proxy", VariableValue::Proxy),
    replace("NPM_CONFIG_HTTPS_PROXY", VariableValue::Proxy),
    replace("npm_config_noproxy", VariableValue::Direct),
    replace("NPM_CONFIG_NOPROXY", VariableValue::Direct),
    replace("CARGO_HTTP_PROXY", VariableValue::Proxy),
    replace("PIP_PROXY", VariableValue::Proxy),
    replace("grpc_proxy", VariableValue::Proxy),
    replace("no_grpc_proxy", VariableValue::Direct),
];

/// Loopback, as programs name it.
pub(crate) const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://wrap:secret@127.0.0.1:4711";

    fn set_for(through_proxy: &[String], inherited: &Environment) -> Environment {
        let proxy = ProxySettings {
            proxy_url: URL,
            bundle: Path::new("/session/ca.pem"),
            through_proxy,
        };
        variables(&proxy, inherited)
    }

    fn text_of(variables: &Environment, name: &str) -> String {
        variables[OsStr::new(name)].to_str().unwrap().to_owned()
    }

    #[test]
    fn both_cases_of_every_proxy_variable_name_the_proxy() {
        let variables = set_for(&[], &Environment::new());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            assert_eq!(text_of(&variables, name), URL);
            assert_eq!(text_of(&variables, &name.to_lowercase()), URL);
        }
    }

    #[test]
    fn an_inherited_no_proxy_does_not_survive_but_loopback_is_direct() {
        let inherited = Environment::from([("NO_PROXY".into(), "*,.openai.com".into())]);
        let variables = set_for(&[], &inherited);
        for name in ["NO_PROXY", "no_proxy"] {
            assert_eq!(text_of(&variables, name), "localhost,127.0.0.1,::1");
        }
    }

    #[test]
    fn a_recorded_loopback_host_goes_through_the_proxy() {
        let variables = set_for(&["localhost".to_owned()], &Environment::new());
        assert_eq!(text_of(&variables, "NO_PROXY"), "127.0.0.1,::1");
    }

    #[test]
    fn a_tools_own_setting_is_replaced_only_if_the_user_made_it() {
        let name = OsStr::new("NPM_CONFIG_HTTPS_PROXY");
        assert!(!set_for(&[], &Environment::new()).contains_key(name));
        let inherited = Environment::from([(name.into(), "http://elsewhere:1".into())]);
        assert_eq!(set_for(&[], &inherited)[name], URL);
    }

    #[test]
    fn every_inherited_root_file_is_found() {
        let inherited = Environment::from([
            ("NODE_EXTRA_CA_CERTS".into(), "/corporate.pem".into()),
            ("SSL_CERT_FILE".into(), "/roots.pem".into()),
            ("PIP_CERT".into(), "".into()),
            ("HTTPS_PROXY".into(), "http://parent:3128".into()),
        ]);
        let mut found: Vec<_> = inherited_bundles(&inherited).collect();
        found.sort();
        assert_eq!(found, ["/corporate.pem", "/roots.pem"]);
    }

    #[test]
    fn the_documentation_names_every_variable() {
        let page = include_str!("../../../docs/agents.md");
        for variable in VARIABLES {
            let cell = format!("`{}`", variable.name);
            assert!(page.contains(&cell), "docs/agents.md lacks {cell}");
        }
    }
}
