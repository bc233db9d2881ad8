//! Which verbs of a bundle somebody performs: whoever serves calls refuses a bundle that asks for more.

use super::super::bundle::{Bundle, Verb};
use super::super::fault::{Fault, Severity};

/// Verbs that the conversation performs by itself, or with what every caller of it must do anyway.
const BY_ITSELF: [&str; 12] =
    ["say", "ask", "ask_all", "menu", "route", "confirm", "choose", "set", "run", "goto", "wait", "end"];

/// The steps of a bundle whose verb is not among `performed`, in the order of the files. Verbs that need nothing from
/// outside the conversation are always performed. `offer_callback_after` of a queue needs `callback`.
pub fn unperformed(bundle: &Bundle, performed: &[&str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for step in bundle.flows.iter().flat_map(|flow| &flow.steps) {
        let offers = matches!(&step.verb, Verb::Queue(queue) if queue.offer_callback_after.is_some());
        let needed = [step.verb.name()].into_iter().chain(offers.then_some("callback"));
        for verb in needed.filter(|verb| !BY_ITSELF.contains(verb) && !performed.contains(verb)) {
            let option = if offers && verb == "callback" { " (for `offer_callback_after`)" } else { "" };
            faults.push(Fault {
                file: bundle.file_of(step.at),
                line: step.at.line,
                column: step.at.column,
                code: "not-performed",
                severity: Severity::Error,
                what: format!("nothing performs the verb `{verb}`{option} on this line yet"),
                mend: "leave the step out, or serve the bundle with a version that performs it".to_owned(),
            });
        }
    }
    faults.sort();
    faults
}
