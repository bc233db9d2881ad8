//! Sentences that fit two choices or two flows: found by trying what each template stands for on all others.

use crate::words::{ACCEPT, ChoiceOption, Language, MARGIN, Template, rank};

/// Sentences tried of each template.
const SAMPLES: usize = 6;
/// How many comparisons of a sentence with a template one bundle may cost.
const MOST_COMPARISONS: usize = 60_000;

/// Pairs of places whose templates fit one sentence, each pair once, with that sentence.
pub fn between(templates: &[(usize, Language, &Template)]) -> Vec<(usize, usize, String)> {
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    let mut comparisons = 0;
    for (owner, language, template) in templates {
        for sample in template.samples(SAMPLES) {
            comparisons += templates.len();
            if comparisons > MOST_COMPARISONS {
                return found;
            }
            // A slot may hold any word.
            let sentence = sample.replace(['{', '}'], " ");
            let same_language = templates.iter().filter(|(_, other, _)| other == language);
            let candidates = rank(same_language.map(|(owner, _, template)| (*owner, *template)), &sentence, *language);
            let Some(own) = candidates.iter().find(|candidate| candidate.id == *owner) else { continue };
            let rival = candidates.iter().find(|candidate| {
                candidate.id != *owner
                    && candidate.found.score >= ACCEPT
                    && candidate.found.score + MARGIN > own.found.score
            });
            if let Some(rival) = rival {
                let pair = (*owner.min(&rival.id), *owner.max(&rival.id));
                if !found.iter().any(|(first, second, _)| (*first, *second) == pair) {
                    found.push((pair.0, pair.1, sample));
                }
            }
        }
    }
    found
}

/// As [`between`], for the choices of a menu.
pub fn between_options(options: &[ChoiceOption]) -> Vec<(usize, usize, String)> {
    let mut templates = Vec::new();
    for (index, option) in options.iter().enumerate() {
        for (language, said) in &option.said {
            templates.extend(said.iter().map(|template| (index, *language, template)));
        }
    }
    between(&templates)
}
