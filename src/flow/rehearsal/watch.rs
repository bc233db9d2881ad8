//! What no caller may meet, whatever they do: a dead line, a long silence, a call without end.

use std::time::Duration;

use super::super::act::EndReason;
use super::happening::{Happening, What};
use super::run::Stop;

/// Longer than this nobody waits without a word.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);
/// How long a caller who asked for a moment may take.
const A_MOMENT: Duration = Duration::from_secs(90);
/// Longer than this no call lasts.
const LONGEST_CALL: Duration = Duration::from_secs(4 * 3_600);

/// Watches a call.
#[derive(Default)]
pub struct Watch {
    /// Until when the bot was last heard.
    bot_until: Duration,
    /// Until when the caller was.
    caller_until: Duration,
    /// Whether a silence is no wonder: a person is waited for, a message is recorded.
    excused: bool,
    /// Until when the caller has asked for a moment.
    patient_until: Duration,
    /// Whether a person was found, or whatever stands for one.
    pub reached_a_person: bool,
}

impl Watch {
    /// The caller has done something, until now.
    pub fn caller_spoke(&mut self, until: Duration) {
        self.caller_until = self.caller_until.max(until);
    }

    /// Looks at what happened: what is wrong with it, if anything.
    pub fn look(&mut self, happened: &[Happening], stop: Option<Stop>) -> Option<String> {
        let mut wrong = None;
        for one in happened {
            match &one.what {
                What::Bot { takes, .. } => {
                    let gap = one.at.saturating_sub(self.bot_until.max(self.caller_until));
                    if gap > LONGEST_SILENCE && !self.excused && one.at > self.patient_until {
                        let what = format!("dead air: nothing was said for {:.0} s", gap.as_secs_f32());
                        wrong.get_or_insert(what);
                    }
                    self.bot_until = one.at + *takes;
                    self.excused = false;
                }
                What::Cut { .. } => self.bot_until = one.at,
                What::Queued(_) | What::Transferring(_) | What::Callback(_) | What::Voicemail(_) => {
                    self.excused = true;
                    self.reached_a_person = true;
                }
                What::Waits { .. } | What::Secure { .. } | What::QueueEnded(_) => self.excused = true,
                What::Handler { name: "wait_a_moment" } => self.patient_until = one.at + A_MOMENT,
                What::DeadEnd => {
                    wrong.get_or_insert("dead end: nobody is listened to, and nothing can happen any more".to_owned());
                }
                What::Ended { reason: EndReason::Error, .. } if !self.reached_a_person => {
                    wrong.get_or_insert("the call was given up with an apology, without a person".to_owned());
                }
                _ => {}
            }
            if one.at > LONGEST_CALL {
                wrong.get_or_insert(format!("no end: the call lasts longer than {} h", LONGEST_CALL.as_secs() / 3_600));
            }
        }
        if stop == Some(Stop::DeadEnd) {
            wrong.get_or_insert("dead end: nobody is listened to, and nothing can happen any more".to_owned());
        }
        wrong
    }
}
