//! What a step that listens asks just now: several verbs ask more than one question, and all are listened to alike.

use crate::words::SlotType;

use super::super::act::{Hear, Patience, SurveyKind};
use super::super::bundle::{Bundle, Jump, ReadBack, Verb};
use super::super::sentence::SentenceId;
use super::conversation::Conversation;
use super::state::State;

/// The part of an `ask_all` that asks for everything at once.
pub const OPENING: usize = usize::MAX;
/// The part of an `ask_all` that reads everything back.
pub const TOGETHER: usize = usize::MAX - 1;
/// The part of a `confirm` that asks what is wrong.
pub const WHAT_IS_WRONG: usize = 1;
/// The part of a `callback` that asks for the number.
pub const WHICH_NUMBER: usize = 1;

static YES_NO: SlotType = SlotType::YesNo;
static FREE_TEXT: SlotType = SlotType::FreeText;
static PHONE: SlotType = SlotType::Phone { country: None };
static ONE_DIGIT: SlotType = SlotType::Digits { min: 1, max: 1 };

/// The question that stands, apart from what has been offered.
pub struct Asked<'b> {
    /// The slot that is filled by the answer.
    pub slot: Option<&'b str>,
    /// The type of the answer; `None` where flows or corrections are the answer.
    pub kind: Option<&'b SlotType>,
    /// The designer's own wording.
    pub prompt: Option<SentenceId>,
    /// What the designer says after each miss.
    pub again: Option<&'b [SentenceId]>,
    pub read_back: ReadBack,
    pub hear: Hear,
    pub patience: Option<Patience>,
    pub stuck: Stuck,
}

/// What happens when the ladder has no rung left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// The step's exit, or else the bundle's `handover`.
    Leave(Option<Jump>),
    /// The question does without an answer.
    GoOn,
}

impl Conversation {
    /// The question that stands.
    pub(super) fn asked<'b>(&self, bundle: &'b Bundle) -> Option<Asked<'b>> {
        let State::Listening(listening) = &self.state else { return None };
        let frame = self.frames.last()?;
        let flow = bundle.flow(frame.flow);
        let verb = &flow.step(listening.step).verb;
        let mut asked = Asked {
            slot: None,
            kind: None,
            prompt: None,
            again: None,
            read_back: ReadBack::Never,
            hear: Hear::Both,
            patience: None,
            stuck: Stuck::GoOn,
        };
        if let Some(shared) = verb.listening() {
            asked.prompt = shared.prompt;
            asked.again = shared.again.as_deref();
            asked.hear = shared.hear;
            asked.patience = shared.patience;
            asked.stuck = Stuck::Leave(shared.if_stuck);
        }
        match verb {
            Verb::Ask(ask) => {
                let (name, slot) = flow.slots.get_key_value(&ask.slot)?;
                asked.slot = Some(name);
                asked.kind = Some(&slot.kind);
                asked.read_back = ask.read_back;
            }
            Verb::AskAll(ask) => match listening.part {
                OPENING => {}
                TOGETHER => {
                    asked.kind = Some(&YES_NO);
                    asked.prompt = None;
                    asked.again = None;
                }
                part => {
                    let one = ask.slots.get(part)?;
                    let (name, slot) = flow.slots.get_key_value(&one.slot)?;
                    asked.slot = Some(name);
                    asked.kind = Some(&slot.kind);
                    asked.prompt = one.prompt;
                    asked.again = one.again.as_deref().or(asked.again);
                    asked.read_back = match one.read_back {
                        // Everything is read back at the end.
                        ReadBack::IfUnsure if ask.together => ReadBack::Never,
                        read_back => read_back,
                    };
                }
            },
            Verb::Menu(menu) => asked.kind = Some(&menu.kind),
            Verb::Confirm(_) if listening.part == WHAT_IS_WRONG => {
                asked.prompt = None;
                asked.again = None;
            }
            Verb::Confirm(_) | Verb::Record(_) => asked.kind = Some(&YES_NO),
            Verb::Route(_) => {}
            Verb::Answer(_) => asked.kind = Some(&FREE_TEXT),
            Verb::Callback(_) | Verb::Queue(_) if listening.part == WHICH_NUMBER => {
                asked.kind = Some(&PHONE);
                asked.read_back = ReadBack::Always;
            }
            Verb::Callback(_) | Verb::Queue(_) => asked.kind = Some(&YES_NO),
            Verb::Survey(survey) => {
                let question = survey.questions.get(listening.part)?;
                asked.prompt = question.prompt;
                asked.kind = Some(match question.kind {
                    SurveyKind::Csat => &ONE_DIGIT,
                    SurveyKind::Resolved => &YES_NO,
                });
            }
            _ => return None,
        }
        if let Verb::Record(record) = verb {
            asked.prompt = record.consent;
        }
        if self.is_secure() {
            asked.hear = Hear::Keypad;
        }
        Some(asked)
    }

    /// The verb of the step that listens.
    pub(super) fn listening_verb<'b>(&self, bundle: &'b Bundle) -> Option<&'b Verb> {
        let State::Listening(listening) = &self.state else { return None };
        let frame = self.frames.last()?;
        Some(&bundle.flow(frame.flow).step(listening.step).verb)
    }

    /// The type of the value that is waited for; `None` for a route.
    pub(super) fn listening_type<'b>(&self, bundle: &'b Bundle) -> Option<&'b SlotType> {
        self.asked(bundle).and_then(|asked| asked.kind)
    }
}
