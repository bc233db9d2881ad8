//! Which templates an utterance may be, and how well each can fit at best.

use super::super::alignment::Around;
use super::super::graph::Ahead;
use super::super::heard::Heard;
use super::seen::bit;
use super::{Entry, TemplateIndex, Workspace};

/// A template worth aligning.
pub(super) struct Promising {
    pub entry: u32,
    /// The most it can score.
    pub bound: f32,
}

/// What was heard of each template, and room to work the bounds out.
#[derive(Default)]
pub(super) struct Bounds {
    met: Vec<Met>,
    /// The search that is under way; what is left of another counts for nothing.
    search: u32,
    order: Vec<u32>,
    ahead: Vec<Ahead>,
}

#[derive(Clone, Default)]
struct Met {
    /// The search in which it was met.
    search: u32,
    /// A word beyond the bits was heard.
    has_far: bool,
    /// What the words heard can save.
    saved: f32,
    /// The words of the template that were heard, a bit each.
    heard: u128,
    /// The words heard that are near one of the template, a bit each.
    explained: u128,
}

impl Bounds {
    /// Begins a search among `count` templates.
    fn begin(&mut self, count: usize) {
        if self.met.len() < count {
            self.met.resize(count, Met::default());
        }
        if self.search == u32::MAX {
            self.met.fill(Met::default());
            self.search = 0;
        }
        self.search += 1;
        self.order.clear();
    }

    /// Notes that a template is worth a look.
    fn meet(&mut self, entry: u32) -> &mut Met {
        let met = &mut self.met[entry as usize];
        if met.search != self.search {
            *met = Met { search: self.search, ..Met::default() };
            self.order.push(entry);
        }
        met
    }

    fn is_met(&self, entry: u32) -> bool {
        self.met[entry as usize].search == self.search
    }
}

impl<I: Clone + PartialEq> TemplateIndex<I> {
    /// Templates that share a word with the utterance and may reach `at_least`, likeliest first.
    pub(super) fn find_promising(
        &self,
        heard: &Heard,
        around: Around,
        at_least: f32,
        keep: &impl Fn(&I) -> bool,
        work: &mut Workspace,
    ) {
        let Workspace { seen, bounds, promising, .. } = work;
        bounds.begin(self.entries.len());
        self.unled.iter().for_each(|entry| {
            bounds.meet(*entry);
        });
        // Words that carry meaning lead to templates; then the others are counted for those that they led to.
        for content in [true, false] {
            seen.each(|place, columns| {
                if self.vocabulary.is_content(place) != content {
                    return;
                }
                for posting in self.vocabulary.postings(place) {
                    let needs_content = !content && self.entries[posting.entry as usize].needs_content;
                    if needs_content && !bounds.is_met(posting.entry) {
                        continue;
                    }
                    let met = bounds.meet(posting.entry);
                    let bit = 1_u128.checked_shl(u32::from(posting.local)).unwrap_or(0);
                    if met.heard & bit == 0 {
                        met.saved += posting.worth;
                    }
                    met.heard |= bit;
                    met.has_far |= posting.local >= 128;
                    met.explained |= columns;
                }
            });
        }
        promising.clear();
        let Bounds { met, order, ahead, .. } = bounds;
        for entry in order.iter().copied() {
            let candidate = &self.entries[entry as usize];
            if !keep(&candidate.id) {
                continue;
            }
            let bound = candidate.bound(heard, &met[entry as usize], around, at_least, ahead);
            if bound >= at_least && bound > 0.0 {
                promising.push(Promising { entry, bound });
            }
        }
        promising.sort_by(|left, right| right.bound.total_cmp(&left.bound).then(left.entry.cmp(&right.entry)));
    }
}

impl<I> Entry<I> {
    /// The most that the template can score, where that may be `at_least`; anything below it otherwise.
    fn bound(&self, heard: &Heard, met: &Met, around: Around, at_least: f32, ahead: &mut Vec<Ahead>) -> f32 {
        let graph = &self.template.graph;
        let weight = graph.heaviest.max(1.0);
        let mut lost = 0.0;
        if around == Around::Whole && !graph.has_holes {
            let extras = heard.extras().iter().enumerate();
            let unexplained = extras.filter(|(column, _)| met.explained & bit(*column) == 0);
            lost += unexplained.map(|(_, extra)| extra.whole).sum::<f32>();
        }
        let at_best = lost + (self.unheard - met.saved).max(0.0);
        if !met.has_far && 1.0 - at_best / weight < at_least {
            return 0.0;
        }
        let is_heard = |word: u16| met.has_far || met.heard & 1_u128.checked_shl(u32::from(word)).unwrap_or(0) != 0;
        let missing = graph.look_ahead(is_heard, at_least, ahead);
        let short = ahead.first().map_or(0.0, |first| first.short);
        if lost + short > graph.slack(at_least) {
            return 0.0;
        }
        1.0 - (lost + missing) / weight
    }
}
