//! A conversation without a telephone: a bundle, run in virtual time, with stubs in place of connections and with
//! what people on the line would do written down beforehand.
//!
//! **In:** a checked [`Bundle`](super::Bundle), a [`Setting`] (who calls, when, what connections answer, what the
//! queue does), and the caller's turns one by one. **Out:** [`Happening`]s: what was said, which steps were entered,
//! what was looked up, how it ended. `warmline simulate` and `warmline test` are made of it; so are mutation and the
//! random runs that every shipped bundle must bear.
//!
//! Sayings take as long as they would take to say, look-ups as long as their stub says, and a caller who speaks
//! early cuts the bot short, so what a rehearsal shows is what a call would do. There is no clock: an hour of talk
//! is over in microseconds, and the same setting with the same turns gives the same happenings.
//!
//! ```
//! use std::sync::Arc;
//! use warmline::flow::rehearsal::{CallerTurn, Rehearsal, Setting, What};
//! use warmline::flow::{Operators, SourceFile, load_files};
//!
//! let text = "bundle: hello\nstart: greet\nlanguages: [en]\n---\nflow: greet\nslots: { sure: { type: yes_no } }\nsteps:\n  - ask: sure\n    prompt: { en: \"Shall we go on?\" }\n  - say: { en: \"Very well.\" }\n  - end: call\n";
//! let file = SourceFile { path: "hello.yaml".into(), text: text.to_owned() };
//! let loaded = load_files(vec![file], &Operators::default()).unwrap();
//! let (mut rehearsal, first) = Rehearsal::begin(Arc::clone(&loaded.bundle), Setting::default()).unwrap();
//! assert!(first.iter().any(|one| one.said() == Some("Shall we go on?")));
//! let then = rehearsal.turn(CallerTurn::says("yes"));
//! assert!(then.iter().any(|one| one.said() == Some("Very well.")));
//! assert!(matches!(then.last().map(|one| &one.what), Some(What::Ended { .. })));
//! ```

mod caller;
mod caught;
mod chance;
mod course;
mod coverage;
mod documents;
mod follow;
mod happening;
mod judge;
mod knowledge;
mod line;
mod meaning;
mod mouth;
mod mutate;
mod outside;
mod passing;
mod performing;
mod play;
mod random;
mod run;
mod setting;
mod show;
mod speaking;
#[cfg(test)]
mod tests;
mod turns;
mod watch;

pub use caller::{CallerTurn, Says};
pub use caught::caught;
pub use coverage::{Coverage, Covered, FlowCoverage, Way};
pub use documents::{
    BotLine, BundleTests, CallerLine, Expectation, Expected, FlowTest, Level, LineKind, Spot, TestLine, Wording,
    load_tests, tests_of,
};
pub use happening::{Asking, Happening, What};
pub use judge::{Difference, end_name};
pub use line::{Ears, Interruption, Line, Manner};
pub use meaning::Reply;
pub use mutate::{Mutant, Mutation, Survived, mutants, survive};
pub use outside::Unanswered;
pub use play::{Failure, HeardLine, Played, Try, play, play_on};
pub use random::{Conversed, converse};
pub use run::{NoSuchFlow, Rehearsal, Stop};
pub use setting::{Plan, Setting, StubAnswer, Stubs};
pub use show::{Shown, Who, show, show_turn, show_understood};
