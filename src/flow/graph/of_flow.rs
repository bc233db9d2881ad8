//! The picture of one flow: its steps, what is said, and every exit with its name.

use std::collections::BTreeMap;

use crate::words::{Language, Template};

use super::super::bundle::{Bundle, Flow, HandlerAction, Jump, Step, StepIndex, Verb};
use super::super::sentence::SentenceId;
use super::exits::{Exit, exits, followed, handlers};
use super::picture::{Node, Picture, Shape};

impl Picture {
    /// The picture of the flow `name`; `None` when the bundle has no such flow. Sentences are shown in `language`, or
    /// in the bundle's first if it does not speak that.
    pub fn of_flow(bundle: &Bundle, name: &str, language: Language) -> Option<Self> {
        let flow = bundle.flows.iter().find(|flow| flow.name == name)?;
        let language = spoken(bundle, language);
        let mut drawing = Drawing { bundle, flow, language, picture: Self::default(), boxes: BTreeMap::new() };
        drawing.picture.title = format!("flow {}", flow.name);
        drawing.steps();
        drawing.handlers();
        let mut picture = drawing.picture;
        picture.gather();
        Some(picture)
    }
}

/// `language` if the bundle speaks it, else its first.
pub fn spoken(bundle: &Bundle, language: Language) -> Language {
    let first = bundle.languages.first().copied().unwrap_or(Language::EN);
    if bundle.languages.contains(&language) { language } else { first }
}

/// What a box of the picture stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Step(StepIndex),
    Flow(usize),
    EndOfFlow,
    Resume,
}

struct Drawing<'a> {
    bundle: &'a Bundle,
    flow: &'a Flow,
    language: Language,
    picture: Picture,
    boxes: BTreeMap<Thing, usize>,
}

impl Drawing<'_> {
    fn steps(&mut self) {
        let start = self.place(Thing::of(self.flow, followed(self.flow, self.flow.entry)));
        if let Some(starts) = self.how_it_starts() {
            self.picture.nodes[start].entered_by.push(starts);
        }
        // Steps first, so that boxes stand in the order in which the designer wrote them.
        for index in 0..self.flow.steps.len() {
            if !is_arrow(&self.flow.steps[index]) {
                self.place(Thing::Step(StepIndex(index)));
            }
        }
        for index in 0..self.flow.steps.len() {
            let step = &self.flow.steps[index];
            if is_arrow(step) {
                continue;
            }
            let from = self.place(Thing::Step(StepIndex(index)));
            let choice = |place: usize| self.choice(step, place);
            for Exit { label, to, line } in exits(step, &choice) {
                let to = self.place(Thing::of(self.flow, followed(self.flow, to)));
                if to == from {
                    self.picture.nodes[from].entered_by.push(format!("again, {label}"));
                } else {
                    self.picture.link(from, to, &label, line);
                }
            }
        }
    }

    fn how_it_starts(&self) -> Option<String> {
        let bundle = self.bundle;
        let starts = |flow| std::ptr::eq(bundle.flow(flow), self.flow);
        if starts(bundle.start) {
            return Some("every call begins here".to_owned());
        }
        let (_, template) = self.flow.start_when.iter().find(|(language, _)| *language == self.language)?;
        Some(format!("“{}”", example(template)))
    }

    /// Handlers of the flow and of its steps stand in the corner; the steps they lead to say by whom they are entered.
    fn handlers(&mut self) {
        let of_flow = handlers(&self.flow.handlers).map(|(label, action)| (label, action, None));
        let of_steps =
            self.flow.steps.iter().flat_map(|step| {
                handlers(&step.handlers).map(|(label, action)| (label, action, Some(step.name.as_str())))
            });
        let all: Vec<(String, HandlerAction, Option<&str>)> = of_flow.chain(of_steps).collect();
        for (label, action, step) in all {
            let (HandlerAction::Goto(jump) | HandlerAction::Steps(jump)) = action;
            let target = Thing::of(self.flow, followed(self.flow, jump));
            let place = self.place(target);
            let name = label.split(' ').next().unwrap_or_default().to_owned();
            let entered_by = &mut self.picture.nodes[place].entered_by;
            if matches!(target, Thing::Step(_)) && !entered_by.contains(&name) {
                entered_by.push(name);
            }
            let at = step.map_or_else(String::new, |step| format!("at {step}: "));
            let to = &self.picture.nodes[place];
            let leads = to.id.as_ref().unwrap_or(&to.head);
            self.picture.corner.push(format!("{at}{label} → {leads}"));
        }
    }

    fn place(&mut self, thing: Thing) -> usize {
        if let Some(place) = self.boxes.get(&thing) {
            return *place;
        }
        let node = match thing {
            Thing::Step(step) => self.step(self.flow.step(step)),
            Thing::Flow(flow) => self.other_flow(flow),
            Thing::EndOfFlow => simple(Shape::End, "end of this flow"),
            Thing::Resume => simple(Shape::End, "back to where it was"),
        };
        let place = self.picture.nodes.len();
        self.picture.nodes.push(node);
        self.boxes.insert(thing, place);
        place
    }

    fn other_flow(&self, flow: usize) -> Node {
        let mut node = simple(Shape::Flow, &format!("flow {}", self.bundle.flows[flow].name));
        node.text = self.bundle.flows[flow].called.map_or_else(String::new, |called| self.said(called));
        node
    }

    fn step(&self, step: &Step) -> Node {
        let (shape, head, text) = self.described(step);
        let own_id = !step.name.contains('@');
        let head =
            if step.secure && !matches!(step.verb, Verb::Secure { .. }) { format!("{head} (secure)") } else { head };
        Node { shape, head, id: own_id.then(|| step.name.clone()), text, entered_by: Vec::new(), left_by: Vec::new() }
    }

    fn described(&self, step: &Step) -> (Shape, String, String) {
        let prompt = || step.verb.listening().and_then(|listening| listening.prompt);
        let quoted = |sentence: Option<SentenceId>| sentence.map_or_else(String::new, |id| self.quoted(id));
        let verb = step.verb.name();
        match &step.verb {
            Verb::Say(say) => (Shape::Say, verb.to_owned(), quoted(Some(say.sentence))),
            Verb::Ask(ask) => (Shape::Ask, format!("{verb} {}", ask.slot), quoted(prompt())),
            Verb::AskAll(ask) => {
                let slots: Vec<&str> = ask.slots.iter().map(|slot| slot.slot.as_str()).collect();
                let first = prompt().or_else(|| ask.slots.iter().find_map(|slot| slot.prompt));
                (Shape::Ask, format!("{verb} {}", slots.join(", ")), quoted(first))
            }
            Verb::Menu(_) | Verb::Confirm(_) => (Shape::Ask, verb.to_owned(), quoted(prompt())),
            Verb::Route(route) => {
                let flows: Vec<&str> = route.flows.iter().map(|flow| self.bundle.flow(*flow).name.as_str()).collect();
                let text = format!("{} starts {}", quoted(prompt()), flows.join(", "));
                (Shape::Ask, verb.to_owned(), text.trim().to_owned())
            }
            Verb::Choose { .. } => (Shape::Choose, "choose".to_owned(), String::new()),
            Verb::Set { assignments } => {
                let each: Vec<String> =
                    assignments.iter().map(|(name, value)| format!("{name} = {}", value.text)).collect();
                (Shape::Quiet, verb.to_owned(), each.join("; "))
            }
            Verb::LookUp(look_up) => {
                (Shape::Outside, format!("{verb} {}.{}", look_up.connection, look_up.query), saved(&look_up.save_as))
            }
            Verb::Do(done) => {
                let call = &done.call;
                (Shape::Outside, format!("{verb} {}.{}", call.connection, call.query), saved(&call.save_as))
            }
            Verb::Answer(answer) => (Shape::Outside, format!("{verb} {}", answer.topics.join(", ")), quoted(prompt())),
            Verb::Run(run) => {
                let flow = self.bundle.flow(run.flow);
                let text = flow.called.map_or_else(String::new, |called| self.said(called));
                (Shape::Flow, format!("{verb} {}", flow.name), text)
            }
            Verb::Goto { at_most, .. } => {
                let times = at_most.as_ref().map_or(0, |limit| limit.times);
                let head = if times == 1 { "once".to_owned() } else { format!("at most {times} times") };
                (Shape::Choose, head, String::new())
            }
            Verb::Queue(queue) => {
                let facts: Vec<&str> = queue.brief.iter().map(|item| item.label.as_str()).collect();
                let text = if facts.is_empty() { String::new() } else { format!("brief: {}", facts.join(", ")) };
                (Shape::Person, format!("{verb} {}", queue.queue), text)
            }
            Verb::Transfer(transfer) => (Shape::Person, format!("{verb} {}", transfer.destination), String::new()),
            Verb::Callback(callback) => (Shape::Person, verb.to_owned(), callback.number.text.clone()),
            Verb::Voicemail(voicemail) => {
                (Shape::Person, format!("{verb} {}", voicemail.mailbox), quoted(voicemail.prompt))
            }
            Verb::Record(record) => (Shape::Quiet, verb.to_owned(), quoted(record.consent)),
            Verb::Secure { .. } => (Shape::Quiet, "secure".to_owned(), "keys alone; nothing is recorded".to_owned()),
            Verb::Send(send) => {
                (Shape::Outside, format!("{verb} {}.{}", send.connection, send.query), send.template.clone())
            }
            Verb::Survey(survey) => {
                let names: Vec<&str> = survey.questions.iter().map(|question| question.name.as_str()).collect();
                (Shape::Ask, verb.to_owned(), names.join(", "))
            }
            Verb::Note { sentence } => (Shape::Quiet, verb.to_owned(), quoted(Some(*sentence))),
            Verb::Tag { tags } => {
                let tags: Vec<String> = tags.iter().map(|tag| self.said(*tag)).collect();
                (Shape::Quiet, verb.to_owned(), tags.join(", "))
            }
            Verb::Wait(wait) => {
                let limit = format!("{} s", wait.time_limit.as_secs());
                let text = wait.for_event.as_ref().map_or(limit.clone(), |event| format!("for {event}, {limit}"));
                (Shape::Quiet, verb.to_owned(), text)
            }
            Verb::Verify(verify) => {
                (Shape::Outside, format!("{verb} {}.{}", verify.connection, verify.query), verify.level.clone())
            }
            Verb::Recommend(recommend) => (Shape::Outside, verb.to_owned(), saved(&recommend.save_as)),
            Verb::End { whole_call, reason } => {
                let head = if *whole_call { "end of the call" } else { "end of this flow" };
                (Shape::End, head.to_owned(), reason.clone().unwrap_or_default())
            }
        }
    }

    /// How a choice of a menu is taken: by key or by its first words.
    fn choice(&self, step: &Step, place: usize) -> String {
        let Verb::Menu(menu) = &step.verb else { return String::new() };
        let words = match &menu.kind {
            crate::words::SlotType::Choice { options } => options.get(place).and_then(|option| {
                option.said.get(&self.language).and_then(|said| said.first()).map(|said| said.source().to_owned())
            }),
            _ => None,
        };
        let key = menu.choices.get(place).and_then(|choice| choice.key.as_ref());
        match (key, words) {
            (Some(key), Some(words)) => format!("{key}: {words}"),
            (Some(key), None) => format!("key {key}"),
            (None, Some(words)) => words,
            (None, None) => format!("choice {}", place + 1),
        }
    }

    fn said(&self, sentence: SentenceId) -> String {
        said(self.bundle, sentence, self.language)
    }

    fn quoted(&self, sentence: SentenceId) -> String {
        let said = self.said(sentence);
        if said.is_empty() { said } else { format!("“{said}”") }
    }
}

impl Thing {
    fn of(flow: &Flow, jump: Jump) -> Self {
        match jump {
            // However it is written, a flow ends in one place.
            Jump::Step(step) if is_end_of_flow(flow.step(step)) => Self::EndOfFlow,
            Jump::Step(step) => Self::Step(step),
            Jump::Flow(flow) => Self::Flow(flow.0),
            Jump::Resume => Self::Resume,
            Jump::EndFlow | Jump::Label(_) => Self::EndOfFlow,
        }
    }
}

/// A `goto` without a limit is an arrow, and the end of the flow is one box, however often it is written.
fn is_arrow(step: &Step) -> bool {
    matches!(&step.verb, Verb::Goto { at_most: None, .. }) || is_end_of_flow(step)
}

fn is_end_of_flow(step: &Step) -> bool {
    matches!(&step.verb, Verb::End { whole_call: false, reason: None })
}

/// One way of saying a template: `where is my order`.
pub fn example(template: &Template) -> String {
    template.samples(1).first().cloned().unwrap_or_else(|| template.source().to_owned())
}

fn simple(shape: Shape, head: &str) -> Node {
    Node { shape, head: head.to_owned(), id: None, text: String::new(), entered_by: Vec::new(), left_by: Vec::new() }
}

fn saved(name: &Option<String>) -> String {
    name.as_ref().map_or_else(String::new, |name| format!("→ {name}"))
}

/// The first wording of a sentence, values shown by their names: `Your ‹order.item› was sent`.
pub fn said(bundle: &Bundle, sentence: SentenceId, language: Language) -> String {
    let lines = bundle.sentences.get(sentence).lines(language);
    let Some(line) = lines.first() else { return String::new() };
    let mut text = String::new();
    let mut rest = line.text.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        let (value, after) = after.split_once("}}").unwrap_or((after, ""));
        let name = value.split('|').next().unwrap_or_default().trim();
        text.push_str(before);
        text.push('‹');
        text.push_str(name);
        text.push('›');
        rest = after;
    }
    text.push_str(rest);
    text
}
