//! Writes whisper weights in the ggml layout that whisper.cpp loads, from CTranslate2's layout.
//!
//! ggml: magic, eleven i32 of sizes, the mel filters, the tokens as raw bytes, then tensors (rank, name length,
//! type, dimensions reversed, name, data). Matrices are written as Q8_0 (blocks of 32 values: a half-precision
//! scale and 32 signed bytes) or kept in half precision; biases, norms and positions become single precision.

use std::io::{self, Read, Write};

use super::ctranslate2::{Variable, Variables};
use super::half;
use super::mel::mel_filters;

/// "ggml" as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;
/// Frames of the encoder for 30 s of sound.
const AUDIO_CONTEXT: u32 = 1500;
/// Tokens the decoder can hold.
const TEXT_CONTEXT: u32 = 448;
/// Width of one attention head in every whisper model.
const HEAD_WIDTH: u32 = 64;
/// Mel bands of every whisper model before large-v3.
const MEL_BANDS: u32 = 80;
/// Values in a Q8_0 block.
const BLOCK: usize = 32;
/// Matrix data is converted this many values at a time.
const CHUNK: usize = 1024 * BLOCK;

const TYPE_F32: u32 = 0;
const TYPE_F16: u32 = 1;
const TYPE_Q8_0: u32 = 8;

/// How matrices are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// Half precision, as published.
    F16,
    /// Eight bits with a scale for each 32 values: as accurate, smaller and faster.
    Q8_0,
}

impl Precision {
    /// The file type that stands in the head of the file; quantised ones carry the version of the scheme.
    fn file_type(self) -> u32 {
        match self {
            Self::F16 => 1,
            Self::Q8_0 => 2007,
        }
    }
}

/// The sizes of a whisper model, read off its variables.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sizes {
    vocabulary: u32,
    state: u32,
    encoder_layers: u32,
    decoder_layers: u32,
}

impl Sizes {
    fn read(mut variables: Variables<impl Read>) -> io::Result<Self> {
        let mut sizes = Self::default();
        while let Some(variable) = variables.next()? {
            if variable.name == "decoder/embeddings/weight" && variable.dimensions.len() == 2 {
                (sizes.vocabulary, sizes.state) = (variable.dimensions[0], variable.dimensions[1]);
            }
            if let Some(layer) = layer_of(&variable.name, "encoder/") {
                sizes.encoder_layers = sizes.encoder_layers.max(layer + 1);
            }
            if let Some(layer) = layer_of(&variable.name, "decoder/") {
                sizes.decoder_layers = sizes.decoder_layers.max(layer + 1);
            }
            variables.skip(variable.bytes)?;
        }
        if sizes.vocabulary == 0 || sizes.encoder_layers == 0 || sizes.decoder_layers == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "no whisper layers in the CTranslate2 model"));
        }
        Ok(sizes)
    }
}

fn layer_of(name: &str, side: &str) -> Option<u32> {
    name.strip_prefix(side)?.strip_prefix("layer_")?.split('/').next()?.parse().ok()
}

/// Converts a whole model. `open` opens the CTranslate2 model from its beginning and is called twice: the sizes
/// stand at the head of a ggml file, and are known only when all variables were seen. `tokens` are the text
/// tokens as raw bytes in the order of their numbers.
pub(super) fn convert<R: Read>(
    open: impl Fn() -> io::Result<R>,
    tokens: &[Vec<u8>],
    precision: Precision,
    out: &mut impl Write,
) -> io::Result<()> {
    let sizes = Sizes::read(Variables::open(open()?)?)?;
    write_head(&sizes, tokens, precision, out)?;
    let mut variables = Variables::open(open()?)?;
    while let Some(variable) = variables.next()? {
        let parts = parts_of(&variable.name);
        if parts.is_empty() {
            variables.skip(variable.bytes)?;
            continue;
        }
        write_variable(&variable, &parts, precision, variables.data(), out)?;
    }
    Ok(())
}

fn write_head(sizes: &Sizes, tokens: &[Vec<u8>], precision: Precision, out: &mut impl Write) -> io::Result<()> {
    let heads = sizes.state / HEAD_WIDTH;
    let numbers = [
        MAGIC,
        sizes.vocabulary,
        AUDIO_CONTEXT,
        sizes.state,
        heads,
        sizes.encoder_layers,
        TEXT_CONTEXT,
        sizes.state,
        heads,
        sizes.decoder_layers,
        MEL_BANDS,
        precision.file_type(),
    ];
    for number in numbers {
        out.write_all(&number.to_le_bytes())?;
    }
    let filters = mel_filters(MEL_BANDS as usize);
    out.write_all(&MEL_BANDS.to_le_bytes())?;
    out.write_all(&(filters.len() as u32 / MEL_BANDS).to_le_bytes())?;
    for value in filters {
        out.write_all(&value.to_le_bytes())?;
    }
    out.write_all(&(tokens.len() as u32).to_le_bytes())?;
    for token in tokens {
        out.write_all(&(token.len() as u32).to_le_bytes())?;
        out.write_all(token)?;
    }
    Ok(())
}

/// The ggml tensors that a CTranslate2 variable holds, stacked by rows; `None` for a part that whisper does not
/// have (the bias of the attention's key). Empty for variables that are not weights.
fn parts_of(name: &str) -> Vec<Option<String>> {
    let whole = |name: &str| vec![Some(name.to_owned())];
    match name {
        "encoder/position_encodings/encodings" => return whole("encoder.positional_embedding"),
        "decoder/position_encodings/encodings" => return whole("decoder.positional_embedding"),
        "decoder/embeddings/weight" => return whole("decoder.token_embedding.weight"),
        _ => {}
    }
    let Some((owner, kind)) = name.rsplit_once('/') else { return Vec::new() };
    let kind = match kind {
        "weight" | "gamma" => "weight",
        "bias" | "beta" => "bias",
        _ => return Vec::new(),
    };
    match owner {
        "encoder/conv1" | "encoder/conv2" => return whole(&format!("{}.{kind}", owner.replace('/', "."))),
        "encoder/layer_norm" => return whole(&format!("encoder.ln_post.{kind}")),
        "decoder/layer_norm" => return whole(&format!("decoder.ln.{kind}")),
        _ => {}
    }
    let mut path = owner.splitn(3, '/');
    let (Some(side), Some(layer), Some(place)) = (path.next(), path.next(), path.next()) else { return Vec::new() };
    let Some(layer) = layer.strip_prefix("layer_") else { return Vec::new() };
    let stacked: &[&str] = match place {
        "self_attention/layer_norm" => &["attn_ln"],
        "self_attention/linear_0" => &["attn.query", "attn.key", "attn.value"],
        "self_attention/linear_1" => &["attn.out"],
        "attention/layer_norm" => &["cross_attn_ln"],
        "attention/linear_0" => &["cross_attn.query"],
        "attention/linear_1" => &["cross_attn.key", "cross_attn.value"],
        "attention/linear_2" => &["cross_attn.out"],
        "ffn/layer_norm" => &["mlp_ln"],
        "ffn/linear_0" => &["mlp.0"],
        "ffn/linear_1" => &["mlp.2"],
        _ => return Vec::new(),
    };
    let part = |part: &&str| {
        let is_key_bias = kind == "bias" && part.ends_with(".key");
        (!is_key_bias).then(|| format!("{side}.blocks.{layer}.{part}.{kind}"))
    };
    stacked.iter().map(part).collect()
}

fn write_variable(
    variable: &Variable,
    parts: &[Option<String>],
    precision: Precision,
    data: &mut impl Read,
    out: &mut impl Write,
) -> io::Result<()> {
    let rows = variable.dimensions.first().copied().unwrap_or(0) as usize;
    if !variable.is_f16 || rows == 0 || !rows.is_multiple_of(parts.len()) {
        let what = format!("{} is not a half-precision weight of the expected shape", variable.name);
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    let mut dimensions = variable.dimensions.clone();
    dimensions[0] = (rows / parts.len()) as u32;
    let values: usize = dimensions.iter().map(|&dimension| dimension as usize).product();
    for part in parts {
        let Some(name) = part else {
            skip_values(data, values)?;
            continue;
        };
        let tensor_type = tensor_type(name, &dimensions, precision);
        let is_convolution_bias = name.starts_with("encoder.conv") && dimensions.len() == 1;
        let mut reversed: Vec<u32> = dimensions.iter().rev().copied().collect();
        if is_convolution_bias {
            reversed.insert(0, 1);
        }
        out.write_all(&(reversed.len() as u32).to_le_bytes())?;
        out.write_all(&(name.len() as u32).to_le_bytes())?;
        out.write_all(&tensor_type.to_le_bytes())?;
        for dimension in reversed {
            out.write_all(&dimension.to_le_bytes())?;
        }
        out.write_all(name.as_bytes())?;
        write_values(data, values, tensor_type, out)?;
    }
    Ok(())
}

fn tensor_type(name: &str, dimensions: &[u32], precision: Precision) -> u32 {
    if dimensions.len() < 2 || name.ends_with("positional_embedding") {
        return TYPE_F32;
    }
    let is_convolution = dimensions.len() > 2;
    if is_convolution || precision == Precision::F16 { TYPE_F16 } else { TYPE_Q8_0 }
}

fn skip_values(data: &mut impl Read, values: usize) -> io::Result<()> {
    let skipped = io::copy(&mut data.take(values as u64 * 2), &mut io::sink())?;
    if skipped == values as u64 * 2 { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn write_values(data: &mut impl Read, values: usize, tensor_type: u32, out: &mut impl Write) -> io::Result<()> {
    let mut bytes = vec![0; CHUNK.min(values) * 2];
    let mut converted = Vec::with_capacity(bytes.len() * 2);
    let mut left = values;
    while left > 0 {
        let count = left.min(CHUNK);
        let bytes = &mut bytes[..count * 2];
        data.read_exact(bytes)?;
        converted.clear();
        match tensor_type {
            TYPE_F16 => converted.extend_from_slice(bytes),
            TYPE_F32 => half_values(bytes).for_each(|value| converted.extend(value.to_le_bytes())),
            _ => quantise(bytes, &mut converted),
        }
        out.write_all(&converted)?;
        left -= count;
    }
    Ok(())
}

fn half_values(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.chunks_exact(2).map(|pair| half::to_f32(u16::from_le_bytes([pair[0], pair[1]])))
}

/// Q8_0 as ggml's reference does it: the scale is the largest magnitude of the block over 127, and the division
/// by the scale is done before the scale is rounded to half precision.
fn quantise(bytes: &[u8], out: &mut Vec<u8>) {
    for block in bytes.chunks(BLOCK * 2) {
        let largest = half_values(block).fold(0f32, |largest, value| largest.max(value.abs()));
        let scale = largest / 127.0;
        let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
        out.extend(half::from_f32(scale).to_le_bytes());
        out.extend(half_values(block).map(|value| (value * inverse).round() as i8 as u8));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attention_is_unstacked_and_the_bias_of_the_key_dropped() {
        let names = |name| parts_of(name).into_iter().map(|part| part.unwrap_or_default()).collect::<Vec<_>>();
        assert_eq!(
            names("encoder/layer_3/self_attention/linear_0/bias"),
            ["encoder.blocks.3.attn.query.bias", "", "encoder.blocks.3.attn.value.bias"]
        );
        assert_eq!(
            names("decoder/layer_0/attention/linear_1/weight"),
            ["decoder.blocks.0.cross_attn.key.weight", "decoder.blocks.0.cross_attn.value.weight"]
        );
        assert_eq!(names("decoder/layer_5/ffn/linear_1/weight"), ["decoder.blocks.5.mlp.2.weight"]);
        assert_eq!(names("encoder/layer_norm/gamma"), ["encoder.ln_post.weight"]);
        for other in ["decoder/alignment_heads", "decoder/alibi", "decoder/activation", "encoder/num_heads"] {
            assert!(parts_of(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_quantised_block_is_within_half_a_step_of_the_original() {
        let original: Vec<f32> = (0..64).map(|index| (index as f32 * 0.7).sin() * (index as f32 + 1.0)).collect();
        let bytes: Vec<u8> = original.iter().flat_map(|&value| half::from_f32(value).to_le_bytes()).collect();
        let mut blocks = Vec::new();
        quantise(&bytes, &mut blocks);
        assert_eq!(blocks.len(), 2 * 34);
        for (block, values) in blocks.chunks(34).zip(original.chunks(32)) {
            let scale = half::to_f32(u16::from_le_bytes([block[0], block[1]]));
            for (&quantised, &value) in block[2..].iter().zip(values) {
                let back = f32::from(quantised as i8) * scale;
                assert!((back - value).abs() <= scale * 0.6, "{value} became {back}");
            }
        }
    }

    #[test]
    fn a_block_of_zeros_stays_zero() {
        let mut out = Vec::new();
        quantise(&[0; 64], &mut out);
        assert_eq!(out, [0; 34]);
    }
}
