//! The transits of the last packets: how late they come, and the fastest of them.

/// Packets remembered: about five seconds of them.
const REMEMBERED: usize = 256;

/// Packets after which the network is known well enough: one second of them.
const MANY: usize = 50;

/// Packets between two looks at what is late. A new fastest or slowest one is seen at once.
const BETWEEN_LOOKS: u32 = 8;

/// One in how many packets may come later than what is called late: two in a hundred.
const LATE_SHARE: usize = 50;

/// A ring of transits, in ticks of the media clock.
pub(super) struct Transits {
    ring: [i64; REMEMBERED],
    len: usize,
    next: usize,
    last: Option<i64>,
    least: i64,
    late: i64,
    unlooked: u32,
}

impl Transits {
    pub fn new() -> Self {
        Self { ring: [0; REMEMBERED], len: 0, next: 0, last: None, least: 0, late: 0, unlooked: 0 }
    }

    pub fn clear(&mut self) {
        *self = Self::new();
    }

    pub fn add(&mut self, transit: i64) {
        self.ring[self.next] = transit;
        self.next = (self.next + 1) % REMEMBERED;
        self.len = (self.len + 1).min(REMEMBERED);
        self.last = Some(transit);
        self.unlooked += 1;
        if self.unlooked >= BETWEEN_LOOKS || self.len <= BETWEEN_LOOKS as usize || transit < self.least {
            self.look();
        }
    }

    /// The last transit added.
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// The transit of the fastest packet; 0 when there is none.
    pub fn least(&self) -> i64 {
        self.least
    }

    /// The transit within which nearly all packets came; 0 when there is none.
    pub fn late(&self) -> i64 {
        self.late
    }

    /// Whether there are enough to trust [`late`](Self::late).
    pub fn are_many(&self) -> bool {
        self.len >= MANY
    }

    fn look(&mut self) {
        self.unlooked = 0;
        let mut sorted = self.ring;
        let sorted = &mut sorted[..self.len];
        let place = self.len - 1 - self.len / LATE_SHARE;
        let (before, &mut late, _) = sorted.select_nth_unstable(place);
        self.late = late;
        self.least = before.iter().copied().min().unwrap_or(late);
    }
}
