use std::io::Write as _;

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn rate(value: u32) -> Hertz {
    Hertz::new(value).expect("a rate")
}

/// A wave that reaches both ends of the range.
fn wave(length: usize) -> Vec<i16> {
    (0..length).map(|index| ((index as i64 * 997) % 65_536 - 32_768) as i16).collect()
}

fn spec(channels: u16, bits: u16, sample_format: hound::SampleFormat) -> hound::WavSpec {
    hound::WavSpec { channels, sample_rate: 22_050, bits_per_sample: bits, sample_format }
}

#[test]
fn what_is_written_is_read_again() {
    let folder = folder();
    for hz in [8_000, 11_025, 44_100, 48_000] {
        let path = folder.path().join(format!("{hz}.wav"));
        let sound = Sound::new(rate(hz), wave(3_001));
        write(&path, &sound).expect("written");
        assert_eq!(read(&path).expect("read"), Wav { sound, channels: 1, bits: 16, float: false });
    }
}

#[test]
fn every_depth_comes_out_as_sixteen_bits() {
    let folder = folder();
    let wanted = wave(500);
    for bits in [8_u16, 16, 24, 32] {
        let path = folder.path().join(format!("{bits}.wav"));
        let mut writer = hound::WavWriter::create(&path, spec(1, bits, hound::SampleFormat::Int)).expect("made");
        for &sample in &wanted {
            let wide = i64::from(sample) << 16 >> (32 - bits);
            writer.write_sample(wide as i32).expect("written");
        }
        writer.finalize().expect("finished");
        let wav = read(&path).expect("read");
        assert_eq!((wav.bits, wav.channels, wav.float, wav.sound.rate()), (bits, 1, false, rate(22_050)));
        for (&read, &wanted) in wav.sound.samples().iter().zip(&wanted) {
            let expected = if bits == 8 { wanted >> 8 << 8 } else { wanted };
            assert_eq!(read, expected, "{bits} bits");
        }
    }
}

#[test]
fn float_is_scaled_and_clipped_and_what_is_no_number_is_silence() {
    let folder = folder();
    let path = folder.path().join("float.wav");
    let mut writer = hound::WavWriter::create(&path, spec(1, 32, hound::SampleFormat::Float)).expect("made");
    for sample in [0.0_f32, 0.5, -0.5, 1.0, -1.0, 7.0, -7.0, f32::NAN] {
        writer.write_sample(sample).expect("written");
    }
    writer.finalize().expect("finished");
    let wav = read(&path).expect("read");
    assert!(wav.float);
    assert_eq!(wav.sound.samples(), [0, 16_384, -16_384, 32_767, -32_768, 32_767, -32_768, 0]);
}

#[test]
fn several_channels_are_mixed_or_kept_apart() {
    let folder = folder();
    let path = folder.path().join("five.wav");
    let mut writer = hound::WavWriter::create(&path, spec(5, 16, hound::SampleFormat::Int)).expect("made");
    for index in 0..100_i16 {
        for channel in 0..5_i16 {
            writer.write_sample(index * 10 + channel).expect("written");
        }
    }
    writer.finalize().expect("finished");
    let wav = read(&path).expect("read");
    assert_eq!(wav.channels, 5);
    assert_eq!(wav.sound.samples(), (0..100).map(|index| index * 10 + 2).collect::<Vec<i16>>());
    let channels = read_channels(&path).expect("read");
    assert_eq!(channels.len(), 5);
    assert_eq!(channels[3].samples(), (0..100).map(|index| index * 10 + 3).collect::<Vec<i16>>());
    assert_eq!(channels[3].rate(), rate(22_050));
}

#[test]
fn a_recording_of_both_sides_is_stereo() {
    let folder = folder();
    let path = folder.path().join("call.wav");
    let mut writer = WavWriter::create(&path, Hertz::HZ_8000).expect("made");
    let (mut left, mut right) = (Frame::silence(Hertz::HZ_8000), Frame::silence(Hertz::HZ_8000));
    left.samples_mut().fill(1_000);
    right.samples_mut().fill(-2_000);
    for _ in 0..75 {
        writer.push(&left, &right).expect("written");
    }
    assert_eq!(writer.duration().as_millis(), 1_500);
    writer.finish().expect("finished");
    let sides = read_channels(&path).expect("read");
    assert_eq!(sides.len(), 2);
    assert_eq!((sides[0].samples(), sides[1].samples()), (&[1_000; 12_000][..], &[-2_000; 12_000][..]));
}

#[test]
fn a_killed_process_leaves_a_recording_that_plays() {
    let folder = folder();
    let path = folder.path().join("call.wav");
    let mut writer = WavWriter::create(&path, Hertz::HZ_8000).expect("made");
    let begun = read(&path).expect_err("nothing in it yet");
    assert!(begun.to_string().contains("holds no sound"), "{begun}");
    let mut frame = Frame::silence(Hertz::HZ_8000);
    frame.samples_mut().fill(77);
    for count in 1..=234_u32 {
        writer.push(&frame, &frame).expect("written");
        if count < FRAMES_BETWEEN_UPDATES as u32 {
            continue;
        }
        // What stands on the disk now is what a kill would leave.
        let left = read(&path).unwrap_or_else(|error| panic!("after {count} frames: {error}"));
        let whole_seconds = count / FRAMES_BETWEEN_UPDATES as u32;
        assert!(left.sound.samples().len() >= (whole_seconds * 8_000) as usize);
        assert!(left.sound.samples().iter().all(|&sample| sample == 77));
    }
    // A kill runs no destructor.
    std::mem::forget(writer);
    assert!(read(&path).expect("read").sound.samples().len() >= 4 * 8_000);
}

#[test]
fn a_file_cut_short_is_refused_wherever_it_was_cut() {
    let folder = folder();
    let whole = folder.path().join("whole.wav");
    write(&whole, &Sound::new(Hertz::HZ_8000, wave(400))).expect("written");
    let bytes = std::fs::read(&whole).expect("read");
    for length in 0..bytes.len() {
        let path = folder.path().join("cut.wav");
        std::fs::write(&path, &bytes[..length]).expect("written");
        let error = read(&path).expect_err("it is cut").to_string();
        assert!(error.contains("cut.wav"), "{length}: {error}");
    }
    std::fs::write(&whole, &bytes[..bytes.len() - 100]).expect("written");
    let error = read(&whole).expect_err("it is cut").to_string();
    assert!(error.contains("its header says 800 bytes of sound, 700 are there"), "{error}");
}

#[test]
fn a_foreign_file_is_named_with_what_it_is() {
    let folder = folder();
    let cases: [(&[u8], &str); 9] = [
        (b"", "it is empty"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0", "an Ogg file"),
        (b"ID3\x04\0\0\0\0\0\0\0\0\0", "an MP3 file"),
        (b"fLaC\0\0\0\x22\x10\0\x10\0", "a FLAC file"),
        (b"\0\0\0\x20ftypM4A \0\0", "an MP4 file"),
        (b"RIFF\x24\0\0\0AVI LIST", "a RIFF file of another kind"),
        (b"RIFF\x24\0", "ends within its header"),
        (b"hello, this is text", "begins with \"hello, t\""),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0", "begins with \"\\x7fELF\\x02\\x01\\x01\\x00\""),
    ];
    for (bytes, expected) in cases {
        let path = folder.path().join("foreign.wav");
        std::fs::write(&path, bytes).expect("written");
        let error = read(&path).expect_err("it is foreign");
        assert!(matches!(error, AudioError::NotWav { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("foreign.wav") && text.contains(expected) && text.contains("sox"), "{text}");
    }
    let missing = read(folder.path().join("missing.wav")).expect_err("it is not there").to_string();
    assert!(missing.contains("missing.wav"), "{missing}");
}

/// A WAV file by hand, with the chunks given.
fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WAVE".to_vec();
    for (name, content) in chunks {
        body.extend_from_slice(*name);
        body.extend_from_slice(&(content.len() as u32).to_le_bytes());
        body.extend_from_slice(content);
        if content.len() % 2 == 1 {
            body.push(0);
        }
    }
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&(body.len() as u32).to_le_bytes());
    file.extend_from_slice(&body);
    file
}

fn fmt(format: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let block = channels * bits / 8;
    let mut fmt = Vec::new();
    fmt.write_all(&format.to_le_bytes()).expect("written");
    fmt.write_all(&channels.to_le_bytes()).expect("written");
    fmt.write_all(&rate.to_le_bytes()).expect("written");
    fmt.write_all(&(rate * u32::from(block)).to_le_bytes()).expect("written");
    fmt.write_all(&block.to_le_bytes()).expect("written");
    fmt.write_all(&bits.to_le_bytes()).expect("written");
    fmt
}

#[test]
fn other_codecs_and_broken_heads_are_named() {
    let folder = folder();
    let data: (&[u8; 4], &[u8]) = (b"data", &[0; 64]);
    let cases = [
        (riff(&[(b"fmt ", &fmt(7, 1, 8_000, 8)), data]), "holds G.711 mu-law of 8 bits"),
        (riff(&[(b"fmt ", &fmt(6, 1, 8_000, 8)), data]), "holds G.711 A-law of 8 bits"),
        (riff(&[(b"fmt ", &fmt(0x31, 1, 8_000, 0)), data]), "holds GSM 06.10"),
        (riff(&[(b"fmt ", &fmt(3, 1, 8_000, 64)), data]), "holds floating point of 64 bits"),
        (riff(&[(b"fmt ", &fmt(0x1234, 1, 8_000, 16)), data]), "in the format 0x1234"),
        (riff(&[(b"fmt ", &fmt(1, 0, 8_000, 16)), data]), "zero channels"),
        (riff(&[(b"fmt ", &fmt(1, 1, 10, 16)), data]), "a rate of 10 Hz"),
        (riff(&[(b"fmt ", &fmt(1, 1, 8_000, 16)[..10]), data]), "its fmt chunk is too short"),
        (riff(&[(b"fmt ", &fmt(1, 1, 8_000, 16))]), "it has no data chunk"),
        (riff(&[data]), "its data chunk stands before its fmt chunk"),
        (riff(&[(b"LIST", &[1, 2, 3])]), "it has no fmt chunk"),
        (riff(&[(b"fmt ", &fmt(1, 1, 8_000, 16)), (b"data", &[0; 63])]), "not a multiple"),
    ];
    for (bytes, expected) in cases {
        let path = folder.path().join("odd.wav");
        std::fs::write(&path, bytes).expect("written");
        let text = read(&path).expect_err(expected).to_string();
        assert!(text.contains("odd.wav") && text.contains(expected), "{text}");
    }
}

#[test]
fn other_chunks_are_passed_over() {
    let folder = folder();
    let path = folder.path().join("list.wav");
    let mut data = Vec::new();
    for sample in wave(50) {
        data.extend_from_slice(&sample.to_le_bytes());
    }
    let bytes = riff(&[(b"LIST", &[9; 33]), (b"fmt ", &fmt(1, 1, 8_000, 16)), (b"cue ", &[0; 4]), (b"data", &data)]);
    std::fs::write(&path, bytes).expect("written");
    assert_eq!(read(&path).expect("read").sound.samples(), wave(50));
}

#[test]
fn a_file_that_cannot_be_made_is_named() {
    let path = folder().path().join("no-such-folder").join("out.wav");
    let error = write(&path, &Sound::new(Hertz::HZ_8000, vec![0; 10])).expect_err("no such folder");
    assert!(matches!(error, AudioError::Write { .. }) && error.to_string().contains("out.wav"), "{error}");
    assert!(WavWriter::create(&path, Hertz::HZ_8000).is_err());
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(head in 0..5_usize, noise in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        // From pure noise to noise behind a good header, which gets further.
        let mut bytes = riff(&[(b"fmt ", &fmt(1, 1, 8_000, 16)), (b"data", &[0; 64])]);
        bytes.truncate([0, 4, 12, 20, 40][head]);
        bytes.extend_from_slice(&noise);
        let folder = folder();
        let path = folder.path().join("noise.wav");
        std::fs::write(&path, bytes).expect("written");
        let _ = read(&path);
    }
}
