//! What only a caller with a voice has: what was heard of each line, and what they say where the call asks something
//! that the test does not answer.

use super::super::caller::{CallerTurn, Says};
use super::super::documents::{CallerLine, Spot, TestLine};
use super::super::judge::{Difference, apart};
use super::super::meaning::{Followed, MOST_REPLIES, Reply, Stand, truthful};
use super::super::show::{Shown, Who, show_turn};
use super::{Failure, Manner, Player};
use crate::private::mask_spoken_code;

/// What was heard of a line of the caller. Private values are masked.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct HeardLine {
    /// The line of the test.
    #[serde(skip)]
    pub at: Spot,
    /// What was written, and meant.
    pub meant: String,
    /// What was said of it and heard, the line itself first.
    pub tries: Vec<Try>,
    /// Where the call stood instead, if the line was taken for something else than it meant.
    pub taken_for: Option<String>,
}

/// Something said once, and heard.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Try {
    /// What it was, if not the line itself for the first time.
    pub reply: Option<Reply>,
    /// What the recogniser made of it; `None`: nothing.
    pub heard: Option<String>,
    /// How sure it was, 0 to 1.
    pub confidence: f32,
}

impl HeardLine {
    /// Whether the first hearing has the very words that were written, case and punctuation aside.
    pub fn is_as_written(&self) -> bool {
        let plain = |text: &str| -> String {
            text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let first = self.tries.first().and_then(|first| first.heard.as_deref());
        self.tries.len() == 1 && first.is_some_and(|heard| plain(heard) == plain(&self.meant))
    }
}

/// A line that was said, and whose reply has not been played yet.
pub(super) struct JustSaid {
    line: CallerLine,
    written: CallerTurn,
    /// Where the call stood then.
    before: Stand,
}

impl Player<'_> {
    /// Says a line of the test, and keeps what it means and where the call stood.
    pub(super) fn speak(&mut self, line: &TestLine, caller: &CallerLine) -> Result<(), String> {
        let written = caller.written();
        // Nobody knows what a recording without words means: from there on the caller only follows the test.
        match (&written, &mut self.meant) {
            (Some(turn), Some(meant)) => meant.call.give(turn.clone()),
            _ => self.meant = None,
        }
        let before = self.followed().stand();
        if caller.is_sound() {
            let meant = match &written {
                Some(CallerTurn::Says(says)) => says.text.clone(),
                Some(other) => show_turn(other),
                None => "(a recording)".to_owned(),
            };
            let meant = if self.is_private() { mask_spoken_code(&meant) } else { meant };
            self.heard.push(HeardLine { at: line.at.clone(), meant, tries: Vec::new(), taken_for: None });
        }
        self.give(caller, None)?;
        if let Some(heard) = self.heard.last().filter(|heard| heard.at == line.at && !heard.is_as_written()) {
            let meant = format!("heard so; written: {}", heard.meant);
            self.dialogue.push(Shown::new(self.line.call().clock(), Who::Aside, meant));
        }
        if let Some(written @ CallerTurn::Says(_)) = written {
            self.just_said = Some(JustSaid { line: caller.clone(), written, before });
        }
        Ok(())
    }

    /// Says something, and keeps what was heard of it.
    fn give(&mut self, caller: &CallerLine, reply: Option<Reply>) -> Result<(), String> {
        // A yes and a no are no values.
        let private = self.is_private() && !matches!(reply, Some(Reply::Yes | Reply::No));
        let at = self.line.call().clock();
        let manner = if reply == Some(Reply::Again) { Manner::Slowly } else { Manner::Plainly };
        let arrived = self.line.give(caller, manner)?;
        self.show_caller(&arrived, at, private);
        if !caller.is_sound() {
            return Ok(());
        }
        let shown = |says: &Says| if private { mask_spoken_code(&says.text) } else { says.text.clone() };
        let one = match &arrived {
            CallerTurn::Says(says) => Try { reply, heard: Some(shown(says)), confidence: says.confidence },
            _ => Try { reply, heard: None, confidence: 0.0 },
        };
        if let Some(line) = self.heard.last_mut() {
            line.tries.push(one);
        }
        Ok(())
    }

    /// Where the call asks what the test does not answer, the caller answers what is true; what was not understood is
    /// said again. A value that was taken wrongly, without a question, fails the test.
    pub(super) fn set_right(&mut self) -> Result<Option<Failure>, String> {
        let Some(JustSaid { line, written, before }) = self.just_said.take() else { return Ok(None) };
        let mut replies = 0;
        while let Some(meant) = self.meant.as_ref().map(Followed::settled) {
            let heard = self.followed().settled();
            let reply = truthful(&heard, &meant, &before, &written);
            let Some(reply) = reply.filter(|_| replies < MOST_REPLIES) else {
                return Ok(self.what_was_taken(&heard, &meant));
            };
            replies += 1;
            self.reply(reply, &line)?;
        }
        Ok(None)
    }

    /// Says something that is not in the test, once the bot has said everything.
    fn reply(&mut self, reply: Reply, line: &CallerLine) -> Result<(), String> {
        self.line.hear_out(None)?;
        self.note();
        let said = match (reply.words(self.line.call().language()), line) {
            (Some(words), _) => CallerLine::Turn(CallerTurn::says(words)),
            // What the voice tells of the caller was told the first time.
            (None, CallerLine::Turn(CallerTurn::Says(says))) => {
                let again = Says { barge_in_after: None, distress: None, complexity: None, ..says.clone() };
                CallerLine::Turn(CallerTurn::Says(again))
            }
            (None, other) => other.clone(),
        };
        self.course.asked_back();
        self.give(&said, Some(reply))?;
        let what = match reply {
            Reply::Yes => "not in the test: what was asked is right",
            Reply::No => "not in the test: what was asked is wrong",
            Reply::Again => "not in the test: the line again, slower",
        };
        self.dialogue.push(Shown::new(self.line.call().clock(), Who::Aside, what));
        Ok(())
    }

    fn what_was_taken(&mut self, heard: &Followed, meant: &Followed) -> Option<Failure> {
        let (stands, should) = (heard.stand(), meant.stand());
        if stands == should {
            return None;
        }
        if let Some(line) = self.heard.last_mut() {
            line.taken_for = Some(format!("the call is at {}, not at {}", stands.place(), should.place()));
        }
        let (slot, wanted, taken) = heard.mistaken(meant)?;
        let difference = Difference {
            expected: format!("{slot} = {wanted}, as the caller meant"),
            got: format!("{slot} = {taken}{}, and nobody asked whether it is right", apart(&taken, &wanted)),
        };
        let at = self.at.clone();
        Some(self.failed(&at, vec![difference], None))
    }

    /// The call as far as it has come, with the values it has heard.
    fn followed(&self) -> Followed {
        let mut followed = Followed::of(self.line.call().clone());
        followed.note(&self.course.happened);
        followed
    }
}
