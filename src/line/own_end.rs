//! Signalling for lines whose far end is in this process: it answers when it is told to, and it can hang up.

use tokio::sync::mpsc;

use super::{LegCommand, LegEnd, LegEnds, LegEvent};

/// By which the far end hangs up, or is found to be gone. Only the first one counts.
pub type Goodbye = mpsc::Sender<LegEnd>;

/// A far end's means to end its leg, and the other side of it, for [`attend`].
pub fn goodbye() -> (Goodbye, mpsc::Receiver<LegEnd>) {
    mpsc::channel(1)
}

/// Runs the signalling of a leg in a task of its own until it ends.
pub fn attend(ends: LegEnds, mut goodbyes: mpsc::Receiver<LegEnd>) {
    tokio::spawn(async move {
        let LegEnds { mut commands, events } = ends;
        let end = loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(LegCommand::Ring) => {}
                    Some(LegCommand::Answer) => {
                        // Nobody who listens is nobody who minds.
                        events.send(LegEvent::Answered).await.ok();
                    }
                    Some(LegCommand::Refuse(status)) => break LegEnd::Refused(status),
                    Some(LegCommand::HangUp) | None => break LegEnd::HungUp,
                },
                Some(end) = goodbyes.recv() => break end,
            }
        };
        events.send(LegEvent::Ended(end)).await.ok();
    });
}
