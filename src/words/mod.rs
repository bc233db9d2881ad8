//! Text ↔ values: what callers say as typed values, and values as something to say.
//!
//! In: what a recogniser heard, or keys, together with the [`SlotType`] a step wants; sentence
//! [`Template`]s of a designer. Out: scored [`Reading`]s, best first; [`Match`]es; sentences to speak.
//! English and Mandarin. Pure: no sound, no clock, no I/O; "today" is an argument.
//!
//! ```
//! use warmline::words::{Language, Shape, SlotType, Value, read, say};
//!
//! let now = jiff::civil::date(2026, 1, 5).at(10, 0, 0, 0);
//! let slot = SlotType::Code { shape: Shape::parse("LL9999").unwrap() };
//! let readings = read(&slot, "uh, it's A for alpha, bee, double seven one two", Language::EN, now);
//! assert_eq!(readings[0].value, Value::from("AB7712"));
//! assert_eq!(say(&readings[0].value, Language::EN), "A B, 7 7 1 2");
//! ```

mod address;
mod aloud;
mod card;
mod choice;
mod closeness;
mod common;
mod correct;
mod date;
mod duration;
mod email;
mod expected;
mod filters;
mod id_number;
mod keypad;
mod language;
mod money;
mod name;
mod number;
mod number_words;
mod phone;
mod phrases;
mod pinyin;
mod place;
mod reading;
mod say;
mod shape;
mod simplify;
mod slot;
mod spelling;
mod spoken;
mod template;
mod time;
mod token;
mod value;
mod weight;
mod yes_no;

pub use aloud::aloud;
pub use common::{CommonPhrase, asked_language, common_phrase, common_phrase_in, common_phrases};
pub use correct::correct;
pub use expected::{Expected, Form};
pub use filters::{smooth, speak_date, speak_duration, speak_list, speak_money, speak_time};
pub use keypad::{KeyReading, read_keys};
pub use language::{Language, NotALanguage};
pub use number_words::{speak_number, speak_ordinal};
pub use phone::is_phone_country;
pub use reading::{Reading, margin, read, read_prepared};
pub use say::{read_back, say, spell};
pub use shape::{MAX_SHAPE, NotAShape, Place, Shape};
pub use simplify::simplified;
pub use slot::{CheckFault, ChoiceOption, IdKind, MARGIN, MAX_DIGITS, SlotType, Sureness};
pub use template::{
    ACCEPT, Candidate, Heard, ListSource, MAX_DEPTH, MAX_WORDS, Match, Named, Template, TemplateError, TemplateIndex,
    TemplateProblem, WordList, is_clear, rank,
};
pub use token::normalise;
pub use value::Value;

#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod spelt_round_trips;
#[cfg(test)]
mod spoken_forms;
#[cfg(test)]
mod tests;
