//! One leg of a call: what every kind of line gives to the call, and nothing more.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::Private;
use crate::audio::{Frame, Hertz, Key};

/// What the network has done to one leg so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineQuality {
    /// Packets that came.
    pub received: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Packets that came twice, or too late or too early to be played.
    pub late: u64,
    /// Inter-arrival jitter (RFC 3550, section 6.4.1).
    pub jitter: Duration,
}

/// Tells the quality of one leg. Reading it disturbs nobody.
pub trait Meter: Send + Sync {
    /// As of now.
    fn quality(&self) -> LineQuality;
}

/// The sound of one leg, ticked once every 20 ms by the media loop.
///
/// Invariant: no method blocks, allocates on the steady path or panics; [`Media::receive`] always gives
/// exactly one frame, whatever the network did.
pub trait Media: Send {
    /// The rate of frames both ways: 8 kHz for G.711. It may change when the far end renegotiates, so the
    /// loop asks again every tick.
    fn rate(&self) -> Hertz;

    /// The next 20 ms from the far end, concealed where packets were lost, silent where nothing came.
    /// `now` is the loop's clock.
    fn receive(&mut self, now: Duration) -> Frame;

    /// Sends 20 ms to the far end. A frame of another rate than [`Media::rate`] is dropped and counted.
    fn send(&mut self, now: Duration, frame: &Frame);

    /// The next key the far end pressed that travelled with the sound (RFC 4733 or in band), once a press.
    fn next_key(&mut self) -> Option<Key>;

    /// Sends a key to the far end (RFC 4733) over the next ticks; sound is not sent meanwhile.
    fn send_key(&mut self, key: Key);

    /// When the last valid packet of the far end came, on the loop's clock; `None` before the first.
    fn last_heard(&self) -> Option<Duration>;

    /// Tells what the network did to this leg, also after the sound itself has been given away; `None` where there is
    /// no network.
    fn meter(&self) -> Option<Box<dyn Meter>> {
        None
    }

    /// Tells a line that plays a script when the far end may take its turn: `falls_silent` is true while
    /// nothing is being played to it and an answer is awaited. Telephones ignore it.
    fn bot_is_listening(&mut self, _falls_silent: bool) {}

    /// Whether the far end has nothing more to send and has hung up by itself (a script that has ended).
    fn finished(&self) -> bool {
        false
    }
}

/// What happens on a leg. Exactly one [`LegEvent::Ended`] comes, and it comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegEvent {
    /// The far end is ringing (outbound legs; SIP 180 or 183).
    Ringing,
    /// The leg is up: sound flows both ways.
    Answered,
    /// A key that came by signalling (SIP INFO).
    Key(Key),
    /// The far end put us on hold.
    Held,
    /// The far end took us off hold.
    Resumed,
    /// The leg is gone, and everything it held is released.
    Ended(LegEnd),
}

/// Why a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegEnd {
    /// One side said goodbye (SIP BYE), far end or us.
    HungUp,
    /// Given up before it was answered (SIP CANCEL).
    Cancelled,
    /// The far end is busy (SIP 486, 600).
    Busy,
    /// The far end declined (SIP 603, 403).
    Declined,
    /// It rang and nobody answered in time (SIP 408, 480, or our own limit).
    NoAnswer,
    /// Nothing answered at that address: no ringing was heard.
    Unreachable,
    /// Refused with another SIP status.
    Refused(u16),
    /// The far end stopped answering in the middle of the call.
    Lost,
    /// The longest allowed call was reached.
    TooLong,
    /// A fault on our side.
    Failed,
}

/// What the call asks of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegCommand {
    /// Tell the caller that it rings (SIP 180).
    Ring,
    /// Answer (SIP 200).
    Answer,
    /// Refuse an unanswered call with this SIP status.
    Refuse(u16),
    /// End the leg, in whatever state it is: BYE, CANCEL or a refusal.
    HangUp,
}

/// How many commands may wait for a leg's task. A call sends a handful in its life.
const COMMAND_QUEUE: usize = 16;
/// How many events of a leg may wait for the call.
const EVENT_QUEUE: usize = 64;

/// The call's handle on a leg's signalling. Dropping it ends the leg.
#[derive(Debug)]
pub struct LegControl(mpsc::Sender<LegCommand>);

impl LegControl {
    /// Tells the caller that it rings.
    pub fn ring(&self) {
        self.command(LegCommand::Ring);
    }

    /// Answers.
    pub fn answer(&self) {
        self.command(LegCommand::Answer);
    }

    /// Refuses an unanswered call with a SIP status.
    pub fn refuse(&self, status: u16) {
        self.command(LegCommand::Refuse(status));
    }

    /// Ends the leg in whatever state it is. May be said twice.
    pub fn hang_up(&self) {
        self.command(LegCommand::HangUp);
    }

    fn command(&self, command: LegCommand) {
        // A full queue means that the leg's task is stuck or gone: it is ended by dropping the handle.
        if let Err(mpsc::error::TrySendError::Full(_)) = self.0.try_send(command) {
            tracing::warn!(?command, "a leg does not take its commands");
        }
    }
}

/// A leg of a call: its sound, its control and what happens on it.
pub struct Leg {
    /// The sound, for the media loop.
    pub media: Box<dyn Media>,
    /// Signalling towards the leg.
    pub control: LegControl,
    /// What happens on the leg; the last one is always [`LegEvent::Ended`].
    pub events: mpsc::Receiver<LegEvent>,
}

/// The line's side of a [`Leg`]: it obeys `commands` and reports on `events`. When `commands` closes, the
/// call is gone, and the leg must end and release everything.
pub struct LegEnds {
    /// What the call asks.
    pub commands: mpsc::Receiver<LegCommand>,
    /// Where the line reports.
    pub events: mpsc::Sender<LegEvent>,
}

impl Leg {
    /// A leg with the sound of `media`, and the line's side of it.
    pub fn new(media: Box<dyn Media>) -> (Self, LegEnds) {
        let (command_sender, commands) = mpsc::channel(COMMAND_QUEUE);
        let (events, event_receiver) = mpsc::channel(EVENT_QUEUE);
        let leg = Self { media, control: LegControl(command_sender), events: event_receiver };
        (leg, LegEnds { commands, events })
    }
}

/// Who rings, as far as the line can tell. Nothing here is proven.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The number, in the form the line gave it.
    pub number: Option<Private<String>>,
    /// The display name.
    pub name: Option<Private<String>>,
    /// The number or name that was dialled.
    pub dialled: Option<String>,
}

/// A call that has arrived and waits to be answered or refused.
pub struct IncomingCall {
    /// Who rings.
    pub caller: Caller,
    /// The kind of line: `sip`, `recording` or `local`.
    pub line: &'static str,
    /// The leg, not yet answered.
    pub leg: Leg,
}
