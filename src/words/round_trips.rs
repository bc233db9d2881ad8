//! Values that are said, heard as a recogniser would write them, and read, are the same values.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;

const NOW: DateTime = DateTime::constant(2026, 1, 5, 10, 0, 0, 0);

/// How a recogniser writes what was said.
#[derive(Debug, Clone, Copy)]
enum Written {
    AsSaid,
    /// `AT NINE THIRTY`.
    Capitals,
    /// `Nine thirty.`, `九点半。`
    Sentence,
    /// Inside a sentence of the caller's.
    Around,
    /// With hyphens where English joins words, `twenty-one`; in Mandarin in traditional characters.
    Joined,
    /// Numbers in figures.
    Figures,
}

fn written() -> impl Strategy<Value = Written> {
    use Written::*;
    prop_oneof![Just(AsSaid), Just(Capitals), Just(Sentence), Just(Around), Just(Joined), Just(Figures)]
}

fn language() -> impl Strategy<Value = Language> {
    prop_oneof![Just(Language::EN), Just(Language::ZH)]
}

/// The traditional form of the characters that values are said with.
fn traditional(text: &str) -> String {
    const PAIRS: &[(char, char)] = &[
        ('两', '兩'),
        ('万', '萬'),
        ('亿', '億'),
        ('点', '點'),
        ('号', '號'),
        ('个', '個'),
        ('块', '塊'),
        ('负', '負'),
        ('时', '時'),
        ('钟', '鐘'),
        ('后', '後'),
        ('镑', '鎊'),
        ('欧', '歐'),
    ];
    text.chars().map(|c| PAIRS.iter().find(|(simple, _)| *simple == c).map_or(c, |(_, old)| *old)).collect()
}

fn heard(said: &str, written: Written, language: Language) -> String {
    let chinese = language == Language::ZH;
    match written {
        Written::AsSaid => said.to_owned(),
        Written::Capitals => said.to_uppercase(),
        Written::Sentence => {
            let mut characters = said.chars();
            let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
            format!("{first}{}{}", characters.as_str(), if chinese { "。" } else { "." })
        }
        Written::Around if chinese => format!("呃，就是{said}吧，谢谢"),
        Written::Around => format!("Uh, that would be {said}, please."),
        Written::Joined if chinese => traditional(said),
        Written::Joined => {
            let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
            tens.iter().fold(said.to_owned(), |text, ten| text.replace(&format!("{ten} "), &format!("{ten}-")))
        }
        Written::Figures => said.to_owned(),
    }
}

/// The best reading, when it would be taken without asking.
fn understood(slot: &SlotType, heard: &str, language: Language) -> Option<Value> {
    let readings = read(slot, heard, language, NOW);
    let best = readings.first()?;
    let sure = best.valid && best.score >= slot.sureness().accept && margin(&readings) >= MARGIN;
    sure.then(|| best.value.clone())
}

/// In figures, as recognisers write numbers that were said in words.
fn in_figures(slot: &SlotType, value: &Value, language: Language) -> String {
    let sign = match slot {
        SlotType::Money { currency: Some(code) } => match code.as_str() {
            "GBP" => "£",
            "USD" => "$",
            "EUR" => "€",
            _ => "¥",
        },
        _ => "",
    };
    let is_money = !sign.is_empty();
    let chinese = language == Language::ZH;
    match value {
        Value::Date(date) if chinese => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        Value::Date(date) => {
            let suffix = match date.day() {
                1 | 21 | 31 => "st",
                2 | 22 => "nd",
                3 | 23 => "rd",
                _ => "th",
            };
            format!("{} {}{suffix}, {}", date.strftime("%B"), date.day(), date.year())
        }
        Value::Time(time) if chinese => {
            let half = if time.hour() < 12 { "上午" } else { "下午" };
            let hour = if time.hour() > 12 { time.hour() - 12 } else { time.hour() };
            format!("{half}{hour}:{:02}", time.minute())
        }
        Value::Time(time) => time.strftime("%-I:%M %P").to_string(),
        Value::Duration(length) => {
            let minutes = length.as_mins();
            match (minutes / 60, minutes % 60, chinese) {
                (0, rest, true) => format!("{rest}分钟"),
                (0, rest, false) => format!("{rest} minutes"),
                (hours, 0, true) => format!("{hours}个小时"),
                (hours, 0, false) => format!("{hours} hours"),
                (hours, rest, true) => format!("{hours}小时{rest}分钟"),
                (hours, rest, false) => format!("{hours} hours and {rest} minutes"),
            }
        }
        Value::Decimal(amount) if is_money && chinese => format!("{amount:.2}元"),
        Value::Decimal(amount) if is_money => format!("{sign}{amount:.2}"),
        Value::Whole(number) if !chinese && *number > 999 => {
            format!("{},{:03}", number / 1000, number % 1000)
        }
        other => other.to_string(),
    }
}

fn survives(slot: &SlotType, value: &Value, how: Written, language: Language) -> Result<(), TestCaseError> {
    let said = match how {
        Written::Figures => in_figures(slot, value, language),
        _ => read_back(slot, value, language, NOW),
    };
    let heard = heard(&said, how, language);
    prop_assert_eq!(understood(slot, &heard, language), Some(value.clone()), "{}", heard);
    Ok(())
}

fn date() -> impl Strategy<Value = Date> {
    (0_i64..40_000).prop_map(|days| Date::constant(1940, 1, 1).checked_add(days.days()).unwrap())
}

fn time() -> impl Strategy<Value = Time> {
    (0_i8..24, 0_i8..60).prop_map(|(hour, minute)| Time::new(hour, minute, 0, 0).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whole_numbers(number in prop_oneof![0_i64..1000, 0_i64..1_000_000], how in written(), language in language()) {
        let slot = SlotType::Number { min: None, max: None, whole: false };
        survives(&slot, &Value::Whole(number), how, language)?;
        if !matches!(how, Written::Figures) {
            survives(&slot, &Value::Whole(-number - 1), how, language)?;
        }
    }

    #[test]
    fn fractions(mantissa in 1_i64..10_000_000, places in 1_u32..4, how in written(), language in language()) {
        let number = mantissa as f64 / 10_f64.powi(places as i32);
        prop_assume!(number.fract() != 0.0);
        let slot = SlotType::Number { min: None, max: None, whole: false };
        survives(&slot, &Value::Decimal(number), how, language)?;
    }

    #[test]
    fn amounts_of_money(hundredths in prop_oneof![1_i64..20_000, 1_i64..100_000_000], how in written(), language in language(), code in 0_usize..4) {
        let amount = Value::Decimal(hundredths as f64 / 100.0);
        let currency = ["GBP", "USD", "EUR", "CNY"][code].to_owned();
        survives(&SlotType::Money { currency: Some(currency) }, &amount, how, language)?;
    }

    #[test]
    fn days(day in date(), how in written(), language in language()) {
        survives(&SlotType::Date, &Value::Date(day), how, language)?;
    }

    #[test]
    fn near_days(ahead in 0_i64..360, how in written(), language in language()) {
        let day = NOW.date().checked_add(ahead.days()).unwrap();
        survives(&SlotType::Date, &Value::Date(day), how, language)?;
        let said = speak_date(day, NOW.date(), language);
        let heard = heard(&said, how, language);
        prop_assert_eq!(understood(&SlotType::Date, &heard, language), Some(Value::Date(day)), "{}", heard);
    }

    #[test]
    fn times(time in time(), how in written(), language in language()) {
        survives(&SlotType::Time, &Value::Time(time), how, language)?;
    }

    #[test]
    fn spans(minutes in prop_oneof![1_i64..600, 1_i64..100_000], how in written(), language in language()) {
        survives(&SlotType::Duration, &Value::Duration(SignedDuration::from_mins(minutes)), how, language)?;
    }

    #[test]
    fn keyed_values(day in date(), time in time(), hundredths in 0_u32..10_000_000, language in language()) {
        let keyed = |slot: &SlotType, keys: String| read_keys(slot, &keys, false, language, NOW);
        let order = if language == Language::ZH { "%Y%m%d" } else { "%d%m%Y" };
        prop_assert_eq!(keyed(&SlotType::Date, day.strftime(order).to_string()), KeyReading::Value(Value::Date(day)));
        prop_assert_eq!(keyed(&SlotType::Time, time.strftime("%H%M").to_string()), KeyReading::Value(Value::Time(time)));
        let keys = format!("{}*{:02}#", hundredths / 100, hundredths % 100);
        let amount = Value::Decimal(f64::from(hundredths) / 100.0);
        prop_assert_eq!(keyed(&SlotType::Money { currency: None }, keys), KeyReading::Value(amount));
    }
}

#[test]
fn keys_are_read_by_their_rules() {
    let number = SlotType::Number { min: Some(1.0), max: Some(200.0), whole: true };
    let money = SlotType::Money { currency: Some("GBP".to_owned()) };
    let value = |text: &str| match text.parse::<f64>() {
        Ok(amount) => KeyReading::Value(Value::Decimal(amount)),
        Err(_) => KeyReading::More,
    };
    let key = |slot: &SlotType, keys: &str, finished: bool| read_keys(slot, keys, finished, Language::EN, NOW);
    assert_eq!(key(&number, "12", false), KeyReading::More);
    assert_eq!(key(&number, "12#", false), KeyReading::Value(Value::Whole(12)));
    assert_eq!(key(&number, "201", true), KeyReading::Wrong(CheckFault::TooLarge { max: 200.0 }));
    assert_eq!(key(&number, "12*", false), KeyReading::StartAgain);
    assert_eq!(key(&number, "9*12#", false), KeyReading::Value(Value::Whole(12)));
    assert_eq!(key(&money, "19*9", false), KeyReading::More);
    assert_eq!(key(&money, "19*99", false), value("19.99"));
    assert_eq!(key(&money, "19*", false), KeyReading::More);
    assert_eq!(key(&money, "19*5#", false), value("19.5"));
    assert_eq!(key(&money, "19**", false), KeyReading::StartAgain);
    assert_eq!(key(&money, "19**7#", false), value("7"));
    assert_eq!(key(&SlotType::Date, "0303", false), KeyReading::More);
    let third_of_march = KeyReading::Value(Value::Date(jiff::civil::date(2026, 3, 3)));
    assert_eq!(key(&SlotType::Date, "0303#", false), third_of_march);
    assert_eq!(key(&SlotType::Date, "03032026", false), third_of_march);
    assert_eq!(key(&SlotType::Date, "3002#", false), KeyReading::Wrong(CheckFault::NoSuch { wanted: "date" }));
    let at = |hour, minute| KeyReading::Value(Value::Time(jiff::civil::time(hour, minute, 0, 0)));
    assert_eq!(key(&SlotType::Time, "930#", false), at(9, 30));
    assert_eq!(key(&SlotType::Time, "1530", false), at(15, 30));
    assert_eq!(key(&SlotType::Time, "9", true), at(9, 0));
    assert_eq!(key(&SlotType::Time, "2575", false), KeyReading::Wrong(CheckFault::NoSuch { wanted: "time" }));
    let span = |minutes| KeyReading::Value(Value::Duration(SignedDuration::from_mins(minutes)));
    assert_eq!(key(&SlotType::Duration, "90#", false), span(90));
    assert_eq!(key(&SlotType::Duration, "1*30#", false), span(90));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(11), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_a_caller_says_breaks_the_readers(
        text in "(([0-9./:$-]{0,6}|[一二三十百千万亿点半个月号年周下上分块毛零前后]{0,6}|half|past|to|the|third|of|march|next|in|two|weeks|hundred|and|a|no|not|oh|o'clock|p\\.m\\.|\\PC{0,3}) ?){0,9}",
        keys in "[0-9*#]{0,12}",
        language in language(),
    ) {
        let slots = [
            SlotType::Number { min: None, max: None, whole: false },
            SlotType::Money { currency: Some("CNY".to_owned()) },
            SlotType::Date,
            SlotType::Time,
            SlotType::Duration,
        ];
        for slot in slots {
            for reading in read(&slot, &text, language, NOW) {
                prop_assert!((0.0..=1.0).contains(&reading.score));
                prop_assert_eq!(reading.valid, slot.check(&reading.value).is_ok());
                prop_assert!(!read_back(&slot, &reading.value, language, NOW).is_empty());
            }
            if let KeyReading::Value(value) = read_keys(&slot, &keys, true, language, NOW) {
                prop_assert!(slot.check(&value).is_ok());
            }
        }
    }
}
