//! From the caller's sound and keys to inputs of the flow.

use std::time::Duration;

use super::super::ear::{Heard, Noticed};
use super::super::job::Job;
use super::super::plane::{PlaneCommand, Side};
use super::{Session, TurnClock};
use crate::audio::{FRAME, Frame};
use crate::flow::Patience as Pauses;
use crate::flow::{Hear, Heard as HeardWords, Input, ListenAct};
use crate::hear::{
    Completeness, Due, Evidence, HearError, Interjection, LanguageChoice, Order, Patience, Priority, Recognised,
    Request, completeness,
};
use crate::private;
use crate::record::CallEvent;
use crate::words::Expected;

/// An utterance on its way to words.
pub(super) struct Transcribing {
    ticket: u64,
    heard: Heard,
    /// Whether it is sure that the turn was over; until then it is done ahead of need.
    is_turn: bool,
    result: Option<Result<Recognised, HearError>>,
    due: Due,
    _work: AbortOnDrop,
}

/// Work that is given up when nobody waits for it any more.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Session {
    /// Listens to 20 ms of the caller, and to what was sent meanwhile.
    pub(super) async fn listen_to(&mut self, at: Duration, (frame, sent): (&Frame, &Frame), bot_audible: bool) {
        let noticed = match self.ear.hear(at, frame, sent, bot_audible) {
            Ok(noticed) => noticed,
            Err(fault) => {
                tracing::error!(call = %self.id, %fault, "20 ms of a caller were not listened to");
                return;
            }
        };
        if let Some(noticed) = noticed {
            self.on_noticed(noticed).await;
        }
        let order = self.barge_in.tick(self.clock.now());
        self.obey(order);
    }

    async fn on_noticed(&mut self, noticed: Noticed) {
        match noticed {
            Noticed::Began { over_bot } => {
                self.silent_for = Duration::ZERO;
                if over_bot && self.may_be_interrupted() {
                    // Held, not stopped: should it turn out to be a cough, we go on where we were.
                    let order = self.barge_in.began(self.clock.now());
                    self.obey(order);
                }
            }
            Noticed::Paused(heard) => {
                self.barge_in.paused();
                if self.hears_speech() {
                    // Most pauses are the end of the turn: what is begun now is ready when that is sure.
                    self.judge(heard.end, heard.sound.clone());
                    self.transcribe(heard, false);
                }
            }
            Noticed::Resumed { over_bot } => {
                self.transcribing.retain(|one| one.is_turn);
                self.ahead.forget();
                let over_bot = over_bot && self.may_be_interrupted();
                let order = self.barge_in.resumed(self.clock.now(), over_bot);
                self.obey(order);
            }
            Noticed::Turn(heard) => {
                self.barge_in.paused();
                self.on_turn(heard).await;
            }
        }
    }

    /// What the conversation waits for.
    fn expected(&self) -> Expected {
        self.listening.as_ref().map_or_else(Expected::anything, |listening| listening.expected.clone())
    }

    /// Whether we are saying something that speech may stop.
    fn may_be_interrupted(&self) -> bool {
        self.hears_speech() && self.mouth.may_be_stopped() && !self.mouth.is_silent()
    }

    /// Holds, goes on with, or stops what is being said to the caller.
    fn obey(&mut self, order: Option<Order>) {
        match order {
            None => {}
            Some(Order::Hold) => {
                self.plane.command(PlaneCommand::Pause(Side::Caller));
            }
            Some(Order::GoOn) => {
                self.plane.command(PlaneCommand::Resume(Side::Caller));
            }
            Some(Order::Stop) => self.stop_saying(),
        }
    }

    /// The sound of a pause was judged.
    pub(super) async fn on_judged(&mut self, pause: Duration, end_of_turn: Option<f32>) {
        self.judging -= 1;
        self.learn(pause, Evidence { end_of_turn, words: None }).await;
    }

    async fn learn(&mut self, pause: Duration, evidence: Evidence) {
        if let Some(noticed) = self.ear.learn(pause, evidence) {
            self.on_noticed(noticed).await;
        }
    }

    async fn on_turn(&mut self, heard: Heard) {
        if !self.hears_speech() {
            self.transcribing.retain(|one| one.is_turn);
            self.release_sound();
            return;
        }
        let ahead = self.transcribing.iter().position(|one| !one.is_turn && one.heard.end == heard.end);
        let Some(place) = ahead else {
            self.transcribe(heard, true);
            return;
        };
        let one = &mut self.transcribing[place];
        one.is_turn = true;
        one.due.now();
        one.heard.decided = heard.decided;
        if one.result.is_some() {
            let one = self.transcribing.remove(place);
            if let Some(result) = one.result {
                self.on_recognised(one.heard, result).await;
            }
        }
    }

    /// Begins to make words of what was heard, which is a whole turn or may turn out to be one.
    fn transcribe(&mut self, heard: Heard, is_turn: bool) {
        let languages = &self.answering.languages;
        let language = if languages.len() > 1 {
            LanguageChoice::Detect(languages.clone())
        } else {
            LanguageChoice::Fixed(self.language)
        };
        let expected = self.expected();
        let request = Request { sound: heard.sound.clone(), language, expected, class: Priority::Bot };
        let (due, recognised) = self.services.hearing.recogniser.recognise_ahead(request);
        if is_turn {
            due.now();
        }
        let jobs = self.jobs.clone();
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        let work = tokio::spawn(async move {
            let result = recognised.await;
            // The call may have ended meanwhile; then nobody waits for this.
            let _ = jobs.send(Job::Recognised { ticket, result }).await;
        });
        let work = AbortOnDrop(work.abort_handle());
        self.transcribing.push(Transcribing { ticket, heard, is_turn, result: None, due, _work: work });
    }

    /// Words of an utterance have come; they are used once it is sure that the turn was over.
    pub(super) async fn on_transcribed(&mut self, ticket: u64, result: Result<Recognised, HearError>) {
        // What was given up meanwhile, because the caller spoke on, is not there any more.
        let Some(place) = self.transcribing.iter().position(|one| one.ticket == ticket) else { return };
        if !self.transcribing[place].is_turn {
            self.on_words_so_far(place, result).await;
            return;
        }
        let one = self.transcribing.remove(place);
        self.on_recognised(one.heard, result).await;
    }

    /// It is known what was said up to a pause that may have been the end.
    async fn on_words_so_far(&mut self, place: usize, result: Result<Recognised, HearError>) {
        let pause = self.transcribing[place].heard.end;
        let words = result.as_ref().ok().map(|recognised| {
            let expected = self.expected();
            if self.barge_in.is_held() {
                let order = self.barge_in.seems(Interjection::of(
                    &recognised.text,
                    recognised.language,
                    recognised.confidence,
                    &expected,
                ));
                self.obey(order);
            }
            let is_understood = self.foresee_reply(recognised, &expected);
            match completeness(&expected, &recognised.text, recognised.language) {
                Completeness::Open if is_understood => Completeness::Whole,
                completeness => completeness,
            }
        });
        if let Some(one) = self.transcribing.get_mut(place) {
            one.result = Some(result);
        }
        self.learn(pause, Evidence { end_of_turn: None, words }).await;
    }

    /// How many utterances words are being made of.
    pub(super) fn being_transcribed(&self) -> usize {
        self.transcribing.iter().filter(|one| one.result.is_none()).count()
    }

    /// Words came back, or none.
    pub(super) async fn on_recognised(&mut self, heard: Heard, result: Result<Recognised, HearError>) {
        if self.people.is_bridged() || self.outcome.is_some() {
            return;
        }
        let recognised = match result {
            Ok(recognised) => recognised,
            Err(fault) => {
                tracing::error!(call = %self.id, %fault, "an utterance was not recognised");
                self.event(CallEvent::Fault { part: "hear".to_owned(), what: fault.to_string() });
                self.release_sound();
                self.turn = Some(self.turn_of(&heard));
                self.input(Input::NotUnderstood).await;
                return;
            }
        };
        if recognised.text.is_empty() {
            let interrupted = self.barge_in.is_held();
            self.release_sound();
            // A noise over our own voice needs no answer: we have gone on speaking.
            if !interrupted && self.mouth.is_silent() && self.awaits_an_answer() {
                self.turn = Some(self.turn_of(&heard));
                self.input(Input::NotUnderstood).await;
            }
            return;
        }
        self.turn = Some(self.turn_of(&heard));
        let input = Input::Heard(HeardWords {
            text: recognised.text.clone(),
            language: Some(recognised.language),
            confidence: recognised.confidence,
            alternatives: recognised.alternatives.clone(),
            barge_in: heard.barge_in,
            ..HeardWords::default()
        });
        self.record_heard(&heard, &recognised);
        self.people.caller_goes_on();
        let over_us = self.barge_in.is_held() || (heard.barge_in && self.may_be_interrupted());
        if over_us {
            let expected = self.expected();
            let interjection =
                Interjection::of(&recognised.text, recognised.language, recognised.confidence, &expected);
            let order = self.barge_in.turned_out(interjection);
            self.obey(order);
            if interjection != Interjection::Words {
                // A nod while being told something needs no answer.
                self.turn = None;
                return;
            }
        }
        if self.mouth.is_stopping() {
            self.after_stop.push_back(input);
            return;
        }
        self.input(input).await;
    }

    fn turn_of(&self, heard: &Heard) -> TurnClock {
        TurnClock { speech_end: heard.end, decided: heard.decided, recognised: self.clock.now() }
    }

    fn record_heard(&mut self, heard: &Heard, recognised: &Recognised) {
        let masked = private::mask_values(&recognised.text, &self.private_values);
        let private_answer = self.conversation.asks_for_private();
        let text = if private_answer { private::mask_spoken_code(&masked) } else { masked };
        self.event_at(
            heard.decided,
            CallEvent::Heard {
                text,
                language: recognised.language.to_string(),
                confidence: recognised.confidence,
                start_ms: whole_ms(heard.start),
                end_ms: whole_ms(heard.end),
                recognition_ms: Some(whole_ms(recognised.recognition)),
            },
        );
    }

    /// The caller turned out to have said nothing: our own sound goes on where it was held.
    pub(super) fn release_sound(&mut self) {
        let order = self.barge_in.turned_out(Interjection::Noise);
        self.obey(order);
    }

    /// The caller pressed a key.
    pub(super) async fn on_key(&mut self, key: char) {
        if self.people.is_bridged() || self.outcome.is_some() {
            return;
        }
        self.silent_for = Duration::ZERO;
        self.people.caller_goes_on();
        let private_answer = self.conversation.asks_for_private();
        self.event(CallEvent::Key { key: if private_answer { '•' } else { key } });
        let takes_keys = self.listening.as_ref().is_none_or(|listening| listening.hear != Hear::Speech);
        if takes_keys && !self.mouth.is_silent() && self.mouth.may_be_stopped() {
            self.stop_saying();
        }
        if self.mouth.is_stopping() {
            self.after_stop.push_back(Input::Key(key));
            return;
        }
        self.input(Input::Key(key)).await;
    }

    /// Whether the flow waits for the caller to answer.
    pub(super) fn awaits_an_answer(&self) -> bool {
        self.listening.as_ref().is_some_and(|listening| listening.silence_after.is_some())
    }

    /// Counts silence while an answer is awaited, nothing is being said and nothing is being worked out.
    pub(super) async fn count_silence(&mut self) {
        let busy = !self.mouth.is_silent()
            || self.mouth.is_stopping()
            || self.ear.is_hearing_speech()
            || !self.transcribing.is_empty()
            || self.looking_up > 0
            || self.people.is_bridged()
            || self.outcome.is_some();
        if busy {
            self.silent_for = Duration::ZERO;
            return;
        }
        let Some(limit) = self.listening.as_ref().and_then(|listening| listening.silence_after) else { return };
        self.silent_for += FRAME;
        if self.silent_for >= limit {
            self.silent_for = Duration::ZERO;
            if let Some(listening) = &mut self.listening {
                listening.silence_after = None;
            }
            self.turn = None;
            self.input(Input::Silence).await;
        }
    }
}

/// How long a silence ends the caller's turn: by what is expected, no longer or no shorter than the step says.
pub(super) fn patience_for(listening: &ListenAct) -> Patience {
    let usual = Patience::for_expected(&listening.expected);
    match listening.patience {
        Pauses::Short => usual.at_most(Duration::from_millis(480)),
        Pauses::Normal => usual,
        Pauses::Long => usual.at_least(Duration::from_millis(1_056)),
    }
}

/// Whole milliseconds, rounded down.
pub(super) fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
