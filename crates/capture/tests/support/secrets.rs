//! Made-up secrets, the same in every run, and what is left of them in a text.
//!
//! Shared by the tests of redaction alone (`redaction`) and of whole recordings (`it`).

/// SplitMix64: numbers that look random.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Letters of both cases and digits, at least one of each in every six.
    pub(crate) fn text(&mut self, length: usize) -> String {
        const KINDS: [&[u8]; 3] = [
            b"abcdefghijklmnopqrstuvwxyz",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            b"0123456789",
        ];
        (0..length)
            .map(|at| {
                // Now and then a kind repeats, as in real tokens.
                let kind = at + usize::from(self.next().is_multiple_of(5));
                self.one_of(KINDS[kind % KINDS.len()])
            })
            .collect()
    }

    pub(crate) fn one_of(&mut self, letters: &[u8]) -> char {
        char::from(letters[(self.next() % letters.len() as u64) as usize])
    }
}

/// Whether half of a secret or more is in a text.
pub(crate) fn leaks(text: &str, secret: &str) -> bool {
    let half = (secret.len() / 2).max(5).min(secret.len());
    let mut starts = 0..=secret.len() - half;
    starts.any(|start| text.contains(&secret[start..start + half]))
}
