//! What a run needs, worked out before the agent starts: hosts, roots, arguments, warnings.

use std::ffi::OsString;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow};
use capture::{Hosts, RootCa, Upstream};

use crate::agent::Agent;
use crate::environment::{Environment, LOOPBACK, ProxySettings, text, variables};
use crate::options::RunOptions;
use crate::parent_proxy;
use crate::profile::Placeholder;
use crate::stand_in::StandIn;
use crate::trust::TrustedRoots;
use crate::warning::Warning;

/// Everything that is decided before the agent starts.
pub(crate) struct Plan {
    /// Hosts to intercept.
    pub(crate) hosts: Hosts,
    /// Roots that the agent trusts besides ours.
    pub(crate) trusted: TrustedRoots,
    /// `host:port` of the next proxy, if any.
    pub(crate) parent: Option<String>,
    /// Variables of a placeholder login.
    placeholder: Vec<(&'static str, String)>,
    /// Arguments to insert before the user's own.
    pub(crate) added: Vec<OsString>,
    /// What the user should know before the agent starts.
    pub(crate) warnings: Vec<Warning>,
}

impl Plan {
    /// Plans a run of `agent` in `folder`, and makes its root, whose key is stored nowhere.
    ///
    /// The slow parts (key, roots, next proxy) run in parallel.
    ///
    /// # Errors
    ///
    /// When a host pattern, a file of roots or a proxy's URL cannot be used.
    pub(crate) fn new(
        agent: &Agent,
        options: &RunOptions,
        inherited: &Environment,
        folder: &Path,
    ) -> Result<(Self, RootCa)> {
        let launch = agent.launch_context(inherited, folder);
        let hosts = match agent.profile.hosts {
            [] if options.recording.intercept.is_empty() => Hosts::all(),
            usual => {
                let own = (agent.profile.own_hosts)(&launch);
                let usable = own.iter().filter(|host| Hosts::parse([host]).is_ok());
                let default: Vec<&str> = usual
                    .iter()
                    .copied()
                    .chain(usable.map(String::as_str))
                    .collect();
                options.recording.hosts(&default)?
            }
        };
        let offline = options.stand_in.is_offline();
        let parent = if offline {
            None
        } else {
            options.recording.parent(|name| text(inherited, name))?
        };
        let (root, trusted, dead) = thread::scope(|scope| {
            let root = scope.spawn(|| RootCa::ephemeral(&hosts));
            let dead = scope.spawn(|| parent.as_ref().and_then(parent_proxy::unreachable));
            let trusted = TrustedRoots::load(inherited, &options.recording);
            (root.join(), trusted, dead.join())
        });
        let trusted = trusted?;
        let mut warnings: Vec<Warning> = dead.unwrap_or_default().into_iter().collect();
        warnings.extend((agent.profile.traps)(&launch));
        let problems = trusted.all.problems().iter();
        warnings.extend(problems.map(|problem| Warning::new(problem.as_str(), "")));
        let placeholder = if offline {
            (agent.profile.placeholder)(&launch)
        } else {
            Placeholder::default()
        };
        let root = root
            .map_err(|_| anyhow!("making a root certificate panicked"))?
            .context("cannot make a root certificate")?;
        let mut added = (agent.profile.extra_arguments)(&agent.arguments);
        added.extend(placeholder.arguments);
        let plan = Self {
            hosts,
            trusted,
            parent: parent.map(|parent| parent.authority().to_owned()),
            placeholder: placeholder.variables,
            added,
            warnings,
        };
        Ok((plan, root))
    }

    /// How the proxy reaches the origins, or the stand-in in their place.
    ///
    /// # Errors
    ///
    /// When the system has no roots, or a file of roots cannot be used.
    pub(crate) fn upstream(
        &self,
        options: &RunOptions,
        inherited: &Environment,
        stand_in: Option<&StandIn>,
    ) -> Result<Upstream> {
        if let Some(stand_in) = stand_in {
            let upstream = Upstream::without_roots().add_roots_pem(stand_in.root_pem())?;
            return Ok(upstream.all_to(stand_in.addr()));
        }
        options
            .recording
            .upstream(&self.trusted.base, |name| text(inherited, name))
    }

    /// The variables to set for the agent, on top of what it inherits.
    pub(crate) fn variables(
        &self,
        proxy_url: &str,
        bundle: &Path,
        inherited: &Environment,
    ) -> Environment {
        let patterns = self.hosts.patterns();
        let through_proxy: Vec<String> = patterns
            .into_iter()
            .filter(|pattern| LOOPBACK.contains(&pattern.as_str()))
            .collect();
        let proxy = ProxySettings {
            proxy_url,
            bundle,
            through_proxy: &through_proxy,
        };
        let mut variables = variables(&proxy, inherited);
        let stand_ins = self.placeholder.iter();
        variables.extend(stand_ins.map(|(name, value)| (name.into(), value.into())));
        variables
    }
}
