//! Mood over a call: tone, words and dialogue of each turn weighed together, with the reasons. Pure: no clock, no sound.
//!
//! Tone alone may make us gentler: it reaches [`TONE_ALONE`] and no more. It takes words, dialogue, or a tone that stays,
//! to reach [`MoodSettings::enter`], from which flows and queues act. Content words overrule the tone, since a pleased
//! voice sounds like an angry one; strong words act alone, since anger may be cold.

use std::collections::VecDeque;

use super::dialogue::Dialogue;
use super::prosody::Utterance;
use super::tone::{Baseline, Tone, ToneModel, probability};
use super::words::{Found, WordsHeard};

/// As much distress as tone can bring alone, before it has stayed for [`STAYED`] turns.
pub const TONE_ALONE: f32 = 0.65;
/// Until then, what it says above one half counts only in part, so that more is still more.
const HELD_BACK: f32 = 0.75;
/// Turns after which an agitated tone counts as persistent.
pub const STAYED: usize = 3;
/// Turns looked back over.
const TURNS: usize = 5;
/// What a turn weighs against the one after it.
const FORGETTING: f32 = 0.45;
/// A tone above this logit is agitated.
const AGITATED: f32 = 0.8;
/// Words from here on act alone.
const STRONG_WORDS: f32 = 2.0;

/// How evidence becomes a logit: `distress = sigmoid(a·tone + b·words + c·tone·words + d·dialogue + e)`.
const TONE: f32 = 0.7;
const WORDS: f32 = 1.1;
const TONE_AND_WORDS: f32 = 0.25;
const DIALOGUE: f32 = 0.9;
const USUAL: f32 = -1.3;
/// Content words.
const CONTENT: f32 = 0.9;
/// Each turn that an agitated tone stays on.
const STAYING: f32 = 0.6;

/// When a caller counts as upset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MoodSettings {
    /// From this distress on a turn counts in `turns`.
    pub enter: f32,
    /// Turns go on counting until distress falls below this.
    pub leave: f32,
}

impl Default for MoodSettings {
    fn default() -> Self {
        Self { enter: 0.7, leave: 0.55 }
    }
}

/// One finished turn of the caller.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turn<'a> {
    /// What was measured of the voice, if a voice was heard.
    pub utterance: Option<&'a Utterance>,
    /// What the tone told, if there was enough of it.
    pub tone: Option<Tone>,
    /// What was said; `None` when nothing was recognised.
    pub words: Option<&'a WordsHeard>,
    /// The call so far.
    pub dialogue: Dialogue,
}

/// How the caller feels.
#[derive(Clone, Debug, PartialEq)]
pub struct Mood {
    /// 0 calm to 1 very upset.
    pub distress: f32,
    /// 0 tired to 1 agitated; 0.5 when too little has been heard.
    pub arousal: f32,
    /// 0 unhappy to 1 happy, from words alone; `None` while nothing has been said.
    pub valence: Option<f32>,
    /// By how much distress has risen since the start of the call, −1 to 1.
    pub trend: f32,
    /// Consecutive turns of an upset caller.
    pub turns: u32,
    /// Why, in words a person understands.
    pub reasons: Vec<String>,
}

/// What one turn told, kept for a few turns.
#[derive(Clone, Copy, Debug)]
struct Evidence {
    logit: f32,
    arousal: Option<f32>,
    valence: Option<f32>,
    agitated: bool,
    /// Words or dialogue spoke.
    backed: bool,
}

/// The mood of one caller, turn by turn.
#[derive(Clone, Debug)]
pub struct CallMood {
    settings: MoodSettings,
    evidence: VecDeque<Evidence>,
    dialogue: Dialogue,
    /// The first turns' distress.
    start: Vec<f32>,
    turns: u32,
    baseline: Baseline,
    opening: Option<Opening>,
    last: Option<Mood>,
}

/// How the caller spoke at the start, for what is said of the tone.
#[derive(Clone, Copy, Debug)]
struct Opening {
    loudness: f32,
    pace: f32,
    pitch: f32,
    count: f32,
}

impl CallMood {
    /// At the start of a call.
    #[must_use]
    pub fn new(settings: MoodSettings) -> Self {
        Self {
            settings,
            evidence: VecDeque::with_capacity(TURNS),
            dialogue: Dialogue::default(),
            start: Vec::with_capacity(2),
            turns: 0,
            baseline: Baseline::default(),
            opening: None,
            last: None,
        }
    }

    /// What the tone of an utterance tells, against the caller's own calm start; `None` below a second of voice.
    #[must_use]
    pub fn tone(&self, utterance: &Utterance) -> Option<Tone> {
        ToneModel::shipped()?.judge(utterance, Some(&self.baseline))
    }

    /// The mood after the last turn.
    #[must_use]
    pub const fn now(&self) -> Option<&Mood> {
        self.last.as_ref()
    }

    /// Takes a finished turn, and tells the mood after it.
    pub fn turn(&mut self, turn: &Turn<'_>) -> Mood {
        let against = turn.words.map_or(0.0, WordsHeard::against);
        let evidence = self.weigh(turn, against);
        self.dialogue = turn.dialogue;
        if self.evidence.len() == TURNS {
            self.evidence.pop_front();
        }
        self.evidence.push_back(evidence);
        self.learn_the_start(turn, against);

        let mut logit = self.mean(|evidence| Some(evidence.logit)).unwrap_or(USUAL);
        if against >= STRONG_WORDS {
            logit = logit.max(evidence.logit);
        }
        let mut distress = probability(logit);
        let stayed = self.evidence.iter().rev().take_while(|evidence| evidence.agitated).count() >= STAYED;
        if !stayed && !self.evidence.iter().any(|evidence| evidence.backed) {
            distress = if distress > 0.5 { 0.5 + (distress - 0.5) * HELD_BACK } else { distress }.min(TONE_ALONE);
        }
        let bar = if self.turns > 0 { self.settings.leave } else { self.settings.enter };
        self.turns = if distress >= bar { self.turns + 1 } else { 0 };
        if self.start.len() < 2 {
            self.start.push(distress);
        }
        let start = self.start.iter().sum::<f32>() / self.start.len() as f32;
        let mood = Mood {
            distress,
            arousal: self.mean(|evidence| evidence.arousal).map_or(0.5, probability),
            valence: self.mean(|evidence| evidence.valence),
            trend: (distress - start).clamp(-1.0, 1.0),
            turns: self.turns,
            reasons: self.reasons(turn),
        };
        self.last = Some(mood.clone());
        mood
    }

    fn weigh(&self, turn: &Turn<'_>, against: f32) -> Evidence {
        let tone = turn.tone.map_or(0.0, |tone| tone.distress.clamp(-3.0, 3.0) * tone.confidence);
        let agitated = turn.tone.is_some_and(|tone| tone.distress * tone.confidence >= AGITATED);
        let in_favour = turn.words.map_or(0.0, WordsHeard::in_favour);
        let content = turn.words.is_some_and(WordsHeard::are_content);
        let dialogue = turn.dialogue.evidence_since(&self.dialogue);
        let before = self.evidence.iter().rev().take_while(|evidence| evidence.agitated).count();
        let staying = if agitated && !content { STAYING * before.min(3) as f32 } else { 0.0 };
        // Content words take all from an agitated voice. A calm voice takes something from what is said, and nothing from
        // strong words: anger may be cold.
        let tone = if content {
            tone.min(0.0)
        } else if against >= STRONG_WORDS {
            tone.max(0.0)
        } else if against > 0.0 {
            tone.max(-1.0)
        } else {
            tone.max(-2.0)
        };
        let logit =
            USUAL + TONE * tone + WORDS * against + TONE_AND_WORDS * tone.max(0.0) * against + DIALOGUE * dialogue
                - CONTENT * in_favour
                + staying;
        Evidence {
            logit: logit.clamp(-4.0, 4.0),
            arousal: turn.tone.map(|tone| tone.arousal),
            valence: turn.words.map(WordsHeard::valence),
            agitated: agitated && !content,
            backed: against >= 0.6 || dialogue >= 0.6,
        }
    }

    /// The mean of the last turns, each weighing less than the one after it.
    fn mean(&self, value: impl Fn(&Evidence) -> Option<f32>) -> Option<f32> {
        let (mut sum, mut whole, mut weight) = (0.0, 0.0, 1.0);
        for evidence in self.evidence.iter().rev() {
            if let Some(value) = value(evidence) {
                sum += weight * value;
                whole += weight;
            }
            weight *= FORGETTING;
        }
        (whole > 0.0).then(|| sum / whole)
    }

    /// The first utterances that are not already agitated become the baseline.
    fn learn_the_start(&mut self, turn: &Turn<'_>, against: f32) {
        let (Some(utterance), Some(tone)) = (turn.utterance, turn.tone) else { return };
        let known = self.opening.get_or_insert(Opening { loudness: 0.0, pace: 0.0, pitch: 0.0, count: 0.0 });
        if known.count < super::tone::BASELINE as f32 {
            let add = |mean: &mut f32, value: f32| *mean += (value - *mean) / (known.count + 1.0);
            add(&mut known.loudness, utterance.loudness);
            add(&mut known.pace, utterance.pace);
            add(&mut known.pitch, utterance.pitch);
            known.count += 1.0;
        }
        if tone.distress < AGITATED && against < 1.0 {
            self.baseline.add(&utterance.features);
        }
    }

    fn reasons(&self, turn: &Turn<'_>) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Some(heard) = tone_in_words(turn, self.opening.as_ref()) {
            reasons.push(heard);
        }
        if let Some(words) = turn.words.filter(|words| !words.found.is_empty()) {
            let quoted: Vec<String> = words.found.iter().take(4).map(quoted).collect();
            reasons.push(format!("said {}", quoted.join(", ")));
        }
        reasons.extend(turn.dialogue.reasons());
        let stayed = self.evidence.iter().rev().take_while(|evidence| evidence.agitated).count();
        if stayed >= STAYED {
            reasons.push(format!("agitated for {stayed} turns"));
        }
        reasons
    }
}

fn quoted(found: &Found) -> String {
    format!("'{}'", found.text)
}

/// By what an utterance differs from the start of the call, in dB, semitones and as a share.
const LOUDER: f32 = 4.0;
const HIGHER: f32 = 2.0;
const FASTER: f32 = 0.2;

fn tone_in_words(turn: &Turn<'_>, opening: Option<&Opening>) -> Option<String> {
    let utterance = turn.utterance?;
    let mut changes = Vec::new();
    if let Some(opening) = opening.filter(|opening| opening.count > 0.0) {
        let mut tell = |change: f32, bar: f32, more: &'static str, less: &'static str| {
            if change >= bar {
                changes.push(more);
            } else if change <= -bar {
                changes.push(less);
            }
        };
        tell(utterance.loudness - opening.loudness, LOUDER, "louder", "quieter");
        tell(utterance.pitch - opening.pitch, HIGHER, "higher", "lower");
        tell(utterance.pace / opening.pace.max(0.5) - 1.0, FASTER, "faster", "slower");
    }
    let agitated = turn.tone.is_some_and(|tone| tone.distress * tone.confidence >= AGITATED);
    match (changes.as_slice(), agitated) {
        ([], true) => Some("sounds agitated".to_owned()),
        ([], false) => None,
        (changes, _) => Some(format!("{} than at the start", changes.join(" and "))),
    }
}
