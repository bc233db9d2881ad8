//! Whether what happened is what was expected.

mod outside;
mod queue;

use std::collections::BTreeMap;

use super::super::act::{EndReason, QueueAct, Rank};
use super::super::datum::Datum;
use super::documents::{BotLine, Expectation};
use super::happening::{Happening, What};

/// Everything that has happened in a test, and since when the present turn runs.
#[derive(Default)]
pub struct Course {
    pub happened: Vec<Happening>,
    /// Where in `happened` the caller spoke last.
    pub turn: usize,
    /// Up to where the sayings of this turn have been matched.
    matched: usize,
    /// Where the caller answered last what the test does not answer, if that was in this turn.
    set_right: Option<usize>,
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
        self.set_right = None;
    }

    /// The caller answers what the test does not answer; the turn goes on.
    pub fn asked_back(&mut self) {
        self.set_right = Some(self.happened.len());
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
        if line.exactly {
            from = from.max(self.set_right.unwrap_or_default());
        }
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
            (false, _) => said.join("\n"),
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
                // Asked because a voice was not heard surely: a test of the words says nothing of that.
                let read_back = self.read_back() && (*wanted || self.set_right.is_none());
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
        let got = value.map_or_else(
            || format!("{slot} is empty"),
            |value| format!("{slot} = {}{}", value.text(), apart(&value.text(), wanted.unwrap_or_default())),
        );
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

/// Where two values of one length differ: all that can be seen of it where they are masked.
pub(super) fn apart(value: &str, wanted: &str) -> String {
    const FEW: usize = 4;
    let places = value.chars().zip(wanted.chars()).enumerate().filter(|(_, (one, other))| one != other);
    let places: Vec<String> = places.map(|(place, _)| (place + 1).to_string()).collect();
    let same_length = value.chars().count() == wanted.chars().count();
    match places.len() {
        1 if same_length => format!(", which differs in character {}", places[0]),
        2..=FEW if same_length => format!(", which differs in characters {}", places.join(", ")),
        _ => String::new(),
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
