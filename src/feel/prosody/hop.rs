//! What is measured every 10 ms.

/// Bands of the mel spectrum between 300 and 3,400 Hz.
pub(super) const BANDS: usize = 20;
/// Pitches considered for one hop, besides "no voice".
pub(super) const CANDIDATES: usize = 5;

/// A pitch that a hop may have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Candidate {
    /// In semitones above 50 Hz; meaningless where `strength` is 0.
    pub pitch: f32,
    /// How periodic the sound is at that pitch, 0 to 1; 0 where there is no such candidate.
    pub strength: f32,
}

/// 10 ms of sound, measured over the 40 ms around them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hop {
    /// Energy in the band of a telephone, in dB (of no fixed reference).
    pub energy: f32,
    /// Mel bands, in dB.
    pub bands: [f32; BANDS],
    /// Pitches, strongest first.
    pub candidates: [Candidate; CANDIDATES],
}

/// A hop once the pitch track is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Voicing {
    /// In semitones above 50 Hz, where a voice sounds.
    pub pitch: Option<f32>,
    /// How periodic the sound is there, 0 to 1.
    pub strength: f32,
}

/// The shape of a hop's spectrum, cleared of the noise.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// Energy, in dB.
    pub energy: f32,
    /// Mel bands, in dB.
    pub bands: [f32; BANDS],
    /// How much the shape changed since the hop before, in dB.
    pub flux: f32,
    /// Geometric over arithmetic mean of the bands, in dB: 0 is flat.
    pub flatness: f32,
    /// Centre of gravity of the spectrum, in octaves above 300 Hz.
    pub centroid: f32,
    /// Slope of the spectrum in dB a band.
    pub slope: f32,
    /// Energy from 300 to 1,000 Hz over energy from 1,000 to 3,400 Hz, in dB (alpha ratio, turned round).
    pub alpha: f32,
    /// Strongest band below 2 kHz over strongest band above, in dB (Hammarberg index).
    pub hammarberg: f32,
}
