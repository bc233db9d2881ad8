//! Shows that prompts are being prepared.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::speak::{Speaker, Utterance};

/// Prepares `sentences`, with a bar on a terminal and two lines elsewhere. A sentence that cannot be prepared is
/// logged and made when it is needed.
pub(super) async fn prepare(speaker: &Speaker, sentences: &[Utterance]) {
    let missing = sentences.iter().filter(|sentence| !speaker.cached(sentence)).count();
    if missing == 0 {
        return;
    }
    let on_terminal = std::io::stderr().is_terminal();
    let bar = if on_terminal { ProgressBar::new(sentences.len() as u64) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("preparing prompts {bar:30} {pos} of {len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    if !on_terminal {
        eprintln!("preparing {missing} prompts");
    }
    let prepared = speaker
        .prepare(sentences, |done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        })
        .await;
    bar.finish_and_clear();
    match prepared {
        Ok(prepared) => {
            for fault in &prepared.failures {
                tracing::warn!(%fault, "a prompt was not prepared; it is made when it is said");
            }
            eprintln!("{} prompts are prepared", prepared.cached + prepared.made);
        }
        Err(fault) => tracing::warn!(%fault, "prompts were not prepared; they are made when they are said"),
    }
}

/// Prepares `sentences` while calls are answered, and says when it is done.
pub(super) fn prepare_behind(speaker: &Speaker, sentences: Vec<Utterance>) {
    let missing = sentences.iter().filter(|sentence| !speaker.cached(sentence)).count();
    if sentences.is_empty() {
        return;
    }
    let speaker = speaker.clone();
    tokio::spawn(async move {
        if missing > 0 {
            eprintln!("preparing {missing} more prompts behind the calls");
        }
        match speaker.prepare(&sentences, |_, _| {}).await {
            Ok(prepared) => {
                for fault in &prepared.failures {
                    tracing::warn!(%fault, "a prompt was not prepared; it is made when it is said");
                }
                if missing > 0 {
                    eprintln!("all prompts are prepared");
                }
            }
            // The line has ended meanwhile.
            Err(fault) => tracing::debug!(%fault, "prompts were not prepared"),
        }
    });
}
