//! What changed from one bundle to another, in words: flows and steps that came, went or changed, sentences that are
//! said otherwise, exits that lead elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::words::Language;

use super::bundle::{Bundle, Flow, Jump, Step, Verb};
use super::graph::{exits, followed};
use super::sentence::SentenceId;

/// What changed from `old` to `new`, a sentence a line, in the order of the flows. Empty when a caller would notice
/// nothing that is told in words here: a limit or another option may still have changed.
pub fn difference(old: &Bundle, new: &Bundle) -> Vec<String> {
    let mut said = Vec::new();
    let languages = |bundle: &Bundle| bundle.languages.iter().map(Language::as_str).collect::<Vec<_>>().join(", ");
    if languages(old) != languages(new) {
        said.push(format!("the languages were {} and are {}", languages(old), languages(new)));
    }
    let name = |bundle: &Bundle, flow| bundle.flow(flow).name.clone();
    if name(old, old.start) != name(new, new.start) {
        said.push(format!("a call began with {} and begins with {}", name(old, old.start), name(new, new.start)));
    }
    let of_old: BTreeMap<&str, &Flow> = old.flows.iter().map(|flow| (flow.name.as_str(), flow)).collect();
    let of_new: BTreeSet<&str> = new.flows.iter().map(|flow| flow.name.as_str()).collect();
    for flow in &new.flows {
        match of_old.get(flow.name.as_str()) {
            None => said.push(format!("flow {} is new, with {}", flow.name, steps(flow.steps.len()))),
            Some(before) => flows(&Side { bundle: old, flow: before }, &Side { bundle: new, flow }, &mut said),
        }
    }
    for flow in old.flows.iter().filter(|flow| !of_new.contains(flow.name.as_str())) {
        said.push(format!("flow {} is gone, and its {}", flow.name, steps(flow.steps.len())));
    }
    said
}

fn steps(count: usize) -> String {
    if count == 1 { "one step".to_owned() } else { format!("{count} steps") }
}

/// A flow in its bundle.
struct Side<'a> {
    bundle: &'a Bundle,
    flow: &'a Flow,
}

/// What of a step is told apart.
struct Told {
    /// By which it is known again: its id, else its verb and what it is about.
    key: String,
    /// How it is named in a text.
    name: String,
    /// Everything it says, with the part it plays: `again 1`.
    says: Vec<(String, String)>,
    /// Where it leads, by the names of exits.
    leads: Vec<(String, String)>,
}

fn flows(old: &Side<'_>, new: &Side<'_>, said: &mut Vec<String>) {
    let name = &new.flow.name;
    let starts = |flow: &Flow| {
        flow.start_when
            .iter()
            .map(|(language, template)| format!("{language}: {}", template.source()))
            .collect::<BTreeSet<String>>()
    };
    let (before, after) = (starts(old.flow), starts(new.flow));
    for template in after.difference(&before) {
        said.push(format!("flow {name}: starts when a caller says {template}"));
    }
    for template in before.difference(&after) {
        said.push(format!("flow {name}: no longer starts when a caller says {template}"));
    }
    for (slot, declared) in &new.flow.slots {
        match old.flow.slots.get(slot) {
            None => said.push(format!("flow {name}: slot {slot} ({}) is new", declared.kind.name())),
            Some(before) if before.kind != declared.kind || before.privacy != declared.privacy => {
                said.push(format!("flow {name}: slot {slot} changed"));
            }
            Some(_) => {}
        }
    }
    for slot in old.flow.slots.keys().filter(|slot| !new.flow.slots.contains_key(*slot)) {
        said.push(format!("flow {name}: slot {slot} is gone"));
    }
    let (before, after) = (old.told(), new.told());
    // Where a step stands in its file is in its name alone, and does not matter.
    let same = |told: &[Told]| {
        told.iter().map(|step| (step.key.clone(), step.says.clone(), step.leads.clone())).collect::<Vec<_>>()
    };
    for op in capture_diff_slices(Algorithm::Myers, &same(&before), &same(&after)) {
        if let DiffOp::Equal { .. } = op {
            continue;
        }
        changed(name, &before[op.old_range()], &after[op.new_range()], said);
    }
}

/// Steps that stand in the same place: those known again changed, the others came or went.
fn changed(flow: &str, before: &[Told], after: &[Told], said: &mut Vec<String>) {
    let mut left: Vec<&Told> = before.iter().collect();
    for step in after {
        let Some(place) = left.iter().position(|old| old.key == step.key) else {
            let words = step.says.first().map_or_else(String::new, |(_, says)| format!(": “{says}”"));
            said.push(format!("flow {flow}: step {} is new{words}", step.name));
            continue;
        };
        let old = left.remove(place);
        parts(flow, &step.name, &old.says, &step.says, said, |part, before, after| match (before, after) {
            (Some(before), Some(after)) => format!("{part} said “{before}” and says “{after}”"),
            (None, Some(after)) => format!("{part} now says “{after}”"),
            (Some(before), None) => format!("{part} no longer says “{before}”"),
            (None, None) => String::new(),
        });
        parts(flow, &step.name, &old.leads, &step.leads, said, |part, before, after| match (before, after) {
            (Some(before), Some(after)) => format!("{part} led to {before} and leads to {after}"),
            (None, Some(after)) => format!("{part} now leads to {after}"),
            (Some(before), None) => format!("{part} no longer leads to {before}"),
            (None, None) => String::new(),
        });
    }
    for step in left {
        let words = step.says.first().map_or_else(String::new, |(_, says)| format!(": “{says}”"));
        said.push(format!("flow {flow}: step {} is gone{words}", step.name));
    }
}

fn parts(
    flow: &str,
    step: &str,
    before: &[(String, String)],
    after: &[(String, String)],
    said: &mut Vec<String>,
    tell: impl Fn(&str, Option<&str>, Option<&str>) -> String,
) {
    let find = |list: &[(String, String)], part: &str| {
        list.iter().find(|(known, _)| known == part).map(|(_, text)| text.clone())
    };
    let mut names: Vec<&String> = after.iter().map(|(part, _)| part).collect();
    names.extend(before.iter().map(|(part, _)| part).filter(|part| find(after, part).is_none()));
    for part in names {
        let (old, new) = (find(before, part), find(after, part));
        if old != new {
            said.push(format!("flow {flow}, step {step}: {}", tell(part, old.as_deref(), new.as_deref())));
        }
    }
}

impl Side<'_> {
    fn told(&self) -> Vec<Told> {
        self.flow.steps.iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, step: &Step) -> Told {
        let own_id = !step.name.contains('@');
        let about = match &step.verb {
            Verb::Ask(ask) => ask.slot.clone(),
            Verb::LookUp(look_up) => format!("{}.{}", look_up.connection, look_up.query),
            Verb::Do(done) => format!("{}.{}", done.call.connection, done.call.query),
            Verb::Run(run) => self.bundle.flow(run.flow).name.clone(),
            Verb::Queue(queue) => queue.queue.clone(),
            _ => String::new(),
        };
        let verb = format!("{} {about}", step.verb.name());
        let key = if own_id { step.name.clone() } else { verb.trim().to_owned() };
        let name = if own_id { step.name.clone() } else { format!("{} (line {})", verb.trim(), step.at.line) };
        let choice = |place: usize| format!("choice {}", place + 1);
        let leads = exits(step, &choice)
            .into_iter()
            // The next step is told by the steps themselves, and what is written in place by its own line.
            .filter(|exit| !exit.label.is_empty())
            .filter_map(|exit| Some((exit.label, self.named(followed(self.flow, exit.to))?)))
            .collect();
        Told { key, name, says: self.says(step), leads }
    }

    /// Where a jump leads, if that has a name.
    fn named(&self, jump: Jump) -> Option<String> {
        match jump {
            Jump::Step(step) => {
                let name = &self.flow.step(step).name;
                (!name.contains('@')).then(|| name.clone())
            }
            Jump::Flow(flow) => Some(format!("flow {}", self.bundle.flow(flow).name)),
            Jump::EndFlow | Jump::Label(_) | Jump::Resume => None,
        }
    }

    fn says(&self, step: &Step) -> Vec<(String, String)> {
        let mut spoken: Vec<(String, SentenceId)> = Vec::new();
        if let Some(listening) = step.verb.listening() {
            spoken.extend(listening.prompt.map(|id| ("the prompt".to_owned(), id)));
            let again = listening.again.iter().flatten().enumerate();
            spoken.extend(again.map(|(nth, id)| (format!("again {}", nth + 1), *id)));
        }
        match &step.verb {
            Verb::Say(say) => spoken.push(("it".to_owned(), say.sentence)),
            Verb::AskAll(ask) => {
                let each =
                    ask.slots.iter().filter_map(|slot| Some((format!("the question for {}", slot.slot), slot.prompt?)));
                spoken.extend(each);
            }
            Verb::LookUp(look_up) => {
                spoken.extend(look_up.while_waiting.map(|id| ("while waiting it".to_owned(), id)));
            }
            Verb::Do(done) => spoken.extend(done.call.while_waiting.map(|id| ("while waiting it".to_owned(), id))),
            Verb::Note { sentence } => spoken.push(("the note".to_owned(), *sentence)),
            Verb::Voicemail(voicemail) => spoken.extend(voicemail.prompt.map(|id| ("the prompt".to_owned(), id))),
            Verb::Record(record) => spoken.extend(record.consent.map(|id| ("the question".to_owned(), id))),
            Verb::Survey(survey) => {
                let each =
                    survey.questions.iter().filter_map(|one| Some((format!("the question {}", one.name), one.prompt?)));
                spoken.extend(each);
            }
            _ => {}
        }
        let mut says = Vec::new();
        for (part, id) in spoken {
            for language in &self.bundle.languages {
                for (variant, line) in self.bundle.sentences.get(id).lines(*language).iter().enumerate() {
                    let several = if variant > 0 { format!(" {}", variant + 1) } else { String::new() };
                    says.push((format!("{part} ({language}{several})"), line.text.clone()));
                }
            }
        }
        says
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Operators, SourceFile, load_files};
    use super::*;

    const LINE: &str = "bundle: line\nstart: hello\nlanguages: [en]\nhandover: person\n---\nflow: hello\nslots: { sure: { type: yes_no } }\nsteps:\n  - say: { en: \"Hello.\" }\n  - id: question\n    ask: sure\n    prompt: { en: \"Shall we?\" }\n    if_stuck: bye\n  - choose:\n      - { when: sure, steps: [ { say: { en: \"Good.\" } } ] }\n      - { otherwise: [] }\n  - id: bye\n    say: { en: \"Goodbye.\" }\n  - end: call\n---\nflow: person\nstart_when: { en: [\"a person please\"] }\nsteps:\n  - say: { en: \"Nobody is here.\" }\n";

    fn told(change: impl Fn(&str) -> String) -> Vec<String> {
        let bundle = |text: &str| {
            let file = SourceFile { path: "line.yaml".into(), text: text.to_owned() };
            load_files(vec![file], &Operators::default()).unwrap_or_else(|failure| panic!("{failure}")).bundle
        };
        difference(&bundle(LINE), &bundle(&change(LINE)))
    }

    #[test]
    fn nothing_is_told_of_what_is_the_same() {
        assert!(told(str::to_owned).is_empty());
        assert!(
            told(|text| text
                .replace("steps:\n  - say: { en: \"Hello.\" }", "steps:\n\n# moved\n  - say: { en: \"Hello.\" }"))
            .is_empty()
        );
    }

    #[test]
    fn changes_are_told_in_words() {
        let cases: [(&str, &str, &str); 7] = [
            (
                "\"Shall we?\"",
                "\"Shall we go on?\"",
                "flow hello, step question: the prompt (en) said “Shall we?” and says “Shall we go on?”",
            ),
            (
                "  - end: call\n",
                "  - say: { en: \"Take care.\" }\n  - end: call\n",
                "flow hello: step say (line 19) is new: “Take care.”",
            ),
            ("[ { say: { en: \"Good.\" } } ]", "[]", "flow hello: step say (line 15) is gone: “Good.”"),
            (
                "if_stuck: bye",
                "if_stuck: flow:person",
                "flow hello, step question: if_stuck led to bye and leads to flow person",
            ),
            (
                "[\"a person please\"]",
                "[\"a human please\"]",
                "flow person: starts when a caller says en: a human please",
            ),
            (
                "slots: { sure: { type: yes_no } }",
                "slots: { sure: { type: yes_no }, code: { type: digits } }",
                "flow hello: slot code (digits) is new",
            ),
            ("start: hello", "start: person", "a call began with hello and begins with person"),
        ];
        for (from, to, expected) in cases {
            assert!(LINE.contains(from), "{from}");
            let told = told(|text| text.replace(from, to));
            assert!(told.iter().any(|line| line == expected), "{from} → {to}: {told:#?}");
        }
        let gone =
            told(|text| text.replace("flow: person", "flow: people").replace("handover: person", "handover: people"));
        assert!(gone.contains(&"flow people is new, with one step".to_owned()), "{gone:?}");
        assert!(gone.contains(&"flow person is gone, and its one step".to_owned()), "{gone:?}");
    }
}
