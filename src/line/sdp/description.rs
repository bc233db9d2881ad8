//! Reads a description within limits, and only the lines that matter to a phone call.

use sdp_types::Session;

use super::SdpError;
use super::error::excerpt;

/// The most bytes that are read. Browsers send about 6 kB, phones under 2.
const MAX_BYTES: usize = 32 * 1024;
/// The most lines that are read.
const MAX_LINES: usize = 600;

/// Parses `text`. Lines that a phone call has no use for (`o=`, `b=`, `i=` and their like) are skipped before
/// the parser sees them: phones write user names with spaces and versions beyond 64 bits into `o=`, and no
/// call should fail for that.
pub fn parse(text: &str) -> Result<Session, SdpError> {
    let lines = text.lines().count();
    if text.len() > MAX_BYTES || lines > MAX_LINES {
        return Err(SdpError::TooLong { bytes: text.len(), lines, max_bytes: MAX_BYTES, max_lines: MAX_LINES });
    }
    let mut wanted = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| is_wanted(line)) {
        wanted.push_str(line);
        wanted.push_str("\r\n");
    }
    Session::parse(wanted.as_bytes()).map_err(|error| SdpError::Malformed(excerpt(&error.to_string())))
}

fn is_wanted(line: &str) -> bool {
    match line.as_bytes() {
        [b'v' | b'c' | b'm' | b'a', b'=', ..] => true,
        // An answer repeats the times of the offer; times that are not two numbers are not worth a call.
        [b't', b'=', ..] => {
            let mut times = line[2..].split_ascii_whitespace().map(str::parse::<u64>);
            matches!((times.next(), times.next(), times.next()), (Some(Ok(_)), Some(Ok(_)), None))
        }
        _ => false,
    }
}
