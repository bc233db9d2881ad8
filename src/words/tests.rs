//! The room as a whole: a table of real spoken forms, and values that survive being said and heard.

use proptest::prelude::*;

use super::*;

/// The moment at which everything here is said: a Monday morning.
const NOW: jiff::civil::DateTime = jiff::civil::DateTime::constant(2026, 1, 5, 10, 0, 0, 0);

/// The best reading that `read` is sure enough of, as text.
pub(super) fn best_text(read: fn(&str, Language) -> Vec<Reading>, heard: &str) -> Option<String> {
    let language = if heard.is_ascii() { Language::EN } else { Language::ZH };
    let found = read(heard, language).into_iter().find(|reading| reading.score >= 0.4);
    found.and_then(|reading| reading.value.as_text().map(str::to_owned))
}

fn slot_of(text: &str) -> SlotType {
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    match kind {
        "yes_no" => SlotType::YesNo,
        "free_text" => SlotType::FreeText,
        "code" => SlotType::Code { shape: Shape::parse(rest).unwrap() },
        "digits" => {
            let (min, max) = rest.split_once(' ').unwrap();
            SlotType::Digits { min: min.parse().unwrap(), max: max.parse().unwrap() }
        }
        "choice" => SlotType::Choice { options: rest.split(',').map(ChoiceOption::plain).collect() },
        other => panic!("no type {other}"),
    }
}

#[test]
fn real_spoken_forms_are_understood() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("fixtures/heard.csv").lines().filter(|line| !line.starts_with('#')) {
        let [slot, language, heard, expected, sureness] = line.split(" | ").collect::<Vec<&str>>()[..] else {
            panic!("{line}");
        };
        count += 1;
        let slot = slot_of(slot);
        let readings = read(&slot, heard, Language::parse(language).unwrap(), NOW);
        let best = readings.first().filter(|reading| reading.valid);
        let limits = slot.sureness();
        let value =
            best.filter(|best| best.score >= limits.reject).map_or("-".to_owned(), |reading| reading.value.to_string());
        let is_sure = best.is_some_and(|best| best.score >= limits.accept) && margin(&readings) >= MARGIN;
        let is_asked = best.is_some_and(|best| best.score >= limits.reject) && !is_sure;
        let as_expected = match sureness {
            "sure" => is_sure,
            "asked" => is_asked,
            "any" => true,
            other => panic!("{other}"),
        };
        if value != expected || !as_expected {
            let shown: Vec<String> =
                readings.iter().take(3).map(|r| format!("{} {:.2} {}", r.value, r.score, r.valid)).collect();
            wrong.push(format!("{line}\n    -> {}", shown.join(", ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 150);
}

fn language() -> impl Strategy<Value = Language> {
    prop_oneof![Just(Language::EN), Just(Language::ZH)]
}

fn understood(slot: &SlotType, said: &str, language: Language) -> Option<Value> {
    let best = read(slot, said, language, NOW).into_iter().next()?;
    (best.valid && best.score >= slot.sureness().accept).then_some(best.value)
}

/// English digit words as a caller says them, with `double` where `doubled`.
fn digit_words(digits: &str, doubled: bool) -> String {
    const WORDS: [&str; 10] = ["oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let digits: Vec<usize> = digits.bytes().map(|byte| usize::from(byte - b'0')).collect();
    let mut said = Vec::new();
    let mut at = 0;
    while at < digits.len() {
        if doubled && digits.get(at + 1) == Some(&digits[at]) {
            said.push(format!("double {}", WORDS[digits[at]]));
            at += 2;
        } else {
            said.push(WORDS[digits[at]].to_owned());
            at += 1;
        }
    }
    said.join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn digits_said_are_understood(digits in "[0-9]{1,16}", language in language()) {
        let slot = SlotType::Digits { min: 1, max: 16 };
        let value = Value::from(digits);
        prop_assert_eq!(understood(&slot, &say(&value, language), language), Some(value));
    }

    #[test]
    fn digits_in_words_are_understood(digits in "[0-9]{4,12}", doubled: bool) {
        let slot = SlotType::Digits { min: 4, max: 12 };
        let said = digit_words(&digits, doubled);
        prop_assert_eq!(understood(&slot, &said, Language::EN), Some(Value::from(digits)));
    }

    #[test]
    fn codes_said_are_understood(code in "[A-Z]{2}[0-9]{8}|[A-Z]{3}-[0-9]{3}|[0-9]{4}[A-Z]|[A-Z][0-9]{2}[A-Z][0-9]", language in language()) {
        let pattern: String = code.chars().map(|c| match c { '0'..='9' => '9', '-' => '-', _ => 'L' }).collect();
        let slot = SlotType::Code { shape: Shape::parse(&pattern).unwrap() };
        let value = Value::from(code);
        prop_assert_eq!(understood(&slot, &say(&value, language), language), Some(value));
    }

    #[test]
    fn codes_as_written_are_understood(code in "[A-Z]{2}[0-9]{8}", before in "(It's |My order number is |uh, |我的订单号是|呃 就是 )?", language in language()) {
        let slot = SlotType::Code { shape: Shape::parse("LL99999999").unwrap() };
        prop_assert_eq!(understood(&slot, &format!("{before}{code}."), language), Some(Value::from(code)));
    }

    #[test]
    fn yes_and_no_said_are_understood(truth: bool, language in language(), before in "(uh, |well, |呃 )?", behind in "(, thanks|,谢谢|\\.)?") {
        let said = format!("{before}{}{behind}", say(&Value::Bool(truth), language));
        prop_assert_eq!(understood(&SlotType::YesNo, &said, language), Some(Value::Bool(truth)));
    }

    #[test]
    fn amounts_in_words_are_digits(number in 10_u32..100_000, language in language()) {
        let slot = SlotType::Digits { min: 1, max: 6 };
        let said = speak_number(f64::from(number), language);
        let best = read(&slot, &said, language, NOW).into_iter().next().map(|reading| reading.value);
        prop_assert_eq!(best, Some(Value::from(number.to_string())));
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_a_caller_says_breaks_the_readers(heard in "\\PC{0,80}", language in language()) {
        let shape = Shape::parse("LL-99999999").unwrap();
        let options = vec![ChoiceOption::plain("red"), ChoiceOption::plain("订单")];
        let slots = [SlotType::YesNo, SlotType::Digits { min: 1, max: 8 }, SlotType::Code { shape }, SlotType::Choice { options }, SlotType::FreeText];
        for slot in slots {
            for reading in read(&slot, &heard, language, NOW) {
                prop_assert!((0.0..=1.0).contains(&reading.score));
                prop_assert_eq!(reading.valid, slot.check(&reading.value).is_ok());
            }
        }
        let _ = common_phrase(&heard, language, &CommonPhrase::ALL);
    }

    #[test]
    fn any_text_is_a_template_or_a_fault_inside_it(text in "[a-c一二\\[\\]\\(\\)\\{\\}\\| ]{0,40}") {
        match Template::parse(&text) {
            Ok(template) => for sample in template.samples(8) {
                if template.slots().is_empty() {
                    let score = template.matches(&sample, Language::EN).map_or(0.0, |found| found.score);
                    prop_assert!(score > 0.99, "{} {} {}", text, sample, score);
                }
            },
            Err(error) => prop_assert!(error.offset <= text.len()),
        }
    }
}

#[test]
fn a_flood_of_symbols_is_read_in_bounded_time() {
    let slot = SlotType::Code { shape: Shape::parse(&"L9".repeat(20)).unwrap() };
    let flood = "double a one hundred b as in bravo ".repeat(2000);
    assert!(read(&slot, &flood, Language::EN, NOW).len() <= 8);
}
