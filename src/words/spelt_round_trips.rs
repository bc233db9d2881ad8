//! Values that are said symbol by symbol, read back and heard again, are the same values; and a symbol corrected by its
//! place is the only one that changes.

use jiff::civil::DateTime;
use proptest::prelude::*;

use super::*;

const NOW: DateTime = DateTime::constant(2026, 1, 5, 10, 0, 0, 0);

fn language() -> impl Strategy<Value = Language> {
    prop_oneof![Just(Language::EN), Just(Language::ZH)]
}

/// How a recogniser writes what was read back.
fn around() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        Just(("", "")),
        Just(("uh, ", "")),
        Just(("", ", thanks")),
        Just(("呃", "")),
        Just(("", ".")),
        Just(("", "，谢谢"))
    ]
}

fn understood(slot: &SlotType, said: &str, language: Language) -> Option<Value> {
    read(slot, said, language, NOW).into_iter().next().filter(|best| best.valid).map(|best| best.value)
}

/// A whole telephone number of a country.
fn phone() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        "1[3-9][0-9]{9}".prop_map(|national| ("CN", format!("+86{national}"))),
        "(10|2[0-9])[2-8][0-9]{7}".prop_map(|national| ("CN", format!("+86{national}"))),
        "7[0-9]{9}|1[0-9]{9}|20[0-9]{8}".prop_map(|national| ("GB", format!("+44{national}"))),
        "[2-9][0-9]{2}[2-9][0-9]{6}".prop_map(|national| ("US", format!("+1{national}"))),
        "[1-9][0-9]{8}".prop_map(|national| ("FR", format!("+33{national}"))),
        "[1-9][0-9]{8}".prop_map(|national| ("AU", format!("+61{national}"))),
    ]
}

/// A resident identity number, its check digit computed here (ISO 7064, MOD 11-2).
fn resident_id() -> impl Strategy<Value = String> {
    (110_000_u32..660_000, 1900_i16..2020, 1_i8..=12, 1_i8..=28, 0_u32..1000).prop_map(
        |(region, year, month, day, order)| {
            let digits = format!("{region:06}{year:04}{month:02}{day:02}{order:03}");
            let rest = digits.bytes().fold(0_u32, |rest, byte| (rest + u32::from(byte - b'0')) * 2 % 11);
            let check = (12 - rest) % 11;
            if check == 10 { format!("{digits}X") } else { format!("{digits}{check}") }
        },
    )
}

/// A card number with Luhn's digit behind it.
fn card() -> impl Strategy<Value = String> {
    "[3-6][0-9]{14}".prop_map(|digits| {
        let sum: u32 = digits
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, byte)| {
                let digit = u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 };
                digit / 10 + digit % 10
            })
            .sum();
        format!("{digits}{}", (10 - sum % 10) % 10)
    })
}

const ORDINALS: [&str; 12] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
];
const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const CHINESE: [&str; 13] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn phone_numbers_said_are_understood((home, number) in phone(), at_home: bool, language in language(), (before, behind) in around()) {
        let slot = SlotType::Phone { country: Some(if at_home { home } else { "NZ" }.to_owned()) };
        let value = Value::from(number);
        let said = format!("{before}{}{behind}", read_back(&slot, &value, language, NOW));
        prop_assert_eq!(understood(&slot, &said, language), Some(value), "{}", said);
    }

    #[test]
    fn identity_numbers_said_are_understood(number in resident_id(), language in language(), (before, behind) in around()) {
        let slot = SlotType::IdNumber { kind: IdKind::ChinaResident };
        let value = Value::from(number);
        prop_assert!(slot.check(&value).is_ok(), "{}", value);
        let said = format!("{before}{}{behind}", read_back(&slot, &value, language, NOW));
        prop_assert_eq!(understood(&slot, &said, language), Some(value), "{}", said);
    }

    #[test]
    fn card_numbers_said_are_understood(number in card(), language in language()) {
        let value = Value::from(number);
        let said = read_back(&SlotType::Card, &value, language, NOW);
        prop_assert_eq!(understood(&SlotType::Card, &said, language), Some(value), "{}", said);
    }

    #[test]
    fn email_addresses_said_are_understood(
        local in "[a-z]{1,8}|[a-z]{1,6}[._+-][a-z]{1,6}|[a-z]{2,6}[0-9]{1,4}|(john|mary|zhang|anna|dot|at|is|one|see)[0-9._]?(smith|wei|the|you)",
        domain in "(gmail|qq|163|example|mail|my-shop|one)\\.(com|org|net|cn|co\\.uk)",
        language in language(),
    ) {
        let value = Value::from(format!("{local}@{domain}"));
        let said = read_back(&SlotType::Email, &value, language, NOW);
        prop_assert_eq!(understood(&SlotType::Email, &said, language), Some(value), "{}", said);
    }

    #[test]
    fn names_said_and_spelt_are_understood(name in "[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8}){0,2}", language in language(), (before, behind) in around()) {
        let value = Value::from(name);
        let said = format!("{before}{}{behind}", read_back(&SlotType::Name, &value, language, NOW));
        prop_assert_eq!(understood(&SlotType::Name, &said, language), Some(value), "{}", said);
    }

    #[test]
    fn chinese_names_said_are_understood(name in "[王李张刘陈杨黄赵周徐][伟芳娜敏静强磊洋勇艳杰娟涛明超霞平刚桂英华][伟芳娜敏静强磊洋勇艳杰娟涛明超霞平刚桂英华]?", introduced in "(我叫|我的名字是|呃，)?") {
        let value = Value::from(name);
        let said = format!("{introduced}{}", read_back(&SlotType::Name, &value, Language::ZH, NOW));
        prop_assert_eq!(understood(&SlotType::Name, &said, Language::ZH), Some(value), "{}", said);
    }

    #[test]
    fn addresses_said_are_understood(
        english in "[1-9][0-9]{0,2}[AB]? (High|Park|Station|Church|Mill) (Street|Road|Lane|Avenue), (London|Oxford|Leeds|Bath)(, (SW1A 1AA|W1K 1QA|OX1 2JD|LS1 4AP))?",
        chinese in "(北京|上海|深圳)市(朝阳|浦东|南山)区(建国|世纪|人民)路[1-9][0-9]{0,2}号([1-9]号楼)?([1-9]单元)?([1-9]0[1-9]室)?",
    ) {
        for (address, language) in [(english, Language::EN), (chinese, Language::ZH)] {
            let value = Value::from(address);
            let said = read_back(&SlotType::Address, &value, language, NOW);
            prop_assert_eq!(understood(&SlotType::Address, &said, language), Some(value), "{}", said);
        }
    }

    #[test]
    fn a_digit_corrected_by_its_place_is_the_only_one_that_changes(digits in "[0-9]{4,12}", place in 0_usize..12, digit in 0_usize..10, language in language()) {
        let place = place % digits.len();
        prop_assume!(digits.as_bytes()[place] != b'0' + digit as u8);
        let slot = SlotType::Digits { min: 4, max: 12 };
        let said = match language {
            Language::ZH => format!("不对，第{}位是{}", CHINESE[place + 1], CHINESE[digit]),
            _ => format!("no, the {} digit is {}", ORDINALS[place], DIGITS[digit]),
        };
        let mut expected = digits.clone().into_bytes();
        expected[place] = b'0' + digit as u8;
        let best = correct(&slot, &Value::from(digits), &said, language, NOW).into_iter().next();
        let sure = best.as_ref().is_some_and(|best| best.score >= slot.sureness().accept);
        prop_assert_eq!(best.map(|best| best.value), Some(Value::Text(String::from_utf8(expected).unwrap())), "{}", said);
        prop_assert!(sure, "{}", said);
    }

    #[test]
    fn a_correction_never_gives_back_what_it_corrects_and_never_breaks(
        digits in "[0-9]{4,8}", heard in "\\PC{0,40}|(no|not|the last|第|不是|second|five|五| |is|,){0,12}", language in language(),
    ) {
        let slot = SlotType::Digits { min: 1, max: 12 };
        let before = Value::from(digits);
        for reading in correct(&slot, &before, &heard, language, NOW) {
            prop_assert!(reading.value != before && (0.0..=1.0).contains(&reading.score));
            prop_assert_eq!(reading.valid, slot.check(&reading.value).is_ok());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_a_caller_says_breaks_the_readers_of_spelt_values(heard in "\\PC{0,80}|(at|dot|a|B|double|as in|@|\\.|-|号|的|5|plus| ){0,20}", language in language()) {
        let options = ["London Heathrow", "北京"].map(ChoiceOption::plain).to_vec();
        let slots = [
            SlotType::Phone { country: None }, SlotType::Phone { country: Some("GB".to_owned()) }, SlotType::IdNumber { kind: IdKind::ChinaResident },
            SlotType::Name, SlotType::Address, SlotType::Email, SlotType::place(options), SlotType::Card,
        ];
        for slot in slots {
            for reading in read(&slot, &heard, language, NOW) {
                prop_assert!((0.0..=1.0).contains(&reading.score));
                prop_assert_eq!(reading.valid, slot.check(&reading.value).is_ok());
            }
        }
        let _ = (common_phrase(&heard, language, &CommonPhrase::ALL), asked_language(&heard));
    }
}
