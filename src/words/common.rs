//! What callers say on every line, whatever the flow: a person please, say that again, goodbye.

mod asked;
mod english;
mod mandarin;

use std::sync::LazyLock;

use super::phrases::Phrases;
use super::template::{Heard, TemplateIndex};
use super::weight::filler_marks;
use super::yes_no;
use super::{ACCEPT, Language, Template};

/// A thing callers say anywhere in a call; all but yes and no are named as the handlers that answer them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CommonPhrase {
    /// "I want to talk to a person", "转人工".
    AgentPlease,
    /// "Say that again", "没听清".
    Repeat,
    /// "More slowly", "慢一点".
    Slower,
    /// "One moment", "等一下".
    WaitAMoment,
    /// "Can we speak Chinese?", "说英语". Which one is asked for, [`asked_language`] tells.
    Language,
    /// "Help", "what can I say", "我该怎么说".
    Help,
    /// "Cancel", "never mind", "算了".
    Cancel,
    /// "That's wrong", "I made a mistake", "说错了". What was meant, [`super::correct`] tells.
    Correct,
    /// "Start over", "重新开始".
    StartOver,
    /// "Bye", "that's all", "再见".
    Goodbye,
    /// "Yes".
    Yes,
    /// "No".
    No,
}

impl CommonPhrase {
    /// Every kind, in the order in which equal scores are decided.
    pub const ALL: [Self; 12] = [
        Self::AgentPlease,
        Self::Repeat,
        Self::Slower,
        Self::WaitAMoment,
        Self::Language,
        Self::Help,
        Self::Cancel,
        Self::Correct,
        Self::StartOver,
        Self::Goodbye,
        Self::Yes,
        Self::No,
    ];

    const fn place(self) -> usize {
        self as usize
    }

    const fn english(self) -> &'static [&'static str] {
        match self {
            Self::AgentPlease => english::AGENT,
            Self::Repeat => english::REPEAT,
            Self::Slower => english::SLOWER,
            Self::WaitAMoment => english::WAIT,
            Self::Help => english::HELP,
            Self::Cancel => english::CANCEL,
            Self::Correct => english::CORRECT,
            Self::StartOver => english::START_OVER,
            Self::Goodbye => english::GOODBYE,
            Self::Language | Self::Yes | Self::No => &[],
        }
    }

    const fn chinese(self) -> &'static [&'static str] {
        match self {
            Self::AgentPlease => mandarin::AGENT,
            Self::Repeat => mandarin::REPEAT,
            Self::Slower => mandarin::SLOWER,
            Self::WaitAMoment => mandarin::WAIT,
            Self::Help => mandarin::HELP,
            Self::Cancel => mandarin::CANCEL,
            Self::Correct => mandarin::CORRECT,
            Self::StartOver => mandarin::START_OVER,
            Self::Goodbye => mandarin::GOODBYE,
            Self::Language | Self::Yes | Self::No => &[],
        }
    }
}

/// The templates of one language, kind by kind, and an index of them all. What callers say as often, is near one of
/// them and is none has the id `None`: "I don't have it here" is not "I can't hear you".
struct Table {
    templates: Vec<Vec<Template>>,
    index: TemplateIndex<Option<CommonPhrase>>,
}

impl Table {
    fn of(language: Language) -> Self {
        let parse = |kind: &CommonPhrase| {
            let table = if language == Language::ZH { kind.chinese() } else { kind.english() };
            let more = yes_no::phrases(*kind, language);
            // A test proves that every one parses.
            table.iter().copied().chain(more).filter_map(|text| Template::parse(text).ok()).collect::<Vec<Template>>()
        };
        let templates: Vec<Vec<Template>> = CommonPhrase::ALL.iter().map(parse).collect();
        let of_kinds = CommonPhrase::ALL.iter().zip(&templates);
        let phrases = of_kinds.flat_map(|(kind, own)| own.iter().map(|template| (Some(*kind), template.clone())));
        let others = if language == Language::ZH { mandarin::NONE_OF_THESE } else { english::NONE_OF_THESE };
        let others = others.iter().filter_map(|text| Some((None, Template::parse(text).ok()?)));
        Self { index: TemplateIndex::new(phrases.chain(others)), templates }
    }
}

static ENGLISH: LazyLock<Table> = LazyLock::new(|| Table::of(Language::EN));
static CHINESE: LazyLock<Table> = LazyLock::new(|| Table::of(Language::ZH));

fn table(language: Language) -> &'static Table {
    if language == Language::ZH { &CHINESE } else { &ENGLISH }
}

/// The templates of one kind in one language; any language but Mandarin takes the English ones. Match them
/// with [`Template::matches_whole`]: they are meant as the whole utterance.
pub fn common_phrases(kind: CommonPhrase, language: Language) -> &'static [Template] {
    &table(language).templates[kind.place()]
}

/// Which of `among` is the whole of `heard`, courtesies and fillers apart, with its score: the best, at
/// least [`ACCEPT`]; of equals the one named first. Callers who speak Mandarin may say it in English too.
pub fn common_phrase(heard: &str, language: Language, among: &[CommonPhrase]) -> Option<(CommonPhrase, f32)> {
    common_phrase_in(&Heard::new(heard), language, among)
}

/// As [`common_phrase`], of an utterance that is prepared already.
pub fn common_phrase_in(heard: &Heard, language: Language, among: &[CommonPhrase]) -> Option<(CommonPhrase, f32)> {
    let is_latin = |word: &str| word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    let also_english = language == Language::ZH && heard.words().any(is_latin);
    let mut found: Vec<(CommonPhrase, f32)> = Vec::new();
    let mut none_of_these = 0.0_f32;
    for table in [Some(table(language)), also_english.then(|| table(Language::EN))].into_iter().flatten() {
        let ranked = table.index.rank_whole(heard, ACCEPT, |kind| kind.is_none_or(|kind| among.contains(&kind)));
        for candidate in ranked {
            match candidate.id {
                Some(kind) => found.push((kind, candidate.found.score)),
                None => none_of_these = none_of_these.max(candidate.found.score),
            }
        }
    }
    found.retain(|(_, score)| *score > none_of_these);
    if among.contains(&CommonPhrase::Language) {
        found.extend(asked::asked(heard).map(|(_, score)| (CommonPhrase::Language, score)));
    }
    if among.contains(&CommonPhrase::Correct) && announces_a_correction(heard) {
        found.push((CommonPhrase::Correct, ANNOUNCED));
    }
    let place = |kind: &CommonPhrase| among.iter().position(|other| other == kind).unwrap_or(usize::MAX);
    found.sort_by(|left, right| right.1.total_cmp(&left.1).then(place(&left.0).cmp(&place(&right.0))));
    found.into_iter().next()
}

/// What an utterance scores as a correction that begins with "no, I meant".
const ANNOUNCED: f32 = 0.9;

static CORRECTIONS_ANNOUNCED: LazyLock<Phrases<()>> = LazyLock::new(|| {
    let phrases = [
        "i meant",
        "no i meant",
        "no no i meant",
        "sorry i meant",
        "i actually meant",
        "what i meant was",
        "i meant to say",
        "我说的是",
        "不我说的是",
        "我的意思是",
        "不是我说的是",
        "我是说",
        "不我是说",
        "不是我是说",
        "我想说的是",
    ];
    Phrases::new(phrases.map(|phrase| (phrase, ())))
});

/// Whether something is said behind "no, I meant".
fn announces_a_correction(heard: &Heard) -> bool {
    let words: Vec<&str> = heard.words().collect();
    let start = filler_marks(&words).iter().take_while(|is_filler| **is_filler).count();
    CORRECTIONS_ANNOUNCED.longest(&words[start..]).is_some_and(|(length, ())| start + length < words.len())
}

/// The language that a caller asks for with the whole of `heard`: "can we speak Chinese?", 说英语. It may be one that
/// is not spoken here; whoever says that they speak no English asks for Mandarin, and the other way round.
pub fn asked_language(heard: &str) -> Option<Language> {
    asked::asked(&Heard::new(heard)).map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_entry_is_a_template() {
        for kind in CommonPhrase::ALL {
            let others = english::NONE_OF_THESE.iter().chain(mandarin::NONE_OF_THESE);
            for text in kind.english().iter().chain(kind.chinese()).chain(others) {
                assert!(Template::parse(text).is_ok(), "{text}: {:?}", Template::parse(text));
            }
            for language in [Language::EN, Language::ZH] {
                let is_empty = common_phrases(kind, language).is_empty();
                assert_eq!(is_empty, kind == CommonPhrase::Language, "{kind:?} {language}");
            }
        }
    }

    fn handler(heard: &str, language: Language) -> Option<CommonPhrase> {
        common_phrase(heard, language, &CommonPhrase::ALL[..10]).map(|(kind, _)| kind)
    }

    #[test]
    fn callers_get_what_they_ask_for() {
        use super::super::Language as Spoken;
        use CommonPhrase::{
            AgentPlease, Cancel, Correct, Goodbye, Help, Language, Repeat, Slower, StartOver, WaitAMoment,
        };
        for (heard, kind) in [
            ("I want to talk to a person.", AgentPlease),
            ("Can I speak to someone please?", AgentPlease),
            ("uh, could I talk with a real human being please", AgentPlease),
            ("I'd like to speak to a representative", AgentPlease),
            ("Operator!", AgentPlease),
            ("agent", AgentPlease),
            ("customer service please", AgentPlease),
            ("put me through to somebody", AgentPlease),
            ("just transfer me to an agent", AgentPlease),
            ("Get me a human.", AgentPlease),
            ("I need to talk to a person about my order", AgentPlease),
            ("Please let me speak with a manager", AgentPlease),
            ("is there anyone I can talk to", AgentPlease),
            ("Say that again?", Repeat),
            ("Sorry, what did you say?", Repeat),
            ("pardon", Repeat),
            ("Could you repeat that please?", Repeat),
            ("What?", Repeat),
            ("I didn't catch that", Repeat),
            ("Sorry?", Repeat),
            ("can you slow down please", Slower),
            ("that's too fast", Slower),
            ("could you speak a bit more slowly", Slower),
            ("hold on a second", WaitAMoment),
            ("bear with me a second", WaitAMoment),
            ("let me find it", WaitAMoment),
            ("Can we speak Chinese?", Language),
            ("English please", Language),
            ("do you speak Mandarin", Language),
            ("I don't speak English", Language),
            ("that's wrong", Correct),
            ("no I meant the blue one", Correct),
            ("I made a mistake", Correct),
            ("I gave you the wrong number", Correct),
            ("let me change that", Correct),
            ("I'm stuck", Help),
            ("I have no idea what to say", Help),
            ("start again please", StartOver),
            ("I've got to go now, bye", Goodbye),
            ("one moment please", WaitAMoment),
            ("Help.", Help),
            ("what are my options", Help),
            ("cancel that please", Cancel),
            ("never mind", Cancel),
            ("Let's start over", StartOver),
            ("Bye bye.", Goodbye),
            ("That's all, thank you.", Goodbye),
            ("Okay, thanks, goodbye!", Goodbye),
            ("No, that's it, thank you very much", Goodbye),
            ("nothing else thanks", Goodbye),
        ] {
            assert_eq!(handler(heard, Spoken::EN), Some(kind), "{heard}");
        }
        for (heard, kind) in [
            ("转人工", AgentPlease),
            ("我要人工客服。", AgentPlease),
            ("請幫我轉人工服務,謝謝", AgentPlease),
            ("找个人跟我说", AgentPlease),
            ("人工", AgentPlease),
            ("接客服", AgentPlease),
            ("叫你们经理", AgentPlease),
            ("operator", AgentPlease),
            ("请再说一遍", Repeat),
            ("什么?", Repeat),
            ("不好意思我没听清楚", Repeat),
            ("你刚才说什么", Repeat),
            ("说慢一点", Slower),
            ("你说得太快了", Slower),
            ("稍等一下", WaitAMoment),
            ("我找一下", WaitAMoment),
            ("说中文", Language),
            ("讲英语", Language),
            ("可以讲普通话吗", Language),
            ("請說英文", Language),
            ("我听不懂英文", Language),
            ("Chinese please", Language),
            ("不对", Correct),
            ("我说错了", Correct),
            ("你听错了", Correct),
            ("我该怎么说", Help),
            ("取消", Cancel),
            ("算了吧", Cancel),
            ("重新开始", StartOver),
            ("再见", Goodbye),
            ("好的谢谢拜拜", Goodbye),
            ("没有别的事了", Goodbye),
            ("好的,就这样吧", Goodbye),
        ] {
            assert_eq!(handler(heard, Spoken::ZH), Some(kind), "{heard}");
        }
    }

    #[test]
    fn other_sentences_are_left_to_the_flow() {
        for heard in [
            "cancel my order",
            "what time do you open",
            "I need help with my invoice",
            "where is my order",
            "it's AB 1234",
            "the person who delivered it was rude",
            "I don't want to talk to a person",
            "repeat my last order",
            "I want to cancel my flight",
            "help me find a hotel",
            "I ordered Chinese food",
            "the Chinese restaurant was closed",
            "the wrong item was delivered",
            "you sent me the wrong size",
            "I want to change my address",
            "wait for the delivery",
            "start my subscription again",
            "the delivery was too slow",
            "I want to stop my newspaper",
            "my English teacher gave me the code",
            "the second digit is five",
            "my cable operator is broken",
            "no",
            "",
        ] {
            assert_eq!(handler(heard, Language::EN), None, "{heard}");
        }
        for heard in [
            "帮助我查订单",
            "送错了东西",
            "地址改成上海",
            "我想学英语课程",
            "等快递",
            "重新发货",
            "中文书什么时候到",
            "说明书在哪里",
            "最后一位是九",
            "取消订单",
            "你们几点开门",
            "我的快递到哪里了",
            "人工智能是什么公司",
            "一二三四",
        ] {
            assert_eq!(handler(heard, Language::ZH), None, "{heard}");
        }
    }

    #[test]
    fn the_language_asked_for_is_known() {
        let other = Language::parse("es").ok();
        for (heard, language) in [
            ("can we speak Chinese", Some(Language::ZH)),
            ("in Mandarin please", Some(Language::ZH)),
            ("English please", Some(Language::EN)),
            ("I don't speak Chinese", Some(Language::EN)),
            ("Spanish please", other),
            ("说中文", Some(Language::ZH)),
            ("能说英语吗", Some(Language::EN)),
            ("我不会说英语", Some(Language::ZH)),
            ("order a Chinese dictionary", None),
            ("yes", None),
        ] {
            assert_eq!(asked_language(heard), language, "{heard}");
        }
    }
}
