//! The table of agents. To add one, write a file next to this one and enter it in [`ALL`].

mod any;
mod claude;
mod codex;
mod config_text;
mod demo;
mod gemini;
mod opencode;

use crate::profile::Profile;

/// Every agent; the last one matches any program.
pub(crate) const ALL: &[Profile] = &[
    codex::PROFILE,
    claude::PROFILE,
    gemini::PROFILE,
    opencode::PROFILE,
    demo::PROFILE,
    any::PROFILE,
];

/// The profile for a program, by its name without folder.
pub(crate) fn profile_of(program: &str) -> &'static Profile {
    ALL.iter()
        .find(|profile| profile.programs.contains(&program))
        .unwrap_or(&any::PROFILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_its_own_profile_or_the_one_for_any() {
        assert_eq!(profile_of("codex").name, "codex");
        assert_eq!(profile_of("curl").name, "any");
    }

    #[test]
    fn no_program_is_claimed_twice() {
        let mut programs: Vec<_> = ALL.iter().flat_map(|profile| profile.programs).collect();
        let count = programs.len();
        programs.sort();
        programs.dedup();
        assert_eq!(programs.len(), count);
    }
}
