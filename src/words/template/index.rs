//! Many templates at once: which were said, found by the words they share with the utterance.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use super::super::closeness::Sound;
use super::super::weight::is_function_word;
use super::Template;
use super::alignment::{Around, Nearness, Scratch};
use super::gist::Gist;
use super::heard::Heard;
use super::list::{Hit, WordList};
use super::matching::{ACCEPT, Match};
use super::rank::Candidate;

/// Candidates below this score are left out: nothing is asked about them.
const LEAST: f32 = 0.5;
/// A whole utterance that scores so much needs no other template.
const WORD_FOR_WORD: f32 = 0.999;
/// How far below the best so far a template may be bound to stay to be looked at all the same.
const BEHIND_THE_BEST: f32 = 0.25;

/// Templates with the ids of what they start, ready for thousands of utterances a second.
///
/// Built once, when a bundle is loaded. An utterance is compared only with templates that share a word with it, the
/// likeliest first, and with none that cannot reach the best any more.
#[derive(Debug, Clone)]
pub struct TemplateIndex<I> {
    entries: Vec<Entry<I>>,
    words: Vec<Word>,
    /// Words by their text.
    places: HashMap<Box<str>, usize>,
    lists: Vec<Arc<WordList>>,
    /// Words in Latin letters, and all others.
    latin: Vec<usize>,
    chinese: Vec<usize>,
    /// Entries that no word need lead to: all their words may be missing.
    unled: Vec<usize>,
    /// Every id once, and which words speak for each.
    ids: Vec<I>,
    gist: Gist,
    memory: Memory,
}

/// The words of an index, by their places, near one that was heard, with their distances.
type Near = Vec<(usize, f32)>;

/// Words that were heard before and what is near them: callers say the same few thousand words again and again, and
/// to compare each with every word of the index takes longer than all the rest. Says the same with it as without.
#[derive(Debug, Default)]
struct Memory(RwLock<HashMap<Box<str>, Near>>);

impl Memory {
    /// The most words that are kept.
    const MOST: usize = 4_000;
    /// Longer words are spelt things that nobody says twice, in bytes.
    const LONGEST: usize = 24;

    fn recall(&self, word: &str) -> Option<Near> {
        self.0.read().ok()?.get(word).cloned()
    }

    fn keep(&self, word: &str, near: &Near) {
        if word.len() > Self::LONGEST || word.bytes().any(|byte| byte.is_ascii_digit()) {
            return;
        }
        let Ok(mut known) = self.0.write() else { return };
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(word.into(), near.clone());
    }
}

impl Clone for Memory {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[derive(Debug, Clone)]
struct Entry<I> {
    id: I,
    template: Template,
    /// For each word of the template, its place in [`TemplateIndex::words`].
    words: Vec<usize>,
    /// For each list of the template, its place in [`TemplateIndex::lists`].
    lists: Vec<usize>,
    /// It fits nothing in which none of its words that carry meaning is heard.
    needs_content: bool,
}

#[derive(Debug, Clone)]
struct Word {
    sound: Sound,
    /// Other words of the index that are near, with their distances.
    near: Vec<(usize, f32)>,
    /// Where the word stands: `(entry, word of its template)`.
    postings: Vec<(usize, u16)>,
    /// It carries meaning.
    is_content: bool,
}

/// An utterance beside the words of an index.
struct Seen {
    /// For each word heard, the words of the index near it.
    near: Vec<Vec<(usize, f32)>>,
    joined: Vec<(usize, usize)>,
    split: Vec<(usize, usize, usize)>,
}

/// A template worth aligning.
struct Promising {
    entry: usize,
    bound: f32,
}

impl<I: Clone + PartialEq> TemplateIndex<I> {
    /// An index of these templates. Equal ids are one candidate, by its best template.
    pub fn new(templates: impl IntoIterator<Item = (I, Template)>) -> Self {
        let mut index = Self {
            entries: Vec::new(),
            words: Vec::new(),
            places: HashMap::new(),
            lists: Vec::new(),
            latin: Vec::new(),
            chinese: Vec::new(),
            unled: Vec::new(),
            ids: Vec::new(),
            gist: Gist::default(),
            memory: Memory::default(),
        };
        for (id, template) in templates {
            index.add(id, template);
        }
        index.find_neighbours();
        index
    }

    /// How many templates there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn add(&mut self, id: I, template: Template) {
        let entry = self.entries.len();
        let mut words = Vec::with_capacity(template.graph.words.len());
        for (local, sound) in template.graph.words.iter().enumerate() {
            let place = match self.places.get(sound.text()) {
                Some(place) => *place,
                None => {
                    self.places.insert(sound.text().into(), self.words.len());
                    let is_content = !is_function_word(sound.text());
                    self.words.push(Word { sound: sound.clone(), near: Vec::new(), postings: Vec::new(), is_content });
                    self.words.len() - 1
                }
            };
            self.words[place].postings.push((entry, u16::try_from(local).unwrap_or(u16::MAX)));
            words.push(place);
        }
        let lists = template.lists.iter().map(|list| {
            let known = self.lists.iter().position(|known| Arc::ptr_eq(known, list));
            known.unwrap_or_else(|| {
                self.lists.push(Arc::clone(list));
                self.lists.len() - 1
            })
        });
        let lists = lists.collect();
        let missing = template.graph.least_missing(|_| false, &mut Vec::new());
        if missing <= (1.0 - LEAST) * template.graph.heaviest.max(1.0) && template.graph.has_holes {
            self.unled.push(entry);
        }
        let place = self.ids.iter().position(|known| *known == id).unwrap_or_else(|| {
            self.ids.push(id.clone());
            self.ids.len() - 1
        });
        self.gist.add(place, &template);
        let is_grammar = |word: u16| is_function_word(template.graph.words[usize::from(word)].text());
        let without_content = template.graph.least_missing(is_grammar, &mut Vec::new());
        let needs_content = 1.0 - without_content / template.graph.heaviest.max(1.0) < LEAST;
        self.entries.push(Entry { id, template, words, lists, needs_content });
    }

    fn find_neighbours(&mut self) {
        (self.latin, self.chinese) = (0..self.words.len()).partition(|place| self.words[*place].sound.is_latin());
        for place in 0..self.words.len() {
            let mut near = self.compare(&self.words[place].sound);
            near.retain(|(other, _)| *other != place);
            self.words[place].near = near;
        }
    }

    /// Every id whose template fits `heard`, best first; see [`super::rank`]. Scores below 0.5 are left
    /// out.
    pub fn rank(&self, heard: &Heard) -> Vec<Candidate<I>> {
        self.rank_where(heard, |_| true)
    }

    /// As [`TemplateIndex::rank`], of the ids that `keep` keeps.
    ///
    /// Where no template is accepted, ids whose words the utterance has are candidates too, with scores below
    /// [`ACCEPT`]: they may be asked about, and are never sure.
    pub fn rank_where(&self, heard: &Heard, keep: impl Fn(&I) -> bool) -> Vec<Candidate<I>> {
        let mut candidates = self.search(heard, Around::Story, LEAST, &keep);
        if candidates.first().is_some_and(|best| best.found.score >= ACCEPT) || heard.tokens.is_empty() {
            return candidates;
        }
        let near = |column: usize| -> Vec<(&str, f32)> {
            let sound = &heard.sounds[column];
            let known = self.places.get(sound.text());
            let near = known.map_or_else(|| self.near(sound), |place| self.words[*place].near.clone());
            let itself = known.map(|place| (*place, 0.0));
            itself.into_iter().chain(near).map(|(place, distance)| (self.words[place].sound.text(), distance)).collect()
        };
        for (place, score) in self.gist.scores(heard, near, LEAST) {
            let id = &self.ids[place];
            match candidates.iter_mut().find(|candidate| candidate.id == *id) {
                Some(known) => known.found.score = known.found.score.max(score),
                None if keep(id) => {
                    candidates.push(Candidate { id: id.clone(), found: Match { score, slots: Vec::new() } });
                }
                None => {}
            }
        }
        candidates.sort_by(|left, right| right.found.score.total_cmp(&left.found.score));
        candidates
    }

    /// As [`TemplateIndex::rank_where`], for templates that must be the whole utterance and score `at_least`.
    pub(in super::super) fn rank_whole(
        &self,
        heard: &Heard,
        at_least: f32,
        keep: impl Fn(&I) -> bool,
    ) -> Vec<Candidate<I>> {
        self.search(heard, Around::Whole, at_least, keep)
    }

    fn search(&self, heard: &Heard, around: Around, at_least: f32, keep: impl Fn(&I) -> bool) -> Vec<Candidate<I>> {
        let mut candidates: Vec<Candidate<I>> = Vec::new();
        if heard.tokens.is_empty() || self.entries.is_empty() {
            return candidates;
        }
        let seen = self.see(heard);
        let mut scratch = Scratch::default();
        let promising = self.promising(heard, &seen, around, at_least, &keep, &mut scratch);
        let mut hits: Vec<Option<Vec<Hit>>> = vec![None; self.lists.len()];
        let mut best: f32 = 0.0;
        for Promising { entry, bound } in promising {
            if bound < best - BEHIND_THE_BEST {
                break;
            }
            let entry = &self.entries[entry];
            for list in &entry.lists {
                hits[*list].get_or_insert_with(|| self.lists[*list].find(heard));
            }
            let own_hits: Vec<&[Hit]> = entry.lists.iter().map(|list| hits[*list].as_deref().unwrap_or(&[])).collect();
            let Some(found) = entry.fit(heard, &seen, &own_hits, around, at_least, &mut scratch) else { continue };
            best = best.max(found.score);
            let is_settled = around == Around::Whole && found.score >= WORD_FOR_WORD;
            match candidates.iter_mut().find(|candidate| candidate.id == entry.id) {
                Some(known) if known.found.score < found.score => known.found = found,
                Some(_) => {}
                None => candidates.push(Candidate { id: entry.id.clone(), found }),
            }
            if is_settled {
                break;
            }
        }
        candidates.sort_by(|left, right| right.found.score.total_cmp(&left.found.score));
        candidates
    }

    /// The words of the index that were heard.
    fn see(&self, heard: &Heard) -> Seen {
        let mut seen = Seen { near: Vec::with_capacity(heard.tokens.len()), joined: Vec::new(), split: Vec::new() };
        for (column, token) in heard.tokens.iter().enumerate() {
            let known = self.places.get(token.text.as_str());
            seen.near.push(match known {
                Some(place) => {
                    let mut near = vec![(*place, 0.0)];
                    near.extend(&self.words[*place].near);
                    near
                }
                None => self.near(&heard.sounds[column]),
            });
            if !token.is_latin() {
                continue;
            }
            if let Some(next) = heard.tokens.get(column + 1).filter(|next| next.is_latin()) {
                let together = format!("{}{}", token.text, next.text);
                seen.joined.extend(self.places.get(together.as_str()).map(|place| (column, *place)));
            }
            if known.is_none() {
                for cut in (1..token.text.len()).filter(|cut| token.text.is_char_boundary(*cut)) {
                    let (first, second) = token.text.split_at(cut);
                    if let (Some(first), Some(second)) = (self.places.get(first), self.places.get(second)) {
                        seen.split.push((column, *first, *second));
                    }
                }
            }
        }
        seen
    }

    /// Words near one that the index does not know.
    fn near(&self, sound: &Sound) -> Near {
        if let Some(near) = self.memory.recall(sound.text()) {
            return near;
        }
        let near = self.compare(sound);
        self.memory.keep(sound.text(), &near);
        near
    }

    fn compare(&self, sound: &Sound) -> Near {
        let distances =
            self.words.iter().enumerate().filter_map(|(place, word)| Some((place, word.sound.distance(sound)?)));
        distances.collect()
    }

    /// Templates that share a word with the utterance and may reach `at_least`, likeliest first.
    fn promising(
        &self,
        heard: &Heard,
        seen: &Seen,
        around: Around,
        at_least: f32,
        keep: &impl Fn(&I) -> bool,
        scratch: &mut Scratch,
    ) -> Vec<Promising> {
        // For each entry met: the words of its template that were heard, and which of the words heard they explain.
        let mut met: Vec<Met> = vec![Met::default(); self.entries.len()];
        let mut order: Vec<usize> = self.unled.clone();
        self.unled.iter().for_each(|entry| met[*entry].is_met = true);
        // Words that carry meaning lead to templates; then the others are counted for those that they led to.
        for content in [true, false] {
            seen.each(|place, columns| {
                let word = &self.words[place];
                if word.is_content != content {
                    return;
                }
                for (entry, local) in &word.postings {
                    let here = &mut met[*entry];
                    if !here.is_met {
                        if !content && self.entries[*entry].needs_content {
                            continue;
                        }
                        here.is_met = true;
                        order.push(*entry);
                    }
                    here.heard |= 1_u128.checked_shl(u32::from(*local)).unwrap_or(0);
                    here.has_far |= *local >= 128;
                    here.explained |= columns;
                }
            });
        }
        let mut promising: Vec<Promising> = Vec::new();
        for entry in order {
            let here = &met[entry];
            let candidate = &self.entries[entry];
            if !keep(&candidate.id) {
                continue;
            }
            let graph = &candidate.template.graph;
            let weight = graph.heaviest.max(1.0);
            let mut lost = 0.0;
            if around == Around::Whole && !graph.has_holes {
                let unexplained = heard
                    .extras
                    .iter()
                    .enumerate()
                    .filter(|(column, _)| *column >= 128 || here.explained & (1 << column) == 0);
                lost += unexplained.map(|(_, extra)| extra.whole).sum::<f32>();
            }
            if 1.0 - lost / weight < at_least {
                continue;
            }
            let is_heard =
                |word: u16| here.has_far || here.heard & 1_u128.checked_shl(u32::from(word)).unwrap_or(0) != 0;
            lost += graph.least_missing(is_heard, &mut scratch.least);
            let bound = 1.0 - lost / weight;
            if bound >= at_least && bound > 0.0 {
                promising.push(Promising { entry, bound });
            }
        }
        promising.sort_by(|left, right| right.bound.total_cmp(&left.bound).then(left.entry.cmp(&right.entry)));
        promising
    }
}

#[derive(Clone, Default)]
struct Met {
    is_met: bool,
    /// The words of the template that were heard, a bit each.
    heard: u128,
    /// A word beyond the bits was heard.
    has_far: bool,
    /// The words heard that are near one of the template, a bit each.
    explained: u128,
}

impl Seen {
    /// Every word of the index that was heard, with the words heard for it, a bit each.
    fn each(&self, mut meet: impl FnMut(usize, u128)) {
        let bit = |column: usize| u32::try_from(column).ok().and_then(|column| 1_u128.checked_shl(column)).unwrap_or(0);
        for (column, near) in self.near.iter().enumerate() {
            near.iter().for_each(|(place, _)| meet(*place, bit(column)));
        }
        for (column, place) in &self.joined {
            meet(*place, bit(*column) | bit(column + 1));
        }
        for (column, first, second) in &self.split {
            meet(*first, bit(*column));
            meet(*second, bit(*column));
        }
    }
}

impl<I> Entry<I> {
    fn fit(
        &self,
        heard: &Heard,
        seen: &Seen,
        hits: &[&[Hit]],
        around: Around,
        at_least: f32,
        scratch: &mut Scratch,
    ) -> Option<Match> {
        let columns = heard.tokens.len();
        let mut distances = std::mem::take(&mut scratch.distances);
        distances.clear();
        for place in &self.words {
            for near in &seen.near {
                let distance =
                    near.iter().find(|(other, _)| other == place).map_or(f32::INFINITY, |(_, distance)| *distance);
                distances.push(distance);
            }
        }
        debug_assert_eq!(distances.len(), self.words.len() * columns);
        let local = |place: usize| {
            let found = self.words.iter().position(|own| *own == place)?;
            u16::try_from(found).ok()
        };
        let joined: Vec<(usize, u16)> =
            seen.joined.iter().filter_map(|(column, place)| Some((*column, local(*place)?))).collect();
        let split: Vec<(usize, u16, u16)> = seen
            .split
            .iter()
            .filter_map(|(column, first, second)| Some((*column, local(*first)?, local(*second)?)))
            .collect();
        let near = Nearness { distances: &distances, joined: &joined, split: &split, hits };
        let aligned = self.template.graph.align(heard, &near, around, at_least, scratch);
        scratch.distances = distances;
        aligned.map(|aligned| self.template.matched(heard, &aligned, hits))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::{ChoiceOption, Language};
    use super::*;

    const TEMPLATES: &[&str] = &[
        "where is my (order|parcel)",
        "(check|track) [my] order [status]",
        "[my] order status",
        "cancel [my] order",
        "pick up [my] order",
        "login problem",
        "when do you (open|close)",
        "my number is {number}",
        "{number}",
        "(查|问)[一下][我的](订单|快递)",
        "取消[我的]订单",
        "that is it",
    ];

    fn index() -> TemplateIndex<usize> {
        TemplateIndex::new(TEMPLATES.iter().enumerate().map(|(id, text)| (id, Template::parse(text).unwrap())))
    }

    proptest! {
        #[test]
        fn an_index_finds_what_each_template_finds(words in prop::collection::vec(
            prop::sample::select(vec!["where", "is", "my", "order", "older", "parcel", "checking", "pickup", "log", "in", "problem", "not",
            "cancel", "the", "uh", "number", "12", "订", "單", "查", "取消", "open", "statuses", "do", "you", "that"]), 1..9)) {
            let heard = words.join(" ");
            let ranked = index().rank(&Heard::new(&heard));
            for (id, text) in TEMPLATES.iter().enumerate() {
                let alone = Template::parse(text).unwrap().matches(&heard, Language::EN).map_or(0.0, |found| found.score);
                let found = ranked.iter().find(|candidate| candidate.id == id).map(|candidate| candidate.found.score);
                let best = ranked.first().map_or(0.0, |best| best.found.score);
                if alone >= LEAST && alone >= best - BEHIND_THE_BEST + 0.01 {
                    let same = |score: f32| (score - alone).abs() < 1e-4 || best < ACCEPT && score > alone;
                    prop_assert!(found.is_some_and(same), "{heard}: {text} {alone} {found:?}");
                }
            }
        }
    }

    #[test]
    fn a_list_is_one_of_its_names_however_it_was_written() {
        let cities = ["Leeds", "London Heathrow", "北京"].map(ChoiceOption::plain).to_vec();
        let lists = std::collections::BTreeMap::from([("city".to_owned(), Arc::new(WordList::new("city", cities)))]);
        let template = |text: &str| Template::parse_with(text, &lists).unwrap();
        let index = TemplateIndex::new([
            (1, template("(fly|travel) to {city}")),
            (2, template("(fly|travel) from {city}")),
            (3, template("我要去{city}")),
        ]);
        let best =
            |heard: &str| index.rank(&Heard::new(heard)).into_iter().next().map(|best| (best.id, best.found.slots));
        let city = |name: &str| vec![("city".to_owned(), name.to_owned())];
        assert_eq!(best("I'd like to fly to london heath row tomorrow"), Some((1, city("London Heathrow"))));
        assert_eq!(best("travel from leads please"), Some((2, city("Leeds"))));
        assert_eq!(best("呃我要去背景"), Some((3, city("北京"))));
        assert!(best("fly to the moon").is_none_or(|(_, slots)| slots.is_empty()));
    }
}
