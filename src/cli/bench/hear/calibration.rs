//! Whether confidence means what it says: of what is heard with a confidence of 0.8, eight in ten should be right.

use crate::hear::Grounds;

/// One thing that was recognised, and whether it was right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judged {
    pub grounds: Grounds,
    pub is_right: bool,
}

/// Bands of confidence in the table.
const BANDS: usize = 5;
/// Steps of the fit.
const STEPS: usize = 4_000;
/// How far a step goes.
const RATE: f64 = 0.05;
/// What keeps the weights small where there is little to learn from.
const RIDGE: f64 = 0.01;

/// How well confidence fits, as a table, and the expected calibration error.
pub(super) fn reliability(judged: &[Judged], confidence: impl Fn(&Grounds) -> f32) -> String {
    let mut bands = [(0_usize, 0_usize, 0.0_f64); BANDS];
    for one in judged {
        let confidence = f64::from(confidence(&one.grounds));
        let band = &mut bands[((confidence * BANDS as f64) as usize).min(BANDS - 1)];
        *band = (band.0 + 1, band.1 + usize::from(one.is_right), band.2 + confidence);
    }
    let mut table = "| confidence | heard | mean confidence | right |\n|---|---|---|---|\n".to_owned();
    let mut error = 0.0;
    for (place, (heard, right, sum)) in bands.iter().enumerate() {
        if *heard == 0 {
            continue;
        }
        let (mean, share) = (sum / *heard as f64, *right as f64 / *heard as f64);
        error += (mean - share).abs() * *heard as f64 / judged.len() as f64;
        let (from, to) = (place as f64 / BANDS as f64, (place + 1) as f64 / BANDS as f64);
        table += &format!("| {from:.1}–{to:.1} | {heard} | {mean:.2} | {share:.2} |\n");
    }
    table + &format!("\nexpected calibration error: {error:.3}, of {} heard\n", judged.len())
}

/// Weights of a logistic function that make the grounds a probability, by gradient descent.
pub(super) fn fitted(judged: &[Judged]) -> [f32; 3] {
    let mut weights = [0.0_f64; 3];
    if judged.is_empty() {
        return [0.0; 3];
    }
    for _ in 0..STEPS {
        let mut slope = [0.0_f64; 3];
        for one in judged {
            let features = one.grounds.features().map(f64::from);
            let sum: f64 = weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum();
            let miss = f64::from(u8::from(one.is_right)) - 1.0 / (1.0 + (-sum).exp());
            for (slope, feature) in slope.iter_mut().zip(features) {
                *slope += miss * feature / judged.len() as f64;
            }
        }
        for (weight, slope) in weights.iter_mut().zip(slope) {
            *weight += RATE * (slope - RIDGE * *weight / 10.0);
        }
    }
    weights.map(|weight| weight as f32)
}

/// Fits to every second and judges on the others; a report for the docs.
pub(super) fn calibrate(name: &str, judged: &[Judged]) -> String {
    let half = |which: usize| judged.iter().skip(which).step_by(2).copied().collect::<Vec<Judged>>();
    let (learnt, rest) = (half(0), half(1));
    let weights = fitted(&learnt);
    let with_weights = |grounds: &Grounds| {
        let sum: f32 = weights.iter().zip(grounds.features()).map(|(weight, feature)| weight * feature).sum();
        1.0 / (1.0 + (-sum).exp())
    };
    format!(
        "{name}: weights {weights:.2?} fitted to {}; on the other {}:\n\n{}\nwith the weights in use:\n\n{}",
        learnt.len(),
        rest.len(),
        reliability(&rest, with_weights),
        reliability(&rest, Grounds::confidence)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_finds_how_often_things_are_right() {
        let judged: Vec<Judged> = (0..200)
            .map(|number| {
                let margin = if number % 2 == 0 { 4.0 } else { 0.5 };
                // Nine in ten of the clear ones are right, three in ten of the others.
                let is_right = if number % 2 == 0 { number % 20 != 0 } else { number % 20 < 6 };
                Judged { grounds: Grounds { as_digits: true, log_probability: 0.0, margin }, is_right }
            })
            .collect();
        let weights = fitted(&judged);
        let at = |margin: f32| 1.0 / (1.0 + (-(weights[0] + weights[2] * margin)).exp());
        assert!((at(4.0) - 0.9).abs() < 0.05 && (at(0.5) - 0.3).abs() < 0.07, "{weights:?}");
        let sure = |grounds: &Grounds| at(grounds.margin);
        assert!(reliability(&judged, sure).contains("of 200 heard"));
    }
}
