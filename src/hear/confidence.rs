//! How likely it is that what was recognised is right.

/// What a confidence rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grounds {
    /// Whether the text was found by the search through digit strings.
    pub as_digits: bool,
    /// The log-probability of the whole text, natural logarithm.
    pub log_probability: f32,
    /// For digits by how much they lead the next best string, at most [`Grounds::CLEAR_LEAD`]; for other words the mean log-probability
    /// of a token.
    pub margin: f32,
}

impl Grounds {
    /// A lead that leaves no doubt, natural logarithm.
    pub const CLEAR_LEAD: f32 = 6.0;

    /// The numbers that [`Grounds::confidence`] weighs.
    pub fn features(&self) -> [f32; 3] {
        [1.0, self.log_probability, self.margin]
    }

    /// How likely what was said is right, 0 to 1. For digits, that every digit is: a logistic function of the grounds, with weights
    /// that `warmline bench hear --calibrate` fits to half of the recordings and judges on the others. For other words the
    /// mean probability of a token, as whisper gives it: that of the whole sentence would say too little of a yes in it.
    pub fn confidence(&self) -> f32 {
        if !self.as_digits {
            return self.margin.exp().clamp(0.0, 1.0);
        }
        let sum: f32 = DIGITS.iter().zip(self.features()).map(|(weight, feature)| weight * feature).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// Weights for digits (docs/hearing.md tells what they were fitted to).
const DIGITS: [f32; 3] = [1.53, 0.47, 0.57];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surer_grounds_give_more_confidence() {
        for as_digits in [false, true] {
            let at = |log_probability, margin| Grounds { as_digits, log_probability, margin }.confidence();
            let (clear, doubtful) = (if as_digits { 6.0 } else { -0.02 }, if as_digits { 0.1 } else { -1.0 });
            assert!(at(-0.2, clear) > 0.7, "{}", at(-0.2, clear));
            assert!(at(-12.0, doubtful) < 0.5, "{}", at(-12.0, doubtful));
            assert!(at(-0.2, clear) > at(-0.2, doubtful));
        }
    }
}
