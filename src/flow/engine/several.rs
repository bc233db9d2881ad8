//! Several values in one breath: which words belong to which slot.
//!
//! Every slot reads the whole utterance; what it takes its value from is found by leaving words away from either end
//! for as long as the value stays. Slots whose words overlap read again what the others leave. Slots of one type
//! share the values of that type by the words before them (`from`, `to`), else in the order in which they are
//! declared.

use crate::words::{MARGIN, SlotType, Value, read};

use super::super::bundle::Slot;
use super::conversation::Conversation;
use super::judging::Judged;
use super::understand::Utterance;

/// More words than these are not taken apart: nobody names several values in a speech.
const MOST_PIECES: usize = 40;
/// The most values of one type that are looked for.
const MOST_OF_A_TYPE: usize = 4;

/// A value and the words it was said in: pieces `from` up to `to`.
#[derive(Clone)]
struct Found {
    value: Value,
    score: f32,
    margin: f32,
    next: Option<Value>,
    from: usize,
    to: usize,
}

/// What an utterance says of a slot.
pub struct Given {
    pub slot: String,
    pub judged: Judged,
    /// Whether it is plain enough to be taken without a question.
    pub sure: bool,
}

impl Conversation {
    /// The values that an utterance gives for the slots of the flow on top. `lenient`: what is worth reading back is
    /// sure enough, because everything is read back later.
    pub(super) fn several(&self, slots: &[&str], utterance: &Utterance, lenient: bool) -> Vec<Given> {
        let Some(frame) = self.frames.last() else { return Vec::new() };
        let declared = &self.bundle.flow(frame.flow).slots;
        let pieces = pieces(&utterance.text);
        if pieces.is_empty() || pieces.len() > MOST_PIECES {
            return Vec::new();
        }
        let text = Text { whole: &utterance.text, pieces };
        let mut groups: Vec<(&SlotType, Vec<&str>)> = Vec::new();
        for name in slots {
            let Some(Slot { kind, .. }) = declared.get(*name) else { continue };
            if matches!(kind, SlotType::YesNo | SlotType::FreeText | SlotType::Card) {
                continue;
            }
            match groups.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, names)) => names.push(name),
                None => groups.push((kind, vec![name])),
            }
        }
        // Types of which values are told apart best choose their words first.
        groups.sort_by_key(|(kind, _)| looseness(kind));
        let mut taken: Vec<(usize, usize)> = Vec::new();
        let mut given = Vec::new();
        for (kind, names) in groups {
            let mut found = self.all_of(kind, &text, &taken, names.len());
            found.sort_by_key(|found| found.from);
            taken.extend(found.iter().map(|found| (found.from, found.to)));
            for (name, found) in share(&names, found, &text) {
                let sureness = kind.sureness();
                let score = found.score * utterance.confidence;
                if score < sureness.reject {
                    continue;
                }
                let margin = found.margin.min(utterance.margin);
                let least = if lenient { sureness.reject } else { sureness.accept };
                let sure = score >= least && margin >= MARGIN;
                let judged = Judged { value: found.value, score, margin, next: found.next };
                given.push(Given { slot: name.to_owned(), judged, sure });
            }
        }
        given
    }

    /// The values of a type outside the words that are taken, at most as many as are wanted.
    fn all_of(&self, kind: &SlotType, text: &Text<'_>, taken: &[(usize, usize)], wanted: usize) -> Vec<Found> {
        let mut open = gaps(text.pieces.len(), taken);
        let mut found: Vec<Found> = Vec::new();
        while let Some((from, to)) = open.pop() {
            if found.len() >= wanted.min(MOST_OF_A_TYPE) {
                break;
            }
            let Some(one) = self.narrowest(kind, text, from, to) else { continue };
            open.push((one.to, to));
            open.push((from, one.from));
            found.push(one);
        }
        found
    }

    /// The best value between two pieces, and the fewest words that say it.
    fn narrowest(&self, kind: &SlotType, text: &Text<'_>, from: usize, to: usize) -> Option<Found> {
        let mut found = self.best(kind, text, from, to)?;
        let stays = |found: &Found, from: usize, to: usize| {
            let fewer = self.best(kind, text, from, to)?;
            // "In the afternoon" changes neither the value nor its score, but without it there is another reading.
            let as_sure = fewer.score + 0.001 >= found.score && fewer.margin + 0.001 >= found.margin.min(MARGIN);
            (fewer.value == found.value && as_sure).then_some(fewer)
        };
        while let Some(fewer) = stays(&found, found.from + 1, found.to) {
            found = fewer;
        }
        while let Some(fewer) = stays(&found, found.from, found.to.saturating_sub(1)) {
            found = fewer;
        }
        Some(found)
    }

    fn best(&self, kind: &SlotType, text: &Text<'_>, from: usize, to: usize) -> Option<Found> {
        let words = text.between(from, to)?;
        let mut valid = read(kind, words, self.language, self.local_now()).into_iter().filter(|reading| reading.valid);
        let best = valid.next()?;
        let next = valid.max_by(|left, right| left.score.total_cmp(&right.score));
        let margin = best.score - next.as_ref().map_or(0.0, |next| next.score);
        let next = next.map(|next| next.value);
        Some(Found { value: best.value, score: best.score, margin, next, from, to })
    }
}

/// An utterance in words and characters.
struct Text<'t> {
    whole: &'t str,
    /// Where each begins and ends, in bytes.
    pieces: Vec<(usize, usize)>,
}

impl<'t> Text<'t> {
    fn between(&self, from: usize, to: usize) -> Option<&'t str> {
        let last = to.checked_sub(1).filter(|last| *last >= from)?;
        self.whole.get(self.pieces.get(from)?.0..self.pieces.get(last)?.1)
    }
}

/// Words of letters and digits; of what is written without spaces each character.
fn pieces(text: &str) -> Vec<(usize, usize)> {
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<usize> = None;
    for (at, character) in text.char_indices() {
        let alone = u32::from(character) >= 0x2e80;
        let part_of_word = !alone && !character.is_whitespace() && !matches!(character, ',' | ';' | '!' | '?');
        if part_of_word {
            open.get_or_insert(at);
            continue;
        }
        pieces.extend(open.take().map(|from| (from, at)));
        if alone && character.is_alphanumeric() {
            pieces.push((at, at + character.len_utf8()));
        }
    }
    pieces.extend(open.map(|from| (from, text.len())));
    pieces
}

/// What lies between spans that are taken.
fn gaps(length: usize, taken: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut taken = taken.to_vec();
    taken.sort_unstable();
    let mut gaps = Vec::new();
    let mut from = 0;
    for (start, end) in taken {
        if start > from {
            gaps.push((from, start));
        }
        from = from.max(end);
    }
    if from < length {
        gaps.push((from, length));
    }
    gaps
}

/// Who gets which value: slots with a word of their name right before a value first, the rest in order.
fn share<'n>(names: &[&'n str], found: Vec<Found>, text: &Text<'_>) -> Vec<(&'n str, Found)> {
    const NEAR: usize = 3;
    if names.len() == 1 {
        return found.into_iter().take(1).map(|found| (names[0], found)).collect();
    }
    let mut shared: Vec<(&'n str, Found)> = Vec::new();
    let mut rest: Vec<Found> = Vec::new();
    for one in found {
        let before = text.between(one.from.saturating_sub(NEAR), one.from).unwrap_or_default().to_lowercase();
        let called = |name: &&&'n str| {
            let free = !shared.iter().any(|(taken, _)| *taken == **name);
            free && name.split('_').any(|word| is_cue(word, &before))
        };
        match names.iter().find(called) {
            Some(name) => shared.push((name, one)),
            None => rest.push(one),
        }
    }
    for one in rest {
        let free = names.iter().find(|name| !shared.iter().any(|(taken, _)| taken == *name)).copied();
        if let Some(name) = free {
            shared.push((name, one));
        }
    }
    shared
}

/// Whether the words before a value point to a slot by a word of its name.
fn is_cue(word: &str, before: &str) -> bool {
    const ALSO: [(&[&str], &[&str]); 2] = [
        (&["from", "origin", "departure", "start", "begin"], &["from", "leaving", "从", "自", "由"]),
        (&["to", "destination", "arrival", "end", "until"], &["to", "until", "till", "到", "去", "至"]),
    ];
    let says = |cue: &str| match cue.is_ascii() {
        true => before.split(|character: char| !character.is_alphanumeric()).any(|said| said == cue),
        false => before.ends_with(cue),
    };
    says(word) || ALSO.iter().any(|(names, cues)| names.contains(&word) && cues.iter().any(|cue| says(cue)))
}

/// How readily a type finds a value in words that were meant for another: the loosest choose last.
fn looseness(kind: &SlotType) -> u8 {
    match kind {
        SlotType::Email | SlotType::IdNumber { .. } | SlotType::Code { .. } => 0,
        SlotType::Date | SlotType::Time | SlotType::Duration | SlotType::Money { .. } => 1,
        SlotType::Choice { .. } | SlotType::Place { .. } => 2,
        SlotType::Phone { .. } => 3,
        SlotType::Digits { .. } => 4,
        SlotType::Number { .. } => 5,
        SlotType::Address => 6,
        SlotType::Name => 7,
        SlotType::YesNo | SlotType::FreeText | SlotType::Card => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_utterance_falls_into_words_and_characters() {
        let of = |text: &str| pieces(text).into_iter().map(|(from, to)| text[from..to].to_owned()).collect::<Vec<_>>();
        assert_eq!(of("two, on May 5th!"), ["two", "on", "May", "5th"]);
        assert_eq!(of("从北京，到 LA"), ["从", "北", "京", "到", "LA"]);
        assert_eq!(of(" ,  "), Vec::<String>::new());
    }

    #[test]
    fn gaps_are_what_is_not_taken() {
        assert_eq!(gaps(5, &[]), [(0, 5)]);
        assert_eq!(gaps(5, &[(3, 4), (0, 1)]), [(1, 3), (4, 5)]);
        assert_eq!(gaps(2, &[(0, 2)]), []);
    }
}
