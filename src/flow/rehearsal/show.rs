//! What happened, as a designer reads it: one line each, private values masked.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::act::{Rank, UnderstoodAct};
use super::super::datum::Datum;
use super::caller::CallerTurn;
use super::happening::{Happening, What};
use super::judge::end_name;

/// Who a line of a dialogue belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The line itself.
    Bot,
    /// The caller.
    Caller,
    /// Nobody: what went on behind.
    Aside,
}

/// A line of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    /// Milliseconds since the call was answered.
    pub at: u64,
    /// Whose it is.
    pub who: Who,
    /// The line.
    pub text: String,
}

impl Shown {
    pub(super) fn new(at: Duration, who: Who, text: impl Into<String>) -> Self {
        Self { at: u64::try_from(at.as_millis()).unwrap_or(u64::MAX), who, text: text.into() }
    }
}

/// A turn of the caller in words. Nothing in it is masked.
pub fn show_turn(turn: &CallerTurn) -> String {
    match turn {
        CallerTurn::Says(says) => {
            let mut notes = Vec::new();
            if says.confidence < 1.0 {
                notes.push(format!("confidence {:.2}", says.confidence));
            }
            if says.margin < 1.0 {
                notes.push(format!("margin {:.2}", says.margin));
            }
            notes.extend(says.distress.map(|distress| format!("distress {distress:.1}")));
            notes.extend(says.complexity.map(|score| format!("complexity {score:.1}")));
            notes.extend(says.barge_in_after.map(|after| format!("interrupts after {} ms", after.as_millis())));
            let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
            format!("{}{notes}", says.text)
        }
        CallerTurn::Keys { keys, .. } => format!("[keys {keys}]"),
        CallerTurn::Silence => "[silence]".to_owned(),
        CallerTurn::Mumbles => "[mumbles]".to_owned(),
        CallerTurn::Noise => "[noise]".to_owned(),
        CallerTurn::HangUp => "[hangs up]".to_owned(),
        CallerTurn::Wait(time) => format!("[{} pass]", seconds(*time)),
    }
}

/// What happened, as a line; `None` for what nobody needs to read. Nothing in it is masked but what the conversation
/// masks itself.
pub fn show(happening: &Happening) -> Option<Shown> {
    let aside = |text: String| Some(Shown::new(happening.at, Who::Aside, text));
    match &happening.what {
        What::Bot { text, .. } => Some(Shown::new(happening.at, Who::Bot, text.clone())),
        What::Cut { heard, .. } => aside(format!("interrupted after {}", seconds(*heard))),
        What::NotHeard => aside("the bot does not answer to this".to_owned()),
        What::Step { flow, step } => aside(format!("→ {flow}/{step}")),
        What::Went(_) => None,
        What::SlotFilled { slot, value, .. } => aside(format!("{slot} = {value}")),
        What::Handler { name } => aside(format!("handler {name}")),
        What::Understood(understood) => aside(show_understood(understood)),
        What::Asked { verb, name, args, unanswered, .. } => {
            let missing = if *unanswered { ": no stub answers it" } else { "" };
            aside(format!("{} {name}{}{missing}", verb.name(), show_args(args)))
        }
        What::Answered { name, result, took } => aside(format!("{name}: {result} after {}", seconds(*took))),
        What::Queued(queue) => {
            let brief: Vec<String> = queue
                .brief
                .iter()
                .map(|fact| format!("{} = {}", fact.label, masked_fact(&fact.value, fact.private)))
                .collect();
            let brief = if brief.is_empty() { String::new() } else { format!(", brief: {}", brief.join("; ")) };
            let skills =
                if queue.skills.is_empty() { String::new() } else { format!(", skills {}", queue.skills.join(" ")) };
            aside(format!("waits in {}, class {}{skills}{brief}", queue.queue, queue.class))
        }
        What::ClassChanged { class } => aside(format!("class {class} from now on")),
        What::LeftQueue => aside("no longer waits in the queue".to_owned()),
        What::QueueEnded(result) => aside(format!("the wait is over: {}", result.name())),
        What::Transferring(transfer) => aside(format!("transfer to {}", transfer.destination)),
        What::Callback(callback) => aside(format!("callback to {}, {} tries", callback.number, callback.tries)),
        What::Voicemail(voicemail) => aside(format!("message for {}", voicemail.mailbox)),
        What::Recording(what) => aside(format!("recording: {what:?}").to_lowercase()),
        What::Secure { on: true } => aside("secure: keys only, nothing is kept".to_owned()),
        What::Secure { on: false } => aside("no longer secure".to_owned()),
        What::Survey(survey) => aside(format!("survey{}", show_args(&survey.answers))),
        What::Noted { text, .. } => aside(format!("note: {text}")),
        What::Tagged { tag } => aside(format!("tag: {tag}")),
        What::Waits { for_event, time_limit } => {
            let event = for_event.as_ref().map(|event| format!(" for {event}")).unwrap_or_default();
            aside(format!("waits{event}, at most {}", seconds(*time_limit)))
        }
        What::AskedKnowledge { question, found } => aside(format!("answer “{question}”: {found}")),
        What::Recommended { weighed, chosen } => {
            let item = chosen.and_then(|chosen| weighed.candidates.get(chosen)).map(|best| best.item.as_str());
            aside(format!("recommend, of {}: {}", weighed.candidates.len(), item.unwrap_or("none")))
        }
        What::Trouble { what } => aside(format!("trouble: {what}")),
        What::DeadEnd => aside("nothing can happen any more, and nobody is listened to".to_owned()),
        What::Ended { reason, note } => {
            let note = note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
            aside(format!("ended: {}{note}", end_name(*reason).replace('_', " ")))
        }
    }
}

/// What was made of an utterance, and by how much.
pub fn show_understood(understood: &UnderstoodAct) -> String {
    let mut text = match understood.rank {
        Rank::NotUnderstood => format!("not understood: {}", understood.outcome),
        rank => format!("understood as {}: {}", rank.name(), understood.outcome),
    };
    let best = understood.proposals.iter().find(|proposal| proposal.rank == understood.rank);
    if let Some(best) = best {
        text.push_str(&format!(", score {:.2}", best.score));
    }
    if let Some(margin) = understood.margin {
        text.push_str(&format!(", margin {margin:.2}"));
    }
    text
}

fn show_args(args: &BTreeMap<String, Datum>) -> String {
    if args.is_empty() {
        return String::new();
    }
    let args: Vec<String> = args.iter().map(|(name, value)| format!("{name} = {}", value.text())).collect();
    format!(" ({})", args.join(", "))
}

fn masked_fact(value: &str, private: bool) -> String {
    if private { crate::private::mask(value) } else { value.to_owned() }
}

fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f32())
    }
}
