//! An utterance, heard for every slot type in both languages: never a panic, and every value that is valid passes the checks of its type.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| warmline::flow::fuzz::spoken_values(text));
