//! Sentences a template stands for, and the words that make it what it is.

use super::super::Language;
use super::super::token::is_han;
use super::super::weight::is_function_word;
use super::{Node, Template};

impl Template {
    /// Sentences that this template stands for, at most `cap`, the first alternatives first and each
    /// sentence once. Slots appear as `{name}`. Alternatives are varied together, so that even a small
    /// `cap` shows each of them where it can.
    pub fn samples(&self, cap: usize) -> Vec<String> {
        let mut sentences = Vec::new();
        for words in expand(&self.root, self, cap.saturating_mul(2).max(1)) {
            let sentence = join(&words);
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
            if sentences.len() >= cap {
                break;
            }
        }
        sentences
    }

    /// The first four of [`Template::samples`], worked out once.
    pub(in super::super) fn few_samples(&self) -> &[String] {
        const FEW: usize = 4;
        self.few.0.get_or_init(|| self.samples(FEW).into())
    }

    /// The words without which the template cannot be said, function words (`the`, `my`, `是`) left out:
    /// those outside `[ ]`, and every alternative of a required `( )`. Empty when all that is required is a
    /// slot or function words; such a template fits too much.
    pub fn content_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        collect_required(&self.root, &mut words);
        words.retain(|word| !is_function_word(word));
        let mut once = Vec::new();
        for word in words {
            if !once.contains(&word) {
                once.push(word);
            }
        }
        once
    }
}

fn collect_required(node: &Node, words: &mut Vec<String>) {
    match node {
        Node::Word(word) => words.push(word.clone()),
        Node::Slot(_) | Node::List(_) => {}
        Node::Sequence(parts) => parts.iter().for_each(|part| collect_required(part, words)),
        Node::Either(parts) => {
            let optional = parts.iter().any(|part| matches!(part, Node::Sequence(inner) if inner.is_empty()));
            if !optional {
                parts.iter().for_each(|part| collect_required(part, words));
            }
        }
    }
}

/// Every wording of `node`, at most `cap`.
fn expand(node: &Node, template: &Template, cap: usize) -> Vec<Vec<String>> {
    match node {
        Node::Word(word) => vec![vec![word.clone()]],
        Node::Slot(index) => vec![vec![format!("{{{}}}", template.slots[*index])]],
        Node::List(index) => {
            let is_chinese = template.source.chars().any(is_han);
            list_samples(&template.lists[*index], if is_chinese { Language::ZH } else { Language::EN })
        }
        Node::Either(parts) => {
            let mut wordings = Vec::new();
            for part in parts {
                wordings.extend(expand(part, template, cap));
            }
            wordings.truncate(cap.max(parts.len()));
            wordings
        }
        Node::Sequence(parts) => {
            let mut wordings = vec![Vec::new()];
            for part in parts {
                wordings = combine(&wordings, &expand(part, template, cap), cap);
            }
            wordings
        }
    }
}

/// How many names of a list stand for all of them.
const NAMES: usize = 3;

fn list_samples(list: &super::WordList, language: Language) -> Vec<Vec<String>> {
    let names: Vec<Vec<String>> = list.samples(NAMES, language).into_iter().map(|name| vec![name]).collect();
    if names.is_empty() { vec![vec![format!("{{{}}}", list.name())]] } else { names }
}

/// Pairs of both lists. Where there are more than `cap`, the diagonal comes first, so that each wording of
/// either side appears as early as it can.
fn combine(heads: &[Vec<String>], tails: &[Vec<String>], cap: usize) -> Vec<Vec<String>> {
    let mut combined = Vec::new();
    let rounds = heads.len().max(tails.len());
    for shift in 0..tails.len().max(1) {
        for index in 0..rounds {
            if combined.len() >= cap {
                return combined;
            }
            let (Some(head), Some(tail)) = (heads.get(index % heads.len()), tails.get((index + shift) % tails.len()))
            else {
                continue;
            };
            let mut words = head.clone();
            words.extend(tail.iter().cloned());
            if !combined.contains(&words) {
                combined.push(words);
            }
        }
    }
    combined
}

/// Words with spaces between them, Chinese characters without.
fn join(words: &[String]) -> String {
    let mut sentence = String::new();
    for word in words {
        let tight = sentence.chars().last().is_none_or(is_han) && word.chars().next().is_some_and(is_han);
        if !tight && !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_show_every_alternative() {
        let template = Template::parse("(check|track) [my] (order|parcel)").unwrap();
        let all = template.samples(100);
        assert_eq!(all.len(), 8);
        assert!(all.contains(&"track order".to_owned()) && all.contains(&"check my parcel".to_owned()));
        let few = template.samples(2);
        assert!(few[0].starts_with("check") && few[1].starts_with("track"), "{few:?}");
    }

    #[test]
    fn samples_of_a_huge_template_stay_few() {
        let template = Template::parse(&"(a|b|c|d) ".repeat(60)).unwrap();
        assert_eq!(template.samples(50).len(), 50);
    }

    #[test]
    fn mandarin_samples_have_no_spaces() {
        let template = Template::parse("(查|问)[一下]订单{order_no}").unwrap();
        assert_eq!(template.samples(10)[0], "查一下订单 {order_no}");
    }

    #[test]
    fn content_words_leave_out_what_is_optional_or_empty() {
        let template = Template::parse("where is my (order|parcel) [please] [order status]").unwrap();
        assert_eq!(template.content_words(), ["where", "order", "parcel"]);
        assert!(Template::parse("is it {order_no}").unwrap().content_words().is_empty());
    }
}
