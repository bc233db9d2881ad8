//! The flow language and the conversation that runs it.
//!
//! **In:** a bundle of YAML files that a designer wrote, what operators define ([`Operators`]), and then, call by
//! call, what happened ([`Input`]) and when ([`Now`]).
//! **Out:** a checked [`Bundle`] or a list of [`Fault`]s that say file, line, column, what and how to mend it; and
//! what to do ([`Act`]): say, listen, look up, find a person, end.
//!
//! Nothing here has a clock, does input or output (but for reading the files of a bundle), or waits: time is an
//! argument, so a thirty-minute call is tested in microseconds.

mod act;
mod bundle;
mod check;
mod content;
mod datum;
mod difference;
mod engine;
mod expression;
mod fault;
pub mod fuzz;
mod graph;
mod input;
mod kind;
mod nearest;
mod node;
mod operators;
mod phrases;
pub mod rehearsal;
mod sentence;
#[cfg(test)]
mod shipped;
mod source;
mod verb;

pub use act::{
    Act, AnswerAct, BargeIn, CallbackAct, DoAct, EndReason, Fact, Hear, HowToTransfer, ListenAct, LookUpAct, Pace,
    Patience, PlaceInQueue, Proposal, QueueAct, Rank, RecommendAct, RecordWhat, SayAct, SendAct, Suggestion, SurveyAct,
    SurveyKind, Tell, TransferAct, UnderstoodAct, VerifyAct, VoicemailAct,
};
pub use bundle::Bundle;
pub use check::{Loaded, lint_page, load_dir, load_files, reference_page, schema};
pub use content::BundleContent;
pub use datum::{Datum, NotThatKind};
pub use difference::difference;
pub use engine::{Conversation, WaitingFor, unperformed};
pub use fault::{Fault, LoadFailure, Severity, check_report_json};
pub use graph::Picture;
pub use input::{
    Answered, CallFacts, Complexity, Heard, Input, KnownAnswer, LookUpResult, Mood, Now, QueueFacts, QueueResult,
    Record, TimerId,
};
pub use operators::{Access, Connection, FieldKind, FieldShape, Operators, QueryShape};
pub use source::SourceFile;
