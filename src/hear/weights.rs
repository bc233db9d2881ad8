//! Whisper's weights in the form this machine computes with soonest.
//!
//! Eight-bit weights (ggml's Q8_0) are the smallest and as accurate as any. Where the processor multiplies bfloat16
//! itself (AVX512-BF16: AMD since Zen 4, Intel's servers since Sapphire Rapids), the encoder takes two thirds of the
//! time with the same weights written as bfloat16: no scale stands between blocks of 32. So there the file is
//! unpacked in memory while it is loaded.

/// ggml's number for Q8_0, as a tensor's type.
const Q8_0: u32 = 8;
/// ggml's number for bfloat16, as a tensor's type.
const BF16: u32 = 30;
/// What the header of a file of bfloat16 says its tensors are (`GGML_FTYPE_MOSTLY_BF16`).
const BF16_FILE: u32 = 24;
/// Weights in a block of Q8_0: a half-precision scale, then one byte each.
const BLOCK: usize = 32;
/// Bytes of such a block.
const BLOCK_BYTES: usize = 2 + BLOCK;
/// Where the header's numbers stop being sizes and one says what the tensors are.
const KIND_AT: usize = 4 + 10 * 4;

/// Whether whisper.cpp was built for a processor that multiplies bfloat16, and this is one.
pub(super) fn computes_bfloat16() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::arch::is_x86_feature_detected!("avx512bf16") && whisper_rs::print_system_info().contains("AVX512_BF16 = 1")
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        false
    }
}

/// The whole file `model` with every Q8_0 tensor written as bfloat16; `None` when it holds none, or is not laid out
/// as whisper's ggml files are.
pub(super) fn unpacked(model: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { rest: model };
    let mut written = Vec::with_capacity(model.len() * 2);
    let header = reader.take(KIND_AT + 4)?;
    written.extend_from_slice(&header[..KIND_AT]);
    written.extend_from_slice(&BF16_FILE.to_le_bytes());
    copy_filters(&mut reader, &mut written)?;
    copy_tokens(&mut reader, &mut written)?;
    let mut any = false;
    while !reader.rest.is_empty() {
        any |= copy_tensor(&mut reader, &mut written)?;
    }
    any.then_some(written)
}

fn copy_filters(reader: &mut Reader<'_>, written: &mut Vec<u8>) -> Option<()> {
    let (rows, columns) = (reader.number()?, reader.number()?);
    written.extend_from_slice(&rows.to_le_bytes());
    written.extend_from_slice(&columns.to_le_bytes());
    let bytes = (rows as usize).checked_mul(columns as usize)?.checked_mul(4)?;
    written.extend_from_slice(reader.take(bytes)?);
    Some(())
}

fn copy_tokens(reader: &mut Reader<'_>, written: &mut Vec<u8>) -> Option<()> {
    let count = reader.number()?;
    written.extend_from_slice(&count.to_le_bytes());
    for _ in 0..count {
        let length = reader.number()?;
        written.extend_from_slice(&length.to_le_bytes());
        written.extend_from_slice(reader.take(length as usize)?);
    }
    Some(())
}

/// Whether the tensor was one of Q8_0; `None` when it is of a kind whisper's eight-bit files do not hold.
fn copy_tensor(reader: &mut Reader<'_>, written: &mut Vec<u8>) -> Option<bool> {
    let (rank, name, kind) = (reader.number()?, reader.number()?, reader.number()?);
    let mut values: usize = 1;
    let sizes = reader.take((rank as usize).checked_mul(4)?)?;
    for size in sizes.chunks_exact(4) {
        values = values.checked_mul(u32::from_le_bytes(size.try_into().ok()?) as usize)?;
    }
    let name_bytes = reader.take(name as usize)?;
    let kind_now = if kind == Q8_0 { BF16 } else { kind };
    for number in [rank, name, kind_now] {
        written.extend_from_slice(&number.to_le_bytes());
    }
    written.extend_from_slice(sizes);
    written.extend_from_slice(name_bytes);
    match kind {
        Q8_0 => unpack(reader.take(values.checked_mul(BLOCK_BYTES)? / BLOCK)?, written)?,
        0 => written.extend_from_slice(reader.take(values.checked_mul(4)?)?),
        1 => written.extend_from_slice(reader.take(values.checked_mul(2)?)?),
        _ => return None,
    }
    Some(kind == Q8_0)
}

fn unpack(blocks: &[u8], written: &mut Vec<u8>) -> Option<()> {
    for block in blocks.chunks_exact(BLOCK_BYTES) {
        let (scale, weights) = block.split_first_chunk::<2>()?;
        let scale = half_to_float(u16::from_le_bytes(*scale));
        for &weight in weights {
            written.extend_from_slice(&to_bfloat16(scale * f32::from(weight as i8)).to_le_bytes());
        }
    }
    Some(())
}

/// IEEE 754 half precision, without infinities: a scale has none.
fn half_to_float(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from((bits >> 10) & 0x1f), f32::from(bits & 0x3ff));
    let magnitude =
        if exponent == 0 { fraction * 2.0_f32.powi(-24) } else { (fraction + 1024.0) * 2.0_f32.powi(exponent - 25) };
    sign * magnitude
}

/// The nearest bfloat16, ties to even.
fn to_bfloat16(value: f32) -> u16 {
    let bits = value.to_bits();
    (bits.wrapping_add(0x7fff + ((bits >> 16) & 1)) >> 16) as u16
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bytes: &mut Vec<u8>, numbers: &[u32]) {
        numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    }

    /// One token, one tensor of 32 eight-bit weights and one of two floats.
    fn model() -> Vec<u8> {
        let mut bytes = Vec::new();
        numbers(&mut bytes, &[0x6767_6d6c, 1, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 2007]);
        numbers(&mut bytes, &[1, 1]);
        bytes.extend(0.5_f32.to_le_bytes());
        numbers(&mut bytes, &[1, 2]);
        bytes.extend(b"ab");
        numbers(&mut bytes, &[2, 1, Q8_0, 32, 1]);
        bytes.push(b'w');
        bytes.extend(0x3800_u16.to_le_bytes());
        bytes.extend((0..32).map(|weight| (weight as i8 - 16) as u8));
        numbers(&mut bytes, &[1, 1, 0, 2]);
        bytes.push(b'b');
        bytes.extend([1.5_f32.to_le_bytes(), (-2.0_f32).to_le_bytes()].concat());
        bytes
    }

    #[test]
    fn eight_bit_weights_become_bfloat16_and_the_rest_stays() {
        let model = model();
        let written = unpacked(&model).unwrap();
        assert_eq!(written[KIND_AT..KIND_AT + 4], BF16_FILE.to_le_bytes());
        assert_eq!(written[..KIND_AT], model[..KIND_AT]);
        let tensors = KIND_AT + 4 + 8 + 4 + 4 + 4 + 2;
        let mut head = Vec::new();
        numbers(&mut head, &[2, 1, BF16, 32, 1]);
        head.push(b'w');
        assert_eq!(written[tensors..tensors + head.len()], head);
        let weights = &written[tensors + head.len()..tensors + head.len() + 64];
        let weight = |place: usize| {
            let high = u16::from_le_bytes([weights[2 * place], weights[2 * place + 1]]);
            f32::from_bits(u32::from(high) << 16)
        };
        assert_eq!((weight(0), weight(16), weight(31)), (-8.0, 0.0, 7.5));
        assert_eq!(written[written.len() - 25..], model[model.len() - 25..]);
    }

    #[test]
    fn what_cannot_be_unpacked_is_left_alone() {
        let model = model();
        assert_eq!(unpacked(&model[..model.len() - 1]), None);
        assert_eq!(unpacked(b"RIFF"), None);
        let without_weights = &model[..KIND_AT + 4 + 8 + 4 + 4 + 4 + 2];
        assert_eq!(unpacked(without_weights), None);
    }

    #[test]
    fn numbers_are_converted_to_the_nearest() {
        assert_eq!(half_to_float(0x3c00), 1.0);
        assert_eq!(half_to_float(0xc100), -2.5);
        assert_eq!(half_to_float(0x0001), 2.0_f32.powi(-24));
        assert_eq!(to_bfloat16(1.0), 0x3f80);
        assert_eq!(to_bfloat16(f32::from_bits(0x3f80_8000)), 0x3f80);
        assert_eq!(to_bfloat16(f32::from_bits(0x3f81_8000)), 0x3f82);
    }
}
