//! The small bodies that requests inside a call carry: keys by INFO, and the sipfrag of a NOTIFY. Pure.

use crate::audio::Key;

/// What an INFO request brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Info {
    /// A key was pressed.
    Key(Key),
    /// Nothing that concerns us, and nothing wrong with it (an empty INFO keeps a session alive).
    Nothing,
    /// A body of a kind that we do not read: 415.
    UnknownKind,
    /// A body of a known kind that makes no sense: 400.
    Broken,
}

/// Reads an INFO body: `application/dtmf-relay` (`Signal=5`, `Duration=160`) or `application/dtmf` (`5`).
pub(super) fn read_info(content_type: Option<&str>, body: &[u8]) -> Info {
    if body.is_empty() {
        return Info::Nothing;
    }
    let kind = content_type.map(media_type).unwrap_or_default();
    let Ok(text) = std::str::from_utf8(body) else { return Info::Broken };
    let signal = match kind.as_str() {
        "application/dtmf-relay" => text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then_some(value)
        }),
        "application/dtmf" => text.lines().next(),
        _ => return Info::UnknownKind,
    };
    match signal.and_then(read_signal) {
        Some(key) => Info::Key(key),
        None => Info::Broken,
    }
}

/// A signal is the key itself, or the number of its RFC 4733 event (`10` is `*`, `11` is `#`).
fn read_signal(signal: &str) -> Option<Key> {
    let signal = signal.trim();
    let mut characters = signal.chars();
    let first = characters.next()?;
    if characters.next().is_none() {
        return Key::from_char(first.to_ascii_uppercase());
    }
    Key::from_event_code(signal.parse().ok()?)
}

/// The media type of a `Content-Type` value, without parameters, in lower case.
pub(super) fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// How far a transfer that was asked for by REFER has come, as a NOTIFY tells (RFC 3515 2.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TransferProgress {
    /// The status of the call that is being made: 100, 180, 200, 486…
    pub(super) status: u16,
    /// No more news will come.
    pub(super) is_over: bool,
}

/// Reads the NOTIFY of a transfer; `None` when it is none or its sipfrag cannot be read.
pub(super) fn read_transfer_progress(
    event: Option<&str>,
    subscription_state: Option<&str>,
    content_type: Option<&str>,
    body: &[u8],
) -> Option<TransferProgress> {
    let package = event?.split(';').next()?.trim();
    let is_sipfrag = content_type.map(media_type).is_some_and(|kind| kind == "message/sipfrag");
    if !package.eq_ignore_ascii_case("refer") || !is_sipfrag {
        return None;
    }
    let state = subscription_state?.split(';').next()?.trim();
    let first_line = std::str::from_utf8(body).ok()?.lines().next()?;
    let status = first_line.strip_prefix("SIP/2.0 ")?.split(' ').next()?.parse().ok()?;
    (100..700)
        .contains(&status)
        .then_some(TransferProgress { status, is_over: state.eq_ignore_ascii_case("terminated") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(character: char) -> Info {
        Info::Key(Key::from_char(character).expect("a key"))
    }

    #[test]
    fn keys_of_both_kinds_of_info_are_read() {
        let cases: [(&str, &str, Info); 12] = [
            ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", key('5')),
            ("application/dtmf-relay", "Signal= 1\nDuration= 250", key('1')),
            ("Application/DTMF-Relay;charset=utf-8", "signal = #", key('#')),
            ("application/dtmf-relay", "Duration=100\r\nSignal=10\r\n", key('*')),
            ("application/dtmf-relay", "Signal=11\r\n", key('#')),
            ("application/dtmf-relay", "Signal=a\r\n", key('A')),
            ("application/dtmf", "7", key('7')),
            ("application/dtmf", "12\r\n", key('A')),
            ("application/dtmf", "x", Info::Broken),
            ("application/dtmf-relay", "Duration=100", Info::Broken),
            ("application/media_control+xml", "<media_control/>", Info::UnknownKind),
            ("application/dtmf", "", Info::Nothing),
        ];
        for (content_type, body, expected) in cases {
            assert_eq!(read_info(Some(content_type), body.as_bytes()), expected, "{content_type}: {body:?}");
        }
        assert_eq!(read_info(None, b"x"), Info::UnknownKind);
        assert_eq!(read_info(Some("application/dtmf"), &[0xff, 0xfe]), Info::Broken);
    }

    #[test]
    fn the_sipfrag_of_a_transfer_is_read() {
        let read = |event, state, kind, body: &str| read_transfer_progress(event, state, kind, body.as_bytes());
        let (refer, active, sipfrag) =
            (Some("refer;id=7"), Some("active;expires=60"), Some("message/sipfrag;version=2.0"));
        let cases = [
            (read(refer, active, sipfrag, "SIP/2.0 100 Trying\r\n"), Some((100, false))),
            (read(refer, Some("terminated;reason=noresource"), sipfrag, "SIP/2.0 200 OK"), Some((200, true))),
            (read(refer, active, sipfrag, "SIP/2.0 486"), Some((486, false))),
            (read(refer, active, sipfrag, "HTTP/1.1 200 OK"), None),
            (read(refer, active, sipfrag, "SIP/2.0 9 No"), None),
            (read(refer, None, sipfrag, "SIP/2.0 200 OK"), None),
            (read(Some("presence"), active, sipfrag, "SIP/2.0 200 OK"), None),
            (read(refer, active, Some("text/plain"), "SIP/2.0 200 OK"), None),
        ];
        for (number, (progress, expected)) in cases.into_iter().enumerate() {
            let progress = progress.map(|progress| (progress.status, progress.is_over));
            assert_eq!(progress, expected, "case {number}");
        }
    }
}
