//! What a run found, as JSON and as a table for the docs.

use serde::Serialize;

/// A whole run.
#[derive(Debug, Clone, Serialize)]
pub struct SpeakReport {
    /// Cores of the machine.
    pub cores: usize,
    /// One for each voice.
    pub voices: Vec<VoiceReport>,
}

/// One voice.
#[derive(Debug, Clone, Serialize)]
pub struct VoiceReport {
    /// Its language.
    pub language: String,
    /// How many sentences it said.
    pub sentences: usize,
    /// Seconds of sound it made, with two threads.
    pub sound_s: f64,
    /// Seconds of processor time a second of sound takes, with one thread.
    pub cpu: f64,
    /// Seconds a second of sound takes with one thread.
    pub one_thread: f64,
    /// The same with two.
    pub two_threads: f64,
    /// From the wish to the first sound, made before: half took at most this many milliseconds.
    pub cached_ms: f64,
    /// The same, put together from pieces made before; `null` if no sentence was.
    pub composed_ms: Option<f64>,
    /// The same, fresh, with two threads.
    pub fresh_ms: f64,
    /// 95 of 100 fresh ones took at most this many.
    pub fresh_p95_ms: f64,
    /// `wer` or `cer`.
    pub measure: &'static str,
    /// The share of words or characters that our recogniser misheard.
    pub error: f64,
    /// Megabytes of memory that the voice brought with it when it was loaded and had spoken.
    pub memory_mb: f64,
}

impl SpeakReport {
    /// A table in Markdown.
    pub fn markdown(&self) -> String {
        let mut table = format!(
            "{} cores; heard by whisper in telephone band (8 kHz, 300–3400 Hz, mu-law)\n\n\
             | language | sentences | CPU s a second | 1 thread | 2 threads | first sound cached, ms | composed | fresh p50 | fresh p95 | heard wrong | memory MB |\n\
             |---|---|---|---|---|---|---|---|---|---|---|\n",
            self.cores
        );
        for voice in &self.voices {
            let composed = voice.composed_ms.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.0}"));
            table += &format!(
                "| {} | {} | {:.2} | {:.2} | {:.2} | {:.1} | {composed} | {:.0} | {:.0} | {:.3} ({}) | {:.0} |\n",
                voice.language,
                voice.sentences,
                voice.cpu,
                voice.one_thread,
                voice.two_threads,
                voice.cached_ms,
                voice.fresh_ms,
                voice.fresh_p95_ms,
                voice.error,
                voice.measure,
                voice.memory_mb
            );
        }
        table
    }
}

/// The value below which `share` of `values` lie.
pub(super) fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = ((values.len() as f64 * share).ceil() as usize).saturating_sub(1);
    values.get(index).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sentences() {
        let mut values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!((percentile(&mut values, 0.5), percentile(&mut values, 0.95)), (2.0, 4.0));
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}
