//! HPACK's Huffman code (RFC 7541, section 5.2 and appendix B), decoded four bits at a time.
//!
//! The code is canonical, so the lengths of its codes define it. From them a
//! state machine is built once: a state for each inner node of the code's
//! tree, with a step for each of the sixteen values of four bits.

use std::sync::LazyLock;

/// A string that is not validly encoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotHuffman;

/// Decodes `coded` and appends it to `decoded`.
///
/// # Errors
///
/// [`NotHuffman`] if the end-of-string symbol is within the text, and if
/// the padding is longer than seven bits or other than the symbol's first bits.
pub(crate) fn decode(coded: &[u8], decoded: &mut Vec<u8>) -> Result<(), NotHuffman> {
    decoded.reserve(coded.len() * 2);
    let machine = &*DECODE_TABLE;
    let mut state = 0;
    for &byte in coded {
        for nibble in [byte >> 4, byte & 0xf] {
            let transition = machine.transitions[state][usize::from(nibble)];
            if transition.fails {
                return Err(NotHuffman);
            }
            decoded.extend(transition.symbol);
            state = usize::from(transition.next);
        }
    }
    if machine.may_end[state] {
        Ok(())
    } else {
        Err(NotHuffman)
    }
}

struct DecodeTable {
    transitions: Vec<[Transition; 16]>,
    /// Whether a text may end in this state: up to seven ones of the next code have been read.
    may_end: Vec<bool>,
}

/// What four bits do. No code is shorter than five bits, so they complete at most one symbol.
#[derive(Debug, Clone, Copy, Default)]
struct Transition {
    next: u8,
    symbol: Option<u8>,
    fails: bool,
}

static DECODE_TABLE: LazyLock<DecodeTable> = LazyLock::new(|| {
    let nodes = tree();
    let mut may_end = vec![false; nodes.len()];
    let mut node = 0;
    for _ in 0..8 {
        may_end[node] = true;
        match nodes[node][1] {
            Child::Node(next) => node = next,
            Child::Symbol(_) | Child::None => break,
        }
    }
    let transitions = (0..nodes.len())
        .map(|state| std::array::from_fn(|nibble| transition(&nodes, state, nibble)))
        .collect();
    DecodeTable {
        transitions,
        may_end,
    }
});

#[derive(Clone, Copy)]
enum Child {
    None,
    Node(usize),
    /// 256 is the end-of-string symbol.
    Symbol(usize),
}

fn transition(nodes: &[[Child; 2]], state: usize, nibble: usize) -> Transition {
    let mut transition = Transition::default();
    let mut node = state;
    for bit in (0..4).rev() {
        match nodes[node][nibble >> bit & 1] {
            Child::Node(next) => node = next,
            Child::Symbol(symbol) => {
                let Ok(symbol) = u8::try_from(symbol) else {
                    transition.fails = true;
                    return transition;
                };
                transition.symbol = Some(symbol);
                node = 0;
            }
            Child::None => transition.fails = true,
        }
    }
    // 257 symbols make 256 inner nodes.
    transition.next = u8::try_from(node).unwrap_or_default();
    transition
}

/// The code's tree: canonical codes are assigned by length, then by symbol.
fn tree() -> Vec<[Child; 2]> {
    let mut symbols: Vec<usize> = (0..LENGTHS.len()).collect();
    symbols.sort_by_key(|&symbol| (LENGTHS[symbol], symbol));
    let mut nodes = vec![[Child::None; 2]];
    let (mut code, mut length) = (0_u32, 0);
    for symbol in symbols {
        code <<= LENGTHS[symbol] - length;
        length = LENGTHS[symbol];
        let mut node = 0;
        for bit in (1..length).rev() {
            let side = (code >> bit & 1) as usize;
            node = match nodes[node][side] {
                Child::Node(next) => next,
                Child::None | Child::Symbol(_) => {
                    nodes.push([Child::None; 2]);
                    let next = nodes.len() - 1;
                    nodes[node][side] = Child::Node(next);
                    next
                }
            };
        }
        nodes[node][(code & 1) as usize] = Child::Symbol(symbol);
        code += 1;
    }
    nodes
}

/// Bits of each symbol's code (RFC 7541, appendix B); the last is the end-of-string symbol's.
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5,
    5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6,
    6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22,
    23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22,
    21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20,
    22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19,
    21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22,
    22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(coded: &[u8]) -> Result<Vec<u8>, NotHuffman> {
        let mut text = Vec::new();
        decode(coded, &mut text).map(|()| text)
    }

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        // RFC 7541, appendices C.4.1 and C.6.1.
        let coded = [
            0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff,
        ];
        assert_eq!(decoded(&coded).unwrap(), b"www.example.com");
        let coded = [0xae, 0xc3, 0x77, 0x1a, 0x4b];
        assert_eq!(decoded(&coded).unwrap(), b"private");
    }

    #[test]
    fn padding_is_up_to_seven_ones() {
        // 'a' is 00011.
        assert_eq!(decoded(&[0b0001_1111]).unwrap(), b"a");
        assert_eq!(decoded(&[0b0001_1110]), Err(NotHuffman));
        assert_eq!(decoded(&[0b0001_1111, 0xff]), Err(NotHuffman));
        assert_eq!(decoded(&[0xff; 4]), Err(NotHuffman));
    }
}
