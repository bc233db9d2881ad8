//! Syllables without words: peaks of the loudness that stand out, where a voice sounds (after de Jong and Wempe 2009).

use super::hop::{Shape, Voicing};

/// A peak rises above the dip before it by at least this, in dB.
const RISE: f32 = 2.5;
/// Between two peaks lie at least this many hops: nobody speaks more than ten syllables a second for long.
const APART: usize = 9;
/// Peaks fainter than the loudest by more than this, in dB, are no syllables.
const FAINT: f32 = 24.0;

/// Writes the hops at which syllables peak into `peaks` (which keeps its room) and gives the mean rise in dB.
pub(super) fn find(shapes: &[Shape], voicing: &[Voicing], peaks: &mut Vec<usize>) -> f32 {
    peaks.clear();
    let smooth = |index: usize| {
        let from = index.saturating_sub(2);
        let to = (index + 3).min(shapes.len());
        shapes[from..to].iter().map(|shape| shape.energy).sum::<f32>() / (to - from) as f32
    };
    let loudest = (0..shapes.len()).map(smooth).fold(f32::NEG_INFINITY, f32::max);
    let mut rises = 0.0;
    // The lowest since the last peak, and the highest since that dip.
    let (mut dip, mut top) = (f32::INFINITY, None::<(usize, f32)>);
    for index in 0..shapes.len() {
        let level = smooth(index);
        if top.is_none_or(|(_, height)| level > height) && level >= dip + RISE {
            top = Some((index, level));
        }
        if let Some((peak, height)) = top
            && (level <= height - RISE || index + 1 == shapes.len())
        {
            let sounds = voicing[peak.saturating_sub(2)..(peak + 3).min(voicing.len())]
                .iter()
                .any(|voicing| voicing.pitch.is_some());
            let apart = peaks.last().is_none_or(|&last| peak - last >= APART);
            if sounds && apart && height > loudest - FAINT && peaks.len() < peaks.capacity() {
                peaks.push(peak);
                rises += height - dip;
            }
            (dip, top) = (level, None);
        }
        if top.is_none() {
            dip = dip.min(level);
        }
    }
    if peaks.is_empty() { 0.0 } else { rises / peaks.len() as f32 }
}
