//! Tells words that were said from words that whisper makes up out of silence, noise and music.

/// What is known of a transcript.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence<'a> {
    /// The words.
    pub text: &'a str,
    /// How long the sound is.
    pub seconds: f32,
    /// The mean log-probability of the tokens.
    pub mean_log_probability: f32,
    /// Whisper's own estimate that there was no speech.
    pub no_speech_probability: f32,
    /// Whether whisper ended the transcript itself; false when it went in circles to the last.
    pub ended: bool,
}

/// What whisper makes up when nothing was said, learnt from the subtitles it was trained with: whole transcripts,
/// without punctuation, in lower case.
const SUBTITLE_PHRASES: [&str; 52] = [
    "thank you",
    "thanks",
    "thank you very much",
    "thank you so much",
    "thank you for watching",
    "thanks for watching",
    "thank you for listening",
    "thanks for listening",
    "thank you for your attention",
    "please subscribe",
    "subscribe",
    "like and subscribe",
    "see you next time",
    "see you in the next video",
    "ill see you next time",
    "ill see you in the next video",
    "bye",
    "bye bye",
    "you",
    "you you",
    "so",
    "the",
    "oh",
    "ah",
    "uh",
    "um",
    "hmm",
    "mm",
    "mmhmm",
    "huh",
    "okay",
    "music",
    "applause",
    "laughter",
    "silence",
    "beep",
    "谢谢",
    "谢谢大家",
    "谢谢观看",
    "谢谢收看",
    "谢谢收听",
    "感谢观看",
    "感谢收看",
    "感谢您的观看",
    "请不吝点赞订阅转发打赏支持明镜与点点栏目",
    "请订阅",
    "字幕",
    "字幕志愿者",
    "好",
    "嗯",
    "啊",
    "哦",
];

/// Parts that stand in no caller's sentence.
const SUBTITLE_PARTS: [&str; 13] = [
    "thanks for watching",
    "thank you for watching",
    "subtitles by",
    "subtitled by",
    "transcribed by",
    "amara.org",
    "like and subscribe",
    "subscribe to my channel",
    "字幕由",
    "字幕志愿者",
    "点赞订阅",
    "不吝点赞",
    "明镜与点点",
];

/// Above this, whisper holds that there was no speech.
const NO_SPEECH: f32 = 0.6;
/// A transcript less sure than this is not to be trusted when whisper also holds that there was no speech.
const UNSURE: f32 = -0.8;
/// A transcript less sure than this is not to be trusted at all.
const HOPELESS: f32 = -1.6;
/// A subtitle phrase is believed only when whisper is surer of the words than this …
const SURE: f32 = -0.45;
/// … and of the speech than this.
const SPEECH: f32 = 0.25;
/// Nobody speaks more letters a second than this.
const LETTERS_A_SECOND: f32 = 32.0;

/// Whether the transcript was made up, or holds no word.
pub(super) fn is_invented(evidence: &Evidence<'_>) -> bool {
    let Evidence { text, seconds, mean_log_probability, no_speech_probability, ended } = *evidence;
    let plain = plain(text);
    if plain.is_empty() || is_description(text) {
        return true;
    }
    if !ended && mean_log_probability < SURE {
        return true;
    }
    if mean_log_probability < HOPELESS || (no_speech_probability > NO_SPEECH && mean_log_probability < UNSURE) {
        return true;
    }
    if SUBTITLE_PARTS.iter().any(|part| text.to_lowercase().contains(part)) {
        return true;
    }
    let is_subtitle = SUBTITLE_PHRASES.contains(&plain.as_str());
    if is_subtitle && (mean_log_probability < SURE || no_speech_probability > SPEECH) {
        return true;
    }
    plain.chars().count() as f32 > seconds * LETTERS_A_SECOND + 8.0
}

/// Letters and digits in lower case, with single spaces between words.
fn plain(text: &str) -> String {
    let letters: String = text
        .chars()
        .map(|character| if character == '-' { ' ' } else { character })
        .filter(|&character| character.is_alphanumeric() || character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the whole text describes a sound instead of words: `[Music]`, `(coughs)`, `*sighs*`, `♪ la la ♪`.
fn is_description(text: &str) -> bool {
    const BRACKETS: [(char, char); 7] =
        [('[', ']'), ('(', ')'), ('*', '*'), ('♪', '♪'), ('【', '】'), ('（', '）'), ('♫', '♫')];
    let text = text.trim().trim_end_matches(['.', '。']);
    let mut characters = text.chars();
    let (Some(first), last) = (characters.next(), characters.next_back()) else { return false };
    if first == '♪' || first == '♫' {
        return true;
    }
    BRACKETS.iter().any(|&(open, close)| {
        let inside = || text.chars().filter(|&character| character == open).count();
        first == open && last == Some(close) && (open == close || inside() == 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(text: &str) -> Evidence<'_> {
        Evidence { text, seconds: 2.0, mean_log_probability: -0.2, no_speech_probability: 0.02, ended: true }
    }

    #[test]
    fn what_callers_say_stays() {
        for text in
            ["I'd like to check my order.", "Thank you.", "一三八零零一三八零零零", "好的", "Yes.", "A (large) one"]
        {
            assert!(!is_invented(&evidence(text)), "{text}");
        }
    }

    #[test]
    fn subtitles_go_when_there_is_doubt() {
        for text in ["Thank you.", "Bye-bye.", "you", "谢谢观看", "嗯。", "Thanks for watching!"] {
            let doubtful = Evidence { no_speech_probability: 0.4, ..evidence(text) };
            assert!(is_invented(&doubtful), "{text}");
            let unsure = Evidence { mean_log_probability: -0.7, ..evidence(text) };
            assert!(is_invented(&unsure), "{text}");
        }
        assert!(is_invented(&evidence("Thanks for watching! See you.")));
        assert!(is_invented(&evidence("请不吝点赞 订阅 转发")));
    }

    #[test]
    fn descriptions_of_sounds_are_no_words() {
        for text in
            ["[Music]", "(coughs)", "*sighs*", "♪ la la la ♪", "♪♪", "（音乐）", "[BLANK_AUDIO].", "...", "", " - "]
        {
            assert!(is_invented(&evidence(text)), "{text}");
        }
    }

    #[test]
    fn circles_and_floods_of_words_go() {
        let circles = Evidence { ended: false, mean_log_probability: -0.6, ..evidence("one two one two one two") };
        assert!(is_invented(&circles));
        let flood = "never so many words in so short a time ".repeat(4);
        assert!(is_invented(&Evidence { seconds: 0.5, ..evidence(&flood) }));
        assert!(is_invented(&Evidence { mean_log_probability: -2.0, ..evidence("hello") }));
    }
}
