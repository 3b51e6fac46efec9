//! Token counts made up from sizes: about four bytes a token.

use super::item::Item;
use super::model_request::{Intent, ModelRequest};

/// What an answer would have cost in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// The whole prompt, the cached part included.
    pub(super) input: usize,
    /// The part of the prompt that came from a cache.
    pub(super) cached: usize,
    /// The answer, the reasoning included.
    pub(super) output: usize,
    /// The reasoning.
    pub(super) reasoning: usize,
}

impl Usage {
    /// What it costs to answer `request` with `item`.
    pub(super) fn of(request: &ModelRequest, item: &Item) -> Self {
        let input = tokens(request.input_bytes);
        let cached = tokens(request.cached_bytes.min(request.input_bytes));
        let reasoning = match request.intent {
            Intent::Prewarm => 0,
            Intent::Answer | Intent::Compact => REASONING_TOKENS,
        };
        Self {
            input,
            cached: cached - cached % CACHE_BLOCK,
            output: tokens(item.bytes()) + reasoning,
            reasoning,
        }
    }

    /// Input and output.
    pub(super) fn total(self) -> usize {
        self.input + self.output
    }
}

/// About how many tokens `bytes` of text have.
pub(super) fn tokens(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_A_TOKEN)
}

/// A rule of thumb for English and code.
const BYTES_A_TOKEN: usize = 4;

/// OpenAI reports cached tokens in whole blocks of this many.
const CACHE_BLOCK: usize = 128;

/// About one short thought.
const REASONING_TOKENS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_come_in_blocks_and_never_exceed_the_input() {
        for (input_bytes, cached_bytes) in [(4000, 3000), (4000, 9000), (100, 100), (0, 0)] {
            let request = ModelRequest {
                input_bytes,
                cached_bytes,
                ..ModelRequest::default()
            };
            let usage = Usage::of(&request, &Item::Message("hello".to_owned()));
            assert_eq!(usage.cached % CACHE_BLOCK, 0);
            assert!(usage.cached <= usage.input, "{usage:?}");
            assert!(usage.reasoning < usage.output, "{usage:?}");
            assert_eq!(usage.total(), usage.input + usage.output);
        }
    }
}
