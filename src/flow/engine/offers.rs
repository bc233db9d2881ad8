//! Questions the engine asks of its own accord: is this value right, is this flow meant, which of two.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::words::{ACCEPT, ChoiceOption, Language, SlotType, Template, Value};

use super::super::act::{KnownAnswer, Rank};
use super::super::bundle::{FlowIndex, ReadBack, Verb, choice_type};
use super::super::phrases::Phrase;
use super::conversation::Conversation;
use super::judging::Judged;
use super::ladder::Miss;
use super::speech::Part;
use super::state::{FlowOffer, Offer};
use super::understand::Utterance;

/// How often a value read back may be denied before it counts as a miss.
pub const MOST_CORRECTIONS: u32 = 2;
/// A "yes" that began before so much of the question was heard answers something else: 0 to 1.
const HEARD_THE_QUESTION: f32 = 0.3;
/// From here on one of two that were offered is taken.
const ONE_OF_TWO: f32 = 0.5;

impl Conversation {
    /// An answer to the question that stands. False when it is no answer to it.
    pub(super) fn answer_to_offer(&mut self, offer: &Offer, utterance: &Utterance) -> bool {
        match offer {
            Offer::Nothing => false,
            Offer::Value(value) => self.answer_to_value(value, utterance),
            Offer::Either(first, second) => self.answer_to_either(first, second, utterance),
            Offer::Correction { slot, value } => self.answer_to_correction(slot, value, utterance),
            Offer::Flows(flows) => self.answer_to_flows(flows, utterance),
            Offer::Choices(choices) => self.answer_to_choices(choices, utterance),
            Offer::Answer(known) => self.answer_to_question(known, utterance),
        }
    }

    /// Whether the caller had heard enough of the question that stands to answer it: a "yes" that came too early
    /// belongs to an older value.
    fn heard_the_question(&self, utterance: &Utterance) -> bool {
        let super::state::State::Listening(listening) = &self.state else { return true };
        let asked = self.said.iter().find(|said| Some(said.id) == listening.asked_by);
        let heard = asked.and_then(|said| said.cut).unwrap_or(1.0);
        !utterance.barge_in || heard >= HEARD_THE_QUESTION
    }

    fn answer_to_value(&mut self, offered: &Value, utterance: &Utterance) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let Some(asked) = self.asked(&bundle) else { return false };
        let Some(kind) = asked.kind else { return false };
        // "I made a mistake" is a no.
        let answer = self.yes_or_no(utterance).or_else(|| self.says_only_wrong(utterance).then_some(false));
        // Another value in the same breath as the "no", or instead of an answer, takes the place of the first.
        if *kind != SlotType::YesNo {
            let amended = self.amended(kind, offered, utterance);
            let judged = amended.or_else(|| self.judge(kind, utterance, ""));
            if let Some(judged) = judged.filter(|judged| judged.score >= kind.sureness().reject) {
                if judged.value == *offered && answer != Some(false) {
                    self.confirm(offered.clone());
                    return true;
                }
                if judged.value != *offered && (answer != Some(true) || judged.score >= kind.sureness().accept) {
                    if answer == Some(false) {
                        self.one_more_correction();
                    }
                    self.drop_offer();
                    let again = if asked.read_back == ReadBack::Never { ReadBack::IfUnsure } else { asked.read_back };
                    if self.settle(kind, judged, again) {
                        return true;
                    }
                }
            }
        }
        match answer {
            Some(true) if !self.heard_the_question(utterance) => {
                self.understood(Rank::Step, || "a yes before the question was heard".to_owned(), None);
                self.said.clear();
                self.ask_shortly();
                true
            }
            Some(true) => {
                self.confirm(offered.clone());
                true
            }
            Some(false) => {
                let still = self.listening_mut().is_some_and(|listening| listening.still);
                match asked.slot.filter(|_| still) {
                    Some(slot) => self.not_the_same(slot),
                    None => self.deny(kind),
                }
                true
            }
            None => false,
        }
    }

    fn confirm(&mut self, value: Value) {
        self.understood(Rank::Step, || "confirmed".to_owned(), None);
        self.drop_offer();
        self.take(value);
    }

    /// "No": asked again, without costing a try twice; after that it is a miss.
    fn deny(&mut self, kind: &SlotType) {
        self.understood(Rank::Step, || "denied".to_owned(), None);
        self.drop_offer();
        if *kind == SlotType::YesNo {
            // "No" to "I heard yes" leaves nothing to ask.
            self.take(Value::Bool(false));
            return;
        }
        self.ask_after_denial();
    }

    fn ask_after_denial(&mut self) {
        if self.one_more_correction() > MOST_CORRECTIONS {
            self.miss(Miss::Mishearing);
            return;
        }
        self.said.clear();
        self.say_phrase(Phrase::SayItAgain, Part::Prompt);
        self.ask_shortly();
    }

    /// One of two values.
    fn answer_to_either(&mut self, first: &Value, second: &Value, utterance: &Utterance) -> bool {
        let bundle = Arc::clone(&self.bundle);
        let Some(kind) = self.listening_type(&bundle) else { return false };
        let judged = self.judge(kind, utterance, "").filter(|judged| judged.score >= kind.sureness().reject);
        if let Some(judged) = judged {
            let clear = [first, second].contains(&&judged.value) || judged.margin >= 0.05;
            self.drop_offer();
            if clear {
                return self.settle(kind, judged, ReadBack::Never);
            }
            return false;
        }
        let both = [first, second];
        let options = both.iter().enumerate().map(|(index, value)| {
            let said = crate::words::say(value, self.language);
            let templates: Vec<Template> = Template::parse(&said).into_iter().collect();
            ChoiceOption { value: index.to_string(), said: [(self.language, templates)].into() }
        });
        let options = options.collect();
        let chosen = told_apart(first, second, &utterance.text, self.language);
        match chosen.or_else(|| self.one_of(options, utterance)) {
            Some(index) => {
                let value = if index == 0 { first.clone() } else { second.clone() };
                self.confirm(value);
                true
            }
            None => {
                let answer = self.yes_or_no(utterance);
                self.neither(answer)
            }
        }
    }

    fn answer_to_question(&mut self, known: &KnownAnswer, utterance: &Utterance) -> bool {
        match self.yes_or_no(utterance) {
            Some(true) => {
                self.understood(Rank::Question, || "answered".to_owned(), None);
                self.drop_offer();
                self.say_answer(known);
                true
            }
            Some(false) => {
                self.drop_offer();
                self.no_answer();
                true
            }
            None => {
                self.drop_offer();
                false
            }
        }
    }

    pub(super) fn one_more_correction(&mut self) -> u32 {
        let Some(listening) = self.listening_mut() else { return 0 };
        listening.corrections += 1;
        listening.corrections
    }

    pub(super) fn drop_offer(&mut self) {
        if let Some(listening) = self.listening_mut() {
            listening.offer = Offer::Nothing;
            listening.still = false;
        }
    }

    fn answer_to_flows(&mut self, flows: &[FlowOffer], utterance: &Utterance) -> bool {
        let answer = self.yes_or_no(utterance);
        if let ([only], Some(true)) = (flows, answer) {
            let only = only.clone();
            self.understood(Rank::Step, || "confirmed".to_owned(), None);
            self.drop_offer();
            self.start_flow(&only, utterance.confidence.max(ACCEPT));
            return true;
        }
        let options = flows.iter().enumerate().map(|(index, offer)| self.option_of_flow(index, offer.flow)).collect();
        let chosen = if flows.len() > 1 { self.one_of(options, utterance) } else { None };
        let Some(chosen) = chosen.and_then(|index| flows.get(index)).cloned() else {
            return self.neither(answer);
        };
        let bundle = Arc::clone(&self.bundle);
        self.understood(Rank::Step, || format!("flow {}", bundle.flow(chosen.flow).name), None);
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
        self.ask_after_denial();
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
}

/// Which of two values is meant by words that stand in the one's spoken form and not in the other's: "in the evening".
fn told_apart(first: &Value, second: &Value, heard: &str, language: Language) -> Option<usize> {
    let words = |text: &str| -> BTreeSet<String> {
        let text = text.to_lowercase();
        let mut words: BTreeSet<String> = BTreeSet::new();
        for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
            if word.is_ascii() {
                words.insert(word.to_owned());
            } else {
                words.extend(word.chars().map(String::from));
            }
        }
        words
    };
    let (one, other) = (words(&crate::words::say(first, language)), words(&crate::words::say(second, language)));
    let heard = words(heard);
    let has_own =
        |of: &BTreeSet<String>, not_of: &BTreeSet<String>| of.difference(not_of).any(|word| heard.contains(word));
    match (has_own(&one, &other), has_own(&other, &one)) {
        (true, false) => Some(0),
        (false, true) => Some(1),
        _ => None,
    }
}
