//! What the simulator prints.

use std::fmt::Write;

use crate::flow::rehearsal::{Happening, Rehearsal, What, Who, show};
use crate::flow::{Proposal, UnderstoodAct};

/// How lines are dressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dress {
    /// As they are: for files and tests.
    #[default]
    Plain,
    /// What goes on behind the talk is dim: for terminals.
    Colours,
}

impl Dress {
    /// Set apart from what came before, where there is a screen.
    pub(super) fn apart(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Colours => "\n",
        }
    }

    pub(super) fn dim(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colours => format!("\x1b[2m{text}\x1b[0m"),
        }
    }

    /// Whose a saying is.
    fn bot(self) -> &'static str {
        match self {
            Self::Plain => "bot",
            Self::Colours => "\x1b[36mbot\x1b[0m",
        }
    }

    fn bold(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colours => format!("\x1b[1m{text}\x1b[0m"),
        }
    }
}

/// What happened, line by line.
pub(super) fn happenings(call: &Rehearsal, happened: &[Happening], reveal: bool, dress: Dress) -> String {
    let mut told = String::new();
    for one in happened {
        // Who answers it is told in the next line.
        let asked = match one {
            Happening { at, what: What::Asked { verb, id, name, args, unanswered: true } } => {
                let (verb, id, name, args) = (*verb, *id, name.clone(), args.clone());
                Some(Happening { at: *at, what: What::Asked { verb, id, name, args, unanswered: false } })
            }
            _ => None,
        };
        let Some(shown) = show(asked.as_ref().unwrap_or(one)) else { continue };
        let mut text = if reveal { shown.text } else { call.masked(&shown.text) };
        if reveal && let What::SlotFilled { slot, raw, .. } = &one.what {
            text = format!("{slot} = {}", raw.reveal().text());
        }
        let at = clock(shown.at);
        // Why stands out from where.
        let is_reason = matches!(one.what, What::Understood(_) | What::Handler { .. } | What::SlotFilled { .. });
        let _ = match shown.who {
            Who::Bot => writeln!(told, "{} {}  {}", dress.dim(&at), dress.bot(), dress.bold(&text)),
            _ if is_reason => writeln!(told, "{}      {text}", dress.dim(&at)),
            _ => writeln!(told, "{}", dress.dim(&format!("{at}      {text}"))),
        };
        if let What::Understood(understood) = &one.what {
            for line in beside(understood) {
                let line = if reveal { line } else { call.masked(&line) };
                let _ = writeln!(told, "{}", dress.dim(&format!("{:9}      {line}", "")));
            }
        }
    }
    told
}

/// What else was weighed, the best of each rank first.
fn beside(understood: &UnderstoodAct) -> Vec<String> {
    let is_winner = |proposal: &Proposal| proposal.rank == understood.rank;
    let mut rest: Vec<&Proposal> = understood.proposals.iter().collect();
    if let Some(best) = rest.iter().position(|proposal| is_winner(proposal)) {
        rest.remove(best);
    }
    let told = |proposal: &&Proposal| format!("{} {:.2} ({})", proposal.what, proposal.score, proposal.rank.name());
    if rest.is_empty() {
        return Vec::new();
    }
    let each: Vec<String> = rest.iter().take(4).map(told).collect();
    vec![format!("  also weighed: {}", each.join("; "))]
}

/// Minutes, seconds and tenths since the call was answered.
fn clock(ms: u64) -> String {
    let tenths = ms / 100;
    format!("{:3}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

/// Where the conversation is and what it waits for.
pub(super) fn position(call: &Rehearsal, reveal: bool, dress: Dress) -> String {
    if call.has_ended() {
        return dress.dim("the call is over: !undo takes the last turn back, !restart begins again, !save keeps it")
            + "\n";
    }
    if call.is_queued() {
        return dress.dim("waiting for a person: !queue talked, no_agent, late, full, closed or outage") + "\n";
    }
    let Some(waiting) = call.conversation().waiting_for() else { return String::new() };
    let mut text = format!("at {}/{}", waiting.flow, waiting.step);
    match (waiting.question, waiting.expected) {
        (Some(question), _) => text.push_str(&format!(", asking {question}")),
        (None, Some(expected)) => text.push_str(&format!(", waiting for {expected}")),
        (None, None) => {}
    }
    if !waiting.slots.is_empty() {
        let value = |slot: &str, shown: &str| match call.conversation().value_of(slot) {
            Some(value) if reveal => value.text(),
            _ => shown.to_owned(),
        };
        let slots: Vec<String> =
            waiting.slots.iter().map(|(slot, shown)| format!("{slot} = {}", value(slot, shown))).collect();
        text.push_str(&format!(" · {}", slots.join(", ")));
    }
    let zone = call.bundle().timezone().clone();
    let wall = call.wall().to_zoned(zone);
    text.push_str(&format!(" · {} · {}", call.language(), wall.strftime("%a %e %b %H:%M")));
    dress.dim(&text) + "\n"
}
