//! Where libFuzzer enters [`fuzz::decoding`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::decoding::run(data));
