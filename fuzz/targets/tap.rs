//! Where libFuzzer enters [`fuzz::tap`].

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::tap::run(data));
