//! The caller's voice as a type: the only sound that this room takes.

use crate::audio::{Frame, Hertz};

/// The right to have one caller's voice analysed.
///
/// Nothing in this room takes a bare [`Frame`]: it takes a [`CallerFrame`], and only this makes one. It is neither
/// `Clone` nor `Copy` and stands where the sound of the caller's own leg arrives; the leg of an agent has none, so that
/// an agent's voice cannot be analysed by a slip, nor by a setting (EU AI Act, article 5(1)(f)).
#[derive(Debug)]
pub struct CallerVoice {
    rate: Hertz,
}

/// 20 ms of the caller's voice, made by [`CallerVoice::frame`] alone.
#[derive(Clone, Copy, Debug)]
pub struct CallerFrame<'a> {
    frame: &'a Frame,
}

impl CallerVoice {
    /// For the leg on which a caller speaks, at `rate`. To be claimed by the code that owns the caller's leg, once a
    /// call, and given to nobody else; a test holds the list of who claims it.
    #[must_use]
    pub const fn of_the_caller(rate: Hertz) -> Self {
        Self { rate }
    }

    /// The rate of the caller's leg.
    #[must_use]
    pub const fn rate(&self) -> Hertz {
        self.rate
    }

    /// These 20 ms are the caller's. `None` for a frame of another rate than the leg's.
    #[must_use]
    pub fn frame<'a>(&self, frame: &'a Frame) -> Option<CallerFrame<'a>> {
        (frame.rate() == self.rate).then_some(CallerFrame { frame })
    }
}

impl CallerFrame<'_> {
    /// The sound, for this room only.
    pub(super) const fn sound(&self) -> &Frame {
        self.frame
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Who may claim a caller's voice, beside this room's own tests. Whoever adds to this list shows that the sound is a caller's.
    const CLAIM: [&str; 3] = ["src/cli/bench/mood/command.rs", "src/cli/bench/mood/table.rs", "src/cli/feel/judge.rs"];

    fn claimants(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                claimants(&path, found);
            } else if !path.starts_with("src/feel")
                && std::fs::read_to_string(&path).is_ok_and(|text| text.contains("CallerVoice::of_the_caller"))
            {
                found.push(path.display().to_string());
            }
        }
    }

    #[test]
    fn only_the_callers_own_leg_is_analysed() {
        let mut found = Vec::new();
        claimants(Path::new("src"), &mut found);
        found.sort();
        assert_eq!(found, CLAIM);
    }
}
