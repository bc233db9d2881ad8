//! Whisper's mel filter bank, which stands in every ggml file.

/// Whisper hears at this rate.
const RATE: f64 = 16_000.0;
/// Frequency bins of a 400-point transform.
const BINS: usize = 201;

/// Triangular filters on the Slaney mel scale, each of unit area, `bands` rows of 201 bins: what
/// `librosa.filters.mel(sr=16000, n_fft=400, n_mels=bands)` computes and whisper was trained with
/// (Slaney, Auditory Toolbox, 1998).
pub(super) fn mel_filters(bands: usize) -> Vec<f32> {
    let highest = mel_of(RATE / 2.0);
    let edges: Vec<f64> = (0..bands + 2).map(|edge| hertz_of(highest * edge as f64 / (bands + 1) as f64)).collect();
    let mut filters = Vec::with_capacity(bands * BINS);
    for band in edges.windows(3) {
        let (low, centre, high) = (band[0], band[1], band[2]);
        for bin in 0..BINS {
            let frequency = bin as f64 * RATE / 2.0 / (BINS - 1) as f64;
            let rising = (frequency - low) / (centre - low);
            let falling = (high - frequency) / (high - centre);
            filters.push((rising.min(falling).max(0.0) * 2.0 / (high - low)) as f32);
        }
    }
    filters
}

/// Linear below 1 kHz, logarithmic above.
fn mel_of(hertz: f64) -> f64 {
    if hertz < 1_000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1_000.0).ln() * 27.0 / 6.4f64.ln() }
}

fn hertz_of(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1_000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_goes_there_and_back() {
        for hertz in [0.0, 440.0, 999.0, 1_000.0, 3_400.0, 8_000.0] {
            assert!((hertz_of(mel_of(hertz)) - hertz).abs() < 1e-6);
        }
    }

    #[test]
    fn filters_have_the_published_values() {
        // From the filter bank published with whisper (mel_filters.npz, 80 bands): row 0 bin 1, row 1 bin 1,
        // row 1 bin 2, row 79 bin 199.
        let filters = mel_filters(80);
        assert_eq!(filters.len(), 80 * 201);
        assert!((filters[1] - 0.024_862_59).abs() < 1e-6, "{}", filters[1]);
        assert!((filters[201 + 1] - 0.001_990_82).abs() < 1e-6, "{}", filters[201 + 1]);
        assert!((filters[201 + 2] - 0.022_871_77).abs() < 1e-6, "{}", filters[201 + 2]);
        assert_eq!(filters[0], 0.0);
    }

    #[test]
    fn each_filter_has_unit_area() {
        for (band, filter) in mel_filters(80).chunks(201).enumerate().skip(20) {
            let area: f32 = filter.iter().sum::<f32>() * 40.0;
            assert!((area - 1.0).abs() < 0.25, "band {band}: {area}");
        }
    }
}
