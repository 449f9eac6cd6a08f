#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eventsieve_fuzz::load(bytes));
