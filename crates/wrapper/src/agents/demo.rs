//! The built-in agent of `wrap --demo`, for machines without codex.

use crate::profile::{Placeholder, Profile};
use crate::stand_in::demo_agent;

pub(super) const PROFILE: Profile = Profile {
    name: "demo",
    about: "the built-in agent of `wrap --demo`",
    programs: &[demo_agent::ARGUMENT],
    hosts: capture::cli::DEFAULT_INTERCEPT,
    sends_password: true,
    extra_arguments: |_| Vec::new(),
    own_hosts: |_| Vec::new(),
    traps: |_| Vec::new(),
    notes: |_| Vec::new(),
    placeholder: |_| Placeholder::default(),
    discovered_hosts: |_| Vec::new(),
    self_test: None,
};
