//! Where one message ends and the next begins on a stream (RFC 3261 18.3, RFC 5626 4.4.1). Pure.
//!
//! rsipstack's own reader gives a connection up at the first message that it cannot read, with everybody's calls who
//! share it. Here a message that is broken within its bounds costs that message alone; only where its bounds cannot be
//! known the connection must go.

/// The longest message on a stream, as rsipstack has it.
pub(super) const LONGEST_MESSAGE: usize = 65_535;
/// The longest first line: what is longer is no SIP.
const LONGEST_FIRST_LINE: usize = 8_192;

/// What stands on the stream next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The ping of a phone that keeps its way to us open: two line ends, answered by one.
    KeepAlive,
    /// A whole message, sound or not.
    Message(Vec<u8>),
    /// From here on the bounds of messages are not known.
    Lost(Lost),
}

/// Why the bounds are not known, and what came of the message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lost {
    /// The message as far as it came.
    pub(super) head: Vec<u8>,
    /// What to answer, if it is a request.
    pub(super) status: u16,
    /// The words of that answer.
    pub(super) reason: &'static str,
}

/// The bytes of one stream.
#[derive(Debug, Default)]
pub(super) struct Framing {
    bytes: Vec<u8>,
    /// How much of it is known to hold no end of a head.
    searched: usize,
}

impl Framing {
    /// What came.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether a message has begun and is not whole yet.
    pub(super) fn has_begun(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// What is whole by now. `None`: more must come. After [`Piece::Lost`] there is nothing more to be had.
    pub(super) fn next(&mut self) -> Option<Piece> {
        loop {
            if self.bytes.starts_with(b"\r\n\r\n") {
                self.drop_first(4);
                return Some(Piece::KeepAlive);
            }
            // A line end before a message is nothing (RFC 3261 7.5), if it is not the half of a ping.
            match self.bytes.as_slice() {
                [] | [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return None,
                [b'\r', b'\n', ..] => self.drop_first(2),
                _ => break,
            }
        }
        let from = self.searched.saturating_sub(3);
        let end = self.bytes.get(from..)?.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end.map(|place| from + place + 4) else {
            self.searched = self.bytes.len();
            return self.unfinished_head();
        };
        if end > LONGEST_MESSAGE {
            return Some(self.lost(end, 513, "Message Too Large"));
        }
        match body_length(&self.bytes[..end]) {
            Err(reason) => Some(self.lost(end, 400, reason)),
            Ok(length) if length > LONGEST_MESSAGE - end => Some(self.lost(end, 513, "Message Too Large")),
            Ok(length) if self.bytes.len() < end + length => None,
            Ok(length) => {
                let message = self.bytes.drain(..end + length).collect();
                self.searched = 0;
                Some(Piece::Message(message))
            }
        }
    }

    /// A head that has no end yet: is it one at all?
    fn unfinished_head(&mut self) -> Option<Piece> {
        let first_line = self.bytes.iter().take(LONGEST_FIRST_LINE).position(|byte| *byte == b'\n');
        let is_sip = match first_line {
            Some(end) => self.bytes[..end].windows(4).any(|four| four == b"SIP/"),
            None => self.bytes.len() < LONGEST_FIRST_LINE,
        };
        let length = self.bytes.len();
        if !is_sip {
            return Some(self.lost(length, 400, "Bad Request"));
        }
        (length > LONGEST_MESSAGE).then(|| self.lost(length, 513, "Message Too Large"))
    }

    fn lost(&mut self, length: usize, status: u16, reason: &'static str) -> Piece {
        let head = self.bytes.drain(..length).collect();
        self.bytes = Vec::new();
        self.searched = 0;
        Piece::Lost(Lost { head, status, reason })
    }

    fn drop_first(&mut self, count: usize) {
        self.bytes.drain(..count);
        self.searched = 0;
    }
}

/// How long the body is. Without `Content-Length` it is nothing, unless a `Content-Type` tells of one.
fn body_length(head: &[u8]) -> Result<usize, &'static str> {
    let mut length = None;
    let mut has_type = false;
    for line in head.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"Content-Type") || name.eq_ignore_ascii_case(b"c") {
            has_type = true;
        }
        if !name.eq_ignore_ascii_case(b"Content-Length") && !name.eq_ignore_ascii_case(b"l") {
            continue;
        }
        let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let told = std::str::from_utf8(value).ok().filter(|_| is_number);
        // More digits than any number has is only more than we take.
        let told = told.map(|digits| digits.parse::<usize>().unwrap_or(usize::MAX)).ok_or("Bad Content-Length")?;
        if length.is_some_and(|known| known != told) {
            return Err("Two Content-Lengths");
        }
        length = Some(told);
    }
    match (length, has_type) {
        (Some(length), _) => Ok(length),
        (None, true) => Err("Missing Content-Length"),
        (None, false) => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(more: &str, body: &str) -> String {
        format!("OPTIONS sip:1@x SIP/2.0\r\nVia: SIP/2.0/TCP y\r\n{more}\r\n{body}")
    }

    /// Everything that stands on the stream.
    fn pieces(framing: &mut Framing) -> Vec<Piece> {
        std::iter::from_fn(|| framing.next()).collect()
    }

    fn after(text: &str) -> (Vec<Piece>, bool) {
        let mut framing = Framing::default();
        framing.push(text.as_bytes());
        (pieces(&mut framing), framing.has_begun())
    }

    #[test]
    fn messages_are_told_apart_however_they_are_cut() {
        let (first, second) = (request("Content-Length: 4\r\n", "\r\n\r\n"), request("l : 0\r\n", ""));
        let stream = format!("\r\n{first}\r\n\r\n{second}{second}");
        let whole = |text: &str| Piece::Message(text.as_bytes().to_vec());
        let expected = [whole(&first), Piece::KeepAlive, whole(&second), whole(&second)];
        for size in 1..=stream.len() {
            let mut framing = Framing::default();
            let mut found = Vec::new();
            for cut in stream.as_bytes().chunks(size) {
                framing.push(cut);
                found.extend(pieces(&mut framing));
            }
            assert_eq!(found, expected, "in pieces of {size}");
            assert!(!framing.has_begun());
        }
    }

    #[test]
    fn the_bounds_of_a_message_are_known_or_the_stream_is_lost() {
        let large = format!("X: {}\r\n", "y".repeat(LONGEST_MESSAGE));
        let cases = [
            (request("", ""), Ok(())),
            (request("Content-Length: 2\r\nContent-Length: 2\r\n", "ab"), Ok(())),
            (request("Content-Type: application/sdp\r\n", ""), Err((400, "Missing Content-Length"))),
            (request("Content-Length: -1\r\n", ""), Err((400, "Bad Content-Length"))),
            (request("Content-Length:\r\n", ""), Err((400, "Bad Content-Length"))),
            (request("Content-Length: 1\r\nl: 2\r\n", "ab"), Err((400, "Two Content-Lengths"))),
            (request("Content-Length: 65535\r\n", ""), Err((513, "Message Too Large"))),
            (request(&format!("Content-Length: {}\r\n", "9".repeat(40)), ""), Err((513, "Message Too Large"))),
            (request(&large, ""), Err((513, "Message Too Large"))),
            (request(&large, "").trim_end().to_owned(), Err((513, "Message Too Large"))),
            ("GET / HTTP/1.1\r\nHost".to_owned(), Err((400, "Bad Request"))),
            ("x".repeat(LONGEST_FIRST_LINE), Err((400, "Bad Request"))),
        ];
        for (text, expected) in cases {
            let (found, _) = after(&text);
            let told = match found.as_slice() {
                [Piece::Message(message)] if message.len() == text.len() => Ok(()),
                [Piece::Lost(lost)] => Err((lost.status, lost.reason)),
                other => panic!("{other:?}"),
            };
            assert_eq!(told, expected, "{}", text.chars().take(120).collect::<String>());
        }
    }

    #[test]
    fn more_is_waited_for_while_it_may_come() {
        let unfinished = [
            "\r",
            "\r\n",
            "\r\n\r",
            "INVI",
            "INVITE sip:1@x SIP/2.0\r\nVia: y\r\n",
            "INVITE sip:1@x SIP/2.0\r\nContent-Length: 3\r\n\r\nab",
        ];
        for text in unfinished {
            assert_eq!(after(text), (Vec::new(), true), "{text:?}");
        }
        assert_eq!(after(""), (Vec::new(), false));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall_over_or_keep_more_than_a_message(cuts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20)) {
            let mut framing = Framing::default();
            for cut in cuts {
                framing.push(&cut);
                let lost = pieces(&mut framing).iter().any(|piece| matches!(piece, Piece::Lost(_)));
                prop_assert!(framing.bytes.len() <= LONGEST_MESSAGE + 300);
                if lost {
                    break;
                }
            }
        }
    }
}
