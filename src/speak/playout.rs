//! What is played to one leg, frame by frame. Pure: the media loop asks for 20 ms at a time, and every
//! time is counted in samples that were played.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::audio::{Frame, Hertz, Sound};

/// How long the sound takes to fade when it is stopped, paused or resumed: short enough to obey within a
/// frame, long enough not to click.
pub const FADE: Duration = Duration::from_millis(5);

/// A piece of a saying, ready to be played.
#[derive(Clone)]
pub struct Clip {
    /// The saying it belongs to; clips of one saying are played in the order they were enqueued.
    pub saying: u64,
    /// The sound, best at the line's rate: another rate is interpolated linearly, which dulls it.
    pub sound: Arc<Sound>,
    /// What it says.
    pub text: Arc<str>,
    /// The least silence between it and whatever comes next.
    pub pause_after: Duration,
}

impl std::fmt::Debug for Clip {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Clip(saying {}, {:?})", self.saying, self.sound)
    }
}

/// The gain of untouched sound. Gains are whole numbers, so that a fade has the same length every time.
const FULL: u32 = 1 << 16;

/// What a mark tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// The saying's first sample is in this frame.
    Started,
    /// The saying was played to its end; its last sample was just before the mark. A saying that was
    /// completed without a clip finishes without having started.
    Finished {
        /// How long it sounded, pauses between clauses left out.
        heard: Duration,
    },
}

/// A moment of a saying within a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The saying.
    pub saying: u64,
    /// What happened.
    pub kind: MarkKind,
    /// At which sample of this frame.
    pub offset: usize,
    /// At which sample of everything this playout gave, silence included.
    pub position: u64,
}

/// How many marks a frame can carry; should more fall into one (sayings without sound), the rest of the
/// frame stays silent and the next one goes on.
const MARKS: usize = 8;

/// The marks of one frame, in order, held in place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    marks: [Option<Mark>; MARKS],
    count: usize,
}

impl Marks {
    /// The marks, in order.
    pub fn iter(&self) -> impl Iterator<Item = Mark> + '_ {
        self.marks[..self.count].iter().flatten().copied()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    const fn has_room(&self) -> bool {
        self.count < MARKS
    }

    fn push(&mut self, mark: Mark) {
        debug_assert!(self.has_room(), "a mark was pushed without asking for room");
        if self.has_room() {
            self.marks[self.count] = Some(mark);
            self.count += 1;
        }
    }
}

/// How much of a saying was heard when it was stopped.
#[derive(Clone, PartialEq, Eq)]
pub struct Heard {
    /// The saying.
    pub saying: u64,
    /// How long it sounded before the stop, pauses between clauses left out.
    pub heard: Duration,
    /// How long all of its clips are that had come by then.
    pub of: Duration,
    /// The text of the clips that were heard at least in part.
    pub text: String,
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (heard, of) = (self.heard.as_millis(), self.of.as_millis());
        write!(formatter, "Heard(saying {}, {heard} of {of} ms)", self.saying)
    }
}

/// Plays sayings one behind the other, each made of clips that may still be coming while it plays.
///
/// Invariant: [`Self::next`] always gives exactly one frame, touches no heap, and never goes back: every
/// sample of every clip is played once, or never after a stop.
#[derive(Debug)]
pub struct Playout {
    sayings: VecDeque<Saying>,
    /// What fades out after a stop.
    fading: Option<Fading>,
    /// [`FULL`] while playing, 0 while paused, between them while fading.
    gain: u32,
    paused: bool,
    /// Silence played since the last sample of a clip, and how much the clip wants.
    silent_for: Duration,
    pause_wanted: Duration,
    position: u64,
    /// What was played and what has faded: freed outside [`Self::next`].
    spent: Vec<Saying>,
    faded: Option<Fading>,
}

impl Default for Playout {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug)]
struct Saying {
    id: u64,
    clips: VecDeque<Clip>,
    /// Which clip plays, and where in it.
    clip: usize,
    cursor: Cursor,
    /// Length of the clips that were played to their end.
    heard_before: Duration,
    started: bool,
    /// No more clips come.
    complete: bool,
}

#[derive(Debug)]
struct Fading {
    sound: Arc<Sound>,
    cursor: Cursor,
    gain: u32,
}

/// A place in a sound, stepped at the line's rate.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    index: usize,
    /// Fraction of a source sample, in units of one line's sample rate.
    phase: u32,
}

impl Cursor {
    /// The sample here, interpolated where the rates differ, and one step on.
    fn step(&mut self, sound: &Sound, rate: Hertz) -> i16 {
        let samples = sound.samples();
        let here = samples.get(self.index).copied().unwrap_or(0);
        if sound.rate() == rate {
            self.index += 1;
            return here;
        }
        let next = samples.get(self.index + 1).copied().unwrap_or(here);
        let line = i64::from(rate.get());
        let between = i64::from(here) * (line - i64::from(self.phase)) + i64::from(next) * i64::from(self.phase);
        let total = u64::from(self.phase) + u64::from(sound.rate().get());
        self.index += (total / u64::from(rate.get())) as usize;
        self.phase = (total % u64::from(rate.get())) as u32;
        (between / line) as i16
    }

    fn is_past(&self, sound: &Sound) -> bool {
        self.index >= sound.samples().len()
    }
}

impl Saying {
    fn new(id: u64) -> Self {
        Self {
            id,
            clips: VecDeque::new(),
            clip: 0,
            cursor: Cursor::default(),
            heard_before: Duration::ZERO,
            started: false,
            complete: false,
        }
    }

    fn heard(&self) -> Duration {
        let in_clip = self.clips.get(self.clip).map(|clip| {
            let samples = self.cursor.index.min(clip.sound.samples().len());
            clip.sound.rate().duration_of(samples)
        });
        self.heard_before + in_clip.unwrap_or_default()
    }

    fn report(&self) -> Heard {
        let begun = self.clip + usize::from(self.cursor.index > 0);
        let mut text = String::new();
        for clip in self.clips.iter().take(begun) {
            if !text.is_empty() && !clip.text.is_empty() {
                text.push(' ');
            }
            text.push_str(&clip.text);
        }
        let of = self.clips.iter().map(|clip| clip.sound.duration()).sum();
        Heard { saying: self.id, heard: self.heard(), of, text }
    }
}

impl Playout {
    /// A playout with nothing to play.
    pub fn new() -> Self {
        Self {
            sayings: VecDeque::new(),
            fading: None,
            gain: FULL,
            paused: false,
            silent_for: Duration::ZERO,
            pause_wanted: Duration::ZERO,
            position: 0,
            spent: Vec::new(),
            faded: None,
        }
    }

    /// Opens `saying` and gives it its place behind all others, whether or not a clip of it is ready.
    /// Nothing happens if it is open already.
    pub fn begin(&mut self, saying: u64) {
        self.tidy();
        if self.open(saying).is_none() {
            self.sayings.push_back(Saying::new(saying));
            self.spent.reserve(self.sayings.len());
        }
    }

    /// Adds a clip to its saying. `false` if that saying is not open: it was never begun, or it was
    /// completed or stopped meanwhile, and no more of it is wanted.
    pub fn enqueue(&mut self, clip: Clip) -> bool {
        self.tidy();
        match self.open(clip.saying) {
            Some(saying) => {
                saying.clips.push_back(clip);
                true
            }
            None => false,
        }
    }

    /// No more clips of `saying` come: it finishes once what there is was played.
    pub fn complete(&mut self, saying: u64) {
        self.tidy();
        if let Some(saying) = self.open(saying) {
            saying.complete = true;
        }
    }

    /// Stops everything, now: the next frame fades out within [`FADE`] and the rest is silent. Tells of
    /// every saying that had not finished how much was heard.
    pub fn stop(&mut self) -> Vec<Heard> {
        self.tidy();
        let heard = self.sayings.iter().map(Saying::report).collect();
        if let Some(saying) = self.sayings.front()
            && let Some(clip) = saying.clips.get(saying.clip)
            && saying.cursor.index > 0
            && self.gain > 0
        {
            self.fading = Some(Fading { sound: clip.sound.clone(), cursor: saying.cursor, gain: self.gain });
        }
        self.sayings.clear();
        self.gain = if self.paused { 0 } else { FULL };
        self.silent_for = Duration::ZERO;
        self.pause_wanted = Duration::ZERO;
        heard
    }

    /// Holds the sound where it is, within [`FADE`].
    pub fn pause(&mut self) {
        self.paused = true;
    }

    /// Goes on where it was held.
    pub fn resume(&mut self) {
        self.paused = false;
    }

    /// Whether it is held.
    pub const fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether nothing is played and nothing is awaited: no saying is open, and no fade is under way.
    pub fn is_idle(&self) -> bool {
        self.sayings.is_empty() && self.fading.is_none()
    }

    /// The saying that plays or comes next, if any.
    pub fn current(&self) -> Option<u64> {
        self.sayings.front().map(|saying| saying.id)
    }

    /// How much sound waits to be played, pauses left out. Sayings that are not complete may add to it.
    pub fn pending(&self) -> Duration {
        let all = |saying: &Saying| saying.clips.iter().map(|clip| clip.sound.duration()).sum::<Duration>();
        self.sayings.iter().map(|saying| all(saying).saturating_sub(saying.heard())).sum()
    }

    /// Frees the sounds that were played. Every other call but [`Self::next`] does it too.
    pub fn tidy(&mut self) {
        self.spent.clear();
        self.faded = None;
    }

    /// The next 20 ms at `rate`, and what began or ended in them. No heap, no waiting.
    pub fn next(&mut self, rate: Hertz) -> (Frame, Marks) {
        let mut frame = Frame::silence(rate);
        let mut marks = Marks::default();
        let one_sample = rate.duration_of(1);
        let gain_step = FULL.div_ceil(rate.samples_in(FADE).max(1) as u32);
        let frame_start = self.position;
        let samples = frame.samples_mut();
        for (offset, sample) in samples.iter_mut().enumerate() {
            let position = frame_start + offset as u64;
            if let Some(fading) = &mut self.fading {
                fading.gain = fading.gain.saturating_sub(gain_step);
                if fading.gain > 0 && !fading.cursor.is_past(&fading.sound) {
                    *sample = scaled(fading.cursor.step(&fading.sound, rate), fading.gain);
                    continue;
                }
                self.faded = self.fading.take();
            }
            if self.paused && self.gain == 0 {
                continue;
            }
            let target = if self.paused { 0 } else { FULL };
            let playing = self.advance(offset, position, &mut marks, rate);
            if self.gain < target {
                self.gain = (self.gain + gain_step).min(FULL);
            } else if self.gain > target {
                // Nothing sounds, so nothing needs to fade.
                self.gain = if playing.is_some() { self.gain.saturating_sub(gain_step) } else { 0 };
            }
            match playing {
                Some(value) => *sample = scaled(value, self.gain),
                None => self.silent_for = self.silent_for.saturating_add(one_sample),
            }
        }
        self.position += samples.len() as u64;
        // The last sample of a frame may be a saying's last: tell of it now rather than in 20 ms.
        self.finish_what_is_done(samples.len(), self.position, &mut marks);
        (frame, marks)
    }

    /// The next sample of the saying at the front, or `None` while there is silence.
    fn advance(&mut self, offset: usize, position: u64, marks: &mut Marks, rate: Hertz) -> Option<i16> {
        self.finish_what_is_done(offset, position, marks);
        let saying = self.sayings.front_mut()?;
        let clip = saying.clips.get(saying.clip)?;
        if saying.cursor.index == 0 && saying.cursor.phase == 0 {
            if self.silent_for < self.pause_wanted {
                return None;
            }
            if !saying.started {
                if !marks.has_room() {
                    return None;
                }
                saying.started = true;
                marks.push(Mark { saying: saying.id, kind: MarkKind::Started, offset, position });
            }
        }
        if saying.cursor.is_past(&clip.sound) {
            // Only a clip without a sample gets here; what is done steps over it.
            return None;
        }
        Some(saying.cursor.step(&clip.sound, rate))
    }

    /// Steps over clips that were played, and ends sayings that have no more.
    fn finish_what_is_done(&mut self, offset: usize, position: u64, marks: &mut Marks) {
        while let Some(saying) = self.sayings.front_mut() {
            while let Some(clip) = saying.clips.get(saying.clip) {
                if !saying.cursor.is_past(&clip.sound) {
                    return;
                }
                saying.heard_before += clip.sound.duration();
                saying.clip += 1;
                saying.cursor = Cursor::default();
                if !clip.sound.samples().is_empty() {
                    self.silent_for = Duration::ZERO;
                    self.pause_wanted = clip.pause_after;
                }
            }
            if !saying.complete || !marks.has_room() {
                return;
            }
            let kind = MarkKind::Finished { heard: saying.heard_before };
            marks.push(Mark { saying: saying.id, kind, offset, position });
            if let Some(done) = self.sayings.pop_front() {
                debug_assert!(self.spent.len() < self.spent.capacity(), "room for it was reserved when it began");
                self.spent.push(done);
            }
        }
    }

    /// The saying of that number that may still get clips.
    fn open(&mut self, saying: u64) -> Option<&mut Saying> {
        self.sayings.iter_mut().find(|one| one.id == saying && !one.complete)
    }
}

fn scaled(sample: i16, gain: u32) -> i16 {
    (i64::from(sample) * i64::from(gain) / i64::from(FULL)) as i16
}

#[cfg(test)]
mod tests;
