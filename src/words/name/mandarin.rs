//! Chinese names: 我叫张伟，弓长张，伟大的伟.

use super::super::pinyin;
use super::super::token::Token;
use super::super::weight::{FILLERS, phrase_length};

/// What comes before a name.
#[rustfmt::skip]
const INTRODUCTIONS: &[&str] = &[
    "我叫", "我的名字是", "我的名字叫", "名字是", "名字叫", "我是", "叫", "姓名是", "姓名", "我姓", "免贵姓", "姓", "这是", "这里是", "我这边是", "是",
    "收件人是", "收件人", "预订人是", "联系人是", "本人", "我名字叫", "我名字是", "机主是", "户名是", "户主是",
];

/// What stands behind a name and is no part of it.
#[rustfmt::skip]
const ENDINGS: &[&str] = &["先生", "女士", "小姐", "太太", "同志", "老师", "经理", "吧", "啊", "呀", "呢", "的", "哈", "嘛", "谢谢", "就是我"];

/// The surname, and how callers say which one they mean.
#[rustfmt::skip]
const SURNAMES_DESCRIBED: &[(&str, char)] = &[
    ("弓长张", '张'), ("立早章", '章'), ("木子李", '李'), ("耳东陈", '陈'), ("双木林", '林'), ("言午许", '许'), ("口天吴", '吴'),
    ("三横王", '王'), ("三横一竖王", '王'), ("古月胡", '胡'), ("草头黄", '黄'), ("草字头黄", '黄'), ("双人徐", '徐'), ("走肖赵", '赵'), ("文刀刘", '刘'),
    ("木易杨", '杨'), ("干钩于", '于'), ("人未余", '余'), ("人禾余", '余'), ("关耳郑", '郑'), ("禾口程", '程'), ("女乃奶", '奶'), ("卯金刀刘", '刘'),
    ("山今岑", '岑'), ("水工江", '江'), ("三点水江", '江'), ("三点水汪", '汪'), ("王字汪", '汪'), ("白水泉", '泉'), ("西贝贾", '贾'), ("竹字头管", '管'),
    ("人可何", '何'), ("单人何", '何'), ("草头苏", '苏'), ("口木呆", '呆'), ("田力男", '男'), ("日月明", '明'), ("十八子李", '李'), ("禾火秋", '秋'),
    ("良月朗", '朗'), ("京尤就", '就'), ("火华烨", '烨'), ("一横一竖丁", '丁'), ("女字旁娜", '娜'),
];

/// Surnames, the commonest first; two characters where they are one.
const COMPOUND: &[&str] =
    &["欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "端木", "南宫"];
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪\
    戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向\
    申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲欧靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛查单冉鲍华包屈房喻解蒲卫简时连车项闵\
    邬吉党阳司费蒙席晏隋古强穆姬宫景米麦谈柏瞿艾沙鄢桂计冷";

/// Readings of the tokens of a name: `(name, how well it fits)`, best first.
pub(super) fn read(tokens: &[Token]) -> Vec<(String, f32)> {
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let start = behind_introduction(&words);
    let introduced = start > 0;
    let mut end = start;
    while end < words.len() && tokens[end].is_han() && (end == start || !tokens[end].after_pause) {
        end += 1;
    }
    let described = descriptions(&words[start..]);
    let name_end = described.first().map_or(end, |first| end.min(start + first.at));
    let said = trimmed(&words[start..name_end]);
    let Some(mut name) = composed(&said, &described) else { return Vec::new() };
    let score = plausibility(&name, introduced || !described.is_empty());
    if score <= 0.0 {
        return Vec::new();
    }
    let text: String = name.drain(..).collect();
    vec![(text, score)]
}

fn behind_introduction(words: &[&str]) -> usize {
    let mut at = 0;
    while let Some(length) =
        FILLERS.iter().chain(&["好", "嗯"]).filter_map(|filler| phrase_length(filler, &words[at..])).max()
    {
        at += length;
    }
    let mut behind = at;
    for start in at..words.len().min(at + 12) {
        let length = INTRODUCTIONS.iter().filter_map(|phrase| phrase_length(phrase, &words[start..])).max();
        if let Some(length) = length.filter(|length| start + length < words.len()) {
            let is_opening =
                start == at || INTRODUCTIONS[..8].iter().any(|phrase| phrase_length(phrase, &words[start..]).is_some());
            if is_opening {
                behind = behind.max(start + length);
            }
        }
    }
    behind
}

/// The characters of a name without what follows it.
fn trimmed(words: &[&str]) -> Vec<char> {
    let mut characters: Vec<char> = words.iter().flat_map(|word| word.chars()).collect();
    while let Some(ending) = ENDINGS.iter().find(|ending| {
        let text: String = characters.iter().collect();
        text.len() > ending.len() && text.ends_with(*ending)
    }) {
        let left = characters.len() - ending.chars().count();
        characters.truncate(left);
    }
    characters
}

/// A character that the caller explains.
struct Description {
    /// Where the explanation begins.
    at: usize,
    meant: char,
    is_surname: bool,
}

/// "弓长张", "伟大的伟": explanations in order.
fn descriptions(words: &[&str]) -> Vec<Description> {
    let mut found: Vec<Description> = Vec::new();
    let character = |at: usize| words.get(at).and_then(|word| word.chars().next());
    let mut at = 0;
    while at < words.len() {
        let surname = SURNAMES_DESCRIBED
            .iter()
            .filter_map(|(phrase, meant)| Some((phrase_length(phrase, &words[at..])?, *meant)))
            .max_by_key(|(length, _)| *length);
        if let Some((length, meant)) = surname {
            found.push(Description { at, meant, is_surname: true });
            at += length;
            continue;
        }
        if words[at] == "的"
            && let Some(last) = character(at + 1)
        {
            // The word before 的 is two to four characters long and holds the one explained, or one that sounds so.
            let before = (2..=4)
                .filter_map(|back| at.checked_sub(back))
                .filter(|start| found.last().is_none_or(|previous| previous.at + 2 <= *start));
            let holds = before.filter_map(|start| {
                let word = (start..at).filter_map(character);
                let same = word.clone().find(|character| *character == last);
                let sounds = || word.clone().find(|character| pinyin::distance(*character, last) == Some(pinyin::SAME));
                same.or_else(sounds).map(|meant| (start, meant))
            });
            if let Some((start, meant)) = holds.max_by_key(|(start, _)| *start) {
                found.push(Description { at: start, meant, is_surname: false });
                at += 2;
                continue;
            }
        }
        at += 1;
    }
    found
}

/// The name said, mended by what was explained of it.
fn composed(said: &[char], described: &[Description]) -> Option<Vec<char>> {
    if said.is_empty() {
        let explained: Vec<char> = described.iter().map(|description| description.meant).collect();
        return (!explained.is_empty()).then_some(explained);
    }
    if described.len() == said.len() {
        return Some(described.iter().map(|description| description.meant).collect());
    }
    let mut name = said.to_vec();
    for description in described {
        let sounds_so = |character: &char| pinyin::distance(*character, description.meant).is_some();
        let place = if description.is_surname {
            Some(0)
        } else {
            let exact = name.iter().position(|character| *character == description.meant);
            exact.or_else(|| name.iter().skip(1).position(sounds_so).map(|place| place + 1))
        };
        if let Some(place) = place {
            name[place] = description.meant;
        }
    }
    Some(name)
}

/// How much it looks like a name, 0 where it cannot be one.
fn plausibility(name: &[char], introduced: bool) -> f32 {
    let text: String = name.iter().collect();
    let is_compound = COMPOUND.iter().any(|surname| text.starts_with(surname));
    let has_surname = is_compound || name.first().is_some_and(|first| SURNAMES.contains(*first));
    let is_sentence = [
        "什么", "怎么", "订单", "快递", "不", "没", "问", "查", "要", "我", "你", "这", "那", "可以", "知道", "人工",
        "电话", "号",
    ]
    .iter()
    .any(|word| text.contains(word));
    let length = match name.len() {
        2 | 3 => 1.0,
        4 if is_compound || !has_surname => 0.9,
        4 => 0.7,
        1 if introduced && has_surname => 0.6,
        5..=8 if !has_surname => 0.45,
        _ => return 0.0,
    };
    let surname = match (has_surname, introduced) {
        (true, true) => 0.95,
        (true, false) => 0.85,
        (false, true) => 0.7,
        (false, false) => 0.4,
    };
    length * surname * if is_sentence { 0.4 } else { 1.0 }
}

/// The surname of a Chinese name as callers describe it.
pub(super) fn described_surname(name: &str) -> Option<&'static str> {
    let first = name.chars().next()?;
    SURNAMES_DESCRIBED[..23].iter().find(|(_, surname)| *surname == first).map(|(phrase, _)| *phrase)
}
