//! Kokoro voices: one model of 82 million weights for all of them, and half a megabyte that makes each.
//!
//! The model is loaded when a worker first speaks with one of its voices, so that a line without Mandarin pays
//! nothing for it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ort::session::Session;
use ort::value::TensorRef;
use serde::Deserialize;

use super::files::{hash_of, refused};
use super::voice::Voice;
use super::{SpeakError, espeak, kokoro_english, mandarin};
use crate::audio::{Hertz, Sound};
use crate::onnx::onnx_session;
use crate::words::Language;

/// How many phonemes the model takes at once.
const MOST_PHONEMES: usize = 509;
/// How many numbers make the style of a voice at one length.
const STYLE: usize = 256;
/// espeak-ng's voice for English words.
const ENGLISH: &str = "en-us";
/// Behind a part of a clause too long for the model.
const BETWEEN_PARTS: std::time::Duration = std::time::Duration::from_millis(60);

/// Where a Kokoro voice's files are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KokoroFiles {
    /// The model, in ONNX.
    pub model: PathBuf,
    /// Which phoneme has which number: `{"vocab": {"a": 43, …}}`.
    pub vocabulary: PathBuf,
    /// The voice: little-endian `f32`, 256 for each count of phonemes from 0.
    pub style: PathBuf,
}

impl KokoroFiles {
    /// The hash of all files: other files are another voice.
    pub(super) fn hash(&self) -> Result<[u8; 32], SpeakError> {
        hash_of(&[&self.vocabulary, &self.style, &self.model])
    }

    /// The language that the name of the style says: `zf_xiaoxiao` and `zm_yunxi` speak Mandarin, `af_heart` English.
    pub(super) fn language(&self) -> Result<Language, SpeakError> {
        let name = self.style.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = name.rsplit_once('-').map_or(name.as_str(), |(_, name)| name);
        match name.as_bytes() {
            [b'z', b'f' | b'm', b'_', ..] => Ok(Language::ZH),
            [b'a' | b'b', b'f' | b'm', b'_', ..] => Ok(Language::EN),
            _ => Err(refused(
                &self.style,
                "its name does not begin with zf_, zm_ (Mandarin), af_, am_, bf_ or bm_ (English), the languages that \
                 Warmline has sounds for"
                    .to_owned(),
            )),
        }
    }
}

/// The models of one worker, by file: voices of one model share it.
#[derive(Default)]
pub(super) struct KokoroModels(HashMap<PathBuf, Rc<RefCell<Option<Session>>>>);

/// A voice; its model is loaded when it first speaks.
pub(super) struct KokoroVoice {
    files: KokoroFiles,
    language: Language,
    threads: usize,
    vocabulary: HashMap<char, i64>,
    style: Vec<f32>,
    session: Rc<RefCell<Option<Session>>>,
}

#[derive(Deserialize)]
struct Vocabulary {
    vocab: HashMap<String, i64>,
}

impl KokoroVoice {
    /// Reads what makes the voice, to run on `threads` threads. The model itself waits for the first clause.
    pub(super) fn open(files: &KokoroFiles, threads: usize, models: &mut KokoroModels) -> Result<Self, SpeakError> {
        let read = |path: &Path| std::fs::read(path).map_err(|error| refused(path, error.to_string()));
        let vocabulary: Vocabulary = serde_json::from_slice(&read(&files.vocabulary)?)
            .map_err(|error| refused(&files.vocabulary, format!("not Kokoro's vocabulary: {error}")))?;
        let single = |(phoneme, number): (String, i64)| {
            let mut characters = phoneme.chars();
            characters.next().filter(|_| characters.next().is_none()).map(|character| (character, number))
        };
        let style: Vec<f32> = read(&files.style)?
            .chunks_exact(size_of::<f32>())
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect();
        if style.len() <= MOST_PHONEMES * STYLE || !style.iter().all(|value| value.is_finite()) {
            return Err(refused(&files.style, format!("it does not hold 510 times {STYLE} numbers")));
        }
        std::fs::File::open(&files.model).map_err(|error| refused(&files.model, error.to_string()))?;
        Ok(Self {
            files: files.clone(),
            language: files.language()?,
            threads,
            vocabulary: vocabulary.vocab.into_iter().filter_map(single).collect(),
            style,
            session: models.0.entry(files.model.clone()).or_default().clone(),
        })
    }

    fn numbers(&self, text: &str) -> Result<Vec<i64>, SpeakError> {
        let phonemes = if self.language == Language::ZH {
            let mut fault = None;
            let phonemes = mandarin::phonemes(text, |latin| {
                english(latin).unwrap_or_else(|error| {
                    fault = Some(error);
                    String::new()
                })
            });
            match fault {
                Some(error) => return Err(error),
                None => phonemes,
            }
        } else {
            english(text)?
        };
        Ok(phonemes.chars().filter_map(|phoneme| self.vocabulary.get(&phoneme).copied()).collect())
    }

    fn synthesise(&self, phonemes: &[i64], pace: f32) -> Result<Vec<f32>, SpeakError> {
        let mut held = self.session.borrow_mut();
        if held.is_none() {
            let session = onnx_session(&self.files.model, self.threads)
                .map_err(|error| refused(&self.files.model, error.to_string()))?;
            *held = Some(session);
        }
        let Some(session) = held.as_mut() else { return Err(SpeakError::NotRunning) };
        let mut tokens = Vec::with_capacity(phonemes.len() + 2);
        tokens.push(0);
        tokens.extend_from_slice(phonemes);
        tokens.push(0);
        let row = phonemes.len().min(MOST_PHONEMES) * STYLE;
        let style = &self.style[row..row + STYLE];
        infer(session, &tokens, style, pace).map_err(|error| SpeakError::Synthesis(error.to_string()))
    }
}

fn english(text: &str) -> Result<String, SpeakError> {
    Ok(kokoro_english::phonemes(&espeak::ipa(text, ENGLISH)?))
}

fn infer(session: &mut Session, tokens: &[i64], style: &[f32], pace: f32) -> Result<Vec<f32>, ort::Error> {
    let speed = [pace];
    let outputs = session.run(ort::inputs![
        "tokens" => TensorRef::from_array_view(([1, tokens.len()], tokens))?,
        "style" => TensorRef::from_array_view(([1, style.len()], style))?,
        "speed" => TensorRef::from_array_view(([1_usize], &speed[..]))?,
    ])?;
    let (_, samples) = outputs["audio"].try_extract_tensor::<f32>()?;
    Ok(samples.to_vec())
}

impl Voice for KokoroVoice {
    fn speak(&mut self, text: &str, pace: f32) -> Result<Sound, SpeakError> {
        let rate = Hertz::HZ_24000;
        let numbers = self.numbers(text)?;
        let space = self.vocabulary.get(&' ').copied();
        let mut samples: Vec<f32> = Vec::new();
        for part in parts(&numbers, space) {
            if !samples.is_empty() {
                samples.resize(samples.len() + rate.samples_in(BETWEEN_PARTS), 0.0);
            }
            samples.extend(self.synthesise(part, pace)?);
        }
        Ok(Sound::new(rate, super::voice::to_samples(&samples)))
    }

    fn load(&mut self) -> Result<(), SpeakError> {
        if self.language == Language::ZH {
            mandarin::load_dictionaries();
        }
        let word = if self.language == Language::ZH { "您好。" } else { "Ready." };
        let said = self.speak(word, 1.0)?;
        if said.samples().is_empty() {
            return Err(refused(&self.files.model, "it gives no sound".to_owned()));
        }
        Ok(())
    }
}

/// Parts that the model takes, at spaces where there are any.
fn parts(numbers: &[i64], space: Option<i64>) -> Vec<&[i64]> {
    let mut parts = Vec::new();
    let mut rest = numbers;
    while rest.len() > MOST_PHONEMES {
        let end = rest[..MOST_PHONEMES].iter().rposition(|number| Some(*number) == space).filter(|end| *end > 0);
        let (part, behind) = rest.split_at(end.unwrap_or(MOST_PHONEMES));
        parts.push(part);
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_parted_at_spaces_and_nothing_is_lost() {
        let numbers: Vec<i64> = (0..1_400).map(|place| if place % 7 == 0 { 16 } else { 43 }).collect();
        let parts = parts(&numbers, Some(16));
        assert!(parts.len() == 3 && parts.iter().all(|part| part.len() <= MOST_PHONEMES));
        assert_eq!(parts.concat(), numbers);
        assert!(super::parts(&[], Some(16)).is_empty());
    }

    #[test]
    fn the_name_of_a_voice_tells_its_language() {
        let files = |style: &str| KokoroFiles { model: "m".into(), vocabulary: "v".into(), style: style.into() };
        assert_eq!(files("kokoro-zf_xiaoxiao.bin").language().unwrap(), Language::ZH);
        assert_eq!(files("am_michael.bin").language().unwrap(), Language::EN);
        assert!(files("jf_alpha.bin").language().unwrap_err().to_string().contains("jf_alpha"));
    }
}
