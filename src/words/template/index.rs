//! Many templates at once: which were said, found by the words they share with the utterance.

mod bounds;
mod seen;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::cell::Cell;
use std::sync::Arc;

use super::super::weight::is_function_word;
use super::Template;
use super::alignment::{Around, Nearness, Scratch};
use super::gist::Gist;
use super::heard::Heard;
use super::list::{Hit, WordList};
use super::matching::{ACCEPT, Match};
use super::rank::Candidate;
use bounds::{Bounds, Promising};
pub(super) use seen::Seen;
use vocabulary::{Posting, Vocabulary};

/// Candidates below this score are left out: nothing is asked about them.
const LEAST: f32 = 0.5;
/// A whole utterance that scores so much needs no other template.
const WORD_FOR_WORD: f32 = 0.999;
/// How far below the best so far a template may be bound to stay to be looked at all the same.
const BEHIND_THE_BEST: f32 = 0.25;

/// Templates with the ids of what they start, ready for hundreds of thousands of utterances a second.
///
/// Built once, when a bundle is loaded, and not changed by what is heard. An utterance is compared only with templates
/// that share a word with it, the likeliest first, and with none that cannot reach the best any more.
#[derive(Debug, Clone)]
pub struct TemplateIndex<I> {
    entries: Vec<Entry<I>>,
    vocabulary: Vocabulary,
    lists: Vec<Arc<WordList>>,
    /// Entries that no word need lead to: all their words may be missing.
    unled: Vec<u32>,
    /// The weight of the heaviest template.
    heaviest: f32,
    /// Some template has a slot or a list.
    has_holes: bool,
    /// Every id once, and which words speak for each.
    ids: Vec<I>,
    gist: Gist,
}

#[derive(Debug, Clone)]
struct Entry<I> {
    id: I,
    template: Template,
    /// For each word of the template, its place in the vocabulary.
    words: Vec<u32>,
    /// For each list of the template, its place in [`TemplateIndex::lists`].
    lists: Vec<usize>,
    /// What it costs at least that nothing of it is heard.
    unheard: f32,
    /// It fits nothing in which none of its words that carry meaning is heard.
    needs_content: bool,
}

/// Room for a search, used over and over: numbers and places, nothing that was said.
#[derive(Default)]
struct Workspace {
    seen: Seen,
    bounds: Bounds,
    promising: Vec<Promising>,
    alignment: Scratch,
}

thread_local! {
    static WORKSPACE: Cell<Option<Box<Workspace>>> = const { Cell::new(None) };
}

/// Lends the thread's workspace.
fn with_workspace<T>(work: impl FnOnce(&mut Workspace) -> T) -> T {
    let mut workspace = WORKSPACE.take().unwrap_or_default();
    let done = work(&mut workspace);
    WORKSPACE.set(Some(workspace));
    done
}

impl<I: Clone + PartialEq> TemplateIndex<I> {
    /// An index of these templates. Equal ids are one candidate, by its best template.
    pub fn new(templates: impl IntoIterator<Item = (I, Template)>) -> Self {
        let mut index = Self {
            entries: Vec::new(),
            vocabulary: Vocabulary::default(),
            lists: Vec::new(),
            unled: Vec::new(),
            heaviest: 1.0,
            has_holes: false,
            ids: Vec::new(),
            gist: Gist::default(),
        };
        for (id, template) in templates {
            index.add(id, template);
        }
        index.vocabulary.find_neighbours();
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
        let entry = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let mut words = Vec::with_capacity(template.graph.words.len());
        for (local, sound) in template.graph.words.iter().enumerate() {
            let place = self.vocabulary.add(sound);
            let local = u16::try_from(local).unwrap_or(u16::MAX);
            let worth = template.graph.worth(local);
            self.vocabulary.post(place, Posting { entry, local, worth });
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
        let graph = &template.graph;
        let missing = graph.least_missing(|_| false);
        if missing <= (1.0 - LEAST) * graph.heaviest.max(1.0) && graph.has_holes {
            self.unled.push(entry);
        }
        self.heaviest = self.heaviest.max(graph.heaviest);
        self.has_holes |= graph.has_holes;
        let place = self.ids.iter().position(|known| *known == id).unwrap_or_else(|| {
            self.ids.push(id.clone());
            self.ids.len() - 1
        });
        self.gist.add(place, &template, &words);
        let is_grammar = |word: u16| is_function_word(graph.words[usize::from(word)].text());
        let without_content = graph.least_missing(is_grammar);
        let needs_content = 1.0 - without_content / graph.heaviest.max(1.0) < LEAST;
        self.entries.push(Entry { id, unheard: missing, template, words, lists, needs_content });
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
        if heard.is_empty() || self.entries.is_empty() {
            return Vec::new();
        }
        with_workspace(|work| {
            work.seen.look(heard, &self.vocabulary);
            let mut candidates = self.search(heard, Around::Story, LEAST, &keep, work);
            if candidates.first().is_none_or(|best| best.found.score < ACCEPT) {
                self.add_gist(heard, &keep, &work.seen, &mut candidates);
            }
            candidates
        })
    }

    /// As [`TemplateIndex::rank_where`], for templates that must be the whole utterance and score `at_least`.
    pub(in super::super) fn rank_whole(
        &self,
        heard: &Heard,
        at_least: f32,
        keep: impl Fn(&I) -> bool,
    ) -> Vec<Candidate<I>> {
        if heard.is_empty() || self.entries.is_empty() {
            return Vec::new();
        }
        with_workspace(|work| {
            work.seen.look(heard, &self.vocabulary);
            if !self.has_holes && self.has_too_many_strange_words(heard, &work.seen, at_least) {
                return Vec::new();
            }
            self.search(heard, Around::Whole, at_least, &keep, work)
        })
    }

    /// Whether the words that no template has cost more than any template can bear.
    fn has_too_many_strange_words(&self, heard: &Heard, seen: &Seen, at_least: f32) -> bool {
        let strange = heard.extras().iter().enumerate().filter(|(column, _)| !seen.is_known(*column));
        let lost: f32 = strange.map(|(_, extra)| extra.whole).sum();
        1.0 - lost / self.heaviest < at_least
    }

    /// Adds what the words speak for where no template was said.
    fn add_gist(&self, heard: &Heard, keep: &impl Fn(&I) -> bool, seen: &Seen, candidates: &mut Vec<Candidate<I>>) {
        for (place, score) in self.gist.scores(heard, seen, LEAST) {
            let id = &self.ids[place];
            match candidates.iter_mut().find(|candidate| candidate.id == *id) {
                Some(known) => known.found.score = known.found.score.max(score),
                None if keep(id) => {
                    candidates
                        .push(Candidate { id: id.clone(), found: Match { score, slots: Vec::new(), doubt: 0.0 } });
                }
                None => {}
            }
        }
        candidates.sort_by(|left, right| right.found.score.total_cmp(&left.found.score));
    }

    /// The templates that fit an utterance which is looked up already.
    fn search(
        &self,
        heard: &Heard,
        around: Around,
        at_least: f32,
        keep: &impl Fn(&I) -> bool,
        work: &mut Workspace,
    ) -> Vec<Candidate<I>> {
        let mut candidates: Vec<Candidate<I>> = Vec::new();
        self.find_promising(heard, around, at_least, keep, work);
        let Workspace { seen, promising, alignment, .. } = work;
        let mut hits: Vec<Option<Vec<Hit>>> = vec![None; self.lists.len()];
        let mut best: f32 = 0.0;
        for Promising { entry, bound } in promising.iter() {
            if *bound < best - BEHIND_THE_BEST {
                break;
            }
            let entry = &self.entries[*entry as usize];
            for list in &entry.lists {
                hits[*list].get_or_insert_with(|| self.lists[*list].find(heard));
            }
            let own_hits: Vec<&[Hit]> = entry.lists.iter().map(|list| hits[*list].as_deref().unwrap_or(&[])).collect();
            // What stays so far behind the best is not asked about.
            let at_least = at_least.max(best - BEHIND_THE_BEST);
            let Some(found) = entry.fit(heard, seen, &own_hits, around, at_least, alignment) else { continue };
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
}

impl<I> Entry<I> {
    fn local(&self, place: u32) -> Option<usize> {
        self.words.iter().position(|own| *own == place)
    }

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
        distances.resize(self.words.len() * columns, f32::INFINITY);
        for column in 0..columns {
            for (place, distance) in seen.near(column) {
                if let Some(local) = self.local(*place) {
                    distances[local * columns + column] = *distance;
                }
            }
        }
        let local = |place: u32| self.local(place).and_then(|found| u16::try_from(found).ok());
        let joined: Vec<(usize, u16)> =
            seen.joined().iter().filter_map(|(column, place)| Some((*column, local(*place)?))).collect();
        let split: Vec<(usize, u16, u16)> = seen
            .split()
            .iter()
            .filter_map(|(column, first, second)| Some((*column, local(*first)?, local(*second)?)))
            .collect();
        let is_heard = |word: u16| {
            let row = usize::from(word) * columns;
            distances[row..row + columns].iter().any(|distance| distance.is_finite())
                || joined.iter().any(|(_, other)| *other == word)
                || split.iter().any(|(_, first, second)| *first == word || *second == word)
        };
        self.template.graph.look_ahead(is_heard, at_least, &mut scratch.ahead);
        let near = Nearness { distances: &distances, joined: &joined, split: &split, hits };
        let aligned = self.template.graph.align(heard, &near, around, at_least, scratch);
        scratch.distances = distances;
        aligned.map(|aligned| self.template.matched(heard, &aligned, hits))
    }
}
