//! Keys: values and choices keyed in, zero for a person, and codes said half and keyed half.

use std::sync::Arc;
use std::time::Duration;

use crate::words::{KeyReading, Language, Place, Shape, SlotType, Value, read, read_keys};

use super::super::act::{Act, Hear, TimerId};
use super::super::bundle::{Bundle, HandlerName, Menu, ReadBack, Verb};
use super::super::phrases::Phrase;
use super::asked::OPENING;
use super::conversation::Conversation;
use super::judging::Judged;
use super::ladder::Miss;
use super::speech::Part;
use super::state::{Offer, State};
use super::understand::Utterance;

/// How long a lone 0 must stay alone to mean "a person".
const LONE_ZERO: Duration = Duration::from_secs(2);
/// How long after a key another may follow.
const BETWEEN_KEYS: Duration = Duration::from_secs(3);
/// More keys than any value has.
const MOST_KEYS: usize = 64;

impl Conversation {
    /// The caller pressed a key.
    pub(super) fn key(&mut self, key: char) {
        if !matches!(key, '0'..='9' | '*' | '#' | 'A'..='D') {
            return;
        }
        if self.aside.is_some() {
            self.key_aside(key);
            return;
        }
        match &self.state {
            State::Listening(_) => self.key_to_step(key),
            State::Waiting { .. } | State::Queued { .. } => self.key_ahead(key),
            _ => {}
        }
    }

    /// A key while nothing is asked: a lone 0 is a wish for a person, anything else is for the next question.
    fn key_ahead(&mut self, key: char) {
        if key == '#' && self.typed_ahead.is_empty() {
            return;
        }
        let zero_timer = self.zero_timer.take();
        self.cancel_timer(zero_timer);
        if self.typed_ahead.len() < MOST_KEYS {
            self.typed_ahead.push(key);
        }
        if self.typed_ahead == "0" {
            self.zero_timer = Some(self.set_timer(LONE_ZERO));
        } else if matches!(self.state, State::Queued { .. }) {
            self.typed_ahead.clear();
        }
    }

    /// Keys typed ahead, now that something is asked.
    pub(super) fn take_typed_ahead(&mut self) {
        if self.typed_ahead.is_empty() || !matches!(self.state, State::Listening(_)) || self.aside.is_some() {
            return;
        }
        let zero_timer = self.zero_timer.take();
        self.cancel_timer(zero_timer);
        for key in std::mem::take(&mut self.typed_ahead).chars() {
            self.key(key);
        }
    }

    fn key_to_step(&mut self, key: char) {
        // No answer begins with `#`: it closes one whose last digit was already enough.
        if key == '#' && self.listening_mut().is_some_and(|listening| listening.keys.is_empty()) {
            return;
        }
        let bundle = Arc::clone(&self.bundle);
        self.turn_to_what_takes_keys(&bundle);
        let (Some(verb), Some(asked)) = (self.listening_verb(&bundle), self.asked(&bundle)) else { return };
        let kind = asked.kind;
        let keypad = asked.hear != Hear::Speech;
        let takes_zero = keypad && takes_zero(verb, kind);
        let (key_timer, zero_timer) = match self.listening_mut() {
            Some(listening) => (listening.key_timer.take(), listening.zero_timer.take()),
            None => return,
        };
        self.cancel_timer(key_timer);
        self.cancel_timer(zero_timer);
        self.acts.push(Act::StopSaying);
        let Some(listening) = self.listening_mut() else { return };
        if listening.keys.len() >= MOST_KEYS {
            self.miss(Miss::Mishearing);
            return;
        }
        listening.keys.push(key);
        let keys = listening.keys.clone();
        let offer = listening.offer.clone();
        if keys == "0" && !takes_zero {
            let timer = self.set_timer(LONE_ZERO);
            if let Some(listening) = self.listening_mut() {
                listening.zero_timer = Some(timer);
            }
            return;
        }
        if offer != Offer::Nothing {
            self.key_to_offer(&offer, &keys);
            return;
        }
        if !keypad {
            self.wrong_key();
            return;
        }
        self.read_step_keys(verb, kind, &keys, false);
    }

    /// Of several values asked for at once, keys are for the first missing one that can be keyed.
    fn turn_to_what_takes_keys(&mut self, bundle: &Bundle) {
        let State::Listening(listening) = &self.state else { return };
        let (Some(frame), Some(Verb::AskAll(ask))) = (self.frames.last(), self.listening_verb(bundle)) else { return };
        if listening.part != OPENING {
            return;
        }
        let slots = &bundle.flow(frame.flow).slots;
        let takes_keys =
            |position: &usize| slots.get(&ask.slots[*position].slot).is_some_and(|slot| slot.kind.takes_keys());
        if let Some(position) = self.missing(ask).into_iter().find(takes_keys) {
            self.turn_to(position);
        }
    }

    /// Reads the keys so far as the step's value or choice.
    fn read_step_keys(&mut self, verb: &Verb, kind: Option<&SlotType>, keys: &str, finished: bool) {
        let reading = match (verb, kind) {
            (Verb::Menu(menu), Some(kind)) => {
                read_menu_keys(menu, kind, keys, finished, self.language, self.local_now())
            }
            (_, Some(kind)) => read_keys(kind, keys, finished, self.language, self.local_now()),
            (_, None) => KeyReading::NotByKeys,
        };
        match reading {
            KeyReading::More => {
                let timer = self.set_timer(BETWEEN_KEYS);
                if let Some(listening) = self.listening_mut() {
                    listening.key_timer = Some(timer);
                }
            }
            KeyReading::Value(value) => self.take_keyed(kind, value),
            KeyReading::DigitsOfCode(digits) => self.take_digits(kind, digits),
            KeyReading::StartAgain => {
                self.forget_keys();
                self.ask_shortly();
            }
            KeyReading::Wrong(_) => self.miss(Miss::Mishearing),
            KeyReading::NotByKeys => self.wrong_key(),
        }
    }

    /// Keyed values are certain.
    fn take_keyed(&mut self, kind: Option<&SlotType>, value: Value) {
        let bundle = Arc::clone(&self.bundle);
        // What was keyed is certain: it is read back only where the designer wants everything read back.
        let read_back = self.asked(&bundle).map_or(ReadBack::Never, |asked| match asked.slot {
            Some(_) => asked.read_back,
            None => ReadBack::Never,
        });
        match kind {
            Some(kind) => {
                self.forget_keys();
                self.weighed.clear();
                self.settle(kind, Judged::certain(value), read_back);
            }
            None => self.wrong_key(),
        }
    }

    /// The digits of a code were keyed: with letters said before, it is whole; else they are asked for.
    fn take_digits(&mut self, kind: Option<&SlotType>, digits: String) {
        self.forget_keys();
        let Some(listening) = self.listening_mut() else { return };
        let begun = listening.begun.take();
        listening.keyed_digits = Some(digits.clone());
        if let (Some(kind), Some(begun)) = (kind, begun) {
            let said = Utterance::plain(begun, 1.0);
            if let Some(value) = self.with_letters(kind, &said, &digits) {
                self.take_keyed(Some(kind), value);
                return;
            }
        }
        self.said.clear();
        self.say_phrase(Phrase::NowTheLetters, Part::Prompt);
        self.listen();
    }

    fn key_to_offer(&mut self, offer: &Offer, keys: &str) {
        self.forget_keys();
        let two = match offer {
            Offer::Flows(flows) => flows.len() > 1,
            Offer::Choices(choices) => choices.len() > 1,
            Offer::Either(..) => true,
            _ => false,
        };
        let chinese = self.language == Language::ZH;
        let words = match (keys, two, chinese) {
            ("1", false, false) => "yes",
            ("2", false, false) => "no",
            ("1", false, true) => "是的",
            ("2", false, true) => "不是",
            ("1", true, false) => "the first",
            ("2", true, false) => "the second",
            ("1", true, true) => "第一",
            ("2", true, true) => "第二",
            _ => {
                self.miss(Miss::Mishearing);
                return;
            }
        };
        if !self.answer_to_offer(offer, &Utterance::plain(words, 1.0)) {
            self.miss(Miss::Mishearing);
        }
    }

    fn wrong_key(&mut self) {
        self.forget_keys();
        if let Some(listening) = self.listening_mut() {
            listening.mishearings += 1;
        }
        let bundle = Arc::clone(&self.bundle);
        let rungs = self.asked(&bundle).and_then(|asked| asked.again).map_or(2, <[_]>::len);
        let missed = self.listening_mut().map_or(0, |listening| (listening.mishearings + listening.silences) as usize);
        if missed > rungs {
            // Counted once already.
            if let Some(listening) = self.listening_mut() {
                listening.mishearings -= 1;
            }
            self.miss(Miss::Mishearing);
            return;
        }
        self.said.clear();
        self.say_phrase(Phrase::WrongKey, Part::Prompt);
        self.ask_shortly();
    }

    /// Drops keys that were not finished, and their timers.
    pub(super) fn forget_keys(&mut self) {
        let Some(listening) = self.listening_mut() else { return };
        listening.keys.clear();
        let (key_timer, zero_timer) = (listening.key_timer.take(), listening.zero_timer.take());
        self.cancel_timer(key_timer);
        self.cancel_timer(zero_timer);
    }

    /// A timer of the keypad ran out. False when it is none.
    pub(super) fn key_timer(&mut self, timer: TimerId) -> bool {
        let bundle = Arc::clone(&self.bundle);
        if self.zero_timer == Some(timer) {
            self.zero_timer = None;
            self.typed_ahead.clear();
            self.said_anywhere(HandlerName::KeypadZero, None);
            return true;
        }
        let Some(listening) = self.listening_mut() else { return false };
        if listening.zero_timer == Some(timer) {
            listening.zero_timer = None;
            listening.keys.clear();
            self.said_anywhere(HandlerName::KeypadZero, None);
            return true;
        }
        if listening.key_timer != Some(timer) {
            return false;
        }
        listening.key_timer = None;
        let keys = listening.keys.clone();
        let kind = self.listening_type(&bundle);
        if let Some(verb) = self.listening_verb(&bundle) {
            self.read_step_keys(verb, kind, &keys, true);
        }
        true
    }

    /// The code whose digits were keyed and whose letters are in an utterance.
    pub(super) fn with_letters(&self, kind: &SlotType, utterance: &Utterance, digits: &str) -> Option<Value> {
        let SlotType::Code { shape } = kind else { return None };
        let letters_only: String = "L".repeat(shape.letters());
        let letters = SlotType::Code { shape: Shape::parse(&letters_only).ok()? };
        let judged = self.judge(&letters, utterance, "")?;
        if judged.score < letters.sureness().reject {
            return None;
        }
        let mut letters = judged.value.as_text()?.chars().collect::<Vec<char>>().into_iter();
        let mut digits = digits.chars();
        let mut code = String::new();
        for place in shape.places() {
            code.push(match place {
                Place::Letter => letters.next()?,
                Place::Digit => digits.next()?,
                Place::Mark(mark) => *mark,
            });
        }
        let value = Value::Text(code);
        kind.check(&value).is_ok().then_some(value)
    }

    /// Whether an utterance is the beginning of a long value that goes on after a breath, or its letters alone.
    pub(super) fn has_begun(&self, kind: &SlotType, utterance: &Utterance) -> bool {
        let wanted = match kind {
            SlotType::Code { shape } => shape.letters() + shape.digits(),
            SlotType::Digits { min, .. } => *min,
            _ => return false,
        };
        let readings = read(kind, &utterance.text, self.language, self.local_now());
        let Some(best) = readings.iter().find(|reading| !reading.valid) else { return false };
        let symbols = best.value.as_text().map_or(0, |text| text.chars().filter(|c| c.is_ascii_alphanumeric()).count());
        // A plain beginning, not a word that happens to hold a digit: an invalid reading keeps 0.39 of its score.
        best.score >= 0.35 && symbols >= 2 && symbols < wanted
    }
}

/// Whether a step accepts the key 0.
fn takes_zero(verb: &Verb, kind: Option<&SlotType>) -> bool {
    match (verb, kind) {
        (Verb::Menu(menu), _) => {
            menu.choices.iter().any(|choice| choice.key.as_ref().is_some_and(|key| key.starts_with('0')))
        }
        (_, kind) => kind.is_some_and(SlotType::takes_zero),
    }
}

/// Reads keys as a choice of a menu: by the keys it names, or else by position.
fn read_menu_keys(
    menu: &Menu,
    kind: &SlotType,
    keys: &str,
    finished: bool,
    language: Language,
    now: jiff::civil::DateTime,
) -> KeyReading {
    if menu.choices.iter().all(|choice| choice.key.is_none()) {
        return read_keys(kind, keys, finished, language, now);
    }
    if keys.ends_with('*') {
        return KeyReading::StartAgain;
    }
    let (digits, finished) = keys.strip_suffix('#').map_or((keys, finished), |digits| (digits, true));
    let of = |choice: &super::super::bundle::Choice| choice.key.clone().unwrap_or_default();
    let exact = menu.choices.iter().position(|choice| !digits.is_empty() && of(choice) == digits);
    let longer = menu.choices.iter().any(|choice| of(choice).len() > digits.len() && of(choice).starts_with(digits));
    match exact {
        Some(_) if longer && !finished => KeyReading::More,
        Some(position) => KeyReading::Value(Value::Text(position.to_string())),
        None if longer && !finished => KeyReading::More,
        None => KeyReading::Wrong(crate::words::CheckFault::NotAnOption),
    }
}
