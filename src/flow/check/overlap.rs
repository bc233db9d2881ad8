//! Sentences that fit two choices or two flows: found by trying what each template stands for on all others.

use crate::words::{ACCEPT, ChoiceOption, Heard, Language, MARGIN, Template, TemplateIndex};

/// Sentences tried of each template.
const SAMPLES: usize = 6;
/// Pairs of places whose templates fit one sentence, each pair once, with that sentence.
pub fn between(templates: &[(usize, Language, &Template)]) -> Vec<(usize, usize, String)> {
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    let mut languages: Vec<Language> = templates.iter().map(|(_, language, _)| *language).collect();
    languages.sort_unstable();
    languages.dedup();
    for language in languages {
        let spoken = templates.iter().filter(|(_, other, _)| *other == language);
        let index = TemplateIndex::new(spoken.clone().map(|(owner, _, template)| (*owner, (*template).clone())));
        for (owner, _, template) in spoken {
            for sample in template.samples(SAMPLES) {
                // A slot may hold any word.
                let candidates = index.rank(&Heard::new(&sample.replace(['{', '}'], " ")));
                let Some(own) = candidates.iter().find(|candidate| candidate.id == *owner) else { continue };
                let rival = candidates.iter().find(|candidate| {
                    candidate.id != *owner
                        && candidate.found.score >= ACCEPT
                        && candidate.found.score + MARGIN > own.found.score
                });
                let Some(rival) = rival else { continue };
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
