//! What runs for every frame of a call touches no heap: the allocator of this test counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use warmline::audio::{
    Concealer, Frame, Gain, Hertz, JitterBuffer, JitterSettings, Key, KeyDetector, Law, MAX_PAYLOAD, Pulled, Resampler,
    Tone, ToneGenerator, mix_into,
};
use warmline::feel::{CallerVoice, prosody::Prosody};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, which counts what each thread asks of it.
struct Counting;

// An allocator cannot be written without `unsafe`; every call goes to the system's, unchanged.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations_of(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// 20 ms of a sound that is never the same.
fn frame(number: u32, rate: Hertz) -> Frame {
    let mut frame = Frame::silence(rate);
    for (index, sample) in frame.samples_mut().iter_mut().enumerate() {
        *sample = ((number as usize * 160 + index) * 7_919 % 20_011) as i16;
    }
    frame
}

#[test]
fn the_allocator_counts() {
    assert!(allocations_of(|| drop(vec![0_u8; 100])) >= 2);
    assert_eq!(allocations_of(|| ()), 0);
}

#[test]
fn a_call_received_and_sent_touches_no_heap() {
    let is_quiet: fn(&[u8]) -> bool = |payload| Law::A.is_quiet(payload);
    let settings = JitterSettings { is_quiet: Some(is_quiet), ..JitterSettings::default() };
    let mut buffer = JitterBuffer::new(settings, Hertz::HZ_8000);
    let mut concealer = Concealer::new();
    let (mut keys, mut own_keys) = (KeyDetector::new(), KeyDetector::new());
    let mut gain = Gain::from_db(-6.0);
    let mut hold = ToneGenerator::new(Hertz::HZ_8000, Tone::Hold);
    let mut dialled = ToneGenerator::new(Hertz::HZ_8000, Tone::Key(Key::ALL[5]));
    let mut output = [0; MAX_PAYLOAD];
    let mut codes = [0; 160];
    let mut heard = 0;
    let allocations = allocations_of(|| {
        for number in 0..3_000_u32 {
            // Lost, late, twice, out of order, silent, and on a new timeline, each now and then.
            let now = Duration::from_millis(u64::from(number) * 20);
            let jump = if number >= 2_000 { 1 << 30 } else { 0 };
            let mut push = |number: u32| {
                let mut frame = frame(number, Hertz::HZ_8000);
                if number % 50 < 20 {
                    frame = Frame::silence(Hertz::HZ_8000);
                }
                Law::A.encode_frame(&frame, &mut codes);
                buffer.push(now, number as u16, number.wrapping_mul(160).wrapping_add(jump), &codes);
            };
            match number % 37 {
                3 => {}
                7 => (number - 1..number + 4).for_each(&mut push),
                9 => (number..number + 2).rev().for_each(&mut push),
                _ => push(number),
            }
            let mut frame = match buffer.pull(now, &mut output) {
                Pulled::Payload { len } => {
                    let mut frame = Law::A.decode_frame(&output[..len]);
                    concealer.good(&mut frame);
                    frame
                }
                Pulled::Lost | Pulled::Empty => concealer.lost(),
            };
            keys.push(&frame);
            gain.set_db(-(f32::from(number as u8)) / 20.0);
            gain.apply(&mut frame);
            mix_into(&mut frame, &hold.next_frame());
            Law::Mu.encode_frame(&frame, &mut codes);
            heard += u32::from(own_keys.push(&dialled.next_frame()).is_some());
        }
    });
    assert_eq!(allocations, 0);
    assert_eq!(heard, 1, "the work was really done");
    assert!(buffer.stats().played > 2_000 && buffer.stats().restarts == 1, "{:?}", buffer.stats());
}

#[test]
fn resampling_a_frame_touches_no_heap() {
    let rate = |value| Hertz::new(value).expect("a rate");
    for (from, to) in [(8_000, 16_000), (22_050, 8_000), (44_100, 8_000), (48_000, 8_000), (8_000, 48_000)] {
        let mut resampler = Resampler::new(rate(from), rate(to)).expect("a resampler");
        let input = frame(1, rate(from));
        let mut loudest = 0;
        let allocations = allocations_of(|| {
            for _ in 0..100 {
                loudest = loudest.max(resampler.frame(&input).samples().iter().copied().max().unwrap_or(0));
            }
        });
        assert_eq!(allocations, 0, "{from} to {to}");
        assert!(loudest > 5_000);
    }
}

#[test]
fn listening_to_a_callers_tone_touches_no_heap() {
    for rate in [Hertz::HZ_8000, Hertz::HZ_16000] {
        let voice = CallerVoice::of_the_caller(rate);
        let mut prosody = Prosody::new(rate).expect("a rate of a line");
        let mut told = 0;
        let allocations = allocations_of(|| {
            for number in 0..1_500 {
                // A buzz of 125 Hz, in syllables: a voice as far as its period tells.
                let mut frame = Frame::silence(rate);
                let period = rate.get() as usize / 125;
                for (index, sample) in frame.samples_mut().iter_mut().enumerate() {
                    let place = number * rate.samples_per_frame() + index;
                    let swell = (place / (rate.get() as usize / 16)) % 4;
                    *sample = ((place % period) as i16 - period as i16 / 2) * 40 * swell as i16;
                }
                let Some(frame) = voice.frame(&frame) else { continue };
                told += usize::from(prosody.push(frame).is_some());
            }
            told += usize::from(prosody.end().is_some());
        });
        assert!(told > 5, "{told} at {rate}");
        assert_eq!(allocations, 0, "at {rate}");
    }
}
