//! One call while it lasts. The parts: `acts` does what the flow says, `changes` asks the world outside, `hearing` turns sound into inputs of the
//! flow, `saying` follows what is played, `people` brings the caller to a person.

mod acts;
mod ahead;
mod changes;
mod hearing;
mod people;
mod saying;

use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::clock::{LineClock, Pace};
use super::closing::Closing;
use super::ear::Ear;
use super::job::Job;
use super::mouth::Mouth;
use super::phrases::Phrase;
use super::plane::{MediaPlane, PlaneCommand, PlaneHandle, PlaneReport, Side};
use super::services::{Services, Watcher};
use super::shelf::Answering;
use super::switchboard::DeskPort;
use super::ticker::MediaThreads;
use crate::audio::{FRAME, Frame, Hertz};
use crate::desk::BriefFact;
use crate::flow::{Act, CallFacts, Conversation, Input, ListenAct, Now, TimerId};
use crate::hear::BargeIn;
use crate::line::{Caller, IncomingCall, LegControl, LegEnd, LegEvent, LineQuality, Meter};
use crate::record::{CallEvent, CallRecording, CallStart, EndedReason, Recorded, RecordingEnd, TimedEvent};
use crate::words::Language;
use crate::{CallId, Private};
use ahead::Ahead;
pub(super) use changes::Changed;
use hearing::Transcribing;
use people::People;

/// How many messages may wait for a call.
const JOBS: usize = 256;
/// How long the far end may take to take note of our goodbye.
const GOODBYE: Duration = Duration::from_secs(8);
/// How long a caller may take from our answer to being connected.
const ANSWERING: Duration = Duration::from_secs(35);
/// How long the plane may take to tell how much of the last saying was heard.
const LAST_REPORT: Duration = Duration::from_millis(500);
/// How a session is to be run.
pub struct SessionSettings {
    /// Its name.
    pub id: CallId,
    /// How it passes its time.
    pub pace: Pace,
    /// Who watches its events, if anybody.
    pub watcher: Option<Watcher>,
    /// The language to begin in; the bundle's first if `None`.
    pub language: Option<Language>,
    /// The flow to begin with; the bundle's own start if `None`.
    pub flow: Option<String>,
    /// Who looks at what reaches the flow, if anybody.
    pub overhears: Option<Box<dyn Overhears>>,
}

impl SessionSettings {
    /// What the conversation knows when it begins.
    pub fn facts(&self, caller: &Caller, languages: &[Language]) -> CallFacts {
        CallFacts {
            caller_number: caller.number.clone(),
            caller_name: caller.name.clone(),
            language: self.language,
            spoken: Some(languages.to_vec()),
            dialled: caller.dialled.clone(),
            call_id: Some(self.id),
            ..CallFacts::default()
        }
    }
}

/// Looks at everything that reaches the flow of a call, and may add what no line carries. A test does: it follows the
/// conversation, and says how upset its caller is meant to sound.
pub trait Overhears: Send {
    /// What is about to reach the flow; what is given back reaches it instead.
    fn input(&mut self, now: Now, input: Input) -> Input;
}

/// The caller's wait for a reply, for latency figures.
#[derive(Clone, Copy, Debug)]
struct TurnClock {
    speech_end: Duration,
    decided: Duration,
    recognised: Duration,
}

/// What a session is made of that may fail to be made.
struct Prepared {
    answering: Arc<Answering>,
    conversation: Conversation,
    ear: Ear,
    caller: Caller,
}

/// One call. See the head of this file.
pub struct Session {
    id: CallId,
    services: Arc<Services>,
    /// The bundle of this call, from its beginning to its end, whatever is published meanwhile.
    answering: Arc<Answering>,
    caller: Caller,
    clock: LineClock,
    answered_at: jiff::Timestamp,
    watcher: Option<Watcher>,
    overhears: Option<Box<dyn Overhears>>,
    plane: PlaneHandle,
    /// The plane, where this session ticks it itself.
    own_plane: Option<MediaPlane>,
    control: LegControl,
    events: mpsc::Receiver<LegEvent>,
    closing: watch::Receiver<Closing>,
    rate: Hertz,
    /// Tells what the network did to the caller's sound.
    meter: Option<Box<dyn Meter>>,
    conversation: Conversation,
    language: Language,
    /// Every private value the conversation has had, to be masked in events.
    private_values: Vec<String>,
    ear: Ear,
    mouth: Mouth,
    people: People,
    desk: DeskPort,
    jobs: mpsc::Sender<Job>,
    job_inbox: mpsc::Receiver<Job>,
    transcribing: Vec<Transcribing>,
    last_ticket: u64,
    looking_up: usize,
    /// Changes that connections are making.
    changing: usize,
    /// Ends look-ups when the call does.
    gone: CancellationToken,
    /// What the flow noted for the person who takes the call.
    notes: Vec<BriefFact>,
    timers: BinaryHeap<std::cmp::Reverse<(Duration, TimerId)>>,
    cancelled: Vec<TimerId>,
    listening: Option<ListenAct>,
    silent_for: Duration,
    /// Whether sound is held because the caller may be interrupting.
    barge_in: BargeIn,
    /// Pauses that are being judged by their sound.
    judging: usize,
    /// Replies that may be needed next, as they are made.
    ahead: Ahead,
    /// Inputs that wait until it is known how much of a stopped saying was heard.
    after_stop: VecDeque<Input>,
    /// Acts that wait until everything said before them has been played.
    after_quiet: VecDeque<Act>,
    turn: Option<TurnClock>,
    /// Tells when the recording of both sides is whole on disk.
    recording: Option<RecordingEnd>,
    outcome: Option<EndedReason>,
    goodbye_at: Option<Duration>,
    ended: bool,
    /// When the call was over, while changes of it are still being made.
    over_at: Option<Duration>,
}

/// Variants of a sentence rotate by the call, so two calls of one caller do not sound the same.
pub fn seed_of(call: CallId) -> u64 {
    u64::from_str_radix(&call.to_string(), 16).unwrap_or_default()
}

impl Session {
    /// Answers `call` and runs it to its end. Everything the call holds is released when this returns,
    /// whoever ended it.
    pub async fn run(
        services: Arc<Services>,
        media: Option<&MediaThreads>,
        call: IncomingCall,
        desk: DeskPort,
        closing: watch::Receiver<Closing>,
        settings: SessionSettings,
    ) -> EndedReason {
        let IncomingCall { caller, line, leg } = call;
        let mut desk = desk;
        let (control, mut events) = (leg.control, leg.events);
        control.answer();
        if !wait_for_answer(&mut events).await {
            desk.leave().await;
            return EndedReason::CallerHungUp;
        }
        let (rate, meter) = (leg.media.rate(), leg.media.meter());
        let (plane, handle) = MediaPlane::new(leg.media);
        let started = Self::prepare(&services, caller, line, rate, &settings).and_then(|parts| {
            let own_plane = match (media, settings.pace) {
                (Some(threads), Pace::RealTime) => {
                    threads.add(plane).map_err(|fault| fault.to_string())?;
                    None
                }
                _ => Some(plane),
            };
            Ok((parts, own_plane))
        });
        let (Prepared { answering, conversation, ear, caller }, own_plane) = match started {
            Ok(started) => started,
            Err(fault) => {
                tracing::error!(call = %settings.id, fault, "a call could not be served");
                control.hang_up();
                desk.leave().await;
                return EndedReason::Error;
            }
        };
        let (jobs, job_inbox) = mpsc::channel(JOBS);
        let language = conversation.language();
        let mut session = Self {
            id: settings.id,
            answered_at: services.wall_clock(),
            services,
            answering,
            caller,
            clock: LineClock::new(settings.pace),
            watcher: settings.watcher,
            overhears: settings.overhears,
            plane: handle,
            own_plane,
            control,
            events,
            closing,
            rate,
            meter,
            conversation,
            language,
            private_values: Vec::new(),
            ear,
            mouth: Mouth::new(Side::Caller),
            people: People::new(),
            desk,
            jobs,
            job_inbox,
            transcribing: Vec::new(),
            last_ticket: 0,
            looking_up: 0,
            changing: 0,
            gone: CancellationToken::new(),
            notes: Vec::new(),
            timers: BinaryHeap::new(),
            cancelled: Vec::new(),
            listening: None,
            silent_for: Duration::ZERO,
            barge_in: BargeIn::default(),
            judging: 0,
            ahead: Ahead::default(),
            after_stop: VecDeque::new(),
            after_quiet: VecDeque::new(),
            turn: None,
            recording: None,
            outcome: None,
            goodbye_at: None,
            ended: false,
            over_at: None,
        };
        session.begin_record(line);
        session.input(Input::Start).await;
        while !session.ended {
            session.step().await;
        }
        session.finish().await
    }

    fn prepare(
        services: &Arc<Services>,
        caller: Caller,
        line: &'static str,
        rate: Hertz,
        settings: &SessionSettings,
    ) -> Result<Prepared, String> {
        let answering = services.shelf.answering(caller.dialled.as_deref());
        let facts = settings.facts(&caller, &answering.languages);
        let seed = seed_of(settings.id);
        let bundle = Arc::clone(&answering.bundle);
        let conversation = match &settings.flow {
            None => Conversation::new(bundle, facts, seed),
            Some(flow) => Conversation::at_flow(bundle, facts, seed, flow)
                .ok_or_else(|| format!("the bundle has no flow {flow:?}"))?,
        };
        let ear = Ear::new(&services.hearing, rate).map_err(|fault| format!("{line}: {fault}"))?;
        Ok(Prepared { answering, conversation, ear, caller })
    }

    fn begin_record(&mut self, line: &'static str) {
        let start = CallStart {
            answered: self.answered_at,
            line: line.to_owned(),
            bundle: self.answering.bundle.id().to_owned(),
            caller_number: self.caller.number.clone(),
            caller_name: self.caller.name.clone(),
            dialled: self.caller.dialled.clone(),
        };
        if self.services.recorder.begin(self.id, start) == Recorded::Lost {
            tracing::error!(call = %self.id, "the start of a call was not recorded");
        }
        let Some(file) = self.services.recording_file(self.id) else { return };
        match CallRecording::start(&file, self.rate) {
            Ok(recording) => {
                self.recording = Some(recording.ending());
                self.plane.command(PlaneCommand::Record(recording));
                let file = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                self.event(CallEvent::Recording { file });
            }
            Err(fault) => {
                tracing::error!(call = %self.id, %fault, "a call is not recorded");
                self.event(CallEvent::Fault { part: "record".to_owned(), what: fault.to_string() });
            }
        }
    }

    /// Waits for the next thing that happens and deals with it.
    async fn step(&mut self) {
        let working = self.being_transcribed()
            + self.judging
            + self.looking_up
            + self.changing
            + self.mouth.being_made()
            + self.people.being_made();
        tokio::select! {
            biased;
            Some(job) = self.job_inbox.recv() => self.on_job(job).await,
            event = self.events.recv() => self.on_leg(event.unwrap_or(LegEvent::Ended(LegEnd::Lost))).await,
            act = self.desk.next_act() => match act {
                Some(act) => self.on_desk(act).await,
                None => self.lose("the desk is gone").await,
            },
            (offer, event) = self.people.next_event() => self.on_agent_leg(offer, event).await,
            Ok(()) = self.closing.changed() => self.on_closing().await,
            report = next_report(&mut self.plane, &mut self.own_plane, &self.clock), if working == 0 || self.own_plane.is_none() => {
                match report {
                    Some(report) => self.on_report(report).await,
                    None => self.lose("the sound of the call stopped").await,
                }
            }
        }
    }

    async fn on_job(&mut self, job: Job) {
        match job {
            Job::Recognised { ticket, result } => self.on_transcribed(ticket, result).await,
            Job::Judged { pause, end_of_turn } => self.on_judged(pause, end_of_turn).await,
            Job::Clause { side, saying, clause } => self.on_clause(side, saying, clause),
            Job::SayingMade { side, saying } => match side {
                Side::Caller => self.mouth.made(saying, &self.plane),
                Side::Agent => self.people.mouth.made(saying, &self.plane),
            },
            Job::LookedUp { id, result } => {
                self.looking_up -= 1;
                self.input(Input::LookedUp { id, result }).await;
            }
            Job::Changed(changed) => self.changed(changed).await,
        }
    }

    async fn on_report(&mut self, report: PlaneReport) {
        match report {
            PlaneReport::Heard { at, frame, sent, bot_audible } => {
                self.clock.frame_ended(at + FRAME);
                self.on_frame(at, (&frame, &sent), bot_audible).await;
            }
            PlaneReport::Key(Side::Caller, key) => self.on_key(key.as_char()).await,
            PlaneReport::Key(Side::Agent, key) => self.on_agent_key(key.as_char()).await,
            PlaneReport::Mark { side, at, saying, kind } => self.on_mark(side, at, saying, kind).await,
            PlaneReport::Stopped(side, heard) => self.on_stopped(side, heard).await,
            PlaneReport::Finished(Side::Caller) => {
                self.outcome.get_or_insert(EndedReason::CallerHungUp);
                self.control.hang_up();
            }
            PlaneReport::Finished(Side::Agent) => self.people.hang_up(),
        }
    }

    /// 20 ms of line time have passed.
    async fn on_frame(&mut self, at: Duration, sound: (&Frame, &Frame), bot_audible: bool) {
        let now = at + FRAME;
        if !self.people.is_bridged() {
            self.listen_to(at, sound, bot_audible).await;
        }
        self.desk.tick(now);
        while let Some(std::cmp::Reverse((due, id))) = self.timers.peek().copied() {
            if due > now {
                break;
            }
            self.timers.pop();
            if let Some(place) = self.cancelled.iter().position(|cancelled| *cancelled == id) {
                self.cancelled.swap_remove(place);
                continue;
            }
            self.input(Input::Timer(id)).await;
        }
        self.perform_after_quiet().await;
        self.count_silence().await;
        if self.goodbye_at.is_some_and(|at| now > at + GOODBYE) {
            tracing::warn!(call = %self.id, "the far end did not take note of our goodbye");
            self.ended = true;
        }
    }

    /// Gives the flow an input and does what it says.
    async fn input(&mut self, input: Input) {
        // After the call only what a `hang_up` handler still waits for counts.
        if self.outcome.is_some() && !matches!(input, Input::HangUp | Input::Done { .. }) {
            return;
        }
        let now = Now { since_answer: self.clock.now(), wall: self.wall_now() };
        let input = match &mut self.overhears {
            Some(overhears) => overhears.input(now, input),
            None => input,
        };
        let acts = self.conversation.handle(now, input);
        for value in self.conversation.private_values() {
            if !self.private_values.contains(&value) {
                self.private_values.push(value);
            }
        }
        for act in acts {
            self.perform(act).await;
        }
        self.perform_after_quiet().await;
    }

    fn wall_now(&self) -> jiff::Timestamp {
        let since_answer = jiff::SignedDuration::try_from(self.clock.now()).unwrap_or_default();
        self.answered_at.saturating_add(since_answer).unwrap_or(self.answered_at)
    }

    /// What time it is where the bundle's days begin.
    fn local_now(&self) -> jiff::Zoned {
        self.wall_now().to_zoned(self.answering.bundle.timezone().clone())
    }

    async fn on_leg(&mut self, event: LegEvent) {
        match event {
            LegEvent::Key(key) => self.on_key(key.as_char()).await,
            LegEvent::Ringing | LegEvent::Answered | LegEvent::Held | LegEvent::Resumed => {}
            LegEvent::Ended(end) => {
                if self.outcome.is_none() {
                    self.outcome = Some(match end {
                        LegEnd::Lost | LegEnd::Failed | LegEnd::TooLong => EndedReason::Error,
                        _ => EndedReason::CallerHungUp,
                    });
                    self.input(Input::HangUp).await;
                }
                self.ended = true;
            }
        }
    }

    async fn on_closing(&mut self) {
        if *self.closing.borrow() != Closing::Ending || self.outcome.is_some() {
            return;
        }
        // The last moments of the service: what is being said gives way to the apology, and then it is over.
        self.leave_people().await;
        self.stop_saying();
        self.after_stop.clear();
        self.say_phrase(Phrase::ClosingDown);
        self.listening = None;
        self.after_quiet.clear();
        self.after_quiet.push_back(Act::End { reason: crate::flow::EndReason::Error, note: None });
    }

    /// Something of ours has gone that a call cannot go on without.
    async fn lose(&mut self, what: &'static str) {
        if self.ended {
            return;
        }
        tracing::error!(call = %self.id, what, "a call was lost");
        self.event(CallEvent::Fault { part: "call".to_owned(), what: what.to_owned() });
        self.outcome.get_or_insert(EndedReason::Error);
        self.control.hang_up();
        self.ended = true;
    }

    /// The one way out: everything of the call is released here.
    async fn finish(mut self) -> EndedReason {
        self.gone.cancel();
        self.leave_people().await;
        self.stop_saying();
        self.learn_what_was_heard().await;
        self.see_agents_off().await;
        self.desk.leave().await;
        let (reason, ended_at) = (self.outcome.unwrap_or(EndedReason::CallerHungUp), self.clock.now());
        // What is still being changed belongs to the call, and to no moment behind its end.
        self.over_at = Some(ended_at);
        self.settle_changes().await;
        let meter = self.meter.take();
        self.tell_line_quality("caller", meter.as_deref(), ended_at);
        self.event_at(ended_at, CallEvent::Ended { reason });
        if let Err(fault) = self.services.recorder.flush().await {
            tracing::error!(call = %self.id, %fault, "the record of a call is not durable yet");
        }
        if let Some(recording) = self.recording.take() {
            let id = self.id;
            // Without its handle the plane ends, and with it the recording.
            drop(self);
            if let Err(fault) = recording.wait().await {
                tracing::error!(call = %id, %fault, "a recording is not whole");
            }
        }
        reason
    }

    /// How much of the last saying was heard is told by the plane with its next frame.
    async fn learn_what_was_heard(&mut self) {
        let told = async {
            while self.mouth.is_stopping() {
                let report = next_report(&mut self.plane, &mut self.own_plane, &self.clock).await;
                match report {
                    Some(PlaneReport::Stopped(Side::Caller, heard)) => self.on_stopped(Side::Caller, heard).await,
                    Some(_) => {}
                    None => return,
                }
            }
        };
        if tokio::time::timeout(LAST_REPORT, told).await.is_err() {
            tracing::warn!(call = %self.id, "how much of the last saying was heard is not known");
        }
    }

    /// Records what the network did to one leg, if it came over one.
    fn tell_line_quality(&mut self, leg: &str, meter: Option<&dyn Meter>, at: Duration) {
        let Some(LineQuality { received, lost, late, jitter }) = meter.map(Meter::quality) else { return };
        let jitter_ms = hearing::whole_ms(jitter);
        self.event_at(at, CallEvent::LineQuality { leg: leg.to_owned(), received, lost, late, jitter_ms });
    }

    /// Records an event now.
    fn event(&mut self, event: CallEvent) {
        self.event_at(self.over_at.unwrap_or_else(|| self.clock.now()), event);
    }

    /// Records an event of `at`.
    fn event_at(&mut self, at: Duration, event: CallEvent) {
        if let Some(watcher) = self.watcher.as_ref().filter(|_| event.is_public()) {
            match watcher.try_send(TimedEvent::new(at, event.clone())) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Closed(_)) => self.watcher = None,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    tracing::warn!(call = %self.id, "whoever watches this call does not keep up; an event was not shown");
                }
            }
        }
        if self.services.recorder.record(self.id, at, event) == Recorded::Lost {
            tracing::error!(call = %self.id, "an event of a call was lost");
        }
    }

    /// The caller's number, for the agent.
    fn caller_number(&self) -> Option<Private<String>> {
        self.caller.number.clone()
    }
}

async fn wait_for_answer(events: &mut mpsc::Receiver<LegEvent>) -> bool {
    let answered = async {
        while let Some(event) = events.recv().await {
            match event {
                LegEvent::Answered => return true,
                LegEvent::Ended(_) => return false,
                _ => {}
            }
        }
        false
    };
    tokio::time::timeout(ANSWERING, answered).await.unwrap_or(false)
}

/// The next report of the plane; where the session ticks the plane itself, 20 ms pass when there is none left.
async fn next_report(
    handle: &mut PlaneHandle,
    own_plane: &mut Option<MediaPlane>,
    clock: &LineClock,
) -> Option<PlaneReport> {
    let Some(plane) = own_plane else { return handle.report().await };
    if let Some(report) = handle.try_report() {
        return Some(report);
    }
    // Whatever can happen now happens before the clock goes on.
    tokio::task::yield_now().await;
    plane.tick(clock.now());
    handle.try_report()
}
