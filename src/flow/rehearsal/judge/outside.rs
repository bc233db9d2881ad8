//! What the world outside was asked, and how the call ended.

use std::collections::BTreeMap;

use super::super::super::act::{EndReason, RecordWhat};
use super::super::super::datum::Datum;
use super::super::documents::Expectation;
use super::super::happening::{Asking, What};
use super::{Course, Difference, end_name, listed};

impl Course {
    /// Every question to a connection in this call.
    pub(super) fn all_asked(&self, verb: Asking) -> impl Iterator<Item = (&str, &BTreeMap<String, Datum>)> {
        self.happened.iter().filter_map(move |one| match &one.what {
            What::Asked { verb: asked, name, args, .. } if *asked == verb => Some((name.as_str(), args)),
            _ => None,
        })
    }

    pub(super) fn asked(&self, verb: Asking, wanted: &str, with: &[(String, String)]) -> Result<(), Difference> {
        let fits = |args: &BTreeMap<String, Datum>| {
            with.iter().all(|(name, value)| args.get(name).unwrap_or(&Datum::Absent).text_is(value))
        };
        let asked: Vec<(&str, &BTreeMap<String, Datum>)> = self.all_asked(verb).collect();
        if asked.iter().any(|(name, args)| *name == wanted && fits(args)) {
            return Ok(());
        }
        let given: Vec<String> = with.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let with_given = if given.is_empty() { String::new() } else { format!(" with {}", given.join(", ")) };
        let told = asked.iter().map(|(name, args)| {
            let args: Vec<String> = args.iter().map(|(name, value)| format!("{name} = {}", value.text())).collect();
            format!("{name} with {}", args.join(", "))
        });
        let told: Vec<String> = told.collect();
        let got = listed(&told, "it was not asked");
        Err(Difference { expected: format!("{} {wanted}{with_given}", verb.name()), got })
    }

    pub(super) fn end(&self, wanted: &str) -> Result<(), Difference> {
        let ended = self.happened.iter().rev().find_map(|one| match &one.what {
            What::Ended { reason, note } => Some((*reason, note.as_deref())),
            _ => None,
        });
        let Some((reason, note)) = ended else {
            return Err(Difference { expected: format!("the end: {wanted}"), got: "the call goes on".to_owned() });
        };
        let name = end_name(reason);
        let holds = match wanted {
            "call" => reason != EndReason::Error,
            other => other == name || note == Some(other),
        };
        if holds {
            return Ok(());
        }
        let noted = note.map(|note| format!(" ({note})")).unwrap_or_default();
        Err(Difference { expected: format!("the end: {wanted}"), got: format!("{name}{noted}") })
    }

    pub(super) fn of_call(&self, expectation: &Expectation) -> Result<(), Difference> {
        let (found, expected): (Vec<String>, String) = match expectation {
            Expectation::Transfer(wanted) => {
                let made = self.collect(|what| match what {
                    What::Transferring(transfer) => Some(transfer.destination.clone()),
                    _ => None,
                });
                if made.contains(wanted) {
                    return Ok(());
                }
                (made, format!("a transfer to {wanted}"))
            }
            Expectation::Callback(wanted) => {
                let made = self.collect(|what| match what {
                    What::Callback(callback) => Some(callback.number.clone()),
                    _ => None,
                });
                if made.iter().any(|number| wanted.as_ref().is_none_or(|wanted| wanted == number)) {
                    return Ok(());
                }
                (made, format!("a callback to {}", wanted.as_deref().unwrap_or("any number")))
            }
            Expectation::Voicemail(wanted) => {
                let made = self.collect(|what| match what {
                    What::Voicemail(voicemail) => Some(voicemail.mailbox.clone()),
                    _ => None,
                });
                if made.contains(wanted) {
                    return Ok(());
                }
                (made, format!("a message for {wanted}"))
            }
            Expectation::Recording(wanted) => {
                let made = self.collect(|what| match what {
                    What::Recording(what) => Some(recording_name(*what).to_owned()),
                    _ => None,
                });
                if made.last() == Some(wanted) {
                    return Ok(());
                }
                (made, format!("recording: {wanted}"))
            }
            Expectation::Recommended(wanted) => {
                let made = self.collect(|what| match what {
                    What::Recommended { weighed, chosen } => Some(
                        chosen
                            .and_then(|chosen| weighed.candidates.get(chosen).map(|candidate| candidate.item.clone())),
                    ),
                    _ => None,
                });
                if made.last() == Some(wanted) {
                    return Ok(());
                }
                let made = made.into_iter().map(|item| item.unwrap_or_else(|| "none".to_owned())).collect();
                (made, format!("recommended: {}", wanted.as_deref().unwrap_or("none")))
            }
            Expectation::WaitsFor(wanted) => {
                let made = self.collect(|what| match what {
                    What::Waits { for_event, .. } => for_event.clone(),
                    _ => None,
                });
                if made.last() == Some(wanted) {
                    return Ok(());
                }
                (made, format!("waits for {wanted}"))
            }
            _ => return Ok(()),
        };
        Err(Difference { expected, got: listed(&found, "there was none") })
    }

    pub(super) fn collect<'s, T>(&'s self, pick: impl Fn(&'s What) -> Option<T>) -> Vec<T> {
        self.happened.iter().filter_map(|one| pick(&one.what)).collect()
    }
}

fn recording_name(what: RecordWhat) -> &'static str {
    match what {
        RecordWhat::Start => "start",
        RecordWhat::Stop => "stop",
        RecordWhat::Pause => "pause",
    }
}
