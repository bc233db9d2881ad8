//! Private values: what is computed from one is as private, and none may stand where others read or hear it.

use std::collections::BTreeMap;

use super::super::bundle::{Bundle, Flow, FlowIndex, Jump, Privacy, Verb};
use super::super::expression::{Expression, Read};
use super::super::kind::Kind;
use super::super::node::Place;
use super::super::sentence::SentenceId;
use super::exits::sentences_of;
use super::fields::Faults;

/// Notes in each flow which variables are private, because `set` computes them from private values or another flow
/// hands one back.
pub fn infer(bundle: &mut Bundle) {
    loop {
        let found: Vec<Vec<(String, Privacy)>> = bundle.flows.iter().map(|flow| newly_private(bundle, flow)).collect();
        let is_complete = found.iter().all(Vec::is_empty);
        for (flow, found) in bundle.flows.iter_mut().zip(found) {
            flow.private.extend(found);
        }
        if is_complete {
            break;
        }
    }
    bundle.flows.iter_mut().for_each(note_facts);
}

/// Variables of a flow that are more private than is known so far.
fn newly_private(bundle: &Bundle, flow: &Flow) -> Vec<(String, Privacy)> {
    let mut found: BTreeMap<String, Privacy> = BTreeMap::new();
    let mut note = |name: &str, privacy: Privacy| {
        let known = found.get(name).copied().unwrap_or_else(|| flow.privacy(name));
        if !flow.slots.contains_key(name) && privacy > known {
            found.insert(name.to_owned(), privacy);
        }
    };
    for step in &flow.steps {
        match &step.verb {
            Verb::Set { assignments } => {
                assignments.iter().for_each(|(name, expression)| note(name, of_expression(flow, expression)));
            }
            Verb::Run(run) => {
                let other = bundle.flow(run.flow);
                run.returns.iter().for_each(|(mine, its)| note(mine, other.privacy(&its.root)));
            }
            _ => {}
        }
    }
    found.into_iter().collect()
}

/// Whoever is told a variable that is private is told that it is.
fn note_facts(flow: &mut Flow) {
    let private = &flow.private;
    for step in &mut flow.steps {
        let facts = match &mut step.verb {
            Verb::Queue(queue) => &mut queue.brief,
            Verb::Transfer(transfer) => &mut transfer.brief,
            Verb::Confirm(confirm) => &mut confirm.facts,
            _ => continue,
        };
        for fact in facts {
            fact.private |= fact.read.field.is_none() && private.contains_key(&fact.read.root);
        }
    }
}

/// How private what an expression gives is. A yes or no about a private value tells next to nothing of it.
fn of_expression(flow: &Flow, expression: &Expression) -> Privacy {
    if expression.kind == Kind::YesNo {
        return Privacy::None;
    }
    expression.reads.iter().map(|read| of_read(flow, read)).max().unwrap_or_default()
}

fn of_read(flow: &Flow, read: &Read) -> Privacy {
    let is_callers_own = read.root == "caller" && matches!(read.field.as_deref(), Some("number" | "name"));
    if is_callers_own { Privacy::Mask } else { flow.privacy(&read.root) }
}

/// Looks for private values where they must not be.
pub fn check(bundle: &Bundle, flow: &Flow, faults: &mut Faults) {
    for step in &flow.steps {
        for sentence in sentences_of(&step.verb) {
            hidden_said(bundle, flow, sentence, step.at, faults);
        }
        match &step.verb {
            Verb::Note { sentence } => masked_shared(bundle, flow, *sentence, "`note`", faults),
            Verb::Tag { tags } => tags.iter().for_each(|tag| masked_shared(bundle, flow, *tag, "`tag`", faults)),
            Verb::Queue(queue) => {
                for skill in &queue.skills {
                    hidden_said(bundle, flow, *skill, step.at, faults);
                }
                told(flow, &queue.brief, step.at, faults);
            }
            Verb::Transfer(transfer) => told(flow, &transfer.brief, step.at, faults),
            Verb::Confirm(confirm) => told(flow, &confirm.facts, step.at, faults),
            Verb::Send(send) => {
                for (name, expression) in &send.with {
                    if let Some(read) = private_read(flow, expression, Privacy::Mask) {
                        let what = format!("`{read}` is private and would be sent in `{name}`");
                        let mend = "leave it out: a message is kept and read elsewhere";
                        faults.error(step.at, "private-shared", what, mend);
                    }
                }
            }
            Verb::Set { assignments } => {
                for (name, expression) in assignments {
                    let Some(slot) = flow.slots.get(name) else { continue };
                    lost(flow, expression, name, slot.privacy, step.at, faults);
                }
            }
            Verb::Run(run) => {
                let other = bundle.flow(run.flow);
                for (name, expression) in &run.with {
                    lost(flow, expression, name, other.privacy(name), step.at, faults);
                }
                for (mine, its) in &run.returns {
                    let given = other.privacy(&its.root);
                    if given > flow.privacy(mine) {
                        let what =
                            format!("the slot `{mine}` is less private than `{}`, which it takes over", path(its));
                        faults.warning(step.at, "private-lost", what, mend_of(given));
                    }
                }
            }
            Verb::Goto { to: Jump::Flow(target), .. } => carried(bundle, flow, *target, step.at, faults),
            _ => {}
        }
    }
}

fn mend_of(privacy: Privacy) -> String {
    let word = if privacy == Privacy::Hide { "hide" } else { "mask" };
    format!("write `private: {word}` there too")
}

/// A `goto` to another flow carries slots of equal name.
fn carried(bundle: &Bundle, flow: &Flow, target: FlowIndex, at: Place, faults: &mut Faults) {
    let other = bundle.flow(target);
    for (name, slot) in &flow.slots {
        let taken = other.slots.get(name).filter(|taken| taken.kind == slot.kind);
        if taken.is_some_and(|taken| slot.privacy > taken.privacy) {
            let what = format!("the slot `{name}` of `{}` is less private than here, and is carried there", other.name);
            faults.warning(at, "private-lost", what, mend_of(slot.privacy));
        }
    }
}

/// A private value in a slot that is not as private.
fn lost(flow: &Flow, expression: &Expression, name: &str, target: Privacy, at: Place, faults: &mut Faults) {
    let given = of_expression(flow, expression);
    if given > target {
        let what = format!("the slot `{name}` is less private than what it is given");
        faults.warning(at, "private-lost", what, mend_of(given));
    }
}

fn private_read(flow: &Flow, expression: &Expression, least: Privacy) -> Option<String> {
    if expression.kind == Kind::YesNo {
        return None;
    }
    expression.reads.iter().find(|read| of_read(flow, read) >= least).map(path)
}

fn path(read: &Read) -> String {
    match &read.field {
        Some(field) => format!("{}.{field}", read.root),
        None => read.root.clone(),
    }
}

fn hidden_said(bundle: &Bundle, flow: &Flow, sentence: SentenceId, step: Place, faults: &mut Faults) {
    let sentence = bundle.sentences.get(sentence);
    // A slot that is `hide` itself was found when the sentence was read; here are the variables.
    for read in sentence.reads.iter().filter(|read| flow.private.get(&read.root) == Some(&Privacy::Hide)) {
        let at = if sentence.at == Place::default() { step } else { sentence.at };
        let what = format!("`{}` is computed from a value that is private: hide, and would be said here", read.root);
        faults.error(at, "private-said", what, "leave it out of the sentence");
    }
}

fn told(flow: &Flow, facts: &[super::super::bundle::BriefItem], at: Place, faults: &mut Faults) {
    for fact in facts.iter().filter(|fact| flow.private.get(&fact.read.root) == Some(&Privacy::Hide)) {
        let what =
            format!("`{}` is computed from a value that is private: hide, and would be told here", fact.read.root);
        faults.error(at, "private-said", what, "leave it out");
    }
}

fn masked_shared(bundle: &Bundle, flow: &Flow, sentence: SentenceId, verb: &str, faults: &mut Faults) {
    let sentence = bundle.sentences.get(sentence);
    for read in sentence.reads.iter().filter(|read| of_read(flow, read) == Privacy::Mask) {
        let what = format!("`{}` is private and would be kept in {verb}", path(read));
        faults.error(sentence.at, "private-shared", what, "leave it out, or tell it in the `brief` of a queue");
    }
}
