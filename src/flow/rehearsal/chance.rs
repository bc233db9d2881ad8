//! Numbers that look like chance and are the same for the same seed, on every machine and for ever.

/// A sequence of numbers (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `count`; 0 when that is 0.
    pub fn below(&mut self, count: usize) -> usize {
        if count == 0 { 0 } else { usize::try_from(self.next() % count as u64).unwrap_or(0) }
    }

    /// Whether something happens that happens in `percent` of a hundred cases.
    pub fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of a few.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let place = self.below(of.len());
        of.get(place)
    }

    /// From 0 to 1.
    pub fn part(&mut self) -> f32 {
        self.below(1_001) as f32 / 1_000.0
    }

    /// So many digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).filter_map(|_| char::from_digit(u32::try_from(self.below(10)).unwrap_or(0), 10)).collect()
    }
}
