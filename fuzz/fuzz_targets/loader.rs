//! A text as the only file of a bundle: loaded or refused, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| warmline::flow::fuzz::loader(text));
