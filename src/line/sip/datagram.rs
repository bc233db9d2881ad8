//! Looks at raw datagrams before rsipstack does, which drops in silence what it cannot read. Pure.

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Method, Request, SipMessage};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};

use super::headers::ALLOW;

/// The most that rsipstack reads of one datagram.
pub(super) const LONGEST_DATAGRAM: usize = 8192;
/// The longest method name that deserves an answer.
const LONGEST_METHOD: usize = 32;
/// How many lines of a broken message are searched for the headers of the answer.
const LINES_SEARCHED: usize = 256;

/// What a datagram is.
pub(super) enum Datagram {
    /// A keep-alive of line ends, or nothing.
    KeepAlive,
    /// A message that rsipstack will read just as we did.
    Message(Box<SipMessage>),
    /// A request that cannot be served, and the answer to it.
    Broken(Vec<u8>),
    /// No SIP, or nothing that may be answered.
    Senseless,
}

/// Reads a datagram.
pub(super) fn read(bytes: &[u8], server: &str) -> Datagram {
    read_up_to(bytes, LONGEST_DATAGRAM, server)
}

/// Reads a message of at most `longest` bytes: a stream carries longer ones than a datagram.
pub(super) fn read_up_to(bytes: &[u8], longest: usize, server: &str) -> Datagram {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Datagram::KeepAlive;
    }
    let refuse = |status, reason| match refusal(bytes, status, reason, server) {
        Some(answer) => Datagram::Broken(answer),
        None => Datagram::Senseless,
    };
    if bytes.len() > longest {
        return refuse(513, "Message Too Large");
    }
    let (method, version) = match start_line(bytes) {
        Some(StartLine::Request { method, version }) => (method, version),
        Some(StartLine::Response) => {
            return match SipMessage::try_from(bytes) {
                Ok(message @ SipMessage::Response(_)) => Datagram::Message(Box::new(message)),
                _ => Datagram::Senseless,
            };
        }
        None => return Datagram::Senseless,
    };
    if version != "SIP/2.0" {
        return refuse(505, "Version Not Supported");
    }
    if !Method::all().iter().any(|known| known.to_string() == method) {
        return refuse(501, "Not Implemented");
    }
    match SipMessage::try_from(bytes) {
        Ok(SipMessage::Request(request)) if is_whole(&request) => {
            Datagram::Message(Box::new(SipMessage::Request(request)))
        }
        _ => refuse(400, "Bad Request"),
    }
}

/// Whether a request has everything that makes it a transaction (RFC 3261 8.1.1).
pub(super) fn is_whole(request: &Request) -> bool {
    let key = TransactionKey::from_request(request, TransactionRole::Server);
    let cseq_method = request.cseq_header().ok().and_then(|header| header.method().ok());
    let length = request.header_value("Content-Length").map(|length| length.parse::<usize>());
    let body_is_there = match length {
        Some(Ok(length)) => length <= request.body.len(),
        Some(Err(_)) => false,
        None => true,
    };
    key.is_ok() && request.to_header().is_ok() && cseq_method == Some(request.method) && body_is_there
}

enum StartLine<'a> {
    Request { method: &'a str, version: &'a str },
    Response,
}

fn start_line(bytes: &[u8]) -> Option<StartLine<'_>> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line).ok()?.trim_end_matches('\r');
    if line.starts_with("SIP/2.0 ") {
        return Some(StartLine::Response);
    }
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let (method, version) = (words.next()?, words.next_back()?);
    let is_token = |character: char| character.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(character);
    let is_request = version.starts_with("SIP/") && method.len() <= LONGEST_METHOD && method.chars().all(is_token);
    is_request.then_some(StartLine::Request { method, version })
}

/// An answer made of the header lines that a response must repeat. `None` for an ACK, which is never answered,
/// and when there is no Via to send it by.
pub(super) fn refusal(bytes: &[u8], status: u16, reason: &str, server: &str) -> Option<Vec<u8>> {
    let StartLine::Request { method, .. } = start_line(bytes)? else { return None };
    if method == "ACK" {
        return None;
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_DATAGRAM)]);
    let mut answer = format!("SIP/2.0 {status} {reason}\r\n");
    let mut has_via = false;
    for line in text.split('\n').skip(1).take(LINES_SEARCHED).map(|line| line.trim_end_matches('\r')) {
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let name = match name.trim().to_ascii_lowercase().as_str() {
            "via" | "v" => "Via",
            "from" | "f" => "From",
            "to" | "t" => "To",
            "call-id" | "i" => "Call-ID",
            "cseq" => "CSeq",
            _ => continue,
        };
        has_via |= name == "Via";
        let value: String = value.chars().filter(|character| !character.is_control()).collect();
        answer.push_str(&format!("{name}: {}\r\n", value.trim()));
    }
    answer.push_str(&format!("Allow: {ALLOW}\r\nServer: {server}\r\nContent-Length: 0\r\n\r\n"));
    has_via.then(|| answer.into_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(start: &str, drop: &str, more: &str) -> String {
        let headers = [
            "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx",
            "From: <sip:1@x>;tag=1",
            "To: <sip:2@x>",
            "Call-ID: c",
            "CSeq: 1 OPTIONS",
        ];
        let kept: Vec<&str> = headers.into_iter().filter(|line| !line.starts_with(drop) || drop.is_empty()).collect();
        format!("{start}\r\n{}\r\n{more}\r\n", kept.join("\r\n"))
    }

    fn status(text: &str) -> String {
        match read(text.as_bytes(), "warmline/1") {
            Datagram::KeepAlive => "keep-alive".to_owned(),
            Datagram::Message(_) => "message".to_owned(),
            Datagram::Senseless => "senseless".to_owned(),
            Datagram::Broken(answer) => String::from_utf8_lossy(&answer)[8..11].to_owned(),
        }
    }

    #[test]
    fn every_broken_request_has_the_answer_that_the_rfc_gives_it() {
        let options = "OPTIONS sip:2@x SIP/2.0";
        let long = format!("Subject: {}\r\n", "x".repeat(9000));
        let cases = [
            (message(options, "", ""), "message"),
            (message("SIP/2.0 200 OK", "", ""), "message"),
            (message("FROBNICATE sip:2@x SIP/2.0", "", ""), "501"),
            (message("OPTIONS sip:2@x SIP/3.0", "", ""), "505"),
            (message("OPTIONS SIP/2.0", "", ""), "400"),
            (message(options, "From", ""), "400"),
            (message(options, "Call-ID", ""), "400"),
            (message(options, "CSeq", "CSeq: many OPTIONS\r\n"), "400"),
            (message(options, "CSeq", "CSeq: 1 INVITE\r\n"), "400"),
            (message(options, "", "Content-Length: 50\r\n"), "400"),
            (message(options, "", "Content-Length: x\r\n"), "400"),
            (message(options, "", &long), "513"),
            (message(options, "Via", ""), "senseless"),
            (message("ACK sip:2@x SIP/2.0", "", ""), "senseless"),
            ("\r\n\r\n".to_owned(), "keep-alive"),
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "senseless"),
        ];
        for (text, expected) in cases {
            assert_eq!(status(&text), expected, "{}", text.chars().take(200).collect::<String>());
        }
    }

    #[test]
    fn the_answer_to_a_broken_request_repeats_what_finds_its_way_back() {
        let text = message("FROBNICATE sip:2@x SIP/2.0", "", "");
        let Datagram::Broken(answer) = read(text.as_bytes(), "warmline/1") else { panic!("not broken") };
        let answer = String::from_utf8(answer).expect("text");
        for line in ["Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx", "Call-ID: c", "CSeq: 1 OPTIONS", "Allow: INVITE"]
        {
            assert!(answer.contains(line), "{line} is missing in {answer}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            read(&bytes, "x");
        }

        #[test]
        fn no_mutation_of_a_request_makes_the_reader_fall_over(places in prop::collection::vec((0_usize..150, any::<u8>()), 1..8)) {
            let mut bytes = message("INVITE sip:2@x SIP/2.0", "", "Content-Length: 0\r\n").into_bytes();
            for (place, byte) in places {
                if let Some(slot) = bytes.get_mut(place) {
                    *slot = byte;
                }
            }
            read(&bytes, "x");
        }
    }
}
