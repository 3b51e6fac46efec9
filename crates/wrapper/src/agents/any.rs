//! Any other program: every host is intercepted, nothing is added.

use crate::profile::{Placeholder, Profile};

pub(super) const PROFILE: Profile = Profile {
    name: "any",
    about: "any other program, every host",
    programs: &[],
    hosts: &[],
    // Not every program does, and some treat a 407 as an error.
    sends_password: false,
    extra_arguments: |_| Vec::new(),
    own_hosts: |_| Vec::new(),
    traps: |_| Vec::new(),
    notes: |_| Vec::new(),
    placeholder: |_| Placeholder::default(),
    discovered_hosts: |_| Vec::new(),
    self_test: None,
};
