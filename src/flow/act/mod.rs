//! What comes out of a conversation. Whoever performs the acts (the call, the simulator, a
//! test) keeps their order: sayings are queued for playout; [`Act::End`] and [`Act::Queue`] wait until everything
//! said before them has been played; the clock of a [`Act::Listen`] starts when playout falls silent.

mod outside;
mod people;
mod speaking;
mod understood;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Private;

use super::datum::Datum;

pub use outside::{AnswerAct, DoAct, LookUpAct, RecommendAct, SendAct, Suggestion, SurveyAct, SurveyKind, VerifyAct};
pub use people::{CallbackAct, Fact, HowToTransfer, PlaceInQueue, QueueAct, Tell, TransferAct, VoicemailAct};
pub use speaking::{BargeIn, Hear, ListenAct, Pace, Patience, SayAct};
pub use understood::{Proposal, Rank, UnderstoodAct};

pub use super::input::{
    Answered, CallFacts, Complexity, Heard, Input, KnownAnswer, LookUpResult, Mood, Now, QueueFacts, QueueResult,
    Record, TimerId,
};

/// What the conversation wants done, or wants known.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Speak.
    Say(SayAct),
    /// Listen from now on as described, instead of as before.
    Listen(ListenAct),
    /// Bring back `Input::Timer` after this long, counted from now.
    SetTimer {
        /// Which.
        id: TimerId,
        /// How long.
        after: Duration,
    },
    /// Forget a timer; it may have run out already.
    CancelTimer {
        /// Which.
        id: TimerId,
    },
    /// Ask a connection; `Input::LookedUp` brings the answer. It may begin while sayings before it still play.
    LookUp(LookUpAct),
    /// Find a person; `Input::QueueEnded` says how that ended if the caller comes back.
    Queue(QueueAct),
    /// The caller who waits in a queue becomes more urgent, or less; the place within a class goes by the time waited.
    ChangeClass {
        /// 1 (urgent) to 9.
        class: u8,
    },
    /// The caller no longer waits in the queue: a callback was agreed on.
    LeaveQueue,
    /// Change something through a connection, once; `Input::Done` says how it went. Whoever performs it may try
    /// again only under the same idempotency key. Answers nobody when the caller has hung up.
    Do(DoAct),
    /// Check who the caller is; `Input::LookedUp` brings the answer: a row means that the caller is known.
    Verify(VerifyAct),
    /// Send a message; `Input::Sent` says how it went.
    Send(SendAct),
    /// Keep the answers to a survey. Nothing comes back.
    Survey(SurveyAct),
    /// Add to what the person who takes the call is told. Nothing comes back.
    Note {
        /// The note, in the language of the conversation.
        text: String,
        /// Whether it holds a private value, and must be masked in the store.
        private: bool,
    },
    /// Mark the call for the figures. Nothing comes back.
    Tag {
        /// The mark.
        tag: String,
    },
    /// Trace: waiting for an event or for time to pass; the timer is a [`Act::SetTimer`] of its own.
    Wait {
        /// The event: `Input::Event`.
        for_event: Option<String>,
        /// For how long at most.
        time_limit: Duration,
    },
    /// Hand the call to somebody outside; `Input::Transferred` says how it went. Waits for quiet, as
    /// [`Act::Queue`].
    Transfer(TransferAct),
    /// Take down that the caller is to be called back; `Input::CallbackTaken` says whether it will be made.
    Callback(CallbackAct),
    /// Record a message after a tone; `Input::VoicemailLeft` says when it is over. Waits for quiet.
    Voicemail(VoicemailAct),
    /// Start, stop or pause the recording of the call. Nothing comes back.
    Record {
        /// Which.
        what: RecordWhat,
    },
    /// From now on, or no longer, the caller keys something secret: recording and transcript stop, tones are masked,
    /// nothing but keys is heard.
    Secure {
        /// Whether it begins.
        on: bool,
    },
    /// Look for an answer in the knowledge base; `Input::Answered` brings it.
    Answer(AnswerAct),
    /// Weigh suggestions for this caller; `Input::Recommended` brings the best.
    Recommend(RecommendAct),
    /// Stop what is being said and forget what is queued to be said.
    StopSaying,
    /// End the call once everything has been said. The last act of a conversation.
    End {
        /// Why.
        reason: EndReason,
        /// The designer's own word for it (`reason:` of `end`).
        note: Option<String>,
    },
    /// Trace: a step was entered.
    Entered {
        /// The flow's name.
        flow: String,
        /// The step's id, or `verb@line` when it has none.
        step: String,
        /// The slots that are filled, private ones masked.
        slots: BTreeMap<String, String>,
    },
    /// Trace: what was made of an utterance, of keys, or of what was not understood, and why.
    Understood(UnderstoodAct),
    /// Trace: a handler fired.
    Handler {
        /// For example `agent_please`.
        name: &'static str,
    },
    /// Trace: a slot got its value.
    SlotFilled {
        /// The slot.
        slot: String,
        /// Its value, masked if private.
        value: String,
        /// The value itself, for tests to compare.
        raw: Private<Datum>,
    },
    /// Trace: a look-up, a change, a message or a check was answered, or its time ran out.
    LookedUp {
        /// `connection.query`.
        name: String,
        /// `found`, `none`, `sent`, or the kind of error.
        result: String,
        /// From the act to the answer.
        took: Duration,
    },
    /// Trace: something went wrong while the flow ran (an expression, a sentence); the flow went to its error exit.
    /// Names the place and the kind of trouble, never a caller's value.
    Trouble {
        /// Lower case, no full stop.
        what: String,
    },
}

/// What becomes of the recording of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordWhat {
    /// It begins, or goes on after a pause.
    Start,
    /// It is over.
    Stop,
    /// It pauses until the next start.
    Pause,
}

/// Why a call was ended by its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndReason {
    /// The flow came to its end.
    FlowEnded,
    /// The person the caller talked with has left, and the flow had nothing more to do.
    AgentEnded,
    /// The caller was handed to somebody outside.
    Transferred,
    /// The caller will be called back.
    Callback,
    /// The flow could not go on, not even to a person.
    Error,
    /// The caller hung up: the answer to `Input::HangUp`.
    CallerHungUp,
}
