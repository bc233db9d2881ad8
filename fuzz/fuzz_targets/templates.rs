//! A template and an utterance, divided by the first line end: matched or not, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| warmline::flow::fuzz::templates(text));
