//! What the bundle's own `answers:` have to say to a question: the knowledge base of a rehearsal.

use crate::words::{ACCEPT, Language, MARGIN, Template, rank};

use super::super::act::{AnswerAct, Answered, KnownAnswer};
use super::super::bundle::Bundle;

/// Below [`ACCEPT`], but worth asking about.
const WORTH_ASKING: f32 = 0.5;
/// So many are asked about at most.
const MOST_UNSURE: usize = 3;

/// Looks for an answer among the topics that the step names.
pub fn answer(bundle: &Bundle, act: &AnswerAct) -> Answered {
    let mut found = fitting(bundle, act);
    found.retain(|known| known.score >= WORTH_ASKING);
    found.truncate(MOST_UNSURE);
    let lead = match found.as_slice() {
        [] => return Answered::None,
        [only] => only.score,
        [best, next, ..] => best.score - next.score,
    };
    if found[0].score >= ACCEPT && lead >= MARGIN {
        return Answered::Sure(found.swap_remove(0));
    }
    Answered::Unsure(found)
}

/// Every answer with how well its question fits, best first.
fn fitting(bundle: &Bundle, act: &AnswerAct) -> Vec<KnownAnswer> {
    let topics = bundle.answers.iter().filter(|topic| act.topics.is_empty() || act.topics.contains(&topic.topic));
    let entries = topics.flat_map(|topic| topic.entries.iter().map(move |entry| (topic, entry)));
    let mut found: Vec<KnownAnswer> = entries
        .filter_map(|(topic, entry)| {
            let asked: Vec<(usize, &Template)> = in_language(&entry.asked, act.language).enumerate().collect();
            let best = rank(asked.iter().copied(), &act.question, act.language).into_iter().next()?;
            let question = asked.first().and_then(|(_, template)| template.samples(1).into_iter().next());
            let text = bundle.sentences.get(entry.says).lines(act.language).first()?.text.clone();
            Some(KnownAnswer {
                topic: topic.topic.clone(),
                question: question.unwrap_or_default(),
                text,
                score: best.found.score,
            })
        })
        .collect();
    found.sort_by(|left, right| right.score.total_cmp(&left.score));
    found
}

fn in_language(asked: &[(Language, Template)], language: Language) -> impl Iterator<Item = &Template> {
    asked.iter().filter(move |(known, _)| *known == language).map(|(_, template)| template)
}
