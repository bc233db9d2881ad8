//! What callers say on every line, whatever the flow: a person please, say that again, goodbye.

use std::sync::LazyLock;

use super::template::Heard;
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
    /// "Help", "what can I say", "我该怎么说".
    Help,
    /// "Cancel", "never mind", "算了".
    Cancel,
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
    pub const ALL: [Self; 10] = [
        Self::AgentPlease,
        Self::Repeat,
        Self::Slower,
        Self::WaitAMoment,
        Self::Help,
        Self::Cancel,
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
            Self::AgentPlease => ENGLISH_AGENT,
            Self::Repeat => ENGLISH_REPEAT,
            Self::Slower => &["slower", "slow down", "[speak] [more] slowly", "(speak|talk|go) slower", "too fast"],
            Self::WaitAMoment => ENGLISH_WAIT,
            Self::Help => ENGLISH_HELP,
            Self::Cancel => ENGLISH_CANCEL,
            Self::StartOver => ENGLISH_START_OVER,
            Self::Goodbye => ENGLISH_GOODBYE,
            Self::Yes | Self::No => &[],
        }
    }

    const fn chinese(self) -> &'static [&'static str] {
        match self {
            Self::AgentPlease => CHINESE_AGENT,
            Self::Repeat => CHINESE_REPEAT,
            Self::Slower => &["[说|讲]慢[一]点[儿]", "慢慢说", "[你][说|讲][得]太快了", "能不能慢[一]点"],
            Self::WaitAMoment => {
                &["等[我]一下", "等[一]会[儿]", "稍等[一下|片刻]", "等等", "等我(看看|看一下|找找|找一下|查一下)"]
            }
            Self::Help => CHINESE_HELP,
            Self::Cancel => &["取消[吧|了]", "算了[吧]", "不(办|弄|查|问|要)了", "停[下|一下]", "别(办|弄|查)了"],
            Self::StartOver => &["重新(开始|来)[一遍]", "从头(开始|来|再来)", "重来[一遍|一次]", "再来一遍"],
            Self::Goodbye => CHINESE_GOODBYE,
            Self::Yes | Self::No => &[],
        }
    }
}

const ENGLISH_AGENT: &[&str] = &[
    "(talk|speak|chat) (to|with) [a|an|the|some|your] [real|live|actual|human] \
     (person|human|human being|people|agent|representative|rep|someone|somebody|someone else|somebody else|operator\
     |advisor|adviser|manager|supervisor|customer service|customer support|staff|member of staff|assistant)",
    "(get|give|find|connect|transfer|put) me [through] [to|with] [a|an|the|some|your] [real|live|actual|human] \
     (person|human|human being|agent|representative|rep|someone|somebody|operator|advisor|manager|supervisor\
     |customer service|customer support)",
    "(transfer|connect) me",
    "put me through",
    "[a|an] [real|live|human] (agent|operator|representative|human|advisor|receptionist)",
    "[a] (real|live) (person|human being|human)",
    "[a] person please",
    "(customer service|customer support|customer care)",
    "is there (someone|somebody|anyone|anybody|a person) [there] [i can] [talk|speak] [to]",
    "(someone|somebody|anyone|anybody) [there] i can (talk|speak) to",
    "(want|need) [a|an] [real|live] (person|human|human being|agent|representative|operator)",
    "(need|want) (someone|somebody) to help me",
    "i do not want to (talk|speak) to a (robot|machine|computer|bot)",
    "(stop|no more) (robot|machine|bot)",
];

const CHINESE_AGENT: &[&str] = &[
    "[帮我|给我|请][转|转接|接|找|叫][一下|到|个|一个](人工|人工客服|人工服务|人工坐席|人工座席|真人|客服|客服人员|工作人员|接线员|话务员)",
    "转人工",
    "(要|想)(人工|人工客服|人工服务|真人)",
    "(找|叫|来)[一]个(人|活人|真人)[来][跟我|和我|帮我][说|讲|谈|处理]",
    "(跟|和)[一]个?(人|真人|活人|客服)(说话|讲话|说|谈|聊)",
    "(找|叫)[一下]你们[的](经理|领导|主管|负责人)",
    "有[没有]人(吗|在吗)",
    "不(要|想)[跟|和](机器人|机器)[说话|讲话]",
    "请人[来]?(帮我|跟我说)",
];

const ENGLISH_REPEAT: &[&str] = &[
    "(say|repeat) (that|it|this) [again|one more time|once more]",
    "repeat [the (question|options|last part)]",
    "(can|could|would) you (repeat|say) [that|it] [again]",
    "(say|come) again",
    "(one more time|once more)",
    "(pardon|pardon me|i beg your pardon|beg pardon)",
    "sorry",
    "excuse me",
    "what [did you say|was that|is that]",
    "what were you saying",
    "what was the question",
    "i [did not|do not|could not|can not] (hear|catch|get|understand|follow) [that|you|it|what you said]",
    "huh",
];

const CHINESE_REPEAT: &[&str] = &[
    "[请|麻烦][你|您]再(说|讲|重复)(一遍|一次|一下)",
    "(重复|重说)[一遍|一次|一下]",
    "[我][刚才|刚刚](没|没有)(听清|听清楚|听见|听到|听懂|听明白)",
    "听不(清|清楚|见|到|懂)",
    "[你|您][刚才|刚刚]说(什么|啥|的什么|的是什么)",
    "什么",
    "啥",
    "再说一遍",
];

const ENGLISH_WAIT: &[&str] = &[
    "(wait|hold on|hang on)",
    "[just] (one|a) (moment|second|sec|minute)",
    "(wait|hold on|hang on) [just] (a|one) (moment|second|sec|minute|bit)",
    "(give me|i need) (a|one) (moment|second|sec|minute)",
    "let me (check|look|see|find it|look it up|get it)",
];

const ENGLISH_HELP: &[&str] = &[
    "help [me]",
    "i need [some] help",
    "what can (i|you) (say|do|ask)",
    "what are (my|the) (options|choices)",
    "how does (this|it) work",
    "what (should|do) i (say|do)",
    "i do not know what to (say|do)",
];

const CHINESE_HELP: &[&str] = &[
    "帮助",
    "帮帮我",
    "[我](该|应该|要|可以|能)(怎么|如何)(说|做|办)",
    "(怎么|如何)(说|做|用)",
    "[我][可以|能]说[些]什么",
    "你(能|可以|会)(做|办)[些](什么|啥)",
    "有(什么|哪些)(选项|选择|服务)",
];

const ENGLISH_CANCEL: &[&str] = &[
    "cancel [that|it|this]",
    "never mind",
    "forget [about] (it|that)",
    "(quit|abort|stop)",
    "stop (it|that|this)",
    "do not bother",
    "i changed my mind",
];

const ENGLISH_START_OVER: &[&str] = &[
    "(start|begin) (over|again)",
    "(start|go back) (from|to) the (beginning|start|top)",
    "restart",
    "back to the (beginning|start|main menu|menu)",
    "main menu",
];

const ENGLISH_GOODBYE: &[&str] = &[
    "(bye|goodbye|good bye|bye bye|bye now|see you|cheerio|farewell)",
    "that is (all|it|everything) [for now|for today|i need|i needed]",
    "that will be all",
    "(nothing|no nothing) else",
    "no that is (all|it|everything)",
    "i am (done|finished|all set)",
    "have a (good|nice|great|lovely) (day|one|evening|night|weekend)",
    "(talk|speak) to you later",
    "you can hang up",
];

const CHINESE_GOODBYE: &[&str] = &[
    "(再见|拜拜|拜|回见|回头见)",
    "[我]没[有][什么|其他|别的][的][事|问题|事情]了",
    "[好的|好了|那]就(这样|这些|这样吧|这个)[了]",
    "[那][我][先]挂了",
    "没有[别的|其他|其他的]了",
    "不用了再见",
];

static ENGLISH: LazyLock<Vec<Vec<Template>>> = LazyLock::new(|| {
    CommonPhrase::ALL.iter().map(|kind| parse_all(kind.english(), &yes_no::phrases(*kind, Language::EN))).collect()
});
static CHINESE: LazyLock<Vec<Vec<Template>>> = LazyLock::new(|| {
    CommonPhrase::ALL.iter().map(|kind| parse_all(kind.chinese(), &yes_no::phrases(*kind, Language::ZH))).collect()
});

fn parse_all(table: &[&str], more: &[&str]) -> Vec<Template> {
    // A test proves that every one parses.
    table.iter().chain(more).filter_map(|text| Template::parse(text).ok()).collect()
}

/// The templates of one kind in one language; any language but Mandarin takes the English ones. Match them
/// with [`Template::matches_whole`]: they are meant as the whole utterance.
pub fn common_phrases(kind: CommonPhrase, language: Language) -> &'static [Template] {
    let tables = if language == Language::ZH { &*CHINESE } else { &*ENGLISH };
    &tables[kind.place()]
}

/// Which of `among` is the whole of `heard`, courtesies and fillers apart, with its score: the best, at
/// least [`ACCEPT`]; of equals the one named first. Callers who speak Mandarin may say it in English too.
pub fn common_phrase(heard: &str, language: Language, among: &[CommonPhrase]) -> Option<(CommonPhrase, f32)> {
    let prepared = Heard::new(heard);
    let also_english = language == Language::ZH && heard.chars().any(|character| character.is_ascii_alphabetic());
    let mut best: Option<(CommonPhrase, f32)> = None;
    for kind in among {
        let english: &[Template] = if also_english { common_phrases(*kind, Language::EN) } else { &[] };
        for template in common_phrases(*kind, language).iter().chain(english) {
            let Some(found) = template.accepts_whole(&prepared) else { continue };
            if found.score >= ACCEPT && best.is_none_or(|(_, score)| found.score > score) {
                best = Some((*kind, found.score));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_entry_is_a_template() {
        for kind in CommonPhrase::ALL {
            for text in kind.english().iter().chain(kind.chinese()) {
                assert!(Template::parse(text).is_ok(), "{text}: {:?}", Template::parse(text));
            }
            for language in [Language::EN, Language::ZH] {
                assert!(!common_phrases(kind, language).is_empty(), "{kind:?} {language}");
            }
        }
    }

    fn handler(heard: &str, language: Language) -> Option<CommonPhrase> {
        common_phrase(heard, language, &CommonPhrase::ALL[..8]).map(|(kind, _)| kind)
    }

    #[test]
    fn callers_get_what_they_ask_for() {
        use CommonPhrase::*;
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
            ("hold on a second", WaitAMoment),
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
            assert_eq!(handler(heard, Language::EN), Some(kind), "{heard}");
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
            ("稍等一下", WaitAMoment),
            ("我该怎么说", Help),
            ("取消", Cancel),
            ("算了吧", Cancel),
            ("重新开始", StartOver),
            ("再见", Goodbye),
            ("好的谢谢拜拜", Goodbye),
            ("没有别的事了", Goodbye),
            ("好的,就这样吧", Goodbye),
        ] {
            assert_eq!(handler(heard, Language::ZH), Some(kind), "{heard}");
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
            "my cable operator is broken",
            "no",
            "",
        ] {
            assert_eq!(handler(heard, Language::EN), None, "{heard}");
        }
        for heard in ["取消订单", "你们几点开门", "我的快递到哪里了", "人工智能是什么公司", "一二三四"]
        {
            assert_eq!(handler(heard, Language::ZH), None, "{heard}");
        }
    }
}
