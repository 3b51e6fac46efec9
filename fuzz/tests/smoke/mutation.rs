//! Inputs that are nearly seeds, made from a number: the same number, the same input.

/// What libFuzzer is held to as well.
const MAX_BYTES: usize = 16 * 1024;

/// Bytes at which formats turn: ends, signs, brackets, the largest and the smallest.
const ODD: &[u8] = b"\0\x01\x7f\x80\xff\n\r \"\\:;,{}[]%&=";

/// Makes mutations of seeds.
pub(crate) struct Mutator<'a> {
    seeds: &'a [Vec<u8>],
}

impl<'a> Mutator<'a> {
    /// Of these, of which there is one at least.
    pub(crate) fn new(seeds: &'a [Vec<u8>]) -> Self {
        Self { seeds }
    }

    /// The mutation of this number: a seed, changed in one to eight places.
    pub(crate) fn mutation(&self, number: u64) -> Vec<u8> {
        let mut dice = Dice(number);
        let mut input = self.seed(&mut dice).to_vec();
        for _ in 0..=dice.below(8) {
            self.change(&mut input, &mut dice);
        }
        input.truncate(MAX_BYTES);
        input
    }

    fn seed(&self, dice: &mut Dice) -> &'a [u8] {
        &self.seeds[dice.below(self.seeds.len())]
    }

    /// Changes one place.
    fn change(&self, input: &mut Vec<u8>, dice: &mut Dice) {
        let at = dice.below(input.len() + 1);
        let end = at + dice.below((input.len() - at).min(32) + 1);
        match dice.below(6) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            1 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = ODD[dice.below(ODD.len())];
                }
            }
            2 => drop(input.drain(at..end)),
            3 => {
                let again = input[at..end].repeat(1 + dice.below(3));
                drop(input.splice(at..at, again));
            }
            4 => input.insert(at, ODD[dice.below(ODD.len())]),
            _ => {
                let other = self.seed(dice);
                let from = dice.below(other.len() + 1);
                let to = from + dice.below((other.len() - from).min(256) + 1);
                drop(input.splice(at..end, other[from..to].iter().copied()));
            }
        }
    }
}

/// SplitMix64: numbers that look thrown, and are the same each time.
struct Dice(u64);

impl Dice {
    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = bound as u64;
        usize::try_from((z ^ (z >> 31)) % bound).expect("below a usize")
    }
}
