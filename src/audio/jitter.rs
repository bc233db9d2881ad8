//! The jitter buffer: packets in as the network brings them, 20 ms out at every tick, in the sender's order.
//!
//! Everything is measured on two clocks: the sender's media timestamps and our line clock. A packet's *transit* is its
//! arrival less its timestamp. The buffer plays each frame at its timestamp plus a playout transit, which it keeps
//! near the 98th percentile of the transits of the last five seconds: that follows jitter up at once and down again
//! in seconds, and follows a drifting sender clock without knowing of it. It adapts by whole frames, where the
//! sender is quiet if it can:
//! - when nothing has come in time, it stretches: it asks for concealment and holds its place, so that a packet
//!   that is merely late is still played; the delay has then grown by a frame;
//! - when the delay has become longer than it need be, it leaves out a frame.
//!
//! A gap in the timestamps while the sequence goes on is the sender's silence; with a gap in the sequence it is loss.

use std::collections::VecDeque;
use std::time::Duration;

use super::Hertz;

mod transit;

use transit::Transits;

/// The longest payload of a frame, in bytes: 160 for G.711, up to 128 kbit/s for anything else.
pub const MAX_PAYLOAD: usize = 320;

/// Frames the buffer can hold: 1.28 s.
const CAPACITY: usize = 64;

/// How far a timestamp may be from where the last ones lead, before it is taken for a new beginning, in seconds.
const JUMP_SECONDS: i64 = 1;

/// Pulls with nothing to give before the gap is called silence, and no longer concealed: 100 ms.
const PULLS_TO_CONCEAL: u32 = 5;

/// How the buffer behaves.
#[derive(Clone, Debug)]
pub struct JitterSettings {
    /// The delay to begin with, until the network is known, from the first packet on. Default 40 ms.
    pub start_delay: Duration,
    /// The least delay behind the fastest packet. Default 20 ms.
    pub min_delay: Duration,
    /// The most delay behind the fastest packet: what waits longer is left out at once. At most 1 s. Default 400 ms.
    pub max_delay: Duration,
    /// Whether a payload is so quiet that a caller will not miss it (for G.711, [`Law::is_quiet`](super::Law::is_quiet)).
    /// Without it, frames are left out wherever the buffer happens to be.
    pub is_quiet: Option<fn(&[u8]) -> bool>,
}

impl Default for JitterSettings {
    fn default() -> Self {
        Self {
            start_delay: Duration::from_millis(40),
            min_delay: Duration::from_millis(20),
            max_delay: Duration::from_millis(400),
            is_quiet: None,
        }
    }
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It waits for its time.
    Accepted,
    /// Its frame is there already, or as good as there.
    Duplicate,
    /// Its time has passed.
    Late,
    /// Its timestamp is more than a second from where it should be. If the next packet agrees with it, the sender
    /// has begun anew and the buffer follows.
    Strange,
    /// It is longer than [`MAX_PAYLOAD`].
    TooLong,
}

/// What there is to play for the next 20 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// A frame: this many bytes were written.
    Payload {
        /// Bytes written to the front of the output.
        len: usize,
    },
    /// A frame is missing and should be concealed.
    Lost,
    /// The sender is silent, or has not begun.
    Empty,
}

/// What the buffer has seen and done since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JitterStats {
    /// Packets pushed.
    pub received: u64,
    /// Frames given out.
    pub played: u64,
    /// Frames that never came, or too late.
    pub lost: u64,
    /// Packets whose time had passed.
    pub late: u64,
    /// Packets that were there already.
    pub duplicated: u64,
    /// Packets that came after a later one, in time.
    pub reordered: u64,
    /// Frames left out to shorten the delay.
    pub left_out: u64,
    /// Times 20 ms were put in to lengthen the delay, or because nothing had come.
    pub stretched: u64,
    /// Packets refused as strange or too long.
    pub refused: u64,
    /// New beginnings: a jump of the timestamps, or a [`JitterBuffer::reset`].
    pub restarts: u64,
    /// How far the playout stands behind the fastest packet of the last seconds.
    pub delay: Duration,
    /// Where the delay should be.
    pub target: Duration,
}

/// A frame that waits.
#[derive(Clone, Copy)]
struct Waiting {
    /// Extended timestamp.
    timestamp: i64,
    sequence: u16,
    slot: u8,
}

#[derive(Clone, Copy)]
struct Slot {
    len: u16,
    payload: [u8; MAX_PAYLOAD],
}

/// A timestamp that did not fit, kept to see whether the next one agrees.
#[derive(Clone, Copy)]
struct Stray {
    sequence: u16,
    transit: i64,
}

/// Puts packets back in order and in time. One for each stream received; see the head of this file's module for how it
/// adapts. All of its memory (about 21 kB) is taken by [`JitterBuffer::new`].
///
/// Every payload must be one frame of 20 ms: packets of other lengths are split or joined by who receives them.
pub struct JitterBuffer {
    settings: JitterSettings,
    rate: i64,
    frame: i64,
    slots: Box<[Slot]>,
    free: Vec<u8>,
    /// In the order of their timestamps, at least half a frame apart.
    waiting: VecDeque<Waiting>,
    transits: Transits,
    /// The stream's timeline: the last accepted timestamp, as it came and extended over its wraps.
    newest: Option<(u32, i64)>,
    /// The timestamp that is to be played next, once playing has begun.
    cursor: Option<i64>,
    last_played: Option<(i64, u16)>,
    stray: Option<Stray>,
    /// Pulls in a row that found nothing.
    dry: u32,
    /// Pulls in a row at which the delay was longer than it need be.
    slack: u32,
    stats: JitterStats,
}

impl JitterBuffer {
    /// An empty buffer for a stream whose timestamps run at `clock_rate` (8 kHz for G.711).
    pub fn new(settings: JitterSettings, clock_rate: Hertz) -> Self {
        let settings = JitterSettings { max_delay: settings.max_delay.min(Duration::from_secs(1)), ..settings };
        Self {
            settings,
            rate: i64::from(clock_rate.get()),
            frame: i64::from(clock_rate.get()) / 50,
            slots: vec![Slot { len: 0, payload: [0; MAX_PAYLOAD] }; CAPACITY].into_boxed_slice(),
            free: (0..CAPACITY as u8).collect(),
            waiting: VecDeque::with_capacity(CAPACITY),
            transits: Transits::new(),
            newest: None,
            cursor: None,
            last_played: None,
            stray: None,
            dry: 0,
            slack: 0,
            stats: JitterStats::default(),
        }
    }

    /// Takes a packet that came at `arrival` on the line clock. `payload` is copied.
    pub fn push(&mut self, arrival: Duration, sequence: u16, timestamp: u32, payload: &[u8]) -> Pushed {
        self.stats.received += 1;
        if payload.len() > MAX_PAYLOAD {
            self.stats.refused += 1;
            return Pushed::TooLong;
        }
        let arrival = self.ticks(arrival);
        let mut extended = self.extended(timestamp);
        let mut transit = arrival.saturating_sub(extended);
        if self.is_jump(transit) {
            let agrees = self.stray.is_some_and(|stray| {
                sequence.wrapping_sub(stray.sequence) <= 16 && (transit - stray.transit).abs() < self.jump()
            });
            if !agrees {
                self.stray = Some(Stray { sequence, transit });
                self.stats.refused += 1;
                return Pushed::Strange;
            }
            self.begin_anew();
            extended = i64::from(timestamp);
            transit = arrival.saturating_sub(extended);
        }
        self.stray = None;
        let pushed = self.place(extended, sequence, payload);
        if pushed != Pushed::Duplicate {
            self.transits.add(transit);
            let is_newest = self.newest.is_none_or(|(_, newest)| extended > newest);
            if is_newest {
                self.newest = Some((timestamp, extended));
            } else if pushed == Pushed::Accepted {
                self.stats.reordered += 1;
            }
        }
        pushed
    }

    /// Gives what is to be played in the next 20 ms. Call it once for every 20 ms of the line clock; `now` is that tick.
    /// `output` should hold [`MAX_PAYLOAD`] bytes; a longer payload than it holds is cut.
    pub fn pull(&mut self, now: Duration, output: &mut [u8]) -> Pulled {
        let now = self.ticks(now);
        let target = self.target();
        if self.is_next(self.waiting.front()) {
            if self.wants_longer_delay(now, target) {
                self.stats.stretched += 1;
                return Pulled::Lost;
            }
            self.shorten_delay(now, target);
        }
        let Some(front) = self.waiting.front().copied() else { return self.pull_nothing() };
        // A frame that is not the next one may be due all the same, after a stretch or at the end of a pause.
        let is_due = now.saturating_sub(front.timestamp) >= target;
        if is_due || self.is_next(Some(&front)) {
            self.stats.lost += self.missing_before(front);
            return self.play(now, output);
        }
        let Some(cursor) = self.cursor else { return Pulled::Empty };
        self.dry = 0;
        if self.missing_before(front) == 0 {
            return Pulled::Empty;
        }
        if now.saturating_sub(cursor) >= target {
            self.cursor = Some(cursor + self.frame);
            self.stats.lost += 1;
        } else {
            // There is time yet: the missing one may still come.
            self.stats.stretched += 1;
        }
        Pulled::Lost
    }

    /// Forgets the stream, as when its SSRC changes: the next packet begins a new one. The figures stay.
    pub fn reset(&mut self) {
        self.begin_anew();
        self.stray = None;
    }

    /// What has been seen and done.
    pub fn stats(&self) -> JitterStats {
        self.stats
    }

    /// How many frames wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether no frame waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn begin_anew(&mut self) {
        while let Some(front) = self.waiting.pop_front() {
            self.free.push(front.slot);
        }
        self.transits.clear();
        self.newest = None;
        self.cursor = None;
        self.last_played = None;
        self.dry = 0;
        self.slack = 0;
        self.stats.restarts += 1;
    }

    fn place(&mut self, timestamp: i64, sequence: u16, payload: &[u8]) -> Pushed {
        // Senders may be a few ticks off the grid after a pause, so half a frame is the measure of what is the same.
        let same = self.frame / 2;
        if self.last_played.is_some_and(|(played, _)| (timestamp - played).abs() < same) {
            self.stats.duplicated += 1;
            return Pushed::Duplicate;
        }
        if self.cursor.is_some_and(|cursor| timestamp <= cursor - same) {
            self.stats.late += 1;
            return Pushed::Late;
        }
        let index = self.waiting.partition_point(|waiting| waiting.timestamp < timestamp);
        let is_near = |waiting: Option<&Waiting>| waiting.is_some_and(|it| (it.timestamp - timestamp).abs() < same);
        let before = index.checked_sub(1).and_then(|before| self.waiting.get(before));
        if is_near(before) || is_near(self.waiting.get(index)) {
            self.stats.duplicated += 1;
            return Pushed::Duplicate;
        }
        let mut index = index;
        if self.free.is_empty() {
            if index == 0 {
                self.stats.late += 1;
                return Pushed::Late;
            }
            self.leave_out();
            index -= 1;
        }
        let Some(slot) = self.free.pop() else { return Pushed::Late };
        let place = &mut self.slots[usize::from(slot)];
        place.len = payload.len() as u16;
        place.payload[..payload.len()].copy_from_slice(payload);
        self.waiting.insert(index, Waiting { timestamp, sequence, slot });
        Pushed::Accepted
    }

    fn pull_nothing(&mut self) -> Pulled {
        if self.cursor.is_none() {
            return Pulled::Empty;
        }
        self.dry += 1;
        self.slack = 0;
        if self.dry > PULLS_TO_CONCEAL {
            return Pulled::Empty;
        }
        self.stats.stretched += 1;
        Pulled::Lost
    }

    /// Whether the delay should grow by a frame, here where it is not heard.
    fn wants_longer_delay(&self, now: i64, target: i64) -> bool {
        self.behind(now) < target.saturating_sub(self.frame) && self.front_is_quiet()
    }

    /// Leaves out what makes the delay longer than it need be: all of it beyond the greatest delay, otherwise a frame.
    fn shorten_delay(&mut self, now: i64, target: i64) {
        let latest = self.transits.least().saturating_add(self.ticks(self.settings.max_delay) + self.frame);
        while self.waiting.len() > 1 && self.behind(now) >= latest {
            self.leave_out();
        }
        let slack = self.behind(now).saturating_sub(target);
        if slack <= self.frame + self.frame / 4 {
            self.slack = 0;
            return;
        }
        self.slack += 1;
        // In speech, a frame left out is a click: only where the delay hurts more, or has done so for long.
        let pulls_to_bear = match slack / self.frame {
            0..2 => 100,
            2..4 => 25,
            _ => 3,
        };
        if self.waiting.len() > 1 && (self.front_is_quiet() || self.slack >= pulls_to_bear) {
            self.leave_out();
            self.slack = 0;
        }
    }

    /// How far the front's timestamp is behind `now`.
    fn behind(&self, now: i64) -> i64 {
        self.waiting.front().map_or(0, |front| now.saturating_sub(front.timestamp))
    }

    fn front_is_quiet(&self) -> bool {
        let (Some(is_quiet), Some(front)) = (self.settings.is_quiet, self.waiting.front()) else { return false };
        let slot = &self.slots[usize::from(front.slot)];
        is_quiet(&slot.payload[..usize::from(slot.len)])
    }

    fn play(&mut self, now: i64, output: &mut [u8]) -> Pulled {
        let Some(front) = self.waiting.pop_front() else { return Pulled::Empty };
        let slot = &self.slots[usize::from(front.slot)];
        let len = usize::from(slot.len).min(output.len());
        output[..len].copy_from_slice(&slot.payload[..len]);
        self.free.push(front.slot);
        debug_assert!(self.last_played.is_none_or(|(played, _)| played < front.timestamp), "played out of order");
        self.last_played = Some((front.timestamp, front.sequence));
        self.cursor = Some(front.timestamp + self.frame);
        self.dry = 0;
        self.stats.played += 1;
        let least = self.transits.least();
        self.stats.delay = self.duration(now.saturating_sub(front.timestamp).saturating_sub(least));
        self.stats.target = self.duration(self.target().saturating_sub(least));
        Pulled::Payload { len }
    }

    /// Drops the front, to shorten the delay or to make room.
    fn leave_out(&mut self) {
        if let Some(front) = self.waiting.pop_front() {
            self.free.push(front.slot);
            self.last_played = Some((front.timestamp, front.sequence));
            if self.cursor.is_some() {
                self.cursor = Some(front.timestamp + self.frame);
            }
            self.stats.left_out += 1;
        }
    }

    /// Whether this is the frame that follows what has been played.
    fn is_next(&self, waiting: Option<&Waiting>) -> bool {
        match (self.cursor, waiting) {
            (Some(cursor), Some(waiting)) => waiting.timestamp - cursor < self.frame,
            _ => false,
        }
    }

    /// How many frames are lost between the cursor and `front`. Where the sequence goes on there are none, however
    /// far the timestamps jump: the sender was silent. Each number missing may stand for up to 60 ms.
    fn missing_before(&self, front: Waiting) -> u64 {
        let (Some(cursor), Some((played, sequence))) = (self.cursor, self.last_played) else { return 0 };
        let gap = (front.timestamp - cursor).max(0) / self.frame;
        let given_up = (cursor - played) / self.frame - 1;
        let numbers = i64::from(front.sequence.wrapping_sub(sequence)) - 1;
        gap.min(3 * numbers - given_up).max(0) as u64
    }

    /// The transit at which frames should be played.
    fn target(&self) -> i64 {
        let least = self.transits.least();
        let floor = if self.transits.are_many() { self.settings.min_delay } else { self.settings.start_delay };
        let floor = least.saturating_add(self.ticks(floor));
        let ceiling = least.saturating_add(self.ticks(self.settings.max_delay));
        self.transits.late().max(floor).min(ceiling)
    }

    /// Whether a packet of this transit does not belong to the stream as we know it.
    fn is_jump(&self, transit: i64) -> bool {
        self.transits.last().is_some_and(|last| transit.saturating_sub(last).saturating_abs() > self.jump())
    }

    const fn jump(&self) -> i64 {
        JUMP_SECONDS * self.rate
    }

    /// The timestamp on a timeline that does not wrap.
    fn extended(&self, timestamp: u32) -> i64 {
        match self.newest {
            Some((newest, extended)) => extended + i64::from(timestamp.wrapping_sub(newest) as i32),
            None => i64::from(timestamp),
        }
    }

    fn ticks(&self, time: Duration) -> i64 {
        let ticks = time.as_nanos().saturating_mul(self.rate as u128) / 1_000_000_000;
        // Far from the ends, so that sums of such times stay inside.
        i64::try_from(ticks).unwrap_or(i64::MAX).min(i64::MAX / 4)
    }

    fn duration(&self, ticks: i64) -> Duration {
        let ticks = ticks.clamp(0, 100 * self.rate) as u64;
        Duration::from_nanos(ticks * 1_000_000_000 / self.rate as u64)
    }
}

impl std::fmt::Debug for JitterBuffer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("JitterBuffer")
            .field("waiting", &self.waiting.len())
            .field("stats", &self.stats)
            .finish()
    }
}

#[cfg(test)]
mod tests;
