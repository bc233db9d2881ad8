//! Which language a caller asks for: "can we speak Chinese?", 说英语, "no English".

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::super::template::{Heard, TemplateIndex};
use super::super::{Language, Template};

/// How the languages are called that callers of a service line ask for. The first two are spoken here; that another
/// is asked for can be said to the caller.
#[rustfmt::skip]
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("zh", "chinese|mandarin|putonghua", "中文|汉语|普通话|国语|华语|中国话"), ("en", "english", "英文|英语"), ("yue", "cantonese", "粤语|广东话|白话"),
    ("es", "spanish|espanol", "西班牙语"), ("fr", "french", "法语|法文"), ("de", "german", "德语|德文"), ("ja", "japanese", "日语|日文"),
    ("ko", "korean", "韩语|韩文"), ("ru", "russian", "俄语|俄文"), ("pt", "portuguese", "葡萄牙语"), ("it", "italian", "意大利语"), ("ar", "arabic", "阿拉伯语"),
    ("hi", "hindi", "印地语"), ("pl", "polish", "波兰语"), ("vi", "vietnamese", "越南语"), ("tl", "tagalog|filipino", "菲律宾语"),
];

/// Around the name of the language.
#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "[in] ({}) [please]", "(can|could|may|shall) (we|i|you) (speak|talk|do this|do it|continue|use|have) [in] ({})", "(speak|talk|switch|change) [to|in|into] ({})",
    "(do|can) you (speak|do|have|know) ({})", "[is there] (someone|anyone|somebody) [who] (speaks|speaking) ({})",
    "i [only|would rather|would prefer to|want to|would like to|prefer] (speak|talk) ({})", "i (prefer|want|need|would like) ({})", "[the] ({}) (version|line|menu|option) [please]",
    "(press for|go to|go on in|carry on in|let us use|let us speak) ({})",
];
#[rustfmt::skip]
const CHINESE: &[&str] = &[
    "[请][用|说|讲]({})[吧|服务|可以吗|行吗]", "[我们|咱们](可以|能|能不能|可不可以)[用|说|讲]({})[吗]", "[你|您|你们](会|会不会|能|可以)(说|讲)({})[吗]", "[我](要|想)(说|讲|用|听)({})",
    "(换|转|切换|改)[成|到|为|用]({})[服务]", "[有没有](会|说|讲)({})的[人|客服]", "我只(会|能)(说|讲)({})", "({})(服务|客服|版)",
];
/// "I do not speak it": the other one is wanted.
const NOT_ENGLISH: &[&str] = &[
    "i (do not|can not) (speak|understand|know) ({})",
    "no ({})",
    "my ({}) is (not good|bad|poor|not very good)",
    "not [in] ({})",
];
const NOT_CHINESE: &[&str] =
    &["[我](不会|不懂|听不懂|不太会|不会说|不会讲)({})", "(不要|不说|不讲|别说)({})", "我({})不(好|行|太好)"];

static ASKED: LazyLock<TemplateIndex<Language>> = LazyLock::new(|| {
    let mut templates: Vec<(Language, String)> = Vec::new();
    let mut add = |language: Language, patterns: &[&str], names: &str| {
        templates.extend(patterns.iter().map(|pattern| (language, pattern.replace("{}", names))));
    };
    for (tag, english, chinese) in LANGUAGES {
        let Ok(language) = Language::parse(tag) else { continue };
        add(language, ENGLISH, english);
        add(language, CHINESE, chinese);
        let other = if language == Language::ZH { Language::EN } else { Language::ZH };
        if matches!(*tag, "zh" | "en") {
            add(other, NOT_ENGLISH, english);
            add(other, NOT_CHINESE, chinese);
        }
    }
    // A test proves that every one parses.
    TemplateIndex::new(
        templates.into_iter().filter_map(|(language, text)| Some((language, Template::parse(&text).ok()?))),
    )
});

/// How the names of languages begin, in letters, or end, in characters: without one of them nothing is asked for.
static NAMES: LazyLock<HashSet<&'static str, FixedState>> = LazyLock::new(|| {
    let latin = LANGUAGES.iter().flat_map(|(_, english, _)| english.split('|')).filter_map(|name| name.get(..4));
    latin.chain(["文", "语", "话"]).collect()
});

fn may_name_a_language(heard: &Heard) -> bool {
    heard.words().any(|word| NAMES.contains(word.get(..4).unwrap_or(word)))
}

/// How well a sentence must fit: "I want to speak about my Chinese lessons" is near.
const AT_LEAST: f32 = 0.82;

/// The language that the whole of `heard` asks for, and how well it fits.
pub(super) fn asked(heard: &Heard) -> Option<(Language, f32)> {
    if !may_name_a_language(heard) {
        return None;
    }
    let best = ASKED.rank_whole(heard, AT_LEAST, |_| true).into_iter().next()?;
    Some((best.id, best.found.score))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_one() {
        let patterns = ENGLISH.iter().chain(CHINESE).chain(NOT_ENGLISH).chain(NOT_CHINESE);
        for pattern in patterns {
            assert!(Template::parse(&pattern.replace("{}", "chinese|mandarin")).is_ok(), "{pattern}");
        }
    }
}
