//! The sound of one call, 20 ms at a time: what the caller hears and says, and the agent likewise.
//!
//! A [`MediaPlane`] is ticked by a media thread (or, when a call runs as fast as it goes, by the call itself).
//! It takes commands and gives reports over bounded queues, and never waits for either: law 1.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::audio::{Frame, Key, Resampler, Sound, mix_into};
use crate::line::Media;
use crate::record::CallRecording;
use crate::speak::{Clip, Heard, MarkKind, Marks, Playout};

/// Which end of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Who rang.
    Caller,
    /// Who was rung to help.
    Agent,
}

/// What the call asks of its sound.
pub enum PlaneCommand {
    /// Keep a place for this saying, after those already waiting.
    Begin(Side, u64),
    /// Play this as part of its saying.
    Play(Side, Clip),
    /// No more clips of this saying come.
    Complete(Side, u64),
    /// Fade out now and stay where we are.
    Pause(Side),
    /// Go on where we paused.
    Resume(Side),
    /// Fade out now and forget the rest; [`PlaneReport::Stopped`] says how much was heard.
    Stop(Side),
    /// Whether an answer of the caller is awaited once playout is silent.
    Listening(bool),
    /// Play this under everything else while the caller waits, over and over; `None` stops it.
    Hold(Option<Arc<Sound>>),
    /// The agent's leg is up.
    Attach(Box<dyn Media>),
    /// The agent's leg is gone.
    Detach,
    /// Let caller and agent hear each other, or not.
    Bridge(bool),
    /// Keep both sides in a file from now on.
    Record(CallRecording),
}

/// What happened to the sound.
#[allow(
    clippy::large_enum_variant,
    reason = "most reports are frames, and boxing them would touch the heap every 20 ms"
)]
pub enum PlaneReport {
    /// 20 ms of the caller.
    Heard {
        /// On the plane's clock: when the frame began.
        at: Duration,
        /// The sound.
        frame: Frame,
        /// What was sent in the same tick.
        sent: Frame,
        /// Whether the caller was being spoken to while saying this.
        bot_audible: bool,
    },
    /// A key arrived with the sound.
    Key(Side, Key),
    /// A saying began or was played to its end.
    Mark {
        /// Whose ear.
        side: Side,
        /// On the plane's clock, to the sample.
        at: Duration,
        /// Which.
        saying: u64,
        /// What.
        kind: MarkKind,
    },
    /// Playout was stopped: how much was heard of each saying that had not ended.
    Stopped(Side, Vec<Heard>),
    /// A far end that is a script has come to its end.
    Finished(Side),
}

/// How many commands may wait for a plane. A call gives a few a second.
const COMMANDS: usize = 256;
/// How many reports may wait for a call: more than a second of frames.
const REPORTS: usize = 96;
/// How many reports other than frames are kept when the call is behind; it is far behind only when it is gone.
const KEPT_REPORTS: usize = 128;
/// How long the line must have been quiet before a script of a caller may take its turn.
const SETTLED: Duration = Duration::from_millis(200);

/// The call's end of its plane.
pub struct PlaneHandle {
    commands: mpsc::Sender<PlaneCommand>,
    reports: mpsc::Receiver<PlaneReport>,
}

impl PlaneHandle {
    /// Gives a command. `false` when the plane is gone or far behind; the call then ends.
    pub fn command(&self, command: PlaneCommand) -> bool {
        self.commands.try_send(command).is_ok()
    }

    /// The next report; `None` when the plane is gone.
    pub async fn report(&mut self) -> Option<PlaneReport> {
        self.reports.recv().await
    }

    /// The next report, if there is one already.
    pub fn try_report(&mut self) -> Option<PlaneReport> {
        self.reports.try_recv().ok()
    }
}

/// One end's sound.
struct Party {
    media: Box<dyn Media>,
    playout: Playout,
    finished_reported: bool,
}

impl Party {
    fn new(media: Box<dyn Media>) -> Self {
        Self { media, playout: Playout::new(), finished_reported: false }
    }

    /// Whether the far end has come to its end since this was last asked.
    fn newly_finished(&mut self) -> bool {
        let newly = !self.finished_reported && self.media.finished();
        self.finished_reported |= newly;
        newly
    }
}

/// Music or tone for a caller who waits.
struct Hold {
    sound: Arc<Sound>,
    position: usize,
}

/// The sound of one call. See the head of this file.
pub struct MediaPlane {
    caller: Party,
    agent: Option<Party>,
    bridged: bool,
    listening: bool,
    quiet_for: Duration,
    hold: Option<Hold>,
    recording: Option<CallRecording>,
    to_agent: Option<Resampler>,
    to_caller: Option<Resampler>,
    commands: mpsc::Receiver<PlaneCommand>,
    reports: mpsc::Sender<PlaneReport>,
    /// Reports that found the queue full, in order; room for them is made at the start.
    kept: std::collections::VecDeque<PlaneReport>,
    /// Frames that the call was too slow to take.
    pub(super) frames_dropped: u64,
}

impl MediaPlane {
    /// The plane of a call with the sound of `caller`, and the call's end of it.
    pub fn new(caller: Box<dyn Media>) -> (Self, PlaneHandle) {
        let (command_sender, commands) = mpsc::channel(COMMANDS);
        let (reports, report_receiver) = mpsc::channel(REPORTS);
        let plane = Self {
            caller: Party::new(caller),
            agent: None,
            bridged: false,
            listening: false,
            quiet_for: Duration::ZERO,
            hold: None,
            recording: None,
            to_agent: None,
            to_caller: None,
            commands,
            reports,
            kept: std::collections::VecDeque::with_capacity(KEPT_REPORTS),
            frames_dropped: 0,
        };
        (plane, PlaneHandle { commands: command_sender, reports: report_receiver })
    }

    /// 20 ms pass, the one that begins at `now`. `false` when the call is gone and the plane can be dropped.
    pub fn tick(&mut self, now: Duration) -> bool {
        if !self.obey() {
            return false;
        }
        self.flush_kept();

        let from_caller = self.caller.media.receive(now);
        let from_agent = self.agent.as_mut().map(|agent| agent.media.receive(now));

        let to_caller = self.sound_for_caller(now, from_agent.as_ref());
        self.caller.media.send(now, &to_caller);
        if let Some(recording) = &self.recording {
            recording.push(&from_caller, &to_caller);
        }
        self.sound_for_agent(now, &from_caller);
        self.pass_on_keys();

        let quiet = self.caller.playout.is_idle();
        self.quiet_for = if quiet { self.quiet_for + crate::audio::FRAME } else { Duration::ZERO };
        self.caller.media.bot_is_listening(self.listening && self.quiet_for >= SETTLED);
        let bot_audible = !quiet;
        let frame = PlaneReport::Heard { at: now, frame: from_caller, sent: to_caller, bot_audible };
        if self.kept.is_empty() {
            if self.reports.try_send(frame).is_err() {
                self.frames_dropped += 1;
            }
        } else {
            self.frames_dropped += 1;
        }
        if self.caller.newly_finished() {
            self.report(PlaneReport::Finished(Side::Caller));
        }
        if self.agent.as_mut().is_some_and(Party::newly_finished) {
            self.report(PlaneReport::Finished(Side::Agent));
        }
        !self.reports.is_closed()
    }

    fn obey(&mut self) -> bool {
        loop {
            let command = match self.commands.try_recv() {
                Ok(command) => command,
                Err(mpsc::error::TryRecvError::Empty) => return true,
                Err(mpsc::error::TryRecvError::Disconnected) => return false,
            };
            match command {
                PlaneCommand::Begin(side, saying) => self.with_playout(side, |playout| playout.begin(saying)),
                PlaneCommand::Play(side, clip) => self.with_playout(side, |playout| {
                    // A clip of a saying that was stopped meanwhile has no place any more.
                    let _ = playout.enqueue(clip);
                }),
                PlaneCommand::Complete(side, saying) => self.with_playout(side, |playout| playout.complete(saying)),
                PlaneCommand::Pause(side) => self.with_playout(side, Playout::pause),
                PlaneCommand::Resume(side) => self.with_playout(side, Playout::resume),
                PlaneCommand::Stop(side) => {
                    let mut heard = Vec::new();
                    self.with_playout(side, |playout| {
                        heard = playout.stop();
                        playout.resume();
                    });
                    self.report(PlaneReport::Stopped(side, heard));
                }
                PlaneCommand::Listening(listening) => self.listening = listening,
                PlaneCommand::Hold(sound) => self.hold = sound.map(|sound| Hold { sound, position: 0 }),
                PlaneCommand::Attach(media) => self.agent = Some(Party::new(media)),
                PlaneCommand::Detach => {
                    self.agent = None;
                    self.bridged = false;
                }
                PlaneCommand::Bridge(bridged) => {
                    self.bridged = bridged && self.agent.is_some();
                    self.match_rates();
                }
                PlaneCommand::Record(recording) => self.recording = Some(recording),
            }
        }
    }

    fn with_playout(&mut self, side: Side, act: impl FnOnce(&mut Playout)) {
        match side {
            Side::Caller => act(&mut self.caller.playout),
            Side::Agent => {
                if let Some(agent) = &mut self.agent {
                    act(&mut agent.playout);
                }
            }
        }
    }

    /// Legs of different rates are resampled to each other; legs of one rate pass untouched.
    fn match_rates(&mut self) {
        let Some(agent) = &self.agent else { return };
        let (caller_rate, agent_rate) = (self.caller.media.rate(), agent.media.rate());
        if caller_rate == agent_rate {
            self.to_agent = None;
            self.to_caller = None;
            return;
        }
        self.to_agent = Resampler::new(caller_rate, agent_rate).ok();
        self.to_caller = Resampler::new(agent_rate, caller_rate).ok();
    }

    fn sound_for_caller(&mut self, now: Duration, from_agent: Option<&Frame>) -> Frame {
        let rate = self.caller.media.rate();
        let (mut sound, marks) = self.caller.playout.next(rate);
        self.report_marks(Side::Caller, now, &sound, marks);
        if let Some(hold) = &mut self.hold
            && self.caller.playout.is_idle()
        {
            hold.mix_into(&mut sound);
        }
        if self.bridged
            && let Some(agent) = from_agent
        {
            mix_at_rate(&mut sound, agent, self.to_caller.as_mut());
        }
        sound
    }

    fn sound_for_agent(&mut self, now: Duration, from_caller: &Frame) {
        let Some(agent) = &mut self.agent else { return };
        let (mut sound, marks) = agent.playout.next(agent.media.rate());
        if self.bridged {
            mix_at_rate(&mut sound, from_caller, self.to_agent.as_mut());
        }
        agent.media.send(now, &sound);
        self.report_marks(Side::Agent, now, &sound, marks);
    }

    /// Keys go to the call; between two people they also go to the other phone.
    fn pass_on_keys(&mut self) {
        while let Some(key) = self.caller.media.next_key() {
            if self.bridged
                && let Some(agent) = &mut self.agent
            {
                agent.media.send_key(key);
            }
            self.report(PlaneReport::Key(Side::Caller, key));
        }
        while let Some(key) = self.agent.as_mut().and_then(|agent| agent.media.next_key()) {
            self.report(PlaneReport::Key(Side::Agent, key));
        }
    }

    fn report_marks(&mut self, side: Side, now: Duration, frame: &Frame, marks: Marks) {
        for mark in marks.iter() {
            let at = now + frame.rate().duration_of(mark.offset);
            self.report(PlaneReport::Mark { side, at, saying: mark.saying, kind: mark.kind });
        }
    }

    /// Reports something that must not be lost while the call lives.
    fn report(&mut self, report: PlaneReport) {
        if self.kept.is_empty() {
            match self.reports.try_send(report) {
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => return,
                Err(mpsc::error::TrySendError::Full(report)) => self.kept.push_back(report),
            }
            return;
        }
        if self.kept.len() < KEPT_REPORTS {
            self.kept.push_back(report);
        }
    }

    fn flush_kept(&mut self) {
        while let Some(report) = self.kept.pop_front() {
            if let Err(mpsc::error::TrySendError::Full(report)) = self.reports.try_send(report) {
                self.kept.push_front(report);
                return;
            }
        }
    }
}

impl Hold {
    fn mix_into(&mut self, frame: &mut Frame) {
        let samples = self.sound.samples();
        if samples.is_empty() || self.sound.rate() != frame.rate() {
            return;
        }
        for sample in frame.samples_mut() {
            *sample = sample.saturating_add(samples[self.position]);
            self.position = (self.position + 1) % samples.len();
        }
    }
}

fn mix_at_rate(into: &mut Frame, other: &Frame, resampler: Option<&mut Resampler>) {
    match resampler {
        Some(resampler) => mix_into(into, &resampler.frame(other)),
        None if other.rate() == into.rate() => mix_into(into, other),
        None => {}
    }
}
