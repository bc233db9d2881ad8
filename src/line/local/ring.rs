//! Samples from one thread to another without a lock: between a sound card's callback, which must not wait, and the
//! media loop, which must not either.

use std::sync::Arc;
use std::sync::atomic::{AtomicI16, AtomicUsize, Ordering};

struct Ring {
    samples: Box<[AtomicI16]>,
    /// Samples ever written, and ever read. Both only grow; their difference is what waits.
    written: AtomicUsize,
    read: AtomicUsize,
}

/// The side that writes.
pub struct Writer(Arc<Ring>);

/// The side that reads.
pub struct Reader(Arc<Ring>);

/// A ring of at least `capacity` samples. Each side belongs to one thread at a time, which `&mut self` ensures.
pub fn ring(capacity: usize) -> (Writer, Reader) {
    let samples = (0..capacity.max(2).next_power_of_two()).map(|_| AtomicI16::new(0)).collect();
    let ring = Arc::new(Ring { samples, written: AtomicUsize::new(0), read: AtomicUsize::new(0) });
    (Writer(Arc::clone(&ring)), Reader(ring))
}

impl Ring {
    /// The length is a power of two, so that places go on evenly where the counts wrap.
    fn place(&self, count: usize) -> &AtomicI16 {
        &self.samples[count & (self.samples.len() - 1)]
    }

    fn waiting(&self) -> usize {
        self.written.load(Ordering::Acquire).wrapping_sub(self.read.load(Ordering::Acquire))
    }
}

impl Writer {
    /// Writes a sample; false if the ring is full and the sample is dropped.
    pub fn push(&mut self, sample: i16) -> bool {
        let ring = &self.0;
        if ring.waiting() == ring.samples.len() {
            return false;
        }
        let written = ring.written.load(Ordering::Relaxed);
        ring.place(written).store(sample, Ordering::Relaxed);
        // What was stored before is seen by whoever sees the count.
        ring.written.store(written.wrapping_add(1), Ordering::Release);
        true
    }

    /// How many samples wait to be read.
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }
}

impl Reader {
    /// The oldest sample.
    pub fn pop(&mut self) -> Option<i16> {
        let ring = &self.0;
        if ring.waiting() == 0 {
            return None;
        }
        let read = ring.read.load(Ordering::Relaxed);
        let sample = ring.place(read).load(Ordering::Relaxed);
        ring.read.store(read.wrapping_add(1), Ordering::Release);
        Some(sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_out_in_order_and_none_is_overwritten() {
        let (mut writer, mut reader) = ring(4);
        for round in 0..10i16 {
            for sample in 0..4 {
                assert!(writer.push(round * 4 + sample));
            }
            assert!(!writer.push(99), "a full ring takes no more");
            assert_eq!(writer.waiting(), 4);
            for sample in 0..4 {
                assert_eq!(reader.pop(), Some(round * 4 + sample));
            }
            assert_eq!(reader.pop(), None);
        }
    }

    #[test]
    fn two_threads_pass_every_sample_once() {
        const COUNT: i32 = 200_000;
        let (mut writer, mut reader) = ring(64);
        let writing = std::thread::spawn(move || {
            for number in 0..COUNT {
                while !writer.push(number as i16) {
                    std::thread::yield_now();
                }
            }
        });
        for number in 0..COUNT {
            let sample = loop {
                match reader.pop() {
                    Some(sample) => break sample,
                    None => std::thread::yield_now(),
                }
            };
            assert_eq!(sample, number as i16);
        }
        writing.join().unwrap();
    }
}
