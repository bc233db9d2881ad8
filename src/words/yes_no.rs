//! Yes or no, in the many ways it is said.

use std::sync::LazyLock;

use super::phrases::Phrases;
use super::template::Heard;
use super::weight::phrase_length;
use super::{CommonPhrase, Language, Reading, Value};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Sense {
    Yes,
    No,
    /// Neither, though yes or no is in its words: "not sure", "是不是".
    Neither,
}

use Sense::{Neither, No, Yes};

/// Phrases in normal form; the longest that fits at a place decides.
#[rustfmt::skip]
const ENGLISH: &[(&str, Sense)] = &[
    ("yes", Yes), ("yeah", Yes), ("yea", Yes), ("yep", Yes), ("yup", Yes), ("ya", Yes), ("yah", Yes), ("aye", Yes),
    ("sure", Yes), ("sure thing", Yes), ("correct", Yes), ("right", Yes), ("that is right", Yes),
    ("that is correct", Yes), ("that is it", Yes), ("that is fine", Yes), ("that is the one", Yes),
    ("that is good", Yes), ("that is great", Yes), ("you are right", Yes), ("you got it", Yes), ("it is", Yes),
    ("it is right", Yes), ("it is correct", Yes), ("i do", Yes), ("i am", Yes), ("i would", Yes),
    ("i would like that", Yes), ("i would love that", Yes), ("i did", Yes), ("i have", Yes), ("okay", Yes),
    ("all right", Yes), ("alright", Yes), ("of course", Yes), ("absolutely", Yes), ("definitely", Yes),
    ("certainly", Yes), ("exactly", Yes), ("indeed", Yes), ("fine", Yes), ("good", Yes), ("great", Yes),
    ("perfect", Yes), ("sounds good", Yes), ("sounds right", Yes), ("go ahead", Yes), ("go for it", Yes),
    ("please", Yes), ("please do", Yes), ("yes please", Yes), ("do it", Yes), ("do that", Yes),
    ("let us do it", Yes), ("true", Yes), ("affirmative", Yes), ("positive", Yes), ("uh huh", Yes), ("mm hmm", Yes),
    ("mm", Yes), ("hmm mm", Neither), ("i think so", Yes), ("i guess so", Yes), ("i guess", Yes),
    ("i believe so", Yes), ("i suppose so", Yes), ("i suppose", Yes), ("i want that", Yes), ("why not", Yes),
    ("no problem", Yes), ("no worries", Yes), ("you bet", Yes), ("totally", Yes), ("very well", Yes),
    ("not bad", Yes), ("that would be great", Yes), ("that would be good", Yes), ("that would be nice", Yes),
    ("that works", Yes), ("works for me", Yes), ("if you could", Yes), ("if you would", Yes), ("by all means", Yes),
    ("no doubt", Yes), ("no", No), ("nope", No), ("nah", No), ("naw", No), ("no no", No), ("no way", No),
    ("nay", No), ("never", No), ("not", No), ("not really", No), ("not at all", No), ("not now", No),
    ("not today", No), ("not yet", No), ("no thanks", No), ("no thank you", No), ("no not really", No),
    ("not right", No), ("not correct", No), ("not quite", No), ("not that", No), ("not it", No),
    ("that is not right", No), ("that is not correct", No), ("that is not it", No), ("that is wrong", No),
    ("that is incorrect", No), ("that is not what i said", No), ("it is not", No), ("is not", No), ("i do not", No),
    ("i would not", No), ("i am not", No), ("i did not", No), ("i have not", No), ("i do not want that", No),
    ("i do not want to", No), ("do not", No), ("do not do that", No), ("wrong", No), ("incorrect", No),
    ("false", No), ("negative", No), ("uh uh", No), ("mm mm", No), ("nuh uh", No), ("of course not", No),
    ("absolutely not", No), ("definitely not", No), ("certainly not", No), ("i do not think so", No),
    ("i think not", No), ("i am afraid not", No), ("i am good", No), ("i am fine", No), ("i am okay", No),
    ("that is okay no", No), ("no need", No), ("no more", No), ("nothing", No), ("nothing else", No),
    ("no that is all", No), ("that is all", No), ("forget it", No), ("never mind", No), ("rather not", No),
    ("i would rather not", No), ("yeah no", No), ("better not", No), ("yes no", Neither), ("not sure", Neither),
    ("i am not sure", Neither), ("i do not know", Neither), ("do not know", Neither), ("no idea", Neither),
    ("i have no idea", Neither), ("maybe", Neither), ("perhaps", Neither), ("yes or no", Neither),
    ("yes and no", Neither), ("i do not understand", Neither), ("what", Neither), ("pardon", Neither),
    ("is it", Neither), ("is that right", Neither), ("is that correct", Neither), ("not okay", No),
    ("not fine", No), ("not good", No), ("not true", No), ("right now", Neither), ("right away", Neither),
    ("good morning", Neither), ("good afternoon", Neither), ("good evening", Neither), ("do not hang up", Neither),
    ("not only", Neither), ("wait", Neither), ("hold on", Neither),
];

#[rustfmt::skip]
const CHINESE: &[(&str, Sense)] = &[
    ("是", Yes), ("是的", Yes), ("是啊", Yes), ("是呀", Yes), ("是这样", Yes), ("是这样的", Yes), ("就是", Yes),
    ("就是这个", Yes), ("对", Yes), ("对的", Yes), ("对啊", Yes), ("对呀", Yes), ("对对", Yes), ("对对对", Yes),
    ("没错", Yes), ("好", Yes), ("好的", Yes), ("好啊", Yes), ("好呀", Yes), ("好吧", Yes), ("好嘞", Yes),
    ("可以", Yes), ("可以的", Yes), ("可以啊", Yes), ("当然", Yes), ("当然可以", Yes), ("行", Yes), ("行啊", Yes),
    ("行吧", Yes), ("成", Yes), ("中", Yes), ("嗯", Yes), ("嗯嗯", Yes), ("恩", Yes), ("要", Yes), ("要的", Yes),
    ("需要", Yes), ("想", Yes), ("愿意", Yes), ("同意", Yes), ("确定", Yes), ("确认", Yes), ("正确", Yes),
    ("没问题", Yes), ("没毛病", Yes), ("有", Yes), ("有的", Yes), ("必须的", Yes), ("麻烦了", Yes),
    ("麻烦你了", Yes), ("那好", Yes), ("那行", Yes), ("肯定", Yes), ("一定", Yes), ("不错", Yes), ("帮我找", Yes),
    ("请", Yes), ("没关系", Yes), ("也行", Yes), ("也可以", Yes), ("都行", Yes), ("明白", Yes), ("是没错", Yes),
    ("不客气", Neither), ("哎", Yes), ("诶", Yes), ("欸", Yes), ("不", No), ("不不", No), ("不不不", No),
    ("不是", No), ("不是的", No), ("不是啊", No), ("不是这个", No), ("不对", No), ("不对的", No), ("不对啊", No),
    ("不要", No), ("不要了", No), ("不用", No), ("不用了", No), ("不用谢谢", No), ("不需要", No), ("不需要了", No),
    ("不行", No), ("不可以", No), ("不好", No), ("不想", No), ("不想要", No), ("不愿意", No), ("不同意", No),
    ("不必", No), ("不必了", No), ("不了", No), ("没有", No), ("没有了", No), ("没", No), ("没了", No),
    ("算了", No), ("算了吧", No), ("别", No), ("别了", No), ("错", No), ("错了", No), ("错的", No), ("不正确", No),
    ("否", No), ("非也", No), ("当然不", No), ("当然不是", No), ("肯定不是", No), ("先不用", No), ("先不了", No),
    ("暂时不用", No), ("暂时不需要", No), ("不太对", No), ("不大对", No), ("不能", No), ("没必要", No),
    ("没说对", No), ("不用麻烦了", No), ("不麻烦了", No), ("不麻烦你了", No), ("不用麻烦你了", No), ("不麻烦", No),
    ("不用麻烦", No), ("不成", No), ("不中", No), ("不知道", Neither), ("不清楚", Neither), ("不确定", Neither),
    ("不好说", Neither), ("不一定", Neither), ("是不是", Neither), ("对不对", Neither), ("好不好", Neither),
    ("要不要", Neither), ("行不行", Neither), ("可不可以", Neither), ("有没有", Neither), ("不好意思", Neither),
    ("对不起", Neither), ("你好", Neither), ("您好", Neither), ("什么", Neither), ("没听清", Neither),
    ("没听懂", Neither), ("不明白", Neither), ("不懂", Neither), ("是吗", Neither), ("对吗", Neither),
    ("还是", Neither), ("但是", Neither), ("可是", Neither), ("就是说", Neither), ("要是", Neither),
    ("好像", Neither), ("那个", Neither), ("对于", Neither), ("不客气了", Neither), ("别挂", Neither),
    ("等一下", Neither), ("想一下", Neither), ("想想", Neither), ("想问", Neither), ("好多", Neither),
    ("一个", Neither), ("有点", Neither), ("有人", Neither), ("只是", Neither),
];

/// The phrases of yes or of no; none for other kinds.
pub(super) fn phrases(kind: CommonPhrase, language: Language) -> Vec<&'static str> {
    let wanted = match kind {
        CommonPhrase::Yes => Yes,
        CommonPhrase::No => No,
        _ => return Vec::new(),
    };
    let table = if language == Language::ZH { CHINESE } else { ENGLISH };
    table.iter().filter(|(_, sense)| *sense == wanted).map(|(phrase, _)| *phrase).collect()
}

/// Readings of `heard`.
pub(super) fn read(heard: &Heard, language: Language) -> Vec<Reading> {
    let tokens = &heard.tokens;
    let words: Vec<&str> = heard.words().collect();
    let extras = heard.extras();
    let mut senses: Vec<Sense> = Vec::new();
    let mut soft_yes = 0;
    let mut other_weight = 0.0;
    let mut at = 0;
    while at < words.len() {
        match longest_phrase(&words[at..], language) {
            Some((length, sense)) => {
                let behind = at + length;
                let phrase = &words[at..behind];
                let is_closed = tokens.get(behind).is_none_or(|next| next.after_pause);
                // "it is" is an answer on its own, in "it is AB 12" it is not.
                let is_answer = sense != Yes || is_closed || senses.is_empty() || !is_one_of(phrase, OPEN);
                if is_answer {
                    soft_yes += usize::from(sense == Yes && is_one_of(phrase, SOFT));
                    senses.push(sense);
                }
                at = behind;
            }
            None => {
                if !extras[at].is_filler {
                    let half = if tokens[at].is_han() { 0.5 } else { 1.0 };
                    other_weight += half * if extras[at].is_function { 0.3 } else { 1.0 };
                }
                at += 1;
            }
        }
    }
    // "okay, no" is no: the okay only says that the question was heard.
    let yes = senses.iter().filter(|sense| **sense == Yes).count();
    if senses.contains(&No) && yes == soft_yes {
        senses.retain(|sense| *sense != Yes);
    }
    // "know" alone is "no" misheard.
    if senses.is_empty() && words.len() == 1 && matches!(words[0], "know" | "now" | "node" | "note") {
        return vec![reading(false, 0.55)];
    }
    if senses.is_empty()
        && words.len() == 1
        && matches!(words[0], "yet" | "yes's" | "chess" | "guess" | "yesterday" | "ja" | "oui")
    {
        return vec![reading(true, 0.5)];
    }
    weigh(&senses, other_weight, &words)
}

/// Phrases that answer only at the start, or when nothing follows them in the same breath.
const OPEN: &[&str] = &[
    "it is", "i am", "i have", "i did", "i do", "i would", "please", "right", "是", "有", "要", "想", "对", "行", "成",
    "中", "请", "好", "就是", "需要", "可以", "一定", "肯定",
];

/// Phrases that only acknowledge when a no stands beside them.
#[rustfmt::skip]
const SOFT: &[&str] = &[
    "okay", "right", "alright", "all right", "fine", "good", "great", "mm", "mm hmm", "uh huh", "please", "i guess",
    "sure", "嗯", "嗯嗯", "恩", "好", "好的", "好吧", "请", "麻烦你了", "麻烦了", "哎", "诶", "欸", "没关系",
    "明白",
];

fn is_one_of(words: &[&str], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| phrase_length(phrase, words) == Some(words.len()))
}

fn reading(truth: bool, score: f32) -> Reading {
    Reading { value: Value::Bool(truth), score, valid: true }
}

static ENGLISH_PHRASES: LazyLock<Phrases<Sense>> = LazyLock::new(|| Phrases::new(ENGLISH.iter().copied()));
static CHINESE_PHRASES: LazyLock<Phrases<Sense>> = LazyLock::new(|| Phrases::new(CHINESE.iter().copied()));

fn longest_phrase(words: &[&str], language: Language) -> Option<(usize, Sense)> {
    let both = [&*ENGLISH_PHRASES, &*CHINESE_PHRASES];
    let found = both.map(|phrases| phrases.longest(words).map(|(length, sense)| (length, *sense)));
    // Of equals the language of the call decides.
    let [english, chinese] = found;
    let (own, other) = if language == Language::ZH { (chinese, english) } else { (english, chinese) };
    match (own, other) {
        (Some(own), Some(other)) if other.0 > own.0 => Some(other),
        (own, other) => own.or(other),
    }
}

/// The answer that the phrases add up to, and how sure other words leave it.
fn weigh(senses: &[Sense], other_weight: f32, words: &[&str]) -> Vec<Reading> {
    let yes = senses.iter().filter(|sense| **sense == Yes).count();
    let no = senses.iter().filter(|sense| **sense == No).count();
    let neither = senses.iter().filter(|sense| **sense == Neither).count();
    if yes + no == 0 {
        return Vec::new();
    }
    // A story around the answer makes it less likely that the words were meant as one.
    let starts_with_answer = longest_phrase(words, Language::EN).is_some_and(|(_, sense)| sense != Neither);
    let story = other_weight * if starts_with_answer { 0.05 } else { 0.12 };
    let sure = (1.0 - story - 0.3 * neither as f32).max(0.05);
    match (yes, no) {
        (_, 0) => vec![reading(true, sure)],
        (0, _) => vec![reading(false, sure)],
        _ => {
            // Both: "no, that's right", "yes, no, don't". The last word is more often the answer, not surely.
            let last = senses.iter().rev().find(|sense| **sense != Neither) == Some(&Yes);
            vec![reading(last, 0.55 * sure), reading(!last, 0.45 * sure)]
        }
    }
}
