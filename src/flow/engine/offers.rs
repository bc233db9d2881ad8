//! Questions the engine asks of its own accord: is this value right, is this flow meant, which of two.

use std::sync::Arc;

use crate::words::{ACCEPT, ChoiceOption, CommonPhrase, MARGIN, SlotType, Template, Value, common_phrase};

use super::super::bundle::{FlowIndex, ReadBack, Verb, choice_type};
use super::super::phrases::Phrase;
use super::conversation::Conversation;
use super::ladder::Miss;
use super::speech::Part;
use super::state::{FlowOffer, Offer};
use super::understand::{Judged, Utterance, Verdict, verdict};

/// How often a value read back may be denied before it counts as a miss.
const MOST_CORRECTIONS: u32 = 2;
/// From here on one of two that were offered is taken.
const ONE_OF_TWO: f32 = 0.5;

impl Conversation {
    /// An answer to the question that stands. False when it is no answer to it.
    pub(super) fn answer_to_offer(&mut self, offer: &Offer, utterance: &Utterance) -> bool {
        match offer {
            Offer::Nothing => false,
            Offer::Value(value) => self.answer_to_value(value, utterance),
            Offer::Flows(flows) => self.answer_to_flows(flows, utterance),
            Offer::Choices(choices) => self.answer_to_choices(choices, utterance),
        }
    }

    /// Yes or no, if it was said clearly enough.
    pub(super) fn yes_or_no(&self, utterance: &Utterance) -> Option<bool> {
        let judged = self.judge(&SlotType::YesNo, utterance, "")?;
        let sureness = SlotType::YesNo.sureness();
        let sure = verdict(sureness, &judged, ReadBack::Never) == Verdict::Take && judged.margin >= MARGIN;
        judged.value.as_bool().filter(|_| sure)
    }

    fn answer_to_value(&mut self, offered: &Value, utterance: &Utterance) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let Some(kind) = self.listening_type(&bundle) else { return false };
        let read_back = match self.listening_verb(&bundle) {
            Some(Verb::Ask(ask)) => ask.read_back,
            _ => ReadBack::IfUnsure,
        };
        let answer = self.yes_or_no(utterance);
        if answer == Some(true) {
            self.confirm(offered.clone());
            return true;
        }
        // Another value in the same breath as the "no", or instead of an answer, takes the place of the first.
        if *kind != SlotType::YesNo
            && let Some(judged) = self.judge(kind, utterance, "")
        {
            if judged.value == *offered && answer.is_none() {
                self.confirm(offered.clone());
                return true;
            }
            if judged.value != *offered {
                if answer == Some(false) {
                    self.one_more_correction();
                }
                self.drop_offer();
                let again = if read_back == ReadBack::Never { ReadBack::IfUnsure } else { read_back };
                if self.settle(kind, judged, again) {
                    return true;
                }
            }
        }
        if answer == Some(false) {
            self.deny(kind);
            return true;
        }
        false
    }

    fn confirm(&mut self, value: Value) {
        self.drop_offer();
        if let Some(jump) = self.take_value(value) {
            self.said.clear();
            self.go(jump);
        }
    }

    /// "No": asked again, without costing a try twice; after that it is a miss.
    fn deny(&mut self, kind: &SlotType) {
        self.drop_offer();
        if *kind == SlotType::YesNo {
            // "No" to "I heard yes" leaves nothing to ask.
            self.confirm(Value::Bool(false));
            return;
        }
        if self.one_more_correction() > MOST_CORRECTIONS {
            self.miss(Miss::Mishearing);
            return;
        }
        self.said.clear();
        self.say_phrase(Phrase::SayItAgain, Part::Prompt);
        self.ask_shortly();
    }

    fn one_more_correction(&mut self) -> u32 {
        let Some(listening) = self.listening_mut() else { return 0 };
        listening.corrections += 1;
        listening.corrections
    }

    fn drop_offer(&mut self) {
        if let Some(listening) = self.listening_mut() {
            listening.offer = Offer::Nothing;
        }
    }

    fn answer_to_flows(&mut self, flows: &[FlowOffer], utterance: &Utterance) -> bool {
        let answer = self.yes_or_no(utterance);
        if let ([only], Some(true)) = (flows, answer) {
            let only = only.clone();
            self.drop_offer();
            self.start_flow(&only, utterance.confidence.max(ACCEPT));
            return true;
        }
        let options = flows.iter().enumerate().map(|(index, offer)| self.option_of_flow(index, offer.flow)).collect();
        let chosen = if flows.len() > 1 { self.one_of(options, utterance) } else { None };
        let Some(chosen) = chosen.and_then(|index| flows.get(index)).cloned() else {
            return self.neither(answer);
        };
        self.drop_offer();
        self.start_flow(&chosen, utterance.confidence.max(ACCEPT));
        true
    }

    fn answer_to_choices(&mut self, choices: &[usize], utterance: &Utterance) -> bool {
        let answer = self.yes_or_no(utterance);
        if let ([only], Some(true)) = (choices, answer) {
            self.confirm(Value::Text(only.to_string()));
            return true;
        }
        let bundle = Arc::clone(&self.bundle);
        let Some(Verb::Menu(menu)) = self.listening_verb(&bundle) else { return false };
        let SlotType::Choice { options } = &menu.kind else { return false };
        let options = choices.iter().enumerate().filter_map(|(index, choice)| {
            options.get(*choice).map(|option| ChoiceOption { value: index.to_string(), said: option.said.clone() })
        });
        let options: Vec<ChoiceOption> = options.collect();
        let chosen = if choices.len() > 1 { self.one_of(options, utterance) } else { None };
        let Some(chosen) = chosen.and_then(|index| choices.get(index)) else {
            return self.neither(answer);
        };
        self.confirm(Value::Text(chosen.to_string()));
        true
    }

    /// "No" to what was offered: the step's own question again, at no cost. Anything else is heard as an answer to
    /// the step itself.
    fn neither(&mut self, answer: Option<bool>) -> bool {
        self.drop_offer();
        if answer != Some(false) {
            return false;
        }
        if self.one_more_correction() > MOST_CORRECTIONS {
            self.miss(Miss::Mishearing);
            return true;
        }
        self.said.clear();
        self.say_phrase(Phrase::SayItAgain, Part::Prompt);
        self.ask_shortly();
        true
    }

    /// Which of a few was said.
    fn one_of(&self, options: Vec<ChoiceOption>, utterance: &Utterance) -> Option<usize> {
        let judged: Judged = self.judge(&choice_type(options), utterance, "")?;
        let clear = judged.score >= ONE_OF_TWO * utterance.confidence && judged.margin > 0.05;
        judged.value.as_text().filter(|_| clear)?.parse().ok()
    }

    fn option_of_flow(&self, index: usize, flow: FlowIndex) -> ChoiceOption {
        let declared = self.bundle.flow(flow);
        let mut said: Vec<Template> = declared
            .start_when
            .iter()
            .filter(|(language, _)| *language == self.language)
            .map(|(_, template)| template.clone())
            .collect();
        said.extend(Template::parse(&self.name_of_flow(flow)));
        ChoiceOption { value: index.to_string(), said: [(self.language, said)].into() }
    }

    /// How a flow is called when the caller has to choose.
    pub(super) fn name_of_flow(&self, flow: FlowIndex) -> String {
        let declared = self.bundle.flow(flow);
        let called = declared.called.and_then(|called| {
            self.bundle.sentences.get(called).lines(self.language).first().map(|line| line.text.clone())
        });
        called.unwrap_or_else(|| {
            let mut own = declared.start_when.iter().filter(|(language, _)| *language == self.language);
            let sample =
                own.find_map(|(_, template)| template.samples(1).into_iter().find(|sample| !sample.contains('{')));
            sample.unwrap_or_else(|| declared.name.replace('_', " "))
        })
    }

    /// How a choice of the menu is called when the caller has to choose.
    pub(super) fn name_of_choice(&self, choice: usize) -> String {
        let bundle = Arc::clone(&self.bundle);
        let Some(SlotType::Choice { options }) = self.listening_type(&bundle) else { return String::new() };
        let said = options.get(choice).and_then(|option| option.said.get(&self.language));
        let sample =
            said.and_then(|templates| templates.first()).and_then(|template| template.samples(1).into_iter().next());
        sample.unwrap_or_else(|| (choice + 1).to_string())
    }

    /// An answer to "shall I end the call?". False when it is something else, and the call goes on with it.
    pub(super) fn answer_to_leaving(&mut self, utterance: &Utterance) -> bool {
        let bye = common_phrase(&utterance.text, self.language, &[CommonPhrase::Goodbye]).is_some();
        match self.yes_or_no(utterance) {
            Some(false) if !bye => {
                self.stay();
                true
            }
            Some(_) => {
                self.leave();
                true
            }
            None if bye => {
                self.leave();
                true
            }
            None => {
                // Whoever asks for something else has not finished.
                self.leaving = None;
                false
            }
        }
    }
}
