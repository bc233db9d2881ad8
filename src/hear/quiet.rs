//! How many threads to compute on just now.

use std::fs::File;
use std::io::Read;

/// ggml's threads wait for each other by spinning, some hundred times in one run. When the machine has more to do
/// than cores, a thread that is waited for does not run, and an utterance that takes 0.6 s on two threads and 1.1 s
/// on one takes ten. So more than one thread is used only while nothing else would run in its place.
pub(super) fn threads_now(at_most: usize, cores: usize) -> usize {
    match running() {
        Some(running) => fitting(at_most, cores, running),
        None => at_most,
    }
}

/// `running` counts whoever asks as well.
fn fitting(at_most: usize, cores: usize, running: usize) -> usize {
    let idle = cores.saturating_sub(running.saturating_sub(1));
    at_most.min(idle).max(1)
}

/// Threads of the whole machine that run or could run at this moment, from `/proc/loadavg`: `0.20 0.18 0.12 1/80 11206`.
fn running() -> Option<usize> {
    let mut buffer = [0; 64];
    let length = File::open("/proc/loadavg").ok()?.read(&mut buffer).ok()?;
    running_in(std::str::from_utf8(&buffer[..length]).ok()?)
}

fn running_in(loadavg: &str) -> Option<usize> {
    loadavg.split_whitespace().nth(3)?.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_machine_gets_one_thread() {
        assert_eq!(fitting(2, 2, 1), 2);
        assert_eq!(fitting(2, 2, 2), 1);
        assert_eq!(fitting(2, 2, 9), 1);
        assert_eq!(fitting(4, 16, 3), 4);
        assert_eq!(fitting(2, 2, 0), 2);
    }

    #[test]
    fn the_kernel_is_read_right() {
        assert_eq!(running_in("0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!(running_in("nonsense"), None);
    }
}
