//! Whisper, through whisper.cpp, decoded step by step here.
//!
//! whisper.cpp's own loop would run the encoder twice to detect a language and cannot be stopped when it goes in
//! circles; the encoder and each step of the decoder are called one by one instead, greedily, on one segment without
//! context.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState, WhisperTokenId,
};

use super::engine::{Engine, LanguageChoice, Recognised, Request};
use super::guided::{self, Digit, DigitString, NextToken, Search};
use super::invented::{Evidence, is_invented};
use super::loops::goes_in_circles;
use super::quiet::threads_now;
use super::weights::{computes_bfloat16, unpacked};
use super::whisper_file::check_whisper_file;
use super::{Grounds, HearError};
use crate::audio::{Hertz, Sound};
use crate::words::{Expected, Form, Language, simplified};

/// Frames the encoder makes of a second.
const FRAMES_A_SECOND: f32 = 50.0;
/// Frames the encoder is given beyond the utterance; with fewer, whisper repeats itself.
const FRAMES_BEYOND: usize = 128;
/// The fewest frames the encoder is given.
const SHORTEST_CONTEXT: usize = 768;
/// All of the 30 s that whisper was trained with.
const WHOLE_CONTEXT: usize = 1500;
/// Shorter sound holds no word, and whisper.cpp refuses it.
const SHORTEST_SOUND: Duration = Duration::from_millis(120);
/// Whisper hears no more at once.
const LONGEST_SOUND: Duration = Duration::from_secs(30);
/// Nobody says more tokens a second than this, in any language.
const TOKENS_A_SECOND: f32 = 14.0;
/// Tokens allowed however short the utterance is.
const TOKENS_AT_LEAST: usize = 12;
/// Tokens the decoder can hold after the longest hint.
const TOKENS_AT_MOST: usize = 220;
/// The longest hint, in tokens: half the decoder's memory less the beginning of the transcript.
const LONGEST_HINT: usize = 200;
/// A first try less sure than this is followed by a second with the whole context.
const TOO_UNSURE: f32 = -1.2;
/// Digit strings that are this much less likely than the best, natural logarithm, are worth a second look: one in ten.
const CLOSE: f32 = 2.3;
/// Nobody reads out more digits a second than this.
const DIGITS_A_SECOND: f32 = 7.0;
/// When the best digit string is less likely than this, a digit, something else than digits was said.
const UNLIKE_DIGITS: f32 = -1.5;

/// Whisper's weights, loaded once and shared by all workers.
#[derive(Clone)]
pub struct WhisperModel {
    context: Arc<WhisperContext>,
}

impl WhisperModel {
    /// Checks and loads the ggml file at `path`.
    ///
    /// # Errors
    /// [`HearError::NotWhisper`] when the file is no whisper model or is cut off, [`HearError::Whisper`] when
    /// whisper.cpp refuses it all the same.
    pub fn load(path: &Path) -> Result<Self, HearError> {
        check_whisper_file(path)?;
        // whisper.cpp writes a page to the standard error for each model; without a backend the hooks drop it.
        whisper_rs::install_logging_hooks();
        let mut parameters = WhisperContextParameters::new();
        parameters.use_gpu(false).flash_attn(false);
        let refused = |reason: String| HearError::Whisper(format!("{} cannot be loaded: {reason}", path.display()));
        let in_memory = if computes_bfloat16() {
            unpacked(&std::fs::read(path).map_err(|error| refused(error.to_string()))?)
        } else {
            None
        };
        let context = match in_memory {
            Some(model) => WhisperContext::new_from_buffer_with_params(&model, parameters),
            None => WhisperContext::new_with_params(path, parameters),
        };
        let context = context.map_err(|error| refused(error.to_string()))?;
        Ok(Self { context: Arc::new(context) })
    }
}

/// One worker's whisper: the shared weights with a state of its own.
pub struct WhisperEngine {
    context: Arc<WhisperContext>,
    state: WhisperState,
    /// Kept because whisper-rs leaks a copy of the language's name for each set of parameters.
    parameters: FullParams<'static, 'static>,
    threads: usize,
    cores: usize,
    /// Tokens that are never a word: languages, tasks, times.
    first_special: WhisperTokenId,
    blank: WhisperTokenId,
    /// What the decoder holds.
    fed: Vec<WhisperTokenId>,
    /// The digits of a language as whisper's tokens, once they were needed.
    digits: Vec<(Language, Vec<Digit>)>,
}

impl WhisperEngine {
    /// A worker's engine that computes on up to `threads` threads: fewer while the machine is busy.
    ///
    /// # Errors
    /// [`HearError::Whisper`] when there is no memory for the state.
    pub fn new(model: &WhisperModel, threads: usize) -> Result<Self, HearError> {
        let context = model.context.clone();
        let state = context.create_state().map_err(failed)?;
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_language(Some("en"));
        parameters.set_print_progress(false);
        parameters.set_print_realtime(false);
        let blank = context.tokenize(" ", 4).map_err(failed)?.first().copied().unwrap_or(220);
        let first_special = context.token_sot();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            context,
            state,
            parameters,
            threads,
            cores,
            first_special,
            blank,
            fed: Vec::new(),
            digits: Vec::new(),
        })
    }

    /// Computes the spectrogram of `samples` and sets how many frames the encoder sees. No function of whisper.cpp
    /// sets the latter alone; its whole run does, and with a duration of 100 ms it returns right after, before it
    /// encodes anything.
    fn show(&mut self, samples: &[f32], frames: usize) -> Result<(), HearError> {
        let mut parameters = self.parameters.clone();
        let threads = threads_now(self.threads, self.cores);
        parameters.set_n_threads(threads as i32);
        parameters.set_audio_ctx(frames as i32);
        parameters.set_duration_ms(100);
        self.fed.clear();
        self.state.full(parameters, samples).map_err(failed)?;
        self.state.encode(0, threads).map_err(failed)
    }

    /// Feeds the decoder, always on one thread: it waits for memory more than it computes, so a second saves a
    /// millisecond a token, and costs hundreds when the machine is busy (see [`threads_now`]).
    fn decode(&mut self, tokens: &[WhisperTokenId], past: usize) -> Result<(), HearError> {
        self.fed.truncate(past);
        self.state.decode(tokens, past, 1).map_err(failed)?;
        self.fed.extend(tokens);
        Ok(())
    }

    /// Feeds the tokens that begin a transcript and says how likely there is no speech, and in which of the
    /// languages it is. Leaves the decoder ready for the first word; gives how many tokens it was fed.
    fn begin(&mut self, choice: &LanguageChoice, expected: &Expected) -> Result<Beginning, HearError> {
        let start = self.context.token_sot();
        self.decode(&[start], 0)?;
        let logits = self.state.get_logits().map_err(failed)?;
        let no_speech = probability_of(logits, self.context.token_nosp());
        let (language, token) = choose_language(&self.context, logits, choice);
        let mut fed = 1;
        let hint = match hint_for(expected, language) {
            Some(hint) => self.context.tokenize(&hint, LONGEST_HINT).unwrap_or_default(),
            None => Vec::new(),
        };
        if !hint.is_empty() {
            let mut tokens = vec![self.context.token_prev()];
            tokens.extend(&hint);
            tokens.push(start);
            self.decode(&tokens, 0)?;
            fed = tokens.len();
        }
        self.decode(&[token, self.context.token_transcribe()], fed)?;
        let with_times = tells_times(expected, language);
        let last = if with_times { self.context.token_beg() } else { self.context.token_not() };
        self.decode(&[last], fed + 2)?;
        Ok(Beginning { no_speech, language, with_times, fed: fed + 3 })
    }

    /// Takes the likeliest token, one after the other, to the end of the transcript. Times, if there are any, stand
    /// between its parts; they are fed, but are no part of the text.
    fn transcribe(
        &mut self,
        beginning: &Beginning,
        limit: usize,
        is_wanted: &dyn Fn() -> bool,
    ) -> Result<Transcript, HearError> {
        let mut transcript = Transcript::default();
        let mut fed = beginning.fed;
        let end = self.context.token_eot();
        let times = self.context.token_beg();
        let mut part_is_over = false;
        // Where the part began, in tokens: no part is empty, so times cannot follow each other without end.
        let mut part_from = 0;
        while is_wanted() {
            let logits = self.state.get_logits().map_err(failed)?;
            if part_is_over {
                // Behind the time at which a part ends stands the time at which the next begins, or the end.
                let next = later_time(logits, times);
                let ends = logits.get(end as usize).copied().unwrap_or(f32::NEG_INFINITY);
                if next.is_none_or(|(_, logit)| logit <= ends) {
                    transcript.ended = true;
                    break;
                }
                part_is_over = false;
                part_from = transcript.tokens.len();
                self.feed_time(next, &mut fed)?;
                continue;
            }
            let is_first = transcript.tokens.is_empty();
            let allowed = |token: WhisperTokenId| {
                token < self.first_special && !(is_first && (token == self.blank || token == end))
            };
            let (token, log_probability) = likeliest(logits, self.first_special, allowed);
            let may_end = beginning.with_times && transcript.tokens.len() > part_from;
            if may_end && times_outweigh(logits, times, token) {
                part_is_over = true;
                self.feed_time(later_time(logits, times), &mut fed)?;
                continue;
            }
            transcript.log_probability += log_probability;
            if token == end {
                transcript.ended = true;
                break;
            }
            transcript.tokens.push(token);
            if transcript.tokens.len() >= limit || goes_in_circles(&transcript.tokens) {
                break;
            }
            self.decode(&[token], fed)?;
            fed += 1;
        }
        Ok(transcript)
    }

    /// Hears the utterance once more as nothing but digits, when a step expects digits and `text` is nothing else.
    fn digits_instead(
        &mut self,
        text: &str,
        language: Language,
        expected: &Expected,
        seconds: f32,
    ) -> Result<Vec<DigitString>, HearError> {
        let Some((min, max)) = digits_wanted(expected) else { return Ok(Vec::new()) };
        if !guided::is_all_digits(text, language) {
            return Ok(Vec::new());
        }
        let Some(number) = whisper_rs::get_lang_id(language.as_str()) else { return Ok(Vec::new()) };
        let digits = self.digits_of(language)?;
        let mut beginning = vec![self.context.token_prev()];
        let hint = format!(" {}", guided::hint(language));
        beginning.extend(self.context.tokenize(&hint, LONGEST_HINT).map_err(failed)?);
        beginning.extend([self.context.token_sot(), self.context.token_lang(number)]);
        beginning.extend([self.context.token_transcribe(), self.context.token_beg()]);
        let longest = (seconds * DIGITS_A_SECOND) as usize + 2;
        let (end, times) = (self.context.token_eot(), self.context.token_beg());
        let search = Search { digits: &digits, end, times, min, max, language, longest };
        let found = guided::digit_strings(self, &beginning, &search)?;
        Ok(if found.first().is_some_and(|best| best.mean_log_probability() > UNLIKE_DIGITS) {
            found
        } else {
            Vec::new()
        })
    }

    fn digits_of(&mut self, language: Language) -> Result<Vec<Digit>, HearError> {
        if let Some((_, digits)) = self.digits.iter().find(|(known, _)| *known == language) {
            return Ok(digits.clone());
        }
        let mut digits = Vec::new();
        for (symbol, spellings) in ('0'..='9').zip(guided::spellings(language)) {
            let written = self.context.tokenize(spellings[0], 8).map_err(failed)?;
            let mut sounds: Vec<WhisperTokenId> = written.first().copied().into_iter().collect();
            for spelling in &spellings[1..] {
                let tokens = self.context.tokenize(spelling, 8).map_err(failed)?;
                // The first of several tokens is a part of many characters; 幺 is the one it mostly begins.
                let is_its_own = tokens.len() == 1 || *spelling == "幺";
                sounds.extend(tokens.first().filter(|first| is_its_own && !sounds.contains(first)).copied());
            }
            digits.push(Digit { symbol, written, sounds });
        }
        self.digits.push((language, digits.clone()));
        Ok(digits)
    }

    fn feed_time(&mut self, time: Option<(WhisperTokenId, f32)>, fed: &mut usize) -> Result<(), HearError> {
        let Some((time, _)) = time else { return Ok(()) };
        self.decode(&[time], *fed)?;
        *fed += 1;
        Ok(())
    }

    fn text_of(&self, tokens: &[WhisperTokenId], language: Language) -> String {
        let bytes: Vec<u8> =
            tokens.iter().flat_map(|&token| self.context.token_to_bytes(token).unwrap_or_default()).copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_matches(|character: char| character.is_whitespace() || character == '\u{fffd}');
        if language == Language::ZH { simplified(text) } else { text.to_owned() }
    }
}

impl NextToken for WhisperEngine {
    fn after(&mut self, tokens: &[WhisperTokenId]) -> Result<&[f32], HearError> {
        let same = self.fed.iter().zip(tokens).take_while(|(fed, wanted)| fed == wanted).count();
        let last = tokens.len().saturating_sub(1);
        let from = same.min(last);
        // The logits whisper.cpp hands out are those of the first token of a batch: the last goes by itself.
        if from < last {
            self.decode(&tokens[from..last], from)?;
        }
        self.decode(&tokens[last..], last)?;
        self.state.get_logits().map_err(failed)
    }
}

impl Engine for WhisperEngine {
    fn recognise(&mut self, request: &Request, is_wanted: &dyn Fn() -> bool) -> Result<Recognised, HearError> {
        let duration = request.sound.duration();
        let fallback = match &request.language {
            LanguageChoice::Fixed(language) => *language,
            LanguageChoice::Detect(allowed) => allowed.first().copied().unwrap_or(Language::EN),
        };
        if duration < SHORTEST_SOUND {
            return Ok(Recognised::nothing(fallback, 1.0));
        }
        let samples = samples_at_16_khz(&request.sound)?;
        let seconds = samples.len() as f32 / Hertz::HZ_16000.get() as f32;
        let frames = (seconds * FRAMES_A_SECOND).ceil() as usize + FRAMES_BEYOND;
        let limit = ((seconds * TOKENS_A_SECOND) as usize + TOKENS_AT_LEAST).min(TOKENS_AT_MOST);
        let contexts = [frames.clamp(SHORTEST_CONTEXT, WHOLE_CONTEXT), WHOLE_CONTEXT];
        let mut best: Option<(Beginning, Transcript)> = None;
        let mut tries = 0;
        for frames in contexts {
            tries += 1;
            self.show(&samples, frames)?;
            let beginning = self.begin(&request.language, &request.expected)?;
            let transcript = self.transcribe(&beginning, limit, is_wanted)?;
            let is_good = transcript.ended && transcript.mean_log_probability() > TOO_UNSURE;
            let is_better = best.as_ref().is_none_or(|(_, before)| transcript.is_better_than(before));
            if is_better {
                best = Some((beginning, transcript));
            }
            if is_good || frames == WHOLE_CONTEXT || !is_wanted() {
                break;
            }
        }
        let Some((beginning, transcript)) = best else { return Ok(Recognised::nothing(fallback, 1.0)) };
        let text = self.text_of(&transcript.tokens, beginning.language);
        let evidence = Evidence {
            text: &text,
            seconds,
            mean_log_probability: transcript.mean_log_probability(),
            no_speech_probability: beginning.no_speech,
            ended: transcript.ended,
        };
        if is_invented(&evidence) {
            return Ok(Recognised { tries, ..Recognised::nothing(beginning.language, beginning.no_speech) });
        }
        let digits = self.digits_instead(&text, beginning.language, &request.expected, seconds)?;
        let likeliest = digits.first().map_or(0.0, |best| best.score);
        let close = digits.iter().filter(|string| string.score > likeliest - CLOSE);
        let mut alternatives: Vec<String> = close.map(|string| written(&string.digits, beginning.language)).collect();
        let text = if alternatives.is_empty() { text } else { alternatives.remove(0) };
        let grounds = match digits.first() {
            Some(best) => grounds_of(best, digits.get(1)),
            None => transcript.grounds(),
        };
        Ok(Recognised {
            text,
            alternatives,
            language: beginning.language,
            confidence: grounds.confidence(),
            grounds: Some(grounds),
            no_speech: false,
            mean_log_probability: transcript.mean_log_probability(),
            no_speech_probability: beginning.no_speech,
            tries,
            recognition: Duration::ZERO,
        })
    }
}

/// What is known before the first word.
struct Beginning {
    no_speech: f32,
    language: Language,
    /// Whether the transcript tells times.
    with_times: bool,
    /// How many tokens the decoder was fed.
    fed: usize,
}

/// The tokens of one try.
#[derive(Default)]
struct Transcript {
    tokens: Vec<WhisperTokenId>,
    /// The sum over the tokens and the end.
    log_probability: f32,
    /// Whether whisper itself ended it.
    ended: bool,
}

impl Transcript {
    fn mean_log_probability(&self) -> f32 {
        self.log_probability / (self.tokens.len() + usize::from(self.ended)).max(1) as f32
    }

    fn grounds(&self) -> Grounds {
        Grounds { as_digits: false, log_probability: self.log_probability, margin: self.mean_log_probability() }
    }

    fn is_better_than(&self, other: &Self) -> bool {
        match (self.ended, other.ended) {
            (true, false) => true,
            (false, true) => false,
            _ => self.mean_log_probability() > other.mean_log_probability(),
        }
    }
}

/// What whisper is told beforehand. Only where it helps: before an open answer or a yes, any hint makes whisper hear
/// worse (Mandarin sentences: 39 characters in 100 wrong with one, 31 without).
fn hint_for(expected: &Expected, language: Language) -> Option<String> {
    let is_open = matches!(expected.form, Form::Anything | Form::FreeText | Form::YesNo);
    if is_open && expected.bias.is_empty() { None } else { expected.prompt_hint(language) }
}

/// Whether whisper is to tell the times at which speech begins and ends. It then knows better where a row of digits
/// ends and repeats itself less (Mandarin digit strings: 8.6 characters in 100 wrong with times, 10.4 without); whole
/// sentences it hears a little worse.
fn tells_times(expected: &Expected, language: Language) -> bool {
    language == Language::ZH && matches!(expected.form, Form::Digits { .. })
}

/// How many digits a step takes that takes nothing else; `None` for any other step.
fn digits_wanted(expected: &Expected) -> Option<(usize, usize)> {
    match &expected.form {
        Form::Digits { min, max } => Some((*min, *max)),
        Form::Phone => Some((5, 15)),
        Form::Card => Some((12, 19)),
        _ => None,
    }
}

/// The digits as they are said, so that what reads numbers takes each by itself.
fn written(digits: &str, language: Language) -> String {
    if language == Language::ZH {
        const CHARACTERS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
        digits.chars().filter_map(|digit| CHARACTERS.get(digit.to_digit(10)? as usize)).collect()
    } else {
        digits.split("").filter(|digit| !digit.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn grounds_of(best: &DigitString, next: Option<&DigitString>) -> Grounds {
    let lead = next.map_or(Grounds::CLEAR_LEAD, |next| best.score - next.score);
    Grounds { as_digits: true, log_probability: best.log_probability, margin: lead.clamp(0.0, Grounds::CLEAR_LEAD) }
}

fn failed(error: WhisperError) -> HearError {
    HearError::Whisper(error.to_string())
}

fn samples_at_16_khz(sound: &Sound) -> Result<Vec<f32>, HearError> {
    let heard = if sound.duration() > LONGEST_SOUND { &sound.part(Duration::ZERO, LONGEST_SOUND) } else { sound };
    let resampled = heard.resampled(Hertz::HZ_16000)?;
    Ok(resampled.samples().iter().map(|&sample| f32::from(sample) / 32_768.0).collect())
}

/// The likeliest of the allowed tokens below `end` and its log-probability among the allowed ones.
fn likeliest(logits: &[f32], end: WhisperTokenId, allowed: impl Fn(WhisperTokenId) -> bool) -> (WhisperTokenId, f32) {
    let candidates =
        || logits.iter().take(end as usize).enumerate().filter(|(token, _)| allowed(*token as WhisperTokenId));
    let (mut best, mut highest) = (0, f32::NEG_INFINITY);
    for (token, &logit) in candidates() {
        if logit > highest {
            (best, highest) = (token as WhisperTokenId, logit);
        }
    }
    let sum: f32 = candidates().map(|(_, &logit)| (logit - highest).exp()).sum();
    (best, -sum.ln())
}

/// Whether it is likelier that a part ends here, at whatever time, than that it goes on with `token`.
fn times_outweigh(logits: &[f32], times: WhisperTokenId, token: WhisperTokenId) -> bool {
    let Some(times) = logits.get(times as usize..) else { return false };
    let text = logits.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
    times.iter().map(|&logit| (logit - text).exp()).sum::<f32>() > 1.0
}

/// The likeliest time but 0.00, and its logit.
fn later_time(logits: &[f32], times: WhisperTokenId) -> Option<(WhisperTokenId, f32)> {
    let later = logits.iter().enumerate().skip(times as usize + 1);
    let (token, &logit) = later.max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    Some((token as WhisperTokenId, logit))
}

/// The probability of one token among all.
fn probability_of(logits: &[f32], token: WhisperTokenId) -> f32 {
    let highest = logits.iter().fold(f32::NEG_INFINITY, |highest, &logit| highest.max(logit));
    let sum: f32 = logits.iter().map(|&logit| (logit - highest).exp()).sum();
    logits.get(token as usize).map_or(0.0, |&logit| (logit - highest).exp() / sum)
}

/// The language and its token: the fixed one, or the likeliest of the allowed ones.
fn choose_language(context: &WhisperContext, logits: &[f32], choice: &LanguageChoice) -> (Language, WhisperTokenId) {
    let token_of = |language: &Language| {
        let number = whisper_rs::get_lang_id(language.as_str())?;
        Some((*language, context.token_lang(number)))
    };
    let known: Vec<(Language, WhisperTokenId)> = match choice {
        LanguageChoice::Fixed(language) => token_of(language).into_iter().collect(),
        LanguageChoice::Detect(allowed) if !allowed.is_empty() => allowed.iter().filter_map(token_of).collect(),
        LanguageChoice::Detect(_) => (0..=whisper_rs::get_lang_max_id())
            .filter_map(|number| Language::parse(whisper_rs::get_lang_str(number)?).ok())
            .filter_map(|language| token_of(&language))
            .collect(),
    };
    let logit = |token: WhisperTokenId| logits.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY);
    known
        .into_iter()
        .max_by(|one, other| logit(one.1).total_cmp(&logit(other.1)))
        .unwrap_or_else(|| (Language::EN, context.token_lang(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_allowed_token_is_taken_with_its_probability() {
        let logits = [0.0, 2.0, 1.0, 9.0];
        let (token, log_probability) = likeliest(&logits, 3, |token| token != 1);
        assert_eq!(token, 2);
        assert!((log_probability.exp() - 0.731).abs() < 0.001);
    }

    #[test]
    fn a_part_ends_where_all_times_together_are_likelier_than_the_next_word() {
        let logits = [1.0, 0.0, 0.5, 0.5, 0.5];
        assert!(times_outweigh(&logits, 2, 0));
        assert!(!times_outweigh(&logits, 4, 0));
        assert!(!times_outweigh(&logits, 9, 0));
        assert_eq!(later_time(&[0.0, 9.0, 1.0, 3.0], 1), Some((3, 3.0)));
        assert_eq!(later_time(&[0.0, 9.0], 1), None);
    }

    #[test]
    fn probabilities_add_up_to_one() {
        let logits = [1.0, -2.0, 0.5];
        let sum: f32 = (0..3).map(|token| probability_of(&logits, token)).sum();
        assert!((sum - 1.0).abs() < 1e-6);
        assert_eq!(probability_of(&logits, 7), 0.0);
    }
}
