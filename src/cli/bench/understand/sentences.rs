//! Sentences and templates: which flow would be started.

use std::time::Instant;

use crate::words::{ACCEPT, Candidate, Heard, MARGIN, Template, TemplateIndex};

/// From this score on a flow that does not fit well enough is offered where flows are what is asked for.
const WORTH_ASKING: f32 = 0.55;
/// How often each sentence is ranked for the time it takes.
const ROUNDS: u32 = 20;

/// What came of the sentences of one set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcomes {
    /// Sentences that want something the templates know.
    pub sentences: usize,
    /// How many things may be wanted.
    pub intents: usize,
    /// Understood, and taken without asking.
    pub right: usize,
    /// Taken without asking for something else.
    pub wrong: usize,
    /// Asked about, the right one among what was offered.
    pub asked: usize,
    /// Asked about, the right one not among it.
    pub asked_wrongly: usize,
    /// Not understood: the caller is asked to say it again.
    pub missed: usize,
    /// Sentences that want nothing the templates know.
    pub strangers: usize,
    /// Of those, taken for something without asking.
    pub strangers_taken: usize,
    /// Of those, asked about.
    pub strangers_asked: usize,
    /// What one sentence takes on average, in microseconds.
    pub microseconds: f64,
}

/// What a call would do with the candidates.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict<'c> {
    Take(&'c str),
    Ask(&'c str, Option<&'c str>),
    Miss,
}

fn verdict<'c>(candidates: &'c [Candidate<&'c str>]) -> Verdict<'c> {
    let score = |place: usize| candidates.get(place).map_or(0.0, |candidate| candidate.found.score);
    let id = |place: usize| candidates.get(place).map(|candidate| candidate.id);
    let close = score(0) - score(1) < MARGIN;
    match id(0) {
        Some(best) if score(0) >= ACCEPT && !close => Verdict::Take(best),
        Some(best) if score(0) >= ACCEPT => Verdict::Ask(best, id(1)),
        Some(best) if score(0) >= WORTH_ASKING && !close => Verdict::Ask(best, None),
        _ => Verdict::Miss,
    }
}

/// The rows of a table divided by tabs, comments left out.
pub(super) fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| line.split('\t').collect())
}

/// Ranks the sentences of `sentences` marked `split` against `templates`, and tells of each that was not understood.
///
/// # Errors
/// When a template is none.
pub fn bench_sentences(
    sentences: &str,
    templates: &str,
    split: &str,
    tell: &mut dyn FnMut(&str),
) -> anyhow::Result<Outcomes> {
    let mut parsed: Vec<(&str, Template)> = Vec::new();
    for row in rows(templates) {
        let [intent, text] = row[..] else { anyhow::bail!("{row:?} is no intent and template") };
        parsed.push((intent, Template::parse(text)?));
    }
    let mut intents: Vec<&str> = parsed.iter().map(|(intent, _)| *intent).collect();
    intents.dedup();
    let mut outcomes = Outcomes { intents: intents.len(), ..Outcomes::default() };
    let index = TemplateIndex::new(parsed);
    let mut seconds = 0.0;
    let mut count = 0_u32;
    for row in rows(sentences) {
        let [_, intent, text] = row[..] else { anyhow::bail!("{row:?} is no sentence") };
        if row[0] != split {
            continue;
        }
        let began = Instant::now();
        for _ in 1..ROUNDS {
            std::hint::black_box(index.rank(&Heard::new(std::hint::black_box(text))));
        }
        let candidates = index.rank(&Heard::new(text));
        seconds += began.elapsed().as_secs_f64();
        count += ROUNDS;
        outcomes.count(intent, verdict(&candidates), text, tell);
    }
    outcomes.microseconds = seconds * 1e6 / f64::from(count.max(1));
    Ok(outcomes)
}

impl Outcomes {
    fn count(&mut self, wanted: &str, verdict: Verdict<'_>, text: &str, tell: &mut dyn FnMut(&str)) {
        if wanted == "none" {
            self.strangers += 1;
            match verdict {
                Verdict::Take(taken) => {
                    self.strangers_taken += 1;
                    tell(&format!("  taken for {taken}: {text:?}"));
                }
                Verdict::Ask(..) => self.strangers_asked += 1,
                Verdict::Miss => {}
            }
            return;
        }
        self.sentences += 1;
        match verdict {
            Verdict::Take(taken) if taken == wanted => self.right += 1,
            Verdict::Take(taken) => {
                self.wrong += 1;
                tell(&format!("  {wanted} taken for {taken}: {text:?}"));
            }
            Verdict::Ask(first, second) if first == wanted || second == Some(wanted) => self.asked += 1,
            Verdict::Ask(first, second) => {
                self.asked_wrongly += 1;
                tell(&format!("  {wanted} asked whether {first} or {}: {text:?}", second.unwrap_or("not")));
            }
            Verdict::Miss => {
                self.missed += 1;
                tell(&format!("  {wanted} missed: {text:?}"));
            }
        }
    }

    /// A row of the table of figures.
    pub fn row(&self, set: &str) -> String {
        let share = |count: usize, of: usize| format!("{:.0} %", 100.0 * count as f64 / of.max(1) as f64);
        format!(
            "| {set} | {} | {} | {} | {} | {} | {} | {} | {} of {} | {:.1} |",
            self.intents,
            self.sentences,
            share(self.right, self.sentences),
            share(self.wrong, self.sentences),
            share(self.asked, self.sentences),
            share(self.asked_wrongly, self.sentences),
            share(self.missed, self.sentences),
            self.strangers_taken,
            self.strangers,
            self.microseconds,
        )
    }
}

/// The head of the table of figures.
pub(super) const HEAD: &str = "\
| set | intents | sentences | right | wrong without asking | asked, right | asked, wrong | missed | strangers taken | µs |
|---|---|---|---|---|---|---|---|---|---|";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_has_one_outcome() {
        let sentences = "seen\tstatus\twhere is my order\nheld\tstatus\tuh where's my order please\nheld\thours\twhere are you\nheld\tnone\ttell me a joke\n";
        let templates = "status\twhere is my order\nhours\twhen do you open\n";
        let mut told = Vec::new();
        let outcomes = bench_sentences(sentences, templates, "held", &mut |line| told.push(line.to_owned())).unwrap();
        assert_eq!((outcomes.sentences, outcomes.right, outcomes.missed, outcomes.strangers), (2, 1, 1, 1));
        assert_eq!((outcomes.wrong, outcomes.strangers_taken, told.len()), (0, 0, 1));
        assert!(bench_sentences("", "broken\t(a", "held", &mut |_| {}).is_err());
    }
}
