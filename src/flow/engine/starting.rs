//! Flows that callers ask for: which of them fits, and its start with what was said in its slots.

use std::sync::Arc;

use crate::words::{ACCEPT, MARGIN, SlotType};

use super::super::act::Rank;
use super::super::bundle::{Bundle, FlowIndex, ReadBack, Verb};
use super::conversation::{After, Conversation};
use super::frame::Return;
use super::judging::{Verdict, verdict};
use super::state::{FlowOffer, Offer, State};
use super::understand::Utterance;
use super::values::datum;

/// Below this confidence a flow that fits is asked about before it is started.
const HEARD_WELL: f32 = 0.35;
/// Below [`ACCEPT`], but worth asking about.
const WORTH_ASKING: f32 = 0.55;

impl Conversation {
    pub(super) fn try_flows(
        &mut self,
        bundle: &Bundle,
        utterance: &Utterance,
        among: &[FlowIndex],
        routed: bool,
    ) -> bool {
        let rank = if routed { Rank::Step } else { Rank::Flow };
        let fitting = self.flows_that_fit(bundle, utterance, among);
        for (offer, score) in fitting.iter().take(3) {
            self.weigh(rank, || format!("flow {}", bundle.flow(offer.flow).name), *score);
        }
        let Some((best, score)) = fitting.first().cloned() else { return false };
        let next = fitting.get(1).map_or(0.0, |(_, score)| *score);
        let clarified = self.listening_mut().is_some_and(|listening| listening.clarified);
        let margin = score - next;
        let close = margin < MARGIN;
        let name = || format!("flow {}", bundle.flow(best.flow).name);
        if score >= ACCEPT {
            if close && !clarified {
                self.understood(rank, || "two flows fit alike".to_owned(), Some(margin));
                self.offer(Offer::Flows(fitting.into_iter().take(2).map(|(offer, _)| offer).collect()));
            } else if utterance.confidence < HEARD_WELL {
                self.understood(rank, || format!("asked whether {} is meant", name()), Some(margin));
                self.offer(Offer::Flows(vec![best]));
            } else {
                self.understood(rank, name, Some(margin));
                self.start_flow(&best, utterance.confidence);
            }
            return true;
        }
        // Only where flows are what is asked for is a guess worth a question.
        if routed && score >= WORTH_ASKING && !close && !clarified {
            self.understood(rank, || format!("asked whether {} is meant", name()), Some(margin));
            self.offer(Offer::Flows(vec![best]));
            return true;
        }
        false
    }

    /// Starts a flow that the caller asked for, with its slots filled from what was said.
    pub(super) fn start_flow(&mut self, offer: &FlowOffer, confidence: f32) {
        let bundle = Arc::clone(&self.bundle);
        let State::Listening(listening) = &self.state else { return };
        let Some(frame) = self.frames.last() else { return };
        let step = bundle.flow(frame.flow).step(listening.step);
        let secure = frame.secure || step.secure;
        let returns = match &step.verb {
            Verb::Route(_) => Return::To { next: step.next, values: Vec::new() },
            _ => {
                if let Some(listening) = self.listening_mut() {
                    listening.offer = Offer::Nothing;
                }
                // What the caller cut short to ask something else is not taken up again.
                self.said.clear();
                Return::Interrupted(Box::new(self.interruption()))
            }
        };
        self.forget_keys();
        self.progress();
        self.said.clear();
        let mut frame = self.new_frame(offer.flow, returns);
        frame.secure = secure;
        if !self.push_flow(frame) {
            self.trouble("flows run each other too deep");
            return;
        }
        self.topic = Some(offer.flow);
        for (slot, text) in &offer.slots {
            let Some(declared) = bundle.flow(offer.flow).slots.get(slot) else { continue };
            // A name that only sounds like what was heard is worth less than one that was heard.
            let said = Utterance::plain(text.as_str(), confidence * (1.0 - offer.doubt));
            if let Some(judged) = self.judge(&declared.kind, &said, "")
                && verdict(declared.kind.sureness(), &judged, ReadBack::IfUnsure) == Verdict::Take
                && self.refused(slot, &judged.value).is_none()
            {
                self.fill(slot, datum(judged.value));
            }
        }
        let entry = bundle.flow(offer.flow).entry;
        self.go(entry);
    }

    /// What was said while nothing listened, offered to the step that now does: taken only if there is no doubt, and
    /// never as an answer to a question that had not been asked yet.
    pub(super) fn offer_what_was_held(&mut self) -> Option<After> {
        let held = self.held.take()?;
        let bundle = Arc::clone(&self.bundle);
        if let Some(Verb::Route(route)) = self.listening_verb(&bundle) {
            return self.offer_held_to_route(&bundle, &route.flows, &held);
        }
        let kind = self.listening_type(&bundle)?;
        if matches!(kind, SlotType::YesNo | SlotType::FreeText) {
            return None;
        }
        let judged = self.judge(kind, &held, "")?;
        let slot = self.asked(&bundle).and_then(|asked| asked.slot);
        let is_refused = slot.is_some_and(|slot| self.refused(slot, &judged.value).is_some());
        if verdict(kind.sureness(), &judged, ReadBack::IfUnsure) != Verdict::Take || is_refused {
            return None;
        }
        self.understood(Rank::Step, || "said before it was asked".to_owned(), Some(judged.margin));
        Some(self.taken(judged.value))
    }

    pub(super) fn offer_held_to_route(
        &mut self,
        bundle: &Bundle,
        flows: &[FlowIndex],
        held: &Utterance,
    ) -> Option<After> {
        let fitting = self.flows_that_fit(bundle, held, flows);
        let (best, score) = fitting.first().cloned()?;
        let next = fitting.get(1).map_or(0.0, |(_, score)| *score);
        if score < ACCEPT || score - next < MARGIN || held.confidence < HEARD_WELL {
            return None;
        }
        self.understood(Rank::Step, || "said before it was asked".to_owned(), Some(score - next));
        self.start_flow(&best, held.confidence);
        Some(After::Wait)
    }
}
