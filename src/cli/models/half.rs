//! Half-precision numbers (IEEE 754 binary16) to and from single precision.

/// The value of the half-precision number `bits`.
pub(super) fn to_f32(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let fraction = f32::from(bits & 0x3ff);
    match exponent {
        0 => sign * fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

/// The half-precision number nearest to `value`, ties to even, as the processor rounds.
pub(super) fn from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = ((bits >> 16) & 0x8000) as u16;
    let magnitude = bits & 0x7fff_ffff;
    if magnitude > 0x7f80_0000 {
        return sign | 0x7e00;
    }
    if magnitude >= 0x4780_0000 {
        return sign | 0x7c00;
    }
    if magnitude < 0x3880_0000 {
        // Below the smallest normal half: count in units of 2^-24. The scaling is exact, and the sum with
        // 2^23 rounds to a whole number, ties to even.
        let scaled = f32::from_bits(magnitude) * 16_777_216.0 + 8_388_608.0;
        return sign | (scaled.to_bits() & 0x7ff) as u16;
    }
    let rounded = magnitude + 0x0fff + ((magnitude >> 13) & 1);
    sign | ((rounded - 0x3800_0000) >> 13).min(0x7c00) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives_the_way_there_and_back() {
        for bits in 0..=u16::MAX {
            let value = to_f32(bits);
            if value.is_nan() {
                assert!(to_f32(from_f32(value)).is_nan());
            } else {
                assert_eq!(from_f32(value), bits, "{value}");
            }
        }
    }

    #[test]
    fn rounds_to_the_nearest_and_ties_to_even() {
        for low in 0x0000..0x7bff_u16 {
            let (below, above) = (to_f32(low), to_f32(low + 1));
            let middle = (below + above) / 2.0;
            let even = if low % 2 == 0 { low } else { low + 1 };
            assert_eq!(from_f32(middle), even);
            assert_eq!(from_f32(f32::from_bits(middle.to_bits() - 1)), low);
            assert_eq!(from_f32(f32::from_bits(middle.to_bits() + 1)), low + 1);
        }
        assert_eq!(from_f32(1e30), 0x7c00);
        assert_eq!(from_f32(-65_520.0), 0xfc00);
    }
}
