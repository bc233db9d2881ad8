//! A value changed in part: "the second digit is five", "make that B not D", 最后一位是九, "no, six seven nine".

use super::super::Language;
use super::super::token::Token;
use super::super::weight::phrase_length;
use super::correction::Spelling;
use super::pieces::Lattice;
use super::search::search;
use super::target::{Target, target};
use super::wanted::{Kind, Wanted};

/// A change that is stated in full costs this little.
const STATED: f32 = 0.05;
/// The symbols to be replaced stand at several places of the value.
const SEVERAL: f32 = 0.45;
/// Some symbols were said, but not where they belong.
const PLACELESS: f32 = 0.22;
/// The most symbols that are said without their place.
const LONGEST_FRAGMENT: usize = 8;
/// How far symbols said without their place may stray from what stands there.
const MOST_DIFFERENT: f32 = 0.51;

/// How a value changes by what was said of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Amended {
    /// What it may have become, cheapest first.
    pub values: Vec<Spelling>,
    /// A place or a replacement was named, so the words are no value of their own.
    pub is_stated: bool,
}

/// What `before` becomes when a caller corrects it by `tokens`. `before` holds the symbols of a whole value.
pub(crate) fn amend(before: &str, tokens: &[Token], wanted: &Wanted, language: Language) -> Amended {
    let value =
        Before { symbols: before.chars().collect(), kinds: wanted.kinds(before.chars().count()), wanted, language };
    let mut found = Vec::new();
    match value.by_target(tokens) {
        Some(spelling) => found.push(spelling),
        None => found.extend(value.by_contrast(tokens)),
    }
    let is_stated = !found.is_empty();
    if !is_stated {
        found = value.by_fragment(tokens);
    }
    found.retain(|spelling| spelling.symbols != before);
    found.sort_by(|left, right| left.cost.total_cmp(&right.cost));
    Amended { values: found, is_stated }
}

/// Whether the words at `at` name a place in a value.
pub(super) fn names_a_place(words: &[&str]) -> bool {
    target(words).is_some()
}

fn add(found: &mut Vec<Spelling>, spelling: Spelling) {
    match found.iter_mut().find(|known| known.symbols == spelling.symbols) {
        Some(known) => known.cost = known.cost.min(spelling.cost),
        None => found.push(spelling),
    }
}

struct Before<'w> {
    symbols: Vec<char>,
    kinds: Vec<Kind>,
    wanted: &'w Wanted,
    language: Language,
}

/// Symbols as they were heard, and what the hearing cost.
type Spelt = (String, f32);

impl Before<'_> {
    /// "the second digit is five and the last one is nine".
    fn by_target(&self, tokens: &[Token]) -> Option<Spelling> {
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let mut clauses: Vec<(usize, usize, Target)> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match target(&words[at..]) {
                Some((length, target)) => {
                    clauses.push((at, at + length, target));
                    at += length;
                }
                None => at += 1,
            }
        }
        if clauses.is_empty() {
            return None;
        }
        let mut symbols = self.symbols.clone();
        let mut cost = STATED;
        for (index, (_, from, target)) in clauses.iter().enumerate() {
            let behind = clauses.get(index + 1).map_or(tokens.len(), |(start, _, _)| *start);
            let (places, new, more) = self.at_target(target, tokens.get(*from..behind)?)?;
            for (place, symbol) in places.iter().zip(new.chars()) {
                symbols[*place] = symbol;
            }
            cost += more;
        }
        Some(Spelling { symbols: symbols.into_iter().collect(), cost, complete: true })
    }

    /// Where the new symbols of one clause stand, and what they are. "The last one is nine, not five" is said of nine.
    fn at_target(&self, target: &Target, tokens: &[Token]) -> Option<(Vec<usize>, String, f32)> {
        let negation = tokens.iter().enumerate().position(|(at, token)| {
            token.text == "not" || token.text == "不" && tokens.get(at + 1).is_some_and(|next| next.text == "是")
        });
        let tokens = &tokens[..negation.unwrap_or(tokens.len())];
        let counts = match target.count {
            Some(count) => count..=count,
            None => 1..=LONGEST_FRAGMENT.min(self.symbols.len()),
        };
        let mut best: Option<(Vec<usize>, String, f32)> = None;
        for count in counts {
            for (rank, places) in target.places(&self.kinds, count).into_iter().enumerate() {
                let kinds: Vec<Kind> = places.iter().map(|place| self.kinds[*place]).collect();
                let Some((new, cost)) = self.spell(tokens, &kinds) else { continue };
                let cost = cost + 0.1 * f32::from(u8::try_from(rank).unwrap_or(u8::MAX));
                if best.as_ref().is_none_or(|(_, _, least)| cost < *least) {
                    best = Some((places, new, cost));
                }
            }
        }
        best.filter(|(_, _, cost)| *cost < 0.5)
    }

    /// "B not D", "not fifteen, fifty", "change the five to a nine", 不是五是九.
    fn by_contrast(&self, tokens: &[Token]) -> Vec<Spelling> {
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let mut found: Vec<Spelling> = Vec::new();
        for (new, old) in contrasts(&words, tokens) {
            let (new, old) = (&tokens[new.0..new.1], &tokens[old.0..old.1]);
            for (symbols, old_cost) in self.said_before(old) {
                let length = symbols.chars().count();
                let starts: Vec<usize> = (0..(self.symbols.len() + 1).saturating_sub(length))
                    .filter(|start| self.symbols[*start..start + length].iter().copied().eq(symbols.chars()))
                    .collect();
                for start in &starts {
                    let kinds = &self.kinds[*start..start + length];
                    let Some((replacement, new_cost)) = self.replacement(new, kinds) else { continue };
                    let mut changed: Vec<char> = self.symbols[..*start].to_vec();
                    changed.extend(replacement.chars());
                    changed.extend(&self.symbols[start + length..]);
                    if !self.wanted.is_complete(changed.len()) {
                        continue;
                    }
                    let several = if starts.len() > 1 { SEVERAL } else { 0.0 };
                    let cost = STATED + old_cost + new_cost + several;
                    add(&mut found, Spelling { symbols: changed.into_iter().collect(), cost, complete: true });
                }
            }
        }
        found.retain(|spelling| spelling.cost < 1.0);
        found
    }

    /// What stood there before, by the words for it: digits and letters, as many as they may be.
    fn said_before(&self, tokens: &[Token]) -> Vec<(String, f32)> {
        let mut found = Vec::new();
        for kind in [Kind::Digit, Kind::Letter] {
            if kind == Kind::Letter && !self.kinds.contains(&Kind::Letter) {
                continue;
            }
            let longest = LONGEST_FRAGMENT.min(self.symbols.len());
            let spelt = (1..=longest).filter_map(|count| self.spell(tokens, &vec![kind; count]));
            let cheapest = spelt.min_by(|left, right| left.1.total_cmp(&right.1));
            found.extend(cheapest.filter(|(_, cost)| *cost < 0.4));
        }
        found
    }

    fn replacement(&self, tokens: &[Token], kinds: &[Kind]) -> Option<(String, f32)> {
        if let Some(same_length) = self.spell(tokens, kinds).filter(|(_, cost)| *cost < 0.4) {
            return Some(same_length);
        }
        let Wanted::Digits { .. } = self.wanted else { return None };
        let spelt = (1..=LONGEST_FRAGMENT).filter_map(|count| self.spell(tokens, &vec![Kind::Digit; count]));
        spelt.min_by(|left, right| left.1.total_cmp(&right.1)).filter(|(_, cost)| *cost < 0.4)
    }

    /// "No, six seven nine": some symbols without their place. They belong where they fit best, at the end if nothing
    /// speaks against it; never sure enough to be taken without asking.
    fn by_fragment(&self, tokens: &[Token]) -> Vec<Spelling> {
        let length = self.symbols.len();
        let mut found: Vec<Spelling> = Vec::new();
        for count in 1..=LONGEST_FRAGMENT.min(length.saturating_sub(1)) {
            let mut known: Vec<(&[Kind], Option<Spelt>)> = Vec::new();
            for start in 0..=length - count {
                let kinds = &self.kinds[start..start + count];
                let spelt = match known.iter().find(|(other, _)| *other == kinds) {
                    Some((_, spelt)) => spelt.clone(),
                    None => {
                        let spelt = self.spell(tokens, kinds);
                        known.push((kinds, spelt.clone()));
                        spelt
                    }
                };
                let Some((new, cost)) = spelt.filter(|(_, cost)| *cost < 0.4) else { continue };
                let old = &self.symbols[start..start + count];
                let Some(strange) = strangeness(old, &new, start + count == length, self.language) else { continue };
                let mut changed = self.symbols.clone();
                changed.splice(start..start + count, new.chars());
                add(
                    &mut found,
                    Spelling {
                        symbols: changed.into_iter().collect(),
                        cost: PLACELESS + cost + strange,
                        complete: true,
                    },
                );
            }
        }
        found
    }

    /// The cheapest way to hear exactly `kinds`.
    fn spell(&self, tokens: &[Token], kinds: &[Kind]) -> Option<Spelt> {
        let wanted = Wanted::Places(kinds.to_vec());
        let lattice = Lattice::build(tokens, self.language, wanted.letters());
        let spelt = search(&lattice, &wanted);
        spelt.into_iter().find(|spelt| spelt.symbols.len() == kinds.len()).map(|spelt| (spelt.symbols, spelt.cost))
    }
}

/// How odd it would be that `old` was heard where `new` was said; `None` when nothing changes or nearly all does.
fn strangeness(old: &[char], new: &str, is_tail: bool, language: Language) -> Option<f32> {
    let count = old.len() as f32;
    let mut different = 0.0;
    let mut sounds_near = true;
    for (old, new) in old.iter().zip(new.chars()).filter(|(old, new)| **old != *new) {
        different += 1.0;
        sounds_near &= sound_alike(*old, new, language);
    }
    if different == 0.0 {
        return None;
    }
    if old.len() == 1 {
        return Some(match (sounds_near, is_tail) {
            (true, true) => 0.0,
            (true, false) => 0.15,
            (false, true) => 0.1,
            (false, false) => 1.2,
        });
    }
    let share = different / count;
    if share > MOST_DIFFERENT && !is_tail {
        return None;
    }
    Some(0.3 * share * if sounds_near { 0.5 } else { 1.0 } + if is_tail { 0.0 } else { 0.05 })
}

/// Symbols that are taken for one another on the telephone, in English and in Mandarin.
const ALIKE: &[&str] = &["59", "19", "45", "23", "68", "38", "40", "BDPVEGTCZ3", "MN", "FSX6", "AKJH8", "IY1", "QU2"];
const ALIKE_IN_CHINESE: &[&str] = &["17", "69", "410", "28", "BDPTE", "MN", "FSX", "AKJ", "IEY", "CZ"];

fn sound_alike(left: char, right: char, language: Language) -> bool {
    let groups = if language == Language::ZH { ALIKE_IN_CHINESE } else { ALIKE };
    groups.iter().any(|group| group.contains(left) && group.contains(right))
}

type Span = (usize, usize);

/// Spans of `(new, old)` symbols: every way in which the words may set one against the other.
fn contrasts(words: &[&str], tokens: &[Token]) -> Vec<(Span, Span)> {
    let mut found = Vec::new();
    for at in 0..words.len() {
        let here = &words[at..];
        let longest = |phrases: &[&str]| phrases.iter().filter_map(|phrase| phrase_length(phrase, here)).max();
        if let Some(length) = longest(&["not", "instead of", "rather than", "不是", "而不是", "不要"]) {
            let behind = at + length;
            if at > 0 && behind < words.len() {
                found.push(((0, at), (behind, words.len())));
            }
            // "not fifteen, fifty": the old one comes first, and something parts them.
            for split in behind + 1..words.len() {
                let link = link_between(&words[split..]);
                let is_parted = link.is_some() || tokens[split].after_pause || here[0] == "not";
                if is_parted {
                    found.push(((split + link.unwrap_or(0), words.len()), (behind, split)));
                }
            }
        }
        // "change the five to a nine", "five should be nine", 五改成九
        if let Some(length) = longest(&["to", "with", "into", "should be", "改成", "换成", "改为", "应该是"])
            && at > 0
            && at + length < words.len()
        {
            let is_change = words[..at].iter().any(|word| matches!(*word, "change" | "replace" | "swap" | "turn"));
            if is_change || length > 1 {
                let start =
                    words[..at].iter().position(|word| matches!(*word, "change" | "replace" | "swap" | "turn" | "把"));
                found.push(((at + length, words.len()), (start.map_or(0, |start| start + 1), at)));
            }
        }
    }
    found
}

fn link_between(words: &[&str]) -> Option<usize> {
    const LINKS: &[&str] =
        &["but", "but it is", "it is", "is", "make it", "i said", "it should be", "是", "而是", "应该是"];
    LINKS.iter().filter_map(|phrase| phrase_length(phrase, words)).max()
}

#[cfg(test)]
mod tests {
    use super::super::super::Shape;
    use super::super::super::token::tokenise;
    use super::*;

    fn amended(before: &str, said: &str, wanted: &Wanted) -> Vec<(String, f32)> {
        let language = if said.is_ascii() { Language::EN } else { Language::ZH };
        let found = amend(before, &tokenise(said), wanted, language);
        found.values.into_iter().map(|spelling| (spelling.symbols, spelling.cost)).collect()
    }

    #[test]
    fn a_stated_change_is_clear() {
        let code = Wanted::shape(&Shape::parse("LL99999999").unwrap());
        let digits = Wanted::Digits { min: 4, max: 12 };
        for (wanted, before, said, after) in [
            (&digits, "1234", "the second digit is five", "1534"),
            (&digits, "1234", "no no the last one is nine", "1239"),
            (&digits, "1234", "the last two are five six", "1256"),
            (&digits, "1234", "it ends in five six", "1256"),
            (&digits, "1234", "the second digit is five and the last one is nine", "1539"),
            (&digits, "1235", "the last digit should be nine, not five", "1239"),
            (&digits, "2015", "not fifteen, fifty", "2050"),
            (&digits, "2015", "fifty not fifteen", "2050"),
            (&digits, "1234", "change the two to a seven", "1734"),
            (&digits, "1234", "it's seven, not two", "1734"),
            (&digits, "1234", "第二位是五", "1534"),
            (&digits, "1234", "最后一位是九", "1239"),
            (&digits, "1234", "倒数第二位应该是八", "1284"),
            (&digits, "1234", "不是三，是七", "1274"),
            (&digits, "1234", "是七不是三", "1274"),
            (&digits, "1234", "把三改成七", "1274"),
            (&digits, "1234", "后两位是五六", "1256"),
            (&code, "AD12345678", "make that B not D", "AB12345678"),
            (&code, "AD12345678", "the second letter is B as in Bravo", "AB12345678"),
            (&code, "AB12345678", "the second digit is five", "AB15345678"),
            (&code, "AB12345678", "the last four digits are 5 6 7 9", "AB12345679"),
            (&code, "AD12345678", "第二个字母是B", "AB12345678"),
            (&code, "AD12345678", "是B不是D", "AB12345678"),
        ] {
            let found = amended(before, said, wanted);
            let clear = found.first().is_some_and(|(value, cost)| value == after && *cost < 0.16)
                && found.get(1).is_none_or(|(_, next)| *next > found[0].1 + 0.2);
            assert!(clear, "{said}: {found:?}");
        }
    }

    #[test]
    fn what_has_no_place_goes_where_it_fits_and_is_never_sure() {
        let digits = Wanted::Digits { min: 4, max: 12 };
        for (before, said, after) in [
            ("12345678", "no, five six seven nine", "12345679"),
            ("12345678", "no, one two four four", "12445678"),
            ("12345678", "no, nine", "12345679"),
            ("12345678", "不对，是九", "12345679"),
        ] {
            let found = amended(before, said, &digits);
            assert!(found.first().is_some_and(|(value, cost)| value == after && *cost >= 0.2), "{said}: {found:?}");
        }
        assert_eq!(amended("1234", "hello there", &digits), []);
        let both = amended("1212", "three not two", &digits);
        assert!(both.len() == 2 && (both[0].1 - both[1].1).abs() < 0.01, "{both:?}");
    }
}
