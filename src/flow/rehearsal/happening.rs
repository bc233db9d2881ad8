//! What happened in a rehearsal.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Private;
use crate::words::Language;

use super::super::act::{
    BargeIn, CallbackAct, EndReason, QueueAct, QueueResult, RecommendAct, RecordWhat, SurveyAct, TransferAct,
    UnderstoodAct, VoicemailAct,
};
use super::super::datum::Datum;
use super::coverage::Way;

/// Something that happened, and when. Texts and values are as they are: whoever shows them masks them with
/// [`super::Rehearsal::masked`].
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// Since the call was answered.
    pub at: Duration,
    /// What.
    pub what: What,
}

impl Happening {
    /// What the bot said, if this is it.
    pub fn said(&self) -> Option<&str> {
        match &self.what {
            What::Bot { text, .. } => Some(text),
            _ => None,
        }
    }
}

/// What happened.
#[derive(Clone, PartialEq)]
pub enum What {
    /// The bot began to say something.
    Bot {
        /// Which saying, for [`What::Cut`].
        saying: u64,
        /// The step that says it: its flow and its name.
        step: (String, String),
        /// The words.
        text: String,
        /// In which language.
        language: Language,
        /// Whether it could be interrupted.
        barge_in: BargeIn,
        /// How long the whole takes to say.
        takes: Duration,
    },
    /// The bot was interrupted in the middle of a saying.
    Cut {
        /// Which.
        saying: u64,
        /// How much of it was heard.
        heard: Duration,
    },
    /// The caller spoke while nothing but keys was listened to, or made a noise that needed no answer.
    NotHeard,
    /// A step was entered.
    Step {
        /// The flow.
        flow: String,
        /// The step's id, or `verb@line`.
        step: String,
    },
    /// A way was taken: out of a step, into a handler. For coverage.
    Went(Way),
    /// A slot got its value; private ones are masked.
    SlotFilled {
        /// The slot.
        slot: String,
        /// Its value as it may be shown.
        value: String,
        /// The value itself.
        raw: Private<Datum>,
    },
    /// A handler fired.
    Handler {
        /// For example `agent_please`.
        name: &'static str,
    },
    /// What was made of what the caller said or keyed, and why.
    Understood(UnderstoodAct),
    /// A connection was asked: to read, to change something, to send something, or to tell who the caller is.
    Asked {
        /// What for.
        verb: Asking,
        /// The number of the question.
        id: u64,
        /// `connection.query`.
        name: String,
        /// With these arguments.
        args: BTreeMap<String, Datum>,
        /// Whether nothing was there to answer it: a stub is missing.
        unanswered: bool,
    },
    /// A connection answered, or its time was up.
    Answered {
        /// `connection.query`.
        name: String,
        /// `found`, `none` or the kind of error.
        result: String,
        /// After how long.
        took: Duration,
    },
    /// The caller began to wait for a person.
    Queued(QueueAct),
    /// The one who waits became more or less urgent.
    ClassChanged {
        /// 1 (urgent) to 9.
        class: u8,
    },
    /// The caller no longer waits: a callback was agreed on.
    LeftQueue,
    /// The wait for a person, or the talk, was over.
    QueueEnded(QueueResult),
    /// The call is being handed to somebody outside.
    Transferring(TransferAct),
    /// A callback was wished for.
    Callback(CallbackAct),
    /// A message is being recorded.
    Voicemail(VoicemailAct),
    /// The recording of the call was started, stopped or paused.
    Recording(RecordWhat),
    /// From now on the caller keys something secret, or no longer.
    Secure {
        /// Which.
        on: bool,
    },
    /// Answers to a survey were kept.
    Survey(SurveyAct),
    /// Something was added to what the person is told.
    Noted {
        /// The note.
        text: String,
        /// Whether it holds a private value.
        private: bool,
    },
    /// The call was marked for the figures.
    Tagged {
        /// The mark.
        tag: String,
    },
    /// Something is waited for.
    Waits {
        /// The event, if it is one.
        for_event: Option<String>,
        /// How long at most.
        time_limit: Duration,
    },
    /// The knowledge base was asked.
    AskedKnowledge {
        /// The question.
        question: String,
        /// `sure`, `unsure` or `none`.
        found: &'static str,
    },
    /// Suggestions were weighed.
    Recommended {
        /// What fitted.
        weighed: RecommendAct,
        /// The position of the one that was taken.
        chosen: Option<usize>,
    },
    /// Something went wrong inside the flow, and its error exit was taken.
    Trouble {
        /// What.
        what: String,
    },
    /// Nothing can happen any more: the line is silent, and nobody is listened to.
    DeadEnd,
    /// The call ended.
    Ended {
        /// Why.
        reason: EndReason,
        /// The designer's word for it.
        note: Option<String>,
    },
}

/// What a connection is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// `look_up`.
    LookUp,
    /// `do`.
    Do,
    /// `send`.
    Send,
    /// `verify`.
    Verify,
}

impl Asking {
    /// As designers write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LookUp => "look_up",
            Self::Do => "do",
            Self::Send => "send",
            Self::Verify => "verify",
        }
    }
}

impl std::fmt::Debug for What {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bot { saying, text, .. } => write!(formatter, "Bot({saying}, {} characters)", text.chars().count()),
            Self::Cut { saying, heard } => write!(formatter, "Cut({saying}, {heard:?})"),
            Self::NotHeard => formatter.write_str("NotHeard"),
            Self::Step { flow, step } => write!(formatter, "Step({flow}/{step})"),
            Self::Went(_) => formatter.write_str("Went"),
            Self::SlotFilled { slot, .. } => write!(formatter, "SlotFilled({slot})"),
            Self::Handler { name } => write!(formatter, "Handler({name})"),
            Self::Understood(understood) => write!(formatter, "Understood({})", understood.rank.name()),
            Self::ClassChanged { class } => write!(formatter, "ClassChanged({class})"),
            Self::LeftQueue => formatter.write_str("LeftQueue"),
            Self::Transferring(transfer) => write!(formatter, "Transferring({})", transfer.destination),
            Self::Callback(_) => formatter.write_str("Callback"),
            Self::Voicemail(voicemail) => write!(formatter, "Voicemail({})", voicemail.mailbox),
            Self::Recording(what) => write!(formatter, "Recording({what:?})"),
            Self::Secure { on } => write!(formatter, "Secure({on})"),
            Self::Survey(_) => formatter.write_str("Survey"),
            Self::Noted { .. } => formatter.write_str("Noted"),
            Self::Tagged { tag } => write!(formatter, "Tagged({tag})"),
            Self::Waits { for_event, time_limit } => write!(formatter, "Waits({for_event:?}, {time_limit:?})"),
            Self::AskedKnowledge { found, .. } => write!(formatter, "AskedKnowledge({found})"),
            Self::Recommended { chosen, .. } => write!(formatter, "Recommended({chosen:?})"),
            Self::Asked { name, .. } => write!(formatter, "Asked({name})"),
            Self::Answered { name, result, .. } => write!(formatter, "Answered({name}, {result})"),
            Self::Queued(queue) => write!(formatter, "Queued({})", queue.queue),
            Self::QueueEnded(result) => write!(formatter, "QueueEnded({})", result.name()),
            Self::Trouble { what } => write!(formatter, "Trouble({what})"),
            Self::DeadEnd => formatter.write_str("DeadEnd"),
            Self::Ended { reason, .. } => write!(formatter, "Ended({reason:?})"),
        }
    }
}
