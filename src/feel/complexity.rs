//! How hard this call is for a machine, and why. Pure. Anxious or complex callers go to people.

use super::words::{Feeling, WordsHeard};

/// What is known of the call after a turn of the caller.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Turns in the call that were not understood.
    pub not_understood: u32,
    /// Wishes that no flow and no answer of the bundle is for.
    pub outside: u32,
    /// Different wishes in this turn.
    pub wishes: u32,
    /// Times the caller came back to a step already done.
    pub loops: u32,
    /// Values the caller corrected.
    pub corrections: u32,
    /// Money at stake as the flow says, over what its designer calls much: 1 is exactly that much.
    pub money: Option<f32>,
}

/// Why a call is hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hardship {
    /// Not understood.
    NotUnderstood,
    /// Outside of what the bundle knows.
    OutsideTopics,
    /// Several wishes at once.
    ManyTopics,
    /// Law, dispute, death, fraud.
    LegalWords,
    /// Long sentences.
    LongSentences,
    /// Going in circles.
    GoingInCircles,
    /// Corrected again and again.
    ManyCorrections,
    /// Much money.
    MoneyAtStake,
}

impl Hardship {
    /// In a word, as `complexity.reasons` has it: `many_topics`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotUnderstood => "not_understood",
            Self::OutsideTopics => "outside_topics",
            Self::ManyTopics => "many_topics",
            Self::LegalWords => "legal_words",
            Self::LongSentences => "long_sentences",
            Self::GoingInCircles => "going_in_circles",
            Self::ManyCorrections => "many_corrections",
            Self::MoneyAtStake => "money_at_stake",
        }
    }

    /// For a person.
    #[must_use]
    pub const fn plain(self) -> &'static str {
        match self {
            Self::NotUnderstood => "was not understood",
            Self::OutsideTopics => "asks for something the line does not know",
            Self::ManyTopics => "wants several things at once",
            Self::LegalWords => "speaks of law, a dispute or a loss",
            Self::LongSentences => "explains at length",
            Self::GoingInCircles => "goes in circles",
            Self::ManyCorrections => "had to correct us",
            Self::MoneyAtStake => "much money is at stake",
        }
    }
}

/// How hard the call is.
#[derive(Clone, Debug, PartialEq)]
pub struct Complexity {
    /// 0 plain to 1 beyond what the line can do; from about 0.6 a person serves better.
    pub score: f32,
    /// Why, weightiest first.
    pub reasons: Vec<Hardship>,
}

/// Words of law, disputes, loss and fraud, beside the threats of the lexicon.
const HARD_WORDS: [&str; 40] = [
    "legal",
    "dispute",
    "liability",
    "liable",
    "contract terms",
    "terms and conditions",
    "breach",
    "fraud",
    "identity theft",
    "insurance claim",
    "bailiff",
    "bankruptcy",
    "insolvency",
    "power of attorney",
    "passed away",
    "deceased",
    "inheritance",
    "probate",
    "divorce",
    "custody",
    "data protection",
    "gdpr",
    "refund policy",
    "warranty claim",
    "compensation",
    "合同",
    "条款",
    "纠纷",
    "争议",
    "法律",
    "责任认定",
    "理赔",
    "赔偿",
    "欺诈",
    "诈骗",
    "遗产",
    "继承",
    "去世",
    "破产",
    "公证",
];
/// Words in a turn from which it is long; Mandarin counts a word for every two characters.
const LONG: usize = 28;
/// Words that join one wish to the next.
const JOINTS: [&str; 10] = [
    "and also",
    "and then also",
    "another thing",
    "one more thing",
    "as well as",
    "two things",
    "另外",
    "还有一个",
    "还有件事",
    "顺便",
];

/// How hard the call is after a turn in which `text` was said.
#[must_use]
pub fn complexity(text: &str, words: &WordsHeard, course: &Course) -> Complexity {
    let lower = text.to_lowercase();
    let says = |list: &[&str]| list.iter().filter(|phrase| lower.contains(**phrase)).count();
    let length = lower.split_whitespace().count()
        + text.chars().filter(|character| matches!(character, '\u{3400}'..='\u{9fff}')).count() / 2;
    let count = |count: u32, first: f32, each: f32, most: f32| {
        if count == 0 { 0.0 } else { (first + each * (count - 1) as f32).min(most) }
    };
    let legal = says(&HARD_WORDS) + usize::from(words.names(Feeling::Threat));
    let wishes = course.wishes.max(1) + u32::try_from(says(&JOINTS)).unwrap_or(0);
    let mut weights = [
        (Hardship::NotUnderstood, count(course.not_understood, 0.25, 0.45, 1.6)),
        (Hardship::OutsideTopics, count(course.outside, 0.6, 0.4, 1.4)),
        (Hardship::ManyTopics, count(wishes - 1, 0.5, 0.3, 1.1)),
        (Hardship::LegalWords, if legal == 0 { 0.0 } else { (0.7 + 0.25 * (legal - 1) as f32).min(1.2) }),
        (Hardship::LongSentences, if length > LONG { (0.2 + (length - LONG) as f32 / 60.0).min(0.7) } else { 0.0 }),
        (Hardship::GoingInCircles, count(course.loops, 0.4, 0.4, 1.4)),
        (Hardship::ManyCorrections, count(course.corrections.saturating_sub(1), 0.3, 0.3, 0.9)),
        (
            Hardship::MoneyAtStake,
            course.money.map_or(0.0, |money| if money >= 1.0 { (0.5 + 0.2 * money.ln()).min(1.1) } else { 0.0 }),
        ),
    ];
    weights.sort_by(|left, right| right.1.total_cmp(&left.1));
    let sum: f32 = weights.iter().map(|(_, weight)| weight).sum();
    let reasons = weights.iter().filter(|(_, weight)| *weight > 0.0).map(|(hardship, _)| *hardship).collect();
    Complexity { score: 1.0 - (-sum).exp(), reasons }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str, course: Course) -> (f32, Vec<&'static str>) {
        let judged = complexity(text, &WordsHeard::read(text), &course);
        (judged.score, judged.reasons.into_iter().map(Hardship::code).collect())
    }

    #[test]
    fn a_plain_question_is_no_hardship() {
        for text in
            ["where is my order", "yes", "我的订单在哪里", "i would like a table for two and a chair for the baby"]
        {
            assert_eq!(judged(text, Course { wishes: 1, ..Course::default() }), (0.0, Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_makes_a_call_hard_is_told() {
        let (score, reasons) =
            judged("we have a dispute about the contract terms and i will see you in court", Course::default());
        assert!(score >= 0.5 && reasons == ["legal_words"], "{score} {reasons:?}");
        let (score, reasons) = judged("我们的合同有纠纷另外我还要改地址", Course { wishes: 2, ..Course::default() });
        assert!(
            score >= 0.75 && reasons.contains(&"many_topics") && reasons.contains(&"legal_words"),
            "{score} {reasons:?}"
        );
        let (score, reasons) = judged("no", Course { not_understood: 3, loops: 1, ..Course::default() });
        assert!(score >= 0.7 && reasons == ["not_understood", "going_in_circles"], "{score} {reasons:?}");
    }

    #[test]
    fn every_hardship_only_adds() {
        let mut course = Course { wishes: 1, ..Course::default() };
        let mut last = judged("well", course.clone()).0;
        for step in 0..8 {
            match step {
                0 => course.not_understood = 2,
                1 => course.outside = 1,
                2 => course.wishes = 3,
                3 => course.loops = 1,
                4 => course.corrections = 3,
                5 => course.money = Some(2.0),
                6 => course.money = Some(9.0),
                _ => course.loops = 3,
            }
            let (score, reasons) = judged("well", course.clone());
            assert!(score > last && score < 1.0 && !reasons.is_empty(), "{course:?}: {score} after {last}");
            last = score;
        }
        assert_eq!(judged("well", Course { money: Some(0.4), ..Course::default() }).0, 0.0);
    }

    #[test]
    fn long_explanations_are_hard_to_follow_in_either_language() {
        let english = "so the thing is ".repeat(10);
        let mandarin = "事情是这样的我上个月买了东西".repeat(6);
        for text in [english, mandarin] {
            assert_eq!(judged(&text, Course::default()).1, ["long_sentences"]);
        }
    }
}
