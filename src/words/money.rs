//! Amounts of money.
//!
//! Said: "fifty bucks", "nineteen pounds fifty", "twelve ninety-nine", "five euros and ten cents", "$19.99", "a
//! tenner"; 三块五, 十块零五毛, 两百五, 五十元, 九块九毛九. Keyed: figures, `*` for the point, `#` or a pause at the end.

use super::spoken::amount::{Amount, amount, and_a_half, decimal, signed_amount};
use super::spoken::choose::take_back;
use super::spoken::lexicon::Coin;
use super::spoken::scan::Kind;
use super::spoken::{Candidate, Heard, Sense, mandarin, readings};
use super::{CheckFault, KeyReading, Language, Reading, Value};

/// Readings of `heard`; amounts in another currency than `currency` are left out.
pub(super) fn read(heard: &str, language: Language, currency: Option<&str>) -> Vec<Reading> {
    let heard = Heard::scan(heard);
    let mut all: Vec<Money> = Vec::new();
    let mut place = 0;
    while place < heard.len() {
        let before = all.len();
        all.extend(amounts_at(&heard, place, language));
        place = all[before..].last().map_or(place + 1, |last| last.end);
    }
    // Beside an amount that has its unit, bare numbers are something else.
    if all.iter().any(|money| matches!(money.coin, Some(coin) if coin != Unit::None)) {
        all.retain(|money| money.coin.is_some() || is_followed_by_choice(&heard, money.end));
    }
    let fits = |money: &Money| money.coin.is_none_or(|coin| may_be(coin, currency));
    let candidates = all.iter().filter(|money| fits(money)).map(|money| {
        let value = Value::Decimal((money.amount * 100.0).round() / 100.0);
        Candidate { start: money.start, end: money.end, value, cost: money.cost }
    });
    readings(&heard, candidates.collect())
}

/// Whether what is called so may be in `currency`.
fn may_be(unit: Unit, currency: Option<&str>) -> bool {
    let Some(currency) = currency else { return true };
    let is_one_of = |codes: &[&str]| codes.iter().any(|code| code.eq_ignore_ascii_case(currency));
    match unit {
        Unit::Any => true,
        Unit::None => false,
        Unit::Of(Coin::Dollar) => is_one_of(&["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD"]),
        Unit::Of(Coin::Pound | Coin::Penny) => is_one_of(&["GBP"]),
        Unit::Of(Coin::Euro) => is_one_of(&["EUR"]),
        Unit::Of(Coin::Cent) => !is_one_of(&["GBP", "CNY", "JPY"]),
        Unit::Of(Coin::Yuan | Coin::Jiao | Coin::Fen) => is_one_of(&["CNY"]),
        Unit::Of(Coin::Yen) => is_one_of(&["JPY"]),
        Unit::Code(code) => is_one_of(&[code]),
        Unit::YenOrYuan => is_one_of(&["CNY", "JPY"]),
    }
}

/// "twenty or thirty dollars": the unit is said once for both.
fn is_followed_by_choice(heard: &Heard, at: usize) -> bool {
    matches!(heard.word(at), "or" | "to") || take_back(heard, at).is_some()
}

/// What an amount was said in.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    /// It is no money: part of a date, a time, a word.
    None,
    /// 块 and 元, which are said of any money.
    Any,
    Of(Coin),
    Code(&'static str),
    /// The sign ¥.
    YenOrYuan,
}

/// An amount at some place.
struct Money {
    start: usize,
    end: usize,
    amount: f64,
    coin: Option<Unit>,
    cost: f32,
}

/// What a number costs that is said without any unit.
const BARE: f32 = 0.02;

/// What may stand at `at`; the last ends where the search goes on.
fn amounts_at(heard: &Heard, at: usize, language: Language) -> Vec<Money> {
    // "-$5", "$5", "USD 5", "人民币五十".
    let minus = heard.sense(at) == Sense::Minus || heard.sign(at, '-') || heard.character(at) == Some('负');
    let start = at + usize::from(minus);
    let sign = if minus { -1.0 } else { 1.0 };
    let (number_at, unit_before) = match unit_before(heard, start) {
        Some((behind, unit)) => (behind, Some(unit)),
        None => (start, None),
    };
    let money = |end: usize, amount: f64, coin: Option<Unit>, cost: f32| Money {
        start: at,
        end,
        amount: amount * sign,
        coin,
        cost,
    };
    if let Some((end, value)) = note(heard, start) {
        return vec![money(end, value, None, 0.0)];
    }
    let Some(number) = unit_as_amount(heard, number_at).or_else(|| signed_amount(heard, number_at)) else {
        return Vec::new();
    };
    if is_no_amount(heard, number_at, number.end) {
        return vec![money(number.end, 0.0, Some(Unit::None), 9.0)];
    }
    if let Some(unit) = unit_before {
        // "$5 and 20 cents".
        let (end, part) = part_behind(heard, number.end);
        let is_named = end > number.end && matches!(heard.sense(end - 1), Sense::Coin(_));
        let (end, part) = if is_named { (end, part) } else { (number.end, 0.0) };
        return vec![money(end, number.value + part, Some(unit), 0.0)];
    }
    if heard.is_han(number.end) || heard.is_han(at) {
        return in_chinese(heard, number, &money);
    }
    let Some((behind, coin)) = unit_behind(heard, number.end) else {
        return without_unit(heard, number, language, &money);
    };
    match coin {
        Unit::Of(Coin::Cent | Coin::Penny | Coin::Fen) => {
            vec![money(behind, number.value / 100.0, Some(coin), 0.0)]
        }
        Unit::Of(Coin::Jiao) => vec![money(behind, number.value / 10.0, Some(coin), 0.0)],
        _ => {
            let (end, part) = part_behind(heard, behind);
            vec![money(end, number.value + part, Some(coin), 0.0)]
        }
    }
}

/// "a pound", "a buck fifty".
fn unit_as_amount(heard: &Heard, at: usize) -> Option<Amount> {
    let is_one = heard.sense(at) == Sense::A && matches!(heard.sense(at + 1), Sense::Coin(_));
    is_one.then_some(Amount { end: at + 1, value: 1.0, plain: true })
}

/// "a fiver", "five grand".
fn note(heard: &Heard, at: usize) -> Option<(usize, f64)> {
    if heard.sense(at) == Sense::A
        && let Sense::Note(value) = heard.sense(at + 1)
    {
        return Some((at + 2, f64::from(value)));
    }
    let number = amount(heard, at)?;
    match heard.sense(number.end) {
        Sense::Note(value) => Some((number.end + 1, number.value * f64::from(value))),
        _ => None,
    }
}

fn unit_before(heard: &Heard, at: usize) -> Option<(usize, Unit)> {
    let token = heard.at(at)?;
    let is_before_number = |behind: usize| heard.number(behind).is_some();
    let unit = match (token.kind, token.first) {
        (Kind::Sign, '$') => Unit::Of(Coin::Dollar),
        (Kind::Sign, '£') => Unit::Of(Coin::Pound),
        (Kind::Sign, '€') => Unit::Of(Coin::Euro),
        (Kind::Sign, '¥') => Unit::YenOrYuan,
        (Kind::Word, _) => match (token.sense, heard.word(at)) {
            (Sense::Coin(coin), "usd" | "gbp" | "eur" | "cny" | "rmb" | "jpy") if is_before_number(at + 1) => {
                Unit::Of(coin)
            }
            _ => return None,
        },
        (Kind::Han, '人') => return heard.han(at, "人民币").map(|behind| (behind, Unit::Of(Coin::Yuan))),
        _ => return None,
    };
    Some((at + 1, unit))
}

/// The unit behind a number, in English.
fn unit_behind(heard: &Heard, at: usize) -> Option<(usize, Unit)> {
    let token = heard.at(at)?;
    let unit = match (token.kind, token.sense) {
        (Kind::Word, Sense::Coin(coin)) => Unit::Of(coin),
        (Kind::Sign, _) => match token.first {
            '$' => Unit::Of(Coin::Dollar),
            '£' => Unit::Of(Coin::Pound),
            '€' => Unit::Of(Coin::Euro),
            _ => return None,
        },
        (Kind::Word, _) => match (heard.word(at), heard.sense(at + 1)) {
            ("us" | "american", Sense::Coin(Coin::Dollar)) => return Some((at + 2, Unit::Code("USD"))),
            ("australian", Sense::Coin(Coin::Dollar)) => return Some((at + 2, Unit::Code("AUD"))),
            ("canadian", Sense::Coin(Coin::Dollar)) => return Some((at + 2, Unit::Code("CAD"))),
            ("hong", _) if heard.is(at + 1, "kong") && heard.sense(at + 2) == Sense::Coin(Coin::Dollar) => {
                return Some((at + 3, Unit::Code("HKD")));
            }
            _ => return None,
        },
        _ => return None,
    };
    let behind = at + 1;
    // "pounds sterling".
    Some((behind + usize::from(heard.is(behind, "sterling")), unit))
}

/// The hundredths behind a unit: "fifty", "and ten cents", "fifty p", "and a half".
fn part_behind(heard: &Heard, at: usize) -> (usize, f64) {
    if let Some((behind, part)) = and_a_half(heard, at) {
        return (behind, part);
    }
    let and = usize::from(heard.sense(at) == Sense::And);
    let oh = usize::from(heard.sense(at + and) == Sense::Oh);
    let Some(part) = amount(heard, at + and + oh).filter(|part| part.plain && part.value < 100.0) else {
        return (at, 0.0);
    };
    if let Sense::Coin(Coin::Cent | Coin::Penny | Coin::Fen) = heard.sense(part.end) {
        return (part.end + 1, part.value / 100.0);
    }
    // "nineteen pounds fifty"; "five dollars for two" has no hundredths, nor has "five dollars, twenty".
    let is_whole = part.value >= 10.0 || oh == 1;
    if is_whole && and == 0 && !heard.pause(at) && unit_behind(heard, part.end).is_none() {
        return (part.end, part.value / 100.0);
    }
    (at, 0.0)
}

/// Numbers that follow each other, as prices are said: "twelve ninety nine", "nine oh five".
fn without_unit(
    heard: &Heard,
    number: Amount,
    language: Language,
    money: &dyn Fn(usize, f64, Option<Unit>, f32) -> Money,
) -> Vec<Money> {
    let behind = number.end;
    let is_price = number.plain && (0.0..1000.0).contains(&number.value) && !heard.pause(behind);
    if is_price {
        let oh = usize::from(heard.sense(behind) == Sense::Oh);
        let part = amount(heard, behind + oh).filter(|part| part.plain && !heard.pause(behind + oh));
        let part = part.filter(|part| if oh == 1 { part.value < 10.0 } else { (10.0..100.0).contains(&part.value) });
        if let Some(part) = part {
            // A word between two figures of a time or a date would be no price.
            if let Some((end, coin)) = unit_behind(heard, part.end) {
                // "two fifty dollars" is two hundred and fifty; "twelve ninety nine dollars" a price all the same.
                let is_hundreds = oh == 0 && number.value < 10.0;
                let hundreds = number.value * 100.0 + part.value;
                let price = number.value + part.value / 100.0;
                return if is_hundreds {
                    vec![money(end, hundreds, Some(coin), 0.0), money(end, price, Some(coin), 0.1)]
                } else {
                    vec![money(end, price, Some(coin), 0.0), money(end, hundreds, Some(coin), 0.4)]
                };
            }
            let price = money(part.end, number.value + part.value / 100.0, None, BARE / 2.0);
            if oh == 1 || number.value >= 100.0 {
                return vec![price];
            }
            let hundreds = number.value * 100.0 + part.value;
            // "two fifty" may be either; "twelve fifty" is seldom twelve hundred and fifty.
            let cost: f32 = match (number.value < 10.0, part.value % 10.0 == 0.0) {
                (true, true) => 0.01,
                (true, false) => 0.12,
                (false, true) => 0.3,
                (false, false) => 0.6,
            };
            return vec![price, money(part.end, hundreds, None, cost.max(BARE / 2.0))];
        }
    }
    let whole = money(number.end, number.value, None, bare_cost(heard, number.end));
    if language != Language::ZH && is_unmarked_price(heard, number) {
        return vec![money(number.end, number.value / 100.0, None, whole.cost), whole];
    }
    vec![whole]
}

/// Recognisers write "twelve ninety nine" as 1299, and "four ninety nine" as 499.
fn is_unmarked_price(heard: &Heard, number: Amount) -> bool {
    let Some(figures) = number.end.checked_sub(1).and_then(|place| heard.number(place)) else { return false };
    let is_written = number.plain && figures.value as f64 == number.value && !figures.grouped;
    let hundredths = figures.value % 100;
    is_written && (figures.digits == 4 && hundredths != 0 || figures.digits == 3 && matches!(hundredths, 95 | 99))
}

/// A number with a point is an amount, other bare numbers may count something.
fn bare_cost(heard: &Heard, end: usize) -> f32 {
    let counts =
        heard.at(end).is_some_and(|next| next.kind == Kind::Word && next.sense == Sense::Unknown && !next.pause);
    let is_courtesy = matches!(
        heard.word(end),
        "please" | "thanks" | "thank" | "altogether" | "total" | "flat" | "only" | "or" | "no"
    );
    if counts && !is_courtesy { 0.3 } else { BARE }
}

/// What is part of something else: 9:30, 3rd, 2026-01-05, 三月.
fn is_no_amount(heard: &Heard, at: usize, end: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| heard.word(before));
    let next = heard.word(end);
    let is_ordinal = heard.at(end).is_some_and(|next| next.glued && next.sense == Sense::Suffix);
    let is_pronoun = heard.sense(at) == Sense::Small(1)
        && end == at + 1
        && (matches!(before, "this" | "that" | "the" | "which" | "another" | "no") || matches!(next, "moment" | "sec"));
    let is_word = heard.character(at) == Some('一')
        && end == at + 1
        && matches!(heard.character(end), Some('下' | '些' | '般' | '直' | '样' | '起' | '定' | '会' | '点'));
    let is_dated =
        matches!(next, ":" | "/" | "月" | "号" | "年" | "点" | "天" | "时") || matches!(before, ":" | "/" | "第");
    is_ordinal || is_pronoun || is_word || is_dated
}

/// 三块五, 三块五毛二, 十块零五毛, 五毛, 五十元, 五十美元.
fn in_chinese(heard: &Heard, number: Amount, money: &dyn Fn(usize, f64, Option<Unit>, f32) -> Money) -> Vec<Money> {
    const UNITS: &[(&str, Unit)] = &[
        ("美元", Unit::Code("USD")),
        ("美金", Unit::Code("USD")),
        ("美刀", Unit::Code("USD")),
        ("刀", Unit::Of(Coin::Dollar)),
        ("欧元", Unit::Of(Coin::Euro)),
        ("英镑", Unit::Of(Coin::Pound)),
        ("日元", Unit::Of(Coin::Yen)),
        ("日圆", Unit::Of(Coin::Yen)),
        ("港币", Unit::Code("HKD")),
        ("港元", Unit::Code("HKD")),
        ("澳元", Unit::Code("AUD")),
        ("加元", Unit::Code("CAD")),
        ("人民币", Unit::Of(Coin::Yuan)),
        ("块美金", Unit::Code("USD")),
        ("块", Unit::Any),
        ("元", Unit::Any),
        ("圆", Unit::Any),
        ("钱", Unit::Any),
    ];
    if let Some(end) = heard.han(number.end, "毛").or_else(|| heard.han(number.end, "角")) {
        let (end, hundredths) = hundredths(heard, end);
        return vec![money(money_word(heard, end), number.value / 10.0 + hundredths, Some(Unit::Any), 0.0)];
    }
    if let Some(end) = heard.han(number.end, "分") {
        return vec![money(money_word(heard, end), number.value / 100.0, Some(Unit::Any), 0.03)];
    }
    let Some((behind, unit)) = heard.han_of(number.end, UNITS) else {
        if let Some((end, unit)) = unit_behind(heard, number.end) {
            return vec![money(end, number.value, Some(unit), 0.0)];
        }
        return vec![money(number.end, number.value, None, BARE)];
    };
    let (end, part) = if unit == Unit::Any { tenths(heard, behind) } else { (behind, 0.0) };
    let end = money_word(heard, end);
    let unit = heard.han_of(end, UNITS).map_or((end, unit), |(end, unit)| (end, unit));
    vec![money(unit.0, number.value + part, Some(unit.1), 0.0)]
}

/// 钱 behind an amount.
fn money_word(heard: &Heard, at: usize) -> usize {
    heard.skip_han(at, &["钱"])
}

fn figure(heard: &Heard, at: usize) -> Option<f64> {
    let figure = match heard.number(at) {
        Some(number) if number.digits == 1 => number.value,
        Some(_) => return None,
        None => heard.character(at).and_then(mandarin::digit)?,
    };
    Some(figure as f64)
}

/// Behind 块: 五 (five tenths), 五毛二, 零五 (five hundredths), 零五毛, 半, 五毛零二分.
fn tenths(heard: &Heard, at: usize) -> (usize, f64) {
    if let Some(behind) = heard.han(at, "半") {
        return (behind, 0.5);
    }
    if let Some(behind) = heard.han(at, "零").or_else(|| heard.han(at, "〇")) {
        let Some(part) = figure(heard, behind) else { return (at, 0.0) };
        return match heard.character(behind + 1) {
            Some('毛' | '角') => {
                let (end, more) = hundredths(heard, behind + 2);
                (end, part / 10.0 + more)
            }
            Some('分') => (behind + 2, part / 100.0),
            _ => (behind + 1, part / 100.0),
        };
    }
    let Some(part) = figure(heard, at) else { return two_figures(heard, at) };
    match heard.character(at + 1) {
        Some('毛' | '角') => {
            let (end, more) = hundredths(heard, at + 2);
            (end, part / 10.0 + more)
        }
        Some('分') => (at + 2, part / 100.0),
        // 三块五十 and 三块五个 are something else.
        Some('十' | '百' | '千' | '个' | '月' | '号' | '天') => (at, 0.0),
        _ => match figure(heard, at + 1) {
            Some(more) => (at + 2, part / 10.0 + more / 100.0),
            None => (at + 1, part / 10.0),
        },
    }
}

/// "19块99".
fn two_figures(heard: &Heard, at: usize) -> (usize, f64) {
    match heard.number(at) {
        Some(number) if number.digits == 2 && number.glued => (at + 1, number.value as f64 / 100.0),
        _ => (at, 0.0),
    }
}

/// Behind 毛: 二, 二分, 零二分.
fn hundredths(heard: &Heard, at: usize) -> (usize, f64) {
    let start = heard.skip_han(at, &["零"]);
    let Some(part) = figure(heard, start) else { return (at, 0.0) };
    let end = heard.skip_han(start + 1, &["分"]);
    (end, part / 100.0)
}

/// Keys as an amount; `*` is the point.
pub(super) fn keyed(keys: &str, finished: bool) -> KeyReading {
    let wrong = KeyReading::Wrong(CheckFault::WrongKind { wanted: "money" });
    let (whole, fraction) = keys.split_once('*').unwrap_or((keys, ""));
    if whole.len() > 10 || fraction.len() > 2 || fraction.contains('*') {
        return wrong;
    }
    // Two figures behind the point: nothing can follow.
    if !finished && fraction.len() < 2 {
        return KeyReading::More;
    }
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u64>().ok() };
    let places = u32::try_from(fraction.len()).unwrap_or(0);
    match (digits(whole), digits(fraction)) {
        (Some(whole), Some(fraction)) => {
            decimal(whole, fraction, places).map_or(wrong, |amount| KeyReading::Value(Value::Decimal(amount)))
        }
        _ => wrong,
    }
}
