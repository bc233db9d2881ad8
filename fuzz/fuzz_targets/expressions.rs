//! An expression, as `set` takes it: compiled or refused, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| warmline::flow::fuzz::expressions(text));
