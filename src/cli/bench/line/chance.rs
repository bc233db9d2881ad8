//! Chance from a fixed seed, the same on every machine.

/// A xorshift generator.
pub(in crate::cli::bench) struct Chance(u64);

impl Chance {
    /// The chance of `seed`.
    pub(in crate::cli::bench) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    /// A whole number below `limit`.
    pub(in crate::cli::bench) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// From 0 to 1.
    pub(in crate::cli::bench) fn share(&mut self) -> f32 {
        (self.next() >> 29) as f32 / 16_777_216.0
    }
}
