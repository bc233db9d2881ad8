//! How much a word matters when a sentence is compared with a template.

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::phrases::Phrases;
use super::token::is_han;

/// English words that carry grammar rather than meaning.
#[rustfmt::skip]
const ENGLISH_FUNCTION_WORDS: &[&str] = &[
    "a", "an", "the", "i", "me", "my", "mine", "you", "your", "yours", "we", "us", "our", "it", "its", "he", "she",
    "they", "them", "their", "this", "that", "these", "those", "there", "here", "is", "are", "am", "was", "were",
    "be", "been", "being", "do", "does", "did", "have", "has", "had", "having", "will", "would", "can", "could",
    "shall", "should", "may", "might", "must", "to", "of", "in", "on", "at", "for", "with", "by", "from", "about",
    "as", "and", "or", "but", "if", "so", "just", "some", "any", "like", "want", "need", "get", "got", "let",
    "please", "now", "then", "up", "out", "into", "too", "also", "still", "really", "very", "actually", "know",
    "tell", "wondering", "hoping", "trying", "looking", "calling", "going", "one", "thing", "way", "kind", "bit",
    "yet", "again", "already", "today", "im",
];

/// Question words: they say what is asked, but many sentences share them.
const QUESTION_WORDS: &[&str] = &[
    "what", "where", "when", "who", "which", "why", "how", "much", "many", "哪", "什", "么", "怎", "谁", "几", "多",
    "少", "何",
];

const CHINESE_FUNCTION_WORDS: &str =
    "的了吗呢吧啊呀哦嘛我你您他她它们是在有个一下就都也还很请要想会能可以给把被这那和跟与到去来得地帮";

/// Sounds and words that callers make while they think, and courtesies. As phrases, in normal form.
#[rustfmt::skip]
pub(super) const FILLERS: &[&str] = &[
    "uh", "um", "umm", "uhm", "er", "erm", "eh", "ah", "oh", "hmm", "hm", "mm", "mmm", "huh", "well", "so",
    "please", "okay", "right so", "you know", "i mean", "let me see", "let us see", "let me think", "let me check",
    "hang on", "hi", "hello", "hey", "hey there", "hi there", "good morning", "good afternoon", "good evening",
    "good day", "sir", "madam", "miss", "thanks", "thank you", "thank you very much", "thanks a lot", "cheers",
    "sorry", "excuse me", "if you do not mind", "if that is okay", "i was wondering if", "i was wondering",
    "i guess", "i think", "i believe", "i suppose", "kind of", "sort of", "basically", "actually", "anyway",
    "alright", "all right", "look", "listen", "now then", "呃", "额", "嗯", "啊", "哦", "噢", "唉", "哎", "诶",
    "欸", "喂", "那个", "这个", "就是", "就是说", "然后", "你好", "您好", "早上好", "下午好", "晚上好", "请问",
    "请问一下", "麻烦", "麻烦你", "麻烦您", "麻烦问一下", "不好意思", "谢谢", "谢谢你", "谢谢您", "谢谢啊", "多谢",
    "好的", "那", "其实", "我说", "对了", "拜托", "劳驾", "打扰一下", "打扰了", "抱歉", "对不起", "我想问一下",
    "问一下", "想问一下", "师傅", "小姐", "先生",
];

/// Words that turn a sentence into its opposite.
const NEGATIONS: &[&str] = &["not", "never", "不", "没", "别", "未"];

static FUNCTION_WORDS: LazyLock<HashSet<&'static str, FixedState>> = LazyLock::new(|| {
    let chinese = CHINESE_FUNCTION_WORDS.char_indices();
    let chinese = chinese.map(|(at, character)| &CHINESE_FUNCTION_WORDS[at..at + character.len_utf8()]);
    ENGLISH_FUNCTION_WORDS.iter().copied().chain(chinese).collect()
});
/// [`FILLERS`], to be found at any place.
pub(super) static FILLER_PHRASES: LazyLock<Phrases<()>> =
    LazyLock::new(|| Phrases::new(FILLERS.iter().map(|filler| (*filler, ()))));

/// Whether `word` carries grammar rather than meaning.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.contains(word)
}

/// Whether `word` turns what follows into its opposite.
pub(super) fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word)
}

/// The weight of `word` in a template. A Chinese character counts half: two of them make a word.
pub(super) fn weight(word: &str) -> f32 {
    let full = if is_function_word(word) {
        0.35
    } else if QUESTION_WORDS.contains(&word) {
        0.7
    } else {
        1.0
    };
    if word.chars().next().is_some_and(is_han) { full * 0.5 } else { full }
}

/// What an extra word, which the template lacks, costs: before or behind the sentence, and inside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ExtraCost {
    pub outside: f32,
    pub inside: f32,
    /// Anywhere, when the sentence must be the whole utterance.
    pub whole: f32,
    /// The word turns the sentence into its opposite.
    pub negates: bool,
    /// It belongs to a filler or a courtesy.
    pub is_filler: bool,
    /// It carries grammar rather than meaning.
    pub is_function: bool,
}

/// The cost of each word of `heard` where a template lacks it; fillers cost nothing.
pub(super) fn extra_costs(heard: &[&str]) -> Vec<ExtraCost> {
    let fillers = filler_marks(heard);
    heard
        .iter()
        .zip(fillers)
        .map(|(word, is_filler)| {
            let half = if word.chars().next().is_some_and(is_han) { 0.5 } else { 1.0 };
            let is_function = is_function_word(word);
            let negates = !is_filler && is_negation(word);
            let (outside, inside, whole) = match (is_filler, negates, is_function) {
                (true, _, _) => (0.0, 0.01, 0.0),
                (_, true, _) => (0.05, 0.7, 0.7),
                (_, _, true) => (0.01 * half, 0.05 * half, 0.05 * half),
                _ => (0.04 * half, 0.2 * half, 0.5 * half),
            };
            ExtraCost { outside, inside, whole, negates, is_filler, is_function }
        })
        .collect()
}

/// Which words of `heard` belong to a filler, the longest filler first.
pub(super) fn filler_marks(heard: &[&str]) -> Vec<bool> {
    let mut marks = vec![false; heard.len()];
    let mut at = 0;
    while at < heard.len() {
        let length = FILLER_PHRASES.longest(&heard[at..]).map_or(0, |(length, ())| length);
        marks[at..at + length].fill(true);
        at += length.max(1);
    }
    marks
}

/// How many words at the start of `heard` make up `phrase`; `None` when they do not. Chinese is compared by
/// character, anything else by word.
pub(super) fn phrase_length(phrase: &str, heard: &[&str]) -> Option<usize> {
    let mut rest = phrase;
    for (index, word) in heard.iter().enumerate() {
        rest = rest.strip_prefix(word)?;
        if rest.is_empty() {
            return Some(index + 1);
        }
        let ends_here = rest.strip_prefix(' ');
        match ends_here {
            Some(behind) => rest = behind,
            None if rest.chars().next().is_some_and(is_han) => {}
            None => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_by_whole_words_or_characters() {
        assert_eq!(phrase_length("you know", &["you", "know", "what"]), Some(2));
        assert_eq!(phrase_length("you know", &["you"]), None);
        assert_eq!(phrase_length("so", &["sorry"]), None);
        assert_eq!(phrase_length("不好意思", &["不", "好", "意", "思", "我"]), Some(4));
    }

    #[test]
    fn longest_filler_is_marked() {
        assert_eq!(filler_marks(&["i", "mean", "so", "order"]), [true, true, true, false]);
        assert_eq!(filler_marks(&["请", "问", "一", "下", "订"]), [true, true, true, true, false]);
    }
}
