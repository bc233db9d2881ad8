//! One of a few options, in the caller's words.

use super::template::{Around, Heard};
use super::weight::phrase_length;
use super::{ChoiceOption, Language, Reading, Template, Value};

/// Ways to name an option by its place, in normal form; the place counts from 0, `None` is the last.
#[rustfmt::skip]
const ORDINALS: &[(&str, Option<usize>)] = &[
    ("the first", Some(0)), ("first one", Some(0)), ("number one", Some(0)), ("option one", Some(0)),
    ("number 1", Some(0)), ("option 1", Some(0)), ("the second", Some(1)), ("second one", Some(1)),
    ("number two", Some(1)), ("option two", Some(1)), ("number 2", Some(1)), ("option 2", Some(1)),
    ("the third", Some(2)), ("third one", Some(2)), ("number three", Some(2)), ("option three", Some(2)),
    ("number 3", Some(2)), ("option 3", Some(2)), ("the fourth", Some(3)), ("fourth one", Some(3)),
    ("option four", Some(3)), ("option 4", Some(3)), ("number four", Some(3)), ("number 4", Some(3)),
    ("the fifth", Some(4)), ("fifth one", Some(4)), ("option five", Some(4)), ("option 5", Some(4)),
    ("number five", Some(4)), ("number 5", Some(4)), ("the last", None), ("last one", None), ("the latter", None),
    ("the former", Some(0)), ("第一", Some(0)), ("第1", Some(0)), ("第二", Some(1)), ("第2", Some(1)),
    ("第三", Some(2)), ("第3", Some(2)), ("第四", Some(3)), ("第4", Some(3)), ("第五", Some(4)), ("第5", Some(4)),
    ("最后", None),
];

/// Readings of `heard`, one for each option that fits at all.
pub(super) fn read(options: &[ChoiceOption], heard: &Heard, language: Language) -> Vec<Reading> {
    let mut fitting: Vec<Fitting> = Vec::new();
    for option in options {
        let fits = match option.said.get(&language) {
            Some(templates) if !templates.is_empty() => best(templates.iter(), heard),
            _ => best(Template::parse(&option.value.replace('_', " ")).iter(), heard),
        };
        if let Some((score, words)) = fits {
            fitting.push(Fitting { value: &option.value, score, words });
        }
    }
    let mut readings: Vec<Reading> = fitting
        .iter()
        .map(|fits| {
            // "coffee" is in "iced coffee" as well: where the longer name was said, it is meant.
            let is_part =
                fitting.iter().any(|other| other.score >= fits.score && is_part_of(&fits.words, &other.words));
            let score = if is_part { fits.score * 0.6 } else { fits.score };
            Reading { value: Value::from(fits.value), score, valid: true }
        })
        .collect();
    let by_place = named_by_place(options, heard);
    if let Some(value) = by_place
        && !readings.iter().any(|reading| reading.score > 0.8)
    {
        readings.retain(|reading| reading.value != Value::from(value));
        readings.push(Reading { value: Value::from(value), score: 0.85, valid: true });
    }
    readings
}

struct Fitting<'o> {
    value: &'o str,
    score: f32,
    words: Vec<String>,
}

fn is_part_of(part: &[String], whole: &[String]) -> bool {
    !part.is_empty() && part.len() < whole.len() && part.iter().all(|word| whole.contains(word))
}

/// A template that fits less is none that was meant.
const LEAST: f32 = 0.3;

/// The best score and the content words of the template that reached it.
fn best<'t>(templates: impl Iterator<Item = &'t Template>, heard: &Heard) -> Option<(f32, Vec<String>)> {
    let fits = |template: &'t Template| {
        let score = template.matches_heard(heard, Around::Story, LEAST)?.score;
        (score > LEAST).then_some((score, template))
    };
    let (score, template) = templates.filter_map(fits).max_by(|left, right| left.0.total_cmp(&right.0))?;
    Some((score, template.content_words()))
}

fn named_by_place<'o>(options: &'o [ChoiceOption], heard: &Heard) -> Option<&'o str> {
    let words: Vec<&str> = heard.words().collect();
    for at in 0..words.len() {
        let named = ORDINALS.iter().find(|(phrase, _)| phrase_length(phrase, &words[at..]).is_some());
        if let Some((_, place)) = named {
            let option = place.map_or_else(|| options.last(), |place| options.get(place));
            return option.map(|option| option.value.as_str());
        }
    }
    None
}
