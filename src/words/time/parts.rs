//! Parts of the day.

use super::super::spoken::lexicon::Part;
use super::super::spoken::{Candidate, Heard, Sense};
use super::Clock;

/// A part of the day: which hours it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Span {
    Am,
    Pm,
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
    SmallHours,
}

/// Every part of the day that is named, with its place; greetings are none.
pub fn parts(heard: &Heard) -> Vec<(usize, Span)> {
    const CHINESE: &[(&str, Span)] = &[
        ("上午", Span::Morning),
        ("早上", Span::Morning),
        ("早晨", Span::Morning),
        ("清晨", Span::Morning),
        ("清早", Span::Morning),
        ("今早", Span::Morning),
        ("明早", Span::Morning),
        ("早", Span::Morning),
        ("中午", Span::Noon),
        ("下午", Span::Afternoon),
        ("午后", Span::Afternoon),
        ("傍晚", Span::Evening),
        ("晚上", Span::Evening),
        ("今晚", Span::Evening),
        ("明晚", Span::Evening),
        ("昨晚", Span::Evening),
        ("夜里", Span::Night),
        ("夜晚", Span::Evening),
        ("半夜", Span::Night),
        ("深夜", Span::Night),
        ("凌晨", Span::SmallHours),
        ("晚", Span::Evening),
    ];
    let mut found = Vec::new();
    for place in 0..heard.len() {
        if heard.is_han(place) {
            let Some((behind, part)) = heard.han_of(place, CHINESE) else { continue };
            // 早上好 is a greeting, 早一点 and 晚一点 no time of day.
            let is_other =
                heard.han(behind, "好").is_some() || heard.han(behind, "一点").is_some() && behind == place + 1;
            let is_tail = found.last().is_some_and(|(last, _)| *last + 1 == place);
            if !is_other && !is_tail {
                found.push((place, part));
            }
        } else if let Some(part) = part_word(heard, place) {
            let is_greeting = heard.is(place.wrapping_sub(1), "good") || heard.is(place.wrapping_sub(1), "nice");
            if !is_greeting {
                found.push((place, part));
            }
        }
    }
    found
}

/// The part of the day that the word at `at` names, `a.m.` in its pieces among them.
pub fn part_word(heard: &Heard, at: usize) -> Option<Span> {
    match heard.sense(at) {
        Sense::Part(part) => Some(match part {
            Part::Am => Span::Am,
            Part::Pm => Span::Pm,
            Part::Morning => Span::Morning,
            Part::Afternoon => Span::Afternoon,
            Part::Evening => Span::Evening,
            Part::Night => Span::Night,
        }),
        Sense::Tonight => Some(Span::Evening),
        Sense::A if heard.is(at + 1, "m") => Some(Span::Am),
        _ if heard.is(at, "p") && heard.is(at + 1, "m") => Some(Span::Pm),
        _ => None,
    }
}

/// The part of the day nearest to a time: one behind it within four words, else one before it, else any.
pub fn nearest(parts: &[(usize, Span)], clock: &Candidate<Clock>) -> Option<Span> {
    let distance = |place: usize| {
        if place >= clock.end { place - clock.end } else { clock.start.saturating_sub(place) }
    };
    parts.iter().min_by_key(|(place, _)| distance(*place)).map(|(_, part)| *part)
}
