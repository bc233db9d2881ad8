//! Whether what happened is what was expected.

use std::collections::BTreeMap;

use super::super::act::{EndReason, QueueAct, Rank, RecordWhat};
use super::super::datum::Datum;
use super::documents::{BotLine, Expectation};
use super::happening::{Asking, Happening, What};

/// Everything that has happened in a test, and since when the present turn runs.
#[derive(Default)]
pub struct Course {
    pub happened: Vec<Happening>,
    /// Where in `happened` the caller spoke last.
    pub turn: usize,
    /// Up to where the sayings of this turn have been matched.
    matched: usize,
    /// The last value of each slot.
    slots: BTreeMap<String, Datum>,
    /// The flow and step entered last.
    pub step: (String, String),
    pub queue: Option<QueueAct>,
}

/// What was expected, and what there was instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// For example `order_no = AB12345678`.
    pub expected: String,
    /// For example `order_no is empty`.
    pub got: String,
}

impl Course {
    /// The caller speaks: a new turn begins.
    pub fn next_turn(&mut self) {
        self.turn = self.happened.len();
        self.matched = self.turn;
    }

    /// Takes note of what happened.
    pub fn add(&mut self, happened: Vec<Happening>) {
        for one in happened {
            match &one.what {
                What::SlotFilled { slot, raw, .. } => {
                    self.slots.insert(slot.clone(), raw.reveal().clone());
                }
                What::Step { flow, step } => self.step = (flow.clone(), step.clone()),
                What::Queued(queue) => self.queue = Some(queue.clone()),
                _ => {}
            }
            self.happened.push(one);
        }
    }

    fn this_turn(&self) -> &[Happening] {
        &self.happened[self.turn..]
    }

    /// Looks for what the bot is expected to say among what it has said this turn and not been asked for yet.
    pub fn bot(&mut self, line: &BotLine) -> Result<(), Difference> {
        let mut from = self.matched;
        let fits = |one: &Happening| fits(line, one);
        if line.says.is_empty() {
            let said = (from..self.happened.len()).find(|place| fits(&self.happened[*place]));
            return match said {
                Some(place) => {
                    self.matched = place + 1;
                    Ok(())
                }
                None => Err(self.not_said(line)),
            };
        }
        for (nth, wording) in line.says.iter().enumerate() {
            let holds = |one: &Happening| fits(one) && one.said().is_some_and(|said| wording.fits(said));
            // Several parts may stand in one saying: the one that was just matched is looked at again.
            let again = nth > 0 && from > 0 && holds(&self.happened[from - 1]);
            if again {
                continue;
            }
            let mut sayings = (from..self.happened.len()).filter(|place| self.happened[*place].said().is_some());
            let found = match line.exactly {
                true => sayings.next().filter(|place| holds(&self.happened[*place])),
                false => sayings.find(|place| holds(&self.happened[*place])),
            };
            match found {
                Some(place) => from = place + 1,
                None => return Err(self.not_said(line)),
            }
        }
        self.matched = from;
        Ok(())
    }

    /// The sayings of this turn that no line has asked for yet.
    fn unmatched(&self) -> impl Iterator<Item = &Happening> {
        self.happened[self.matched..].iter().filter(|one| one.said().is_some())
    }

    fn not_said(&self, line: &BotLine) -> Difference {
        let mut wanted: Vec<String> = line.says.iter().map(|says| format!("“{}”", says.written())).collect();
        if line.exactly {
            wanted.insert(0, "exactly".to_owned());
        }
        if let Some(step) = &line.step {
            wanted.push(format!("at step {step}"));
        }
        if let Some(language) = line.language {
            wanted.push(format!("in {language}"));
        }
        let said: Vec<String> = self
            .unmatched()
            .filter_map(|one| match &one.what {
                What::Bot { text, step: (flow, step), .. } => Some(format!("“{text}” at step {flow}/{step}")),
                _ => None,
            })
            .collect();
        let got = match (said.is_empty(), self.matched > self.turn) {
            (false, _) => said.join(", then "),
            (true, false) => "nothing was said".to_owned(),
            (true, true) => "nothing more was said".to_owned(),
        };
        Difference { expected: format!("the bot says {}", wanted.join(" ")), got }
    }

    /// Whether an expectation holds.
    pub fn judge(&self, expectation: &Expectation, language: crate::words::Language) -> Result<(), Difference> {
        let differs = |expected: String, got: String| Err(Difference { expected, got });
        match expectation {
            Expectation::Slot { slot, value } => self.slot(slot, value.as_deref()),
            Expectation::ReadBack(wanted) => {
                let read_back = self.read_back();
                let (yes, no) = ("the value is read back", "the value is not read back");
                let (expected, got) = if *wanted { (yes, no) } else { (no, yes) };
                if read_back == *wanted { Ok(()) } else { differs(expected.to_owned(), got.to_owned()) }
            }
            Expectation::Step(wanted) => {
                let (flow, step) = &self.step;
                let is_there = names_step(wanted, flow, step);
                if is_there { Ok(()) } else { differs(format!("step {wanted}"), format!("step {flow}/{step}")) }
            }
            Expectation::Flow(wanted) => {
                let flow = &self.step.0;
                if flow == wanted { Ok(()) } else { differs(format!("flow {wanted}"), format!("flow {flow}")) }
            }
            Expectation::Queue(wanted) => {
                let joined = self.this_turn().iter().rev().find_map(|one| match &one.what {
                    What::Queued(queue) => Some(queue.queue.as_str()),
                    _ => None,
                });
                let waits = joined.or_else(|| self.queue.as_ref().map(|queue| queue.queue.as_str()));
                match waits {
                    Some(queue) if queue == wanted => Ok(()),
                    Some(queue) => differs(format!("queue {wanted}"), format!("queue {queue}")),
                    None => differs(format!("queue {wanted}"), "no queue was joined".to_owned()),
                }
            }
            Expectation::Class(_) | Expectation::Skill(_) | Expectation::Reason(_) => self.of_queue(expectation),
            Expectation::BriefHas { label, value } => self.brief_has(label, value.as_deref()),
            Expectation::BriefLacks(label) => match self.fact(label) {
                None => Ok(()),
                Some((known, _)) => differs(format!("the brief lacks {label}"), format!("it has {known}")),
            },
            Expectation::Handler(wanted) => {
                let fired: Vec<&str> = self
                    .this_turn()
                    .iter()
                    .filter_map(|one| match one.what {
                        What::Handler { name } => Some(name),
                        _ => None,
                    })
                    .collect();
                let got =
                    if fired.is_empty() { "none fired".to_owned() } else { format!("{} fired", fired.join(", ")) };
                match wanted {
                    Some(name) if fired.contains(&name.as_str()) => Ok(()),
                    Some(name) => differs(format!("handler {name}"), got),
                    None if fired.is_empty() => Ok(()),
                    None => differs("no handler".to_owned(), got),
                }
            }
            Expectation::Asked { verb, name, with } => self.asked(*verb, name, with),
            Expectation::NotAsked(verb) => {
                let asked: Vec<&str> = self.all_asked(*verb).map(|(name, _)| name).collect();
                if asked.is_empty() {
                    return Ok(());
                }
                differs(format!("no {}", verb.name()), asked.join(", "))
            }
            Expectation::Noted(wording) => {
                let noted: Vec<&str> = self
                    .happened
                    .iter()
                    .filter_map(|one| match &one.what {
                        What::Noted { text, .. } => Some(text.as_str()),
                        _ => None,
                    })
                    .collect();
                if noted.iter().any(|text| wording.fits(text)) {
                    return Ok(());
                }
                differs(format!("noted “{}”", wording.written()), listed(&noted, "nothing was noted"))
            }
            Expectation::Tagged(wanted) => {
                let tags = self.collect(|what| match what {
                    What::Tagged { tag } => Some(tag.as_str()),
                    _ => None,
                });
                if tags.contains(&wanted.as_str()) {
                    return Ok(());
                }
                differs(format!("tagged {wanted}"), listed(&tags, "nothing was tagged"))
            }
            Expectation::Survey { question, answer } => {
                let kept = self.happened.iter().rev().find_map(|one| match &one.what {
                    What::Survey(survey) => survey.answers.get(question),
                    _ => None,
                });
                if kept.is_some_and(|kept| same(kept, answer)) {
                    return Ok(());
                }
                let got = kept.map_or_else(|| format!("{question} was not answered"), Datum::text);
                differs(format!("survey {question} = {answer}"), got)
            }
            Expectation::Language(wanted) => {
                let (wanted, language) = (wanted.to_string(), language.to_string());
                if wanted == language { Ok(()) } else { differs(format!("language {wanted}"), language) }
            }
            Expectation::End(wanted) => self.end(wanted),
            Expectation::Transfer(_)
            | Expectation::Callback(_)
            | Expectation::Voicemail(_)
            | Expectation::Recording(_)
            | Expectation::Recommended(_)
            | Expectation::WaitsFor(_) => self.of_call(expectation),
            Expectation::NotSaid(wording) => {
                let said = self.this_turn().iter().filter_map(Happening::said).find(|said| wording.fits(said));
                match said {
                    None => Ok(()),
                    Some(said) => differs(format!("nobody says “{}”", wording.written()), format!("“{said}”")),
                }
            }
        }
    }

    fn slot(&self, slot: &str, wanted: Option<&str>) -> Result<(), Difference> {
        let value = self.slots.get(slot);
        let holds = match (value, wanted) {
            (None, None) => true,
            (Some(value), Some(wanted)) => same(value, wanted),
            _ => false,
        };
        if holds {
            return Ok(());
        }
        let expected = wanted.map_or_else(|| format!("{slot} is empty"), |wanted| format!("{slot} = {wanted}"));
        let got = value.map_or_else(|| format!("{slot} is empty"), |value| format!("{slot} = {}", value.text()));
        Err(Difference { expected, got })
    }

    /// Whether the value that was heard this turn was read back.
    fn read_back(&self) -> bool {
        self.this_turn().iter().any(|one| match &one.what {
            What::Understood(understood) => {
                understood.rank == Rank::Step && understood.outcome.starts_with("read back")
            }
            _ => false,
        })
    }

    fn of_queue(&self, expectation: &Expectation) -> Result<(), Difference> {
        let Some(queue) = &self.queue else {
            let expected = format!("a {} of the queue", expectation.key());
            return Err(Difference { expected, got: "no queue was joined".to_owned() });
        };
        let class = self.happened.iter().rev().find_map(|one| match one.what {
            What::ClassChanged { class } => Some(class),
            What::Queued(_) => Some(queue.class),
            _ => None,
        });
        let (holds, expected, got) = match expectation {
            Expectation::Class(wanted) => {
                (class == Some(*wanted), format!("class {wanted}"), format!("class {}", class.unwrap_or(queue.class)))
            }
            Expectation::Skill(wanted) => {
                (queue.skills.contains(wanted), format!("skill {wanted}"), listed(&queue.skills, "no skills"))
            }
            Expectation::Reason(wanted) => {
                (queue.reason == *wanted, format!("reason {wanted}"), format!("reason {}", queue.reason))
            }
            _ => (true, String::new(), String::new()),
        };
        if holds { Ok(()) } else { Err(Difference { expected, got }) }
    }

    /// A fact of the brief of whatever the caller was handed to last, by its name in the flow or as it is spoken.
    fn fact(&self, label: &str) -> Option<(String, String)> {
        let spoken = label.replace(['_', '.'], " ");
        let brief = self.happened.iter().rev().find_map(|one| match &one.what {
            What::Queued(queue) => Some(&queue.brief),
            What::Transferring(transfer) => Some(&transfer.brief),
            What::Callback(callback) => Some(&callback.brief),
            _ => None,
        })?;
        let fact = brief.iter().find(|fact| fact.label == label || fact.label == spoken)?;
        Some((fact.label.clone(), fact.value.clone()))
    }

    fn brief_has(&self, label: &str, wanted: Option<&str>) -> Result<(), Difference> {
        let fact = self.fact(label);
        let expected = match wanted {
            None => format!("the brief has {label}"),
            Some(wanted) => format!("the brief has {label} = {wanted}"),
        };
        match (fact, wanted) {
            (Some(_), None) => Ok(()),
            (Some((_, value)), Some(wanted)) if value == wanted => Ok(()),
            (Some((_, value)), Some(_)) => Err(Difference { expected, got: format!("{label} = {value}") }),
            (None, _) => {
                let labels = self
                    .queue
                    .as_ref()
                    .map(|queue| queue.brief.iter().map(|fact| fact.label.as_str()).collect::<Vec<&str>>());
                let got =
                    labels.map_or_else(|| "there is no brief".to_owned(), |labels| listed(&labels, "it is empty"));
                Err(Difference { expected, got })
            }
        }
    }

    /// Every question to a connection in this call.
    fn all_asked(&self, verb: Asking) -> impl Iterator<Item = (&str, &BTreeMap<String, Datum>)> {
        self.happened.iter().filter_map(move |one| match &one.what {
            What::Asked { verb: asked, name, args, .. } if *asked == verb => Some((name.as_str(), args)),
            _ => None,
        })
    }

    fn asked(&self, verb: Asking, wanted: &str, with: &[(String, String)]) -> Result<(), Difference> {
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

    fn end(&self, wanted: &str) -> Result<(), Difference> {
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

    fn of_call(&self, expectation: &Expectation) -> Result<(), Difference> {
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

    fn collect<'s, T>(&'s self, pick: impl Fn(&'s What) -> Option<T>) -> Vec<T> {
        self.happened.iter().filter_map(|one| pick(&one.what)).collect()
    }
}

/// Whether a saying is where and in which language it is expected.
fn fits(line: &BotLine, one: &Happening) -> bool {
    let What::Bot { step: (flow, step), language, .. } = &one.what else { return false };
    let there = line.step.as_ref().is_none_or(|wanted| names_step(wanted, flow, step));
    there && line.language.is_none_or(|wanted| wanted == *language)
}

fn names_step(wanted: &str, flow: &str, step: &str) -> bool {
    match wanted.split_once('/') {
        Some((wanted_flow, wanted_step)) => wanted_flow == flow && wanted_step == step,
        None => wanted == step,
    }
}

/// Whether a value is what a test wrote down.
fn same(value: &Datum, wanted: &str) -> bool {
    value.text_is(wanted)
}

impl Datum {
    /// Whether the value is the one that `written` means: `true` and `yes`, `19.9` and `19.90` are the same.
    pub(super) fn text_is(&self, written: &str) -> bool {
        let written = written.trim();
        match self {
            Self::Absent => written.is_empty() || written == "none",
            Self::YesNo(truth) => matches!((truth, written), (true, "true" | "yes") | (false, "false" | "no")),
            Self::Number(number) => written.parse::<f64>().is_ok_and(|wanted| (wanted - number).abs() < 1e-9),
            Self::Time(time) => written.parse::<jiff::civil::Time>().is_ok_and(|wanted| wanted == *time),
            other => other.text() == written,
        }
    }
}

fn listed<T: AsRef<str>>(items: &[T], none: &str) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    if items.is_empty() { none.to_owned() } else { items.join(", ") }
}

/// The name of an end, as tests write it.
pub fn end_name(reason: EndReason) -> &'static str {
    match reason {
        EndReason::FlowEnded => "flow_ended",
        EndReason::AgentEnded => "agent_ended",
        EndReason::Transferred => "transferred",
        EndReason::Callback => "callback",
        EndReason::Error => "error",
        EndReason::CallerHungUp => "caller_hung_up",
    }
}

fn recording_name(what: RecordWhat) -> &'static str {
    match what {
        RecordWhat::Start => "start",
        RecordWhat::Stop => "stop",
        RecordWhat::Pause => "pause",
    }
}
