//! What an agent is told before deciding: who, what about, what is known. On a telephone it is heard, so it
//! must be over in eight seconds, keys included.

use std::time::Duration;

use crate::Private;
use crate::words::Language;

/// The longest a spoken brief may take at pace 1, by the estimate below: eight seconds at [`Brief::PACE`].
const AT_MOST: Duration = Duration::from_millis(9_200);
/// How many characters of a code are said when there is no time for all of it.
const CODE_END: usize = 4;
/// How many words of the reason are said when there is no time for all of it.
const REASON_WORDS: usize = 6;

/// What is known about a caller who asks for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brief {
    /// The caller's number; only its last two characters are spoken.
    pub caller: Option<Private<String>>,
    /// What the caller wants, as words that can follow "wants": "a person", "to return an order". May be empty.
    pub reason: Private<String>,
    /// What the flow collected, most useful first. Values the flow hides (`private: hide`) must not be here.
    pub facts: Vec<BriefFact>,
    /// How long the caller has waited; the desk fills it in.
    pub waited: Duration,
}

/// One thing that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BriefFact {
    /// What it is, as a slot is named: `order_no`, `order.status`.
    pub label: String,
    /// Its value in normal form or in words.
    pub value: Private<String>,
}

impl BriefFact {
    /// A fact.
    pub fn new(label: &str, value: &str) -> Self {
        Self { label: label.to_owned(), value: Private::new(value.to_owned()) }
    }
}

/// How much of a brief is said.
#[derive(Clone, Copy)]
struct Depth {
    waited: bool,
    whole_codes: bool,
    facts: usize,
    whole_reason: bool,
}

impl Brief {
    /// How fast a brief is to be spoken: agents know its form, and the caller waits meanwhile.
    pub const PACE: f32 = 1.15;

    /// The brief as sentences for the agent's ear, in `language` (Chinese, else English), at most eight
    /// seconds long at [`Brief::PACE`]. What does not fit is left out, least useful first: the wait, the
    /// beginnings of long codes, the last facts, the end of a long reason.
    pub fn spoken(&self, language: Language) -> String {
        let facts = self.spoken_facts().count();
        let deepest = Depth { waited: true, whole_codes: true, facts, whole_reason: true };
        let without_wait = Depth { waited: false, ..deepest };
        let mut depths = vec![deepest, without_wait];
        let short_codes = Depth { whole_codes: false, ..without_wait };
        depths.extend((0..=facts).rev().map(|facts| Depth { facts, ..short_codes }));
        let shortest = Depth { facts: 0, whole_reason: false, ..short_codes };
        let texts = depths.into_iter().map(|depth| self.at_depth(language, depth));
        texts
            .into_iter()
            .find(|text| speaking_time(text) <= AT_MOST)
            .unwrap_or_else(|| self.at_depth(language, shortest))
    }

    fn at_depth(&self, language: Language, depth: Depth) -> String {
        if language.as_str() == "zh" { self.in_chinese(depth) } else { self.in_english(depth) }
    }

    fn in_english(&self, depth: Depth) -> String {
        let mut text = match self.number_end() {
            Some(end) => format!("Caller ending {}.", spelled(&end)),
            None => "Caller without a number.".to_owned(),
        };
        let minutes = self.waited.as_secs() / 60;
        if depth.waited && minutes > 0 {
            let plural = if minutes == 1 { "" } else { "s" };
            text.push_str(&format!(" Waited {minutes} minute{plural}."));
        }
        let mut parts: Vec<String> = Vec::new();
        for fact in self.spoken_facts().take(depth.facts) {
            let (value, from_its_end) = spoken_value(fact.value.reveal(), depth.whole_codes);
            let ending = if from_its_end { "ending " } else { "" };
            parts.push(format!("{} {ending}{value}", spoken_label(&fact.label)));
        }
        let reason = self.spoken_reason(depth);
        if !reason.is_empty() {
            parts.push(format!("wants {reason}"));
        }
        if !parts.is_empty() {
            text.push(' ');
            text.push_str(&with_capital(&parts.join(", ")));
            text.push('.');
        }
        text.push_str(" Press 1 to take the call, 2 to pass, 3 to hear it again.");
        text
    }

    fn in_chinese(&self, depth: Depth) -> String {
        let mut text = match self.number_end() {
            Some(end) => format!("来电尾号{}。", spelled(&end)),
            None => "来电无号码。".to_owned(),
        };
        let minutes = self.waited.as_secs() / 60;
        if depth.waited && minutes > 0 {
            text.push_str(&format!("已等{minutes}分钟。"));
        }
        for fact in self.spoken_facts().take(depth.facts) {
            let (value, from_its_end) = spoken_value(fact.value.reveal(), depth.whole_codes);
            let ending = if from_its_end { "尾号" } else { "" };
            text.push_str(&format!("{}{ending} {value}，", spoken_label(&fact.label)));
        }
        let reason = self.spoken_reason(depth);
        if reason.is_empty() {
            text = text.trim_end_matches('，').to_owned();
            if !text.ends_with('。') {
                text.push('。');
            }
        } else {
            text.push_str(&format!("要求{reason}。"));
        }
        text.push_str("接听按1，跳过按2，重听按3。");
        text
    }

    /// The facts, without the caller's number: its end is said first anyway.
    fn spoken_facts(&self) -> impl Iterator<Item = &BriefFact> {
        self.facts.iter().filter(|fact| fact.label != "caller.number")
    }

    /// The last two digits of the caller's number.
    fn number_end(&self) -> Option<String> {
        let digits: Vec<char> = self.caller.as_ref()?.reveal().chars().filter(char::is_ascii_digit).collect();
        let from = digits.len().checked_sub(2)?;
        digits.get(from..).map(|end| end.iter().collect())
    }

    fn spoken_reason(&self, depth: Depth) -> String {
        let reason = self.reason.reveal().trim().trim_end_matches(['.', '。', '!', '?']);
        if depth.whole_reason {
            return reason.to_owned();
        }
        if reason.is_ascii() {
            return reason.split_whitespace().take(REASON_WORDS).collect::<Vec<_>>().join(" ");
        }
        reason.chars().take(2 * REASON_WORDS).collect()
    }
}

/// `order_no` → `order number`, `order.status` → `order status`.
fn spoken_label(label: &str) -> String {
    let words = label.split(['_', '.', '-', ' ']).filter(|word| !word.is_empty());
    words.map(|word| if word == "no" || word == "nr" { "number" } else { word }).collect::<Vec<_>>().join(" ")
}

/// The value as it is said: a code letter by letter, anything else as it stands. True when only the end of
/// a code is said.
fn spoken_value(value: &str, whole_codes: bool) -> (String, bool) {
    if !is_code(value) {
        return (value.to_owned(), false);
    }
    let characters: Vec<char> = value.chars().collect();
    let from = if whole_codes { 0 } else { characters.len().saturating_sub(CODE_END) };
    let said: String = characters.iter().skip(from).collect();
    (spelled(&said), from > 0)
}

/// Whether a value is a code or a number to be read digit by digit rather than words.
fn is_code(value: &str) -> bool {
    let plain = value.strip_prefix('+').unwrap_or(value);
    plain.len() >= 4
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && plain.bytes().any(|byte| byte.is_ascii_digit())
}

fn spelled(text: &str) -> String {
    let mut spelled = String::new();
    for character in text.chars().filter(char::is_ascii_alphanumeric) {
        if !spelled.is_empty() {
            spelled.push(' ');
        }
        spelled.push(character.to_ascii_uppercase());
    }
    spelled
}

fn with_capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// How long the shipped voice takes for `text` at pace 1, measured on briefs: 55 ms a letter or space, 240 ms a
/// spelled character or digit, 210 ms a Chinese character, 100 ms at a comma, 250 ms at the end of a sentence.
fn speaking_time(text: &str) -> Duration {
    let mut milliseconds = 0;
    for word in text.split_inclusive([' ', '，', '。']) {
        let letters = word.chars().filter(|character| character.is_alphanumeric()).count();
        for character in word.chars() {
            let spelled = character.is_ascii_digit() || (letters == 1 && character.is_ascii_uppercase());
            milliseconds += match character {
                '.' | '。' => 250,
                ',' | '，' => 100,
                _ if spelled => 240,
                _ if character.is_ascii() => 55,
                _ => 210,
            };
        }
    }
    Duration::from_millis(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief(reason: &str, facts: &[(&str, &str)]) -> Brief {
        Brief {
            caller: Some(Private::new("+442079460978".to_owned())),
            reason: Private::new(reason.to_owned()),
            facts: facts.iter().map(|(label, value)| BriefFact::new(label, value)).collect(),
            waited: Duration::ZERO,
        }
    }

    #[test]
    fn says_who_what_about_and_the_keys() {
        let brief = brief("a person", &[("caller.number", "+442079460978"), ("order_no", "AB1234")]);
        assert_eq!(
            brief.spoken(Language::EN),
            "Caller ending 7 8. Order number A B 1 2 3 4, wants a person. \
             Press 1 to take the call, 2 to pass, 3 to hear it again."
        );
    }

    #[test]
    fn says_the_same_in_chinese() {
        let brief = brief("退货", &[("订单", "AB1234")]);
        assert_eq!(brief.spoken(Language::ZH), "来电尾号7 8。订单 A B 1 2 3 4，要求退货。接听按1，跳过按2，重听按3。");
        let nothing_known = Brief::default();
        assert_eq!(nothing_known.spoken(Language::ZH), "来电无号码。接听按1，跳过按2，重听按3。");
    }

    #[test]
    fn a_caller_without_number_facts_or_reason_still_gives_a_brief() {
        let text = Brief::default().spoken(Language::EN);
        assert_eq!(text, "Caller without a number. Press 1 to take the call, 2 to pass, 3 to hear it again.");
    }

    #[test]
    fn leaves_out_the_least_useful_when_it_would_take_too_long() {
        let mut brief = brief("a person", &[("order_no", "AB12345678"), ("order.status", "late")]);
        brief.waited = Duration::from_secs(150);
        let text = brief.spoken(Language::EN);
        assert!(text.contains("Order number ending 5 6 7 8"), "{text}");
        assert!(!text.contains("Waited"), "{text}");
        let many: Vec<(&str, &str)> = vec![("order_no", "AB12345678"); 12];
        let reason = "to complain about a parcel that was left in the rain behind the wrong house for three days";
        for brief in
            [brief.clone(), super::tests::brief(reason, &many), super::tests::brief(&"我要投诉".repeat(20), &many)]
        {
            for language in [Language::EN, Language::ZH] {
                let text = brief.spoken(language);
                assert!(speaking_time(&text) <= AT_MOST, "{text} takes {:?}", speaking_time(&text));
            }
        }
    }

    #[test]
    fn tells_a_long_wait_when_there_is_time_for_it() {
        let brief = Brief { waited: Duration::from_secs(125), ..brief("", &[]) };
        assert!(brief.spoken(Language::EN).contains("Waited 2 minutes."));
    }

    #[test]
    fn debug_shows_neither_number_nor_value() {
        let shown = format!("{:?}", brief("to return the ring", &[("order_no", "AB12345678")]));
        assert!(!shown.contains("978") && !shown.contains("AB12") && !shown.contains("ring"), "{shown}");
    }
}
