//! What the course of the call tells of the caller's patience.

use std::time::Duration;

/// What has happened in the call so far; whoever owns the call counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dialogue {
    /// Times the caller spoke over us.
    pub barge_ins: u32,
    /// Times the caller said the same again, or asked us to.
    pub repeats: u32,
    /// Times the caller put right what we took.
    pub corrections: u32,
    /// Times we did not understand.
    pub not_understood: u32,
    /// How long the caller has waited for us: in queues and for look-ups.
    pub waited: Duration,
    /// Calls of the same caller in the last days about something unsettled.
    pub earlier_calls: u32,
}

impl Dialogue {
    /// What has been added since `before`, as evidence of distress, 0 to 3.
    pub(super) fn evidence_since(&self, before: &Self) -> f32 {
        let more = |now: u32, then: u32, each: f32, most: f32| (now.saturating_sub(then) as f32 * each).min(most);
        let recent = more(self.barge_ins, before.barge_ins, 0.35, 0.7)
            + more(self.repeats, before.repeats, 0.4, 0.8)
            + more(self.corrections, before.corrections, 0.3, 0.6)
            + more(self.not_understood, before.not_understood, 0.5, 1.0);
        // What has been going on all the while: waiting grows slowly, calling again counts at once.
        let minutes = self.waited.as_secs_f32() / 60.0;
        let lasting = (0.35 * (1.0 + minutes).ln()).min(1.0)
            + more(self.earlier_calls, 0, 0.3, 0.9)
            + 0.1 * (self.not_understood + self.repeats + self.corrections).min(5) as f32;
        (recent + lasting).min(3.0)
    }

    /// The same in words.
    pub(super) fn reasons(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        let mut tell = |count: u32, once: &str, often: &str| match count {
            0 => {}
            1 => reasons.push(once.to_owned()),
            count => reasons.push(often.replace("{}", &count.to_string())),
        };
        tell(self.barge_ins / 2, "spoke over us", "spoke over us again and again");
        tell(self.not_understood, "was not understood once", "was not understood {} times");
        tell(self.repeats, "had to repeat once", "had to repeat {} times");
        tell(self.corrections, "corrected us once", "corrected us {} times");
        tell(self.earlier_calls, "called before about this", "called {} times before about this");
        let minutes = self.waited.as_secs() / 60;
        tell(u32::try_from(minutes).unwrap_or(u32::MAX), "waited a minute", "waited {} minutes");
        reasons
    }
}
