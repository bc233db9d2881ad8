//! A caller who speaks while being spoken to: our voice is held at once, and goes on where it was if it was nothing. Pure.

use std::time::Duration;

use crate::words::{Expected, Form, Language};

/// Held for this long by somebody who has fallen silent without a word that counts, our voice goes on. Whoever hears it
/// has then waited for less than a second.
const GO_ON_AFTER: Duration = Duration::from_millis(880);

/// Below this confidence a single word is not believed.
const DOUBTFUL: f32 = 0.4;
/// The most letters of a single word.
const ONE_WORD: usize = 8;

/// What our voice is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Be silent where it is.
    Hold,
    /// Go on where it was.
    GoOn,
    /// Stop for good.
    Stop,
}

/// What turned out to have been said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interjection {
    /// Nothing: a cough, a door, a noise.
    Noise,
    /// A sound of listening: "mhm", "嗯".
    Backchannel,
    /// Words.
    Words,
}

impl Interjection {
    /// What `text`, heard with `confidence`, is to somebody who is telling, or asking for what is `expected`.
    pub fn of(text: &str, language: Language, confidence: f32, expected: &Expected) -> Self {
        let plain: String = text
            .chars()
            .map(|one| if one.is_alphanumeric() { one } else { ' ' })
            .flat_map(char::to_lowercase)
            .collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        // One word that is hardly believed is a hum or a knock that had to become something.
        let is_doubtful = confidence < DOUBTFUL && plain.chars().filter(|one| *one != ' ').count() <= ONE_WORD;
        if words.is_empty() || (is_doubtful && words.len() == 1) {
            return Self::Noise;
        }
        let is_hum = if language == Language::ZH {
            words.iter().all(|word| word.chars().all(|one| HUMS_ZH.contains(one)))
        } else {
            words.iter().all(|word| HUMS_EN.contains(word))
        };
        if is_hum {
            return Self::Backchannel;
        }
        // "Okay" while being told something is a nod; where yes or no is asked it is the answer.
        let joined = words.join(if language == Language::ZH { "" } else { " " });
        let answers = matches!(expected.form, Form::YesNo | Form::Choice { .. });
        let nods = if language == Language::ZH { NODS_ZH } else { NODS_EN };
        if !answers && nods.contains(&joined.as_str()) { Self::Backchannel } else { Self::Words }
    }
}

/// Hums of somebody who listens.
#[rustfmt::skip]
const HUMS_EN: &[&str] = &[
    "mm", "mmm", "mhm", "mmhm", "mmhmm", "mhmm", "hmm", "hm", "uh", "huh", "uhhuh", "aha", "ah", "oh", "um", "er", "m", "h", "mh",
];
const HUMS_ZH: &str = "嗯呃额哦噢喔啊唔哼恩";
/// Words that are nods where nothing is asked that they answer.
#[rustfmt::skip]
const NODS_EN: &[&str] = &[
    "yeah", "yes", "yep", "okay", "ok", "right", "sure", "i see", "all right", "alright", "got it", "yeah yeah", "okay okay",
    "oh okay", "oh yeah", "uh yeah", "ah okay", "good", "fine",
];
const NODS_ZH: &[&str] = &[
    "好",
    "好的",
    "对",
    "是",
    "是的",
    "行",
    "对对",
    "对对对",
    "好好",
    "好好好",
    "嗯好",
    "嗯好的",
    "哦好",
    "哦好的",
    "知道了",
    "明白",
];

/// Follows one interruption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BargeIn {
    held_since: Option<Duration>,
    is_speaking: bool,
    /// Whether words have been heard in it.
    is_meant: bool,
}

impl BargeIn {
    /// Whether our voice is held.
    pub const fn is_held(&self) -> bool {
        self.held_since.is_some()
    }

    /// Speech began over our voice, and our voice may be stopped.
    pub const fn began(&mut self, now: Duration) -> Option<Order> {
        self.is_speaking = true;
        if self.held_since.is_some() {
            return None;
        }
        self.held_since = Some(now);
        self.is_meant = false;
        Some(Order::Hold)
    }

    /// The speech pauses.
    pub const fn paused(&mut self) {
        self.is_speaking = false;
    }

    /// The speech goes on. Somebody who speaks on means it, so our voice is held again if it went on meanwhile.
    pub const fn resumed(&mut self, now: Duration, over_us: bool) -> Option<Order> {
        if over_us { self.began(now) } else { None }
    }

    /// It is known what was said.
    pub const fn turned_out(&mut self, interjection: Interjection) -> Option<Order> {
        match interjection {
            Interjection::Words => {
                self.held_since = None;
                Some(Order::Stop)
            }
            Interjection::Noise | Interjection::Backchannel if !self.is_speaking => {
                if self.held_since.take().is_some() { Some(Order::GoOn) } else { None }
            }
            Interjection::Noise | Interjection::Backchannel => None,
        }
    }

    /// It seems so far that this was said; there may be more. What is not words lets our voice go on; words keep it held
    /// until they are all there.
    pub fn seems(&mut self, interjection: Interjection) -> Option<Order> {
        match interjection {
            Interjection::Words => {
                self.is_meant = true;
                None
            }
            Interjection::Noise | Interjection::Backchannel => self.turned_out(interjection),
        }
    }

    /// Time passes.
    pub fn tick(&mut self, now: Duration) -> Option<Order> {
        let since = self.held_since.filter(|_| !self.is_speaking && !self.is_meant)?;
        if now.saturating_sub(since) < GO_ON_AFTER {
            return None;
        }
        self.held_since = None;
        Some(Order::GoOn)
    }

    /// Our voice was stopped, or went on, for another reason.
    pub const fn forget(&mut self) {
        self.held_since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn words_stop_and_noises_do_not() {
        let mut barge_in = BargeIn::default();
        assert_eq!(barge_in.began(ms(1_000)), Some(Order::Hold));
        barge_in.paused();
        assert_eq!(barge_in.turned_out(Interjection::Noise), Some(Order::GoOn));
        assert!(!barge_in.is_held());
        assert_eq!(barge_in.began(ms(3_000)), Some(Order::Hold));
        assert_eq!(barge_in.turned_out(Interjection::Words), Some(Order::Stop));
        assert_eq!(barge_in.tick(ms(9_000)), None);
    }

    #[test]
    fn a_voice_that_is_held_goes_on_within_a_second_even_when_nothing_is_known_yet() {
        let mut barge_in = BargeIn::default();
        barge_in.began(ms(1_000));
        assert_eq!(barge_in.tick(ms(1_980)), None, "while the caller speaks it waits");
        barge_in.paused();
        assert_eq!(barge_in.tick(ms(1_990)), Some(Order::GoOn));
        // Words that come late stop it all the same.
        assert_eq!(barge_in.turned_out(Interjection::Words), Some(Order::Stop));
    }

    #[test]
    fn whoever_speaks_on_is_not_talked_over() {
        let mut barge_in = BargeIn::default();
        barge_in.began(ms(0));
        barge_in.paused();
        assert_eq!(barge_in.resumed(ms(300), true), None);
        assert_eq!(barge_in.turned_out(Interjection::Noise), None, "of the first part, while the second is spoken");
        assert_eq!(barge_in.tick(ms(2_000)), None);
    }

    #[test]
    fn nods_are_answers_only_where_they_answer() {
        let telling = Expected::anything();
        let asking = Expected { form: Form::YesNo, ..Expected::anything() };
        for (text, language) in
            [("Mhm.", Language::EN), ("Uh-huh", Language::EN), ("嗯。", Language::ZH), ("嗯，嗯", Language::ZH)]
        {
            assert_eq!(Interjection::of(text, language, 0.8, &telling), Interjection::Backchannel, "{text}");
            assert_eq!(Interjection::of(text, language, 0.8, &asking), Interjection::Backchannel, "{text}");
        }
        assert_eq!(Interjection::of("Okay.", Language::EN, 0.8, &telling), Interjection::Backchannel);
        assert_eq!(Interjection::of("Okay.", Language::EN, 0.8, &asking), Interjection::Words);
        assert_eq!(Interjection::of("好的。", Language::ZH, 0.8, &telling), Interjection::Backchannel);
        assert_eq!(Interjection::of("是的", Language::ZH, 0.8, &asking), Interjection::Words);
        assert_eq!(Interjection::of("Okay, but where is my order?", Language::EN, 0.8, &telling), Interjection::Words);
        assert_eq!(Interjection::of("...", Language::EN, 0.8, &telling), Interjection::Noise);
        assert_eq!(Interjection::of("And", Language::EN, 0.3, &telling), Interjection::Noise);
        assert_eq!(Interjection::of("Stop.", Language::EN, 0.7, &telling), Interjection::Words);
    }
}
