//! G.711: one byte a sample at 8 kHz, by either of its two laws (ITU-T G.711; bit-exact to the tools of G.191).

use super::{Frame, Hertz};

/// Which of the two curves of G.711 squeezes 16 bits into 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// µ-law, PCMU, static RTP payload type 0: North America and Japan.
    Mu,
    /// A-law, PCMA, static RTP payload type 8: everywhere else.
    A,
}

/// Bytes in 20 ms of G.711.
pub const G711_FRAME: usize = 160;

static MU_DECODED: [i16; 256] = decoded(Law::Mu);
static A_DECODED: [i16; 256] = decoded(Law::A);

impl Law {
    /// The code of `sample`.
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => encode_mu(sample),
            Self::A => encode_a(sample),
        }
    }

    /// The sample that `code` stands for.
    pub fn decode(self, code: u8) -> i16 {
        self.table()[usize::from(code)]
    }

    /// The code of a silent sample, to fill a packet with.
    pub const fn silence(self) -> u8 {
        self.encode(0)
    }

    /// Encodes 20 ms. The frame must be at 8 kHz (checked in debug builds, silence otherwise).
    pub fn encode_frame(self, frame: &Frame, codes: &mut [u8; G711_FRAME]) {
        debug_assert_eq!(frame.rate(), Hertz::HZ_8000, "G.711 runs at 8 kHz");
        if frame.rate() != Hertz::HZ_8000 {
            codes.fill(self.silence());
            return;
        }
        for (code, &sample) in codes.iter_mut().zip(frame.samples()) {
            *code = self.encode(sample);
        }
    }

    /// Decodes 20 ms at 8 kHz from the first 160 of `codes`; what is missing of them is silence.
    pub fn decode_frame(self, codes: &[u8]) -> Frame {
        let table = self.table();
        let mut frame = Frame::silence(Hertz::HZ_8000);
        for (sample, &code) in frame.samples_mut().iter_mut().zip(codes) {
            *sample = table[usize::from(code)];
        }
        frame
    }

    /// Whether the sound of `codes` is below -40 dBov, so that nobody will miss 20 ms of it.
    pub fn is_quiet(self, codes: &[u8]) -> bool {
        let table = self.table();
        let energy: u64 = codes.iter().map(|&code| i64::from(table[usize::from(code)]).pow(2) as u64).sum();
        energy < (32_768 * 32_768 / 10_000) * codes.len() as u64
    }

    fn table(self) -> &'static [i16; 256] {
        match self {
            Self::Mu => &MU_DECODED,
            Self::A => &A_DECODED,
        }
    }
}

/// The distance of a sample from zero; a negative one is taken as its one's complement, as G.191 does,
/// so that -1 is the negative zero.
const fn magnitude(sample: i16) -> u32 {
    (if sample < 0 { !sample } else { sample }) as u32
}

const fn sign_bit(sample: i16) -> u8 {
    if sample < 0 { 0 } else { 0x80 }
}

const fn encode_mu(sample: i16) -> u8 {
    // Of 14 bits, biased by 33 so that each of the eight segments begins at a power of two from 32 up.
    let biased = (magnitude(sample) >> 2) + 33;
    let biased = if biased > 0x1FFF { 0x1FFF } else { biased };
    let segment = 26 - biased.leading_zeros();
    let step = (biased >> (segment + 1)) & 0xF;
    (!((segment << 4 | step) as u8) & 0x7F) | sign_bit(sample)
}

const fn encode_a(sample: i16) -> u8 {
    // Of 12 bits; the first two segments share one step, the others double it each time.
    let magnitude = magnitude(sample) >> 4;
    let code = if magnitude < 32 {
        magnitude
    } else {
        let segment = 28 - magnitude.leading_zeros();
        segment << 4 | ((magnitude >> (segment - 1)) & 0xF)
    };
    (code as u8 | sign_bit(sample)) ^ 0x55
}

const fn decode_mu(code: u8) -> i16 {
    let inverted = !code;
    let segment = (inverted >> 4) & 0x7;
    let step = (inverted & 0xF) as i16;
    let magnitude = (((step << 1) + 33) << segment) - 33;
    let sample = magnitude << 2;
    if code & 0x80 == 0 { -sample } else { sample }
}

const fn decode_a(code: u8) -> i16 {
    let toggled = code ^ 0x55;
    let segment = (toggled >> 4) & 0x7;
    let step = (toggled & 0xF) as i16;
    let sample = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    if code & 0x80 == 0 { -sample } else { sample }
}

const fn decoded(law: Law) -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = match law {
            Law::Mu => decode_mu(code as u8),
            Law::A => decode_a(code as u8),
        };
        code += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The four routines of the ITU-T software tool library (G.191, module g711), written again step by step
    /// as they stand there, with their shifts and loops, to hold the tables above against.
    mod g191 {
        pub fn ulaw_compress(linear: i16) -> u8 {
            let mut absno = if linear < 0 { ((!linear) >> 2) + 33 } else { (linear >> 2) + 33 };
            if absno > 0x1FFF {
                absno = 0x1FFF;
            }
            let mut rest = absno >> 6;
            let mut segno = 1;
            while rest != 0 {
                segno += 1;
                rest >>= 1;
            }
            let high_nibble = 0x0008 - segno;
            let low_nibble = 0x000F - ((absno >> segno) & 0x000F);
            let mut log = (high_nibble << 4) | low_nibble;
            if linear >= 0 {
                log |= 0x0080;
            }
            log as u8
        }

        pub fn ulaw_expand(log: u8) -> i16 {
            let log = i32::from(log);
            let sign = if log < 0x0080 { -1 } else { 1 };
            let mantissa = !log;
            let exponent = (mantissa >> 4) & 0x0007;
            let segment = exponent + 1;
            let mantissa = mantissa & 0x000F;
            let step = 4 << segment;
            (sign * ((0x0080 << exponent) + step * mantissa + step / 2 - 4 * 33)) as i16
        }

        pub fn alaw_compress(linear: i16) -> u8 {
            let mut ix = if linear < 0 { (!linear) >> 4 } else { linear >> 4 };
            if ix > 15 {
                let mut iexp = 1;
                while ix > 16 + 15 {
                    ix >>= 1;
                    iexp += 1;
                }
                ix -= 16;
                ix += iexp << 4;
            }
            if linear >= 0 {
                ix |= 0x0080;
            }
            (ix ^ 0x0055) as u8
        }

        pub fn alaw_expand(log: u8) -> i16 {
            let ix = (i32::from(log) ^ 0x0055) & 0x007F;
            let iexp = ix >> 4;
            let mut mant = ix & 0x000F;
            if iexp > 0 {
                mant += 16;
            }
            mant = (mant << 4) + 0x0008;
            if iexp > 1 {
                mant <<= iexp - 1;
            }
            (if log > 127 { mant } else { -mant }) as i16
        }
    }

    #[test]
    fn every_code_decodes_as_the_itu_tools_do() {
        for code in 0..=255 {
            assert_eq!(Law::Mu.decode(code), g191::ulaw_expand(code), "mu {code:#04x}");
            assert_eq!(Law::A.decode(code), g191::alaw_expand(code), "a {code:#04x}");
        }
    }

    #[test]
    fn every_sample_encodes_as_the_itu_tools_do() {
        for sample in i16::MIN..=i16::MAX {
            assert_eq!(Law::Mu.encode(sample), g191::ulaw_compress(sample), "mu {sample}");
            assert_eq!(Law::A.encode(sample), g191::alaw_compress(sample), "a {sample}");
        }
    }

    #[test]
    fn the_tables_of_the_recommendation_hold() {
        // G.711 tables 2a and 1a: where each segment begins (decision value) and what its first step decodes to,
        // in the recommendation's units: 14 bits for mu-law, 13 for A-law. The character signals as transmitted.
        let mu = [(31, 33), (95, 99), (223, 231), (479, 495), (991, 1023), (2015, 2079), (4063, 4191)];
        for (segment, (decision, output)) in mu.into_iter().enumerate() {
            let code = !(((segment + 1) << 4) as u8);
            assert_eq!(Law::Mu.encode(decision * 4), code);
            assert_eq!(Law::Mu.encode(decision * 4 - 1), code + 1);
            assert_eq!(Law::Mu.decode(code), output * 4);
        }
        assert_eq!((Law::Mu.decode(0x80), Law::Mu.decode(0x00)), (8031 * 4, -8031 * 4));
        assert_eq!((Law::Mu.decode(0xFF), Law::Mu.decode(0x7F)), (0, 0));

        let a = [(64, 66), (128, 132), (256, 264), (512, 528), (1024, 1056), (2048, 2112)];
        for (segment, (decision, output)) in a.into_iter().enumerate() {
            let code = ((((segment + 2) << 4) as u8) | 0x80) ^ 0x55;
            assert_eq!(Law::A.encode(decision * 8), code);
            assert_ne!(Law::A.encode(decision * 8 - 1), code);
            assert_eq!(Law::A.decode(code), output * 8);
        }
        assert_eq!((Law::A.decode(0xAA), Law::A.decode(0x2A)), (4032 * 8, -4032 * 8));
        assert_eq!((Law::A.decode(0xD5), Law::A.decode(0x55)), (8, -8));
    }

    #[test]
    fn a_code_survives_being_decoded_and_encoded() {
        for code in 0..=255 {
            assert_eq!(Law::A.encode(Law::A.decode(code)), code);
            // mu-law has two zeros: the negative one comes back as the positive.
            let expected = if code == 0x7F { 0xFF } else { code };
            assert_eq!(Law::Mu.encode(Law::Mu.decode(code)), expected);
        }
    }

    #[test]
    fn quiet_is_below_a_hundredth_of_full_scale() {
        for law in [Law::Mu, Law::A] {
            let of = |level| [law.encode(level); G711_FRAME];
            assert!(
                law.is_quiet(&of(0))
                    && law.is_quiet(&of(-300))
                    && !law.is_quiet(&of(360))
                    && !law.is_quiet(&of(-9_000))
            );
        }
    }

    #[test]
    fn a_frame_goes_both_ways_and_a_short_packet_ends_in_silence() {
        for law in [Law::Mu, Law::A] {
            let codes: Vec<u8> = (0..160).map(|index| (index * 37 % 256) as u8 | 0x80).collect();
            let frame = law.decode_frame(&codes);
            let mut again = [0; G711_FRAME];
            law.encode_frame(&frame, &mut again);
            assert_eq!(again.as_slice(), codes);

            let short = law.decode_frame(&codes[..80]);
            assert_eq!(short.samples()[..80], frame.samples()[..80]);
            assert!(short.samples()[80..].iter().all(|&sample| sample == 0));
            let long = law.decode_frame(&[codes.as_slice(), &[0; 400]].concat());
            assert_eq!(long.samples(), frame.samples());
        }
        assert_eq!((Law::Mu.silence(), Law::A.silence()), (0xFF, 0xD5));
    }
}
