//! Matching one template against what was heard.

use super::super::Language;
use super::Template;
use super::alignment::{Aligned, Around, Captured, Nearness, Scratch};
use super::graph::Graph;
use super::heard::Heard;
use super::list::Hit;

/// From this score on a template counts as said. Two candidates within [`crate::words::MARGIN`] of each
/// other are asked about.
pub const ACCEPT: f32 = 0.70;

/// How a heard text fits a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// 0–1; 1 is word for word. See [`ACCEPT`].
    pub score: f32,
    /// What was heard in each slot, as the recogniser wrote it, and the value of each list by the list's name, in the
    /// order spoken.
    pub slots: Vec<(String, String)>,
    /// How unsure the least sure name of a list is, 0–1: 0 where each was heard word for word.
    pub doubt: f32,
}

impl Template {
    /// How well `heard` fits, wherever in it the sentence stands; `None` when nothing of it fits.
    ///
    /// Fillers and courtesies are skipped, contractions opened, near words taken at a cost, Chinese compared
    /// by character in simplified form. Compare the score with [`ACCEPT`].
    pub fn matches(&self, heard: &str, _language: Language) -> Option<Match> {
        self.matches_heard(&Heard::new(heard), Around::Story, 0.0)
    }

    /// As [`Template::matches`], for a sentence that must be the whole utterance, courtesies and fillers
    /// apart: other words before or behind it cost as much as words in the middle.
    pub fn matches_whole(&self, heard: &str, _language: Language) -> Option<Match> {
        self.matches_heard(&Heard::new(heard), Around::Whole, 0.0)
    }

    pub(in super::super) fn matches_heard(&self, heard: &Heard, around: Around, at_least: f32) -> Option<Match> {
        let mut scratch = Scratch::default();
        let mut distances = std::mem::take(&mut scratch.distances);
        let is_near = fill_distances(&self.graph, heard, &mut distances);
        if !is_near && !self.graph.has_holes {
            return None;
        }
        let joined = joined(&self.graph, heard);
        let split = split(&self.graph, heard);
        let columns = heard.tokens.len();
        let is_heard = |word: u16| {
            let row = usize::from(word) * columns;
            distances[row..row + columns].iter().any(|distance| distance.is_finite())
                || joined.iter().any(|(_, other)| *other == word)
                || split.iter().any(|(_, first, second)| *first == word || *second == word)
        };
        self.graph.look_ahead(is_heard, at_least, &mut scratch.ahead);
        if scratch.ahead[0].short > self.graph.slack(at_least) {
            return None;
        }
        let hits: Vec<Vec<Hit>> = self.lists.iter().map(|list| list.find(heard)).collect();
        let hits: Vec<&[Hit]> = hits.iter().map(Vec::as_slice).collect();
        let near = Nearness { distances: &distances, joined: &joined, split: &split, hits: &hits };
        let aligned = self.graph.align(heard, &near, around, at_least, &mut scratch)?;
        Some(self.matched(heard, &aligned, &hits))
    }

    /// What was captured, by name.
    pub(super) fn matched(&self, heard: &Heard, aligned: &Aligned, hits: &[&[Hit]]) -> Match {
        let named = |captured: &Captured| match *captured {
            Captured::Slot { slot, first, behind } => {
                let name = self.slots.get(usize::from(slot))?.clone();
                Some((name, heard.text_between(first as usize, behind as usize)))
            }
            Captured::List { list, hit } => {
                let hit = hits.get(usize::from(list))?.get(hit as usize)?;
                let list = self.lists.get(usize::from(list))?;
                Some((list.name().to_owned(), list.options().get(hit.option)?.value.clone()))
            }
        };
        let doubt = |captured: &Captured| match *captured {
            Captured::Slot { .. } => None,
            Captured::List { list, hit } => Some(hits.get(usize::from(list))?.get(hit as usize)?.cost),
        };
        Match {
            score: aligned.score,
            slots: aligned.captured.iter().filter_map(named).collect(),
            doubt: aligned.captured.iter().filter_map(doubt).fold(0.0, f32::max).min(1.0),
        }
    }
}

/// Distances of every word heard to every word of the template; false when none is near and none is part of one.
fn fill_distances(graph: &Graph, heard: &Heard, distances: &mut Vec<f32>) -> bool {
    distances.clear();
    let mut is_near = false;
    for word in &graph.words {
        for column in 0..heard.tokens.len() {
            let distance = word.distance(heard.sound(column)).unwrap_or(f32::INFINITY);
            is_near |= distance.is_finite();
            distances.push(distance);
        }
    }
    is_near || !joined(graph, heard).is_empty() || !split(graph, heard).is_empty()
}

/// Words of the template that were written as two.
fn joined(graph: &Graph, heard: &Heard) -> Vec<(usize, u16)> {
    let mut found = Vec::new();
    for (column, pair) in heard.tokens.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        let is_joined = |word: &str| {
            word.is_ascii()
                && word.len() == first.text.len() + second.text.len()
                && word.starts_with(first.text.as_str())
                && word.ends_with(second.text.as_str())
        };
        for (place, word) in graph.words.iter().enumerate() {
            if is_joined(word.text()) {
                found.push((column, u16::try_from(place).unwrap_or(u16::MAX)));
            }
        }
    }
    found
}

/// Two words of the template that were written as one.
fn split(graph: &Graph, heard: &Heard) -> Vec<(usize, u16, u16)> {
    let mut found = Vec::new();
    for (column, token) in heard.tokens.iter().enumerate().filter(|(_, token)| token.is_latin()) {
        for (first, word) in graph.words.iter().enumerate() {
            let Some(rest) = token.text.strip_prefix(word.text()).filter(|rest| !rest.is_empty()) else { continue };
            if let Some(second) = graph.words.iter().position(|other| other.text() == rest) {
                let place = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
                found.push((column, place(first), place(second)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(template: &str, heard: &str) -> f32 {
        Template::parse(template).unwrap().matches(heard, Language::EN).map_or(0.0, |found| found.score)
    }

    #[test]
    fn word_for_word_is_one() {
        assert_eq!(score("where is my (order|parcel)", "Where's my parcel?"), 1.0);
        assert_eq!(score("(查|问)[一下][我的](订单|快递)", "查一下我的快递"), 1.0);
    }

    #[test]
    fn stories_fillers_and_mishearings_are_accepted() {
        for (template, heard) in [
            (
                "where is my (order|parcel)",
                "Uh, hi, good morning, I'd like to know where my order is, where is my order please",
            ),
            ("where is my (order|parcel)", "where's my orders"),
            ("where is my (order|parcel)", "Where is my older?"),
            ("(check|track) [my] order [status]", "could you please check the order status for me"),
            ("(check|track) [my] order [status]", "I want to track my oder"),
            ("[my] order status", "it's about my order status"),
            ("pick up [my] order", "I'd like to pickup my order"),
            ("where is my (order|parcel)", "it has not come, where is my order"),
            ("login problem", "I have a log in problem"),
            ("(查|问)[一下][我的](订单|快递)", "呃你好我想查一下我的訂單"),
            ("[我的](快递|包裹)到(哪里|哪儿|哪)了", "请问我的快递现在到哪里了"),
        ] {
            assert!(score(template, heard) >= ACCEPT, "{template} / {heard}: {}", score(template, heard));
        }
    }

    #[test]
    fn other_sentences_are_not() {
        for (template, heard) in [
            ("where is my (order|parcel)", "where is my refund"),
            ("where is my (order|parcel)", "when do you open"),
            ("what time do you (open|close)", "what time is it"),
            ("(check|track) [my] order [status]", "I don't want to cancel it"),
            ("(check|track) [my] order [status]", "I want to order a lamp"),
            ("cancel my order", "do not cancel my order"),
            ("(查|问)[一下][我的](订单|快递)", "我要退货"),
            ("[我的](快递|包裹)到(哪里|哪儿|哪)了", "你们几点开门"),
            ("取消订单", "我不想取消订单"),
        ] {
            assert!(score(template, heard) < ACCEPT, "{template} / {heard}: {}", score(template, heard));
        }
    }

    #[test]
    fn slots_are_captured_as_they_were_written() {
        let template = Template::parse("[my] order [number] is {order_no} [for {name}]").unwrap();
        let found = template.matches("Hi, my order number is AB 12-34, for Mary Jones", Language::EN).unwrap();
        let slots: Vec<(&str, &str)> = found.slots.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(slots, [("order_no", "AB 12-34"), ("name", "Mary Jones")]);
        assert!(found.score > 0.9);
    }

    #[test]
    fn whole_utterances_only() {
        let template = Template::parse("operator").unwrap();
        let whole = |heard: &str| template.matches_whole(heard, Language::EN).map_or(0.0, |found| found.score);
        assert!(whole("uh, operator please, thank you") >= ACCEPT);
        assert!(whole("my phone operator broke the cable") < ACCEPT);
    }
}
