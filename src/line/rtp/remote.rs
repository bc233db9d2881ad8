//! What was agreed with the far end: where its sound goes, in which form, and in which direction.

use std::net::SocketAddr;
use std::time::Duration;

use crate::audio::Law;

/// Which way sound flows, seen from us (RFC 3264, section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// We send and do not listen: we have put the far end on hold.
    SendOnly,
    /// We listen and do not send: the far end has put us on hold.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// The direction in which we send, receive, both or neither.
    pub const fn from_parts(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Whether we send.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether we listen.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same, seen from the far end.
    pub const fn reversed(self) -> Self {
        Self::from_parts(self.receives(), self.sends())
    }

    /// What both `self` and `other` allow.
    pub const fn and(self, other: Self) -> Self {
        Self::from_parts(self.sends() && other.sends(), self.receives() && other.receives())
    }

    /// The attribute's name in SDP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// What an offer and its answer agreed on. Made by [`crate::line::sdp`], given to
/// [`RtpControl::set_remote`](super::RtpControl::set_remote).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteMedia {
    /// Where the far end said it wants our sound. An unspecified address (`0.0.0.0`, the old way to hold)
    /// is never sent to.
    pub address: SocketAddr,
    /// Where it wants our RTCP.
    pub rtcp_address: SocketAddr,
    /// Whether RTCP shares the port of RTP (RFC 5761).
    pub rtcp_mux: bool,
    /// The law we send in.
    pub law: Law,
    /// The payload type we send sound with.
    pub payload_type: u8,
    /// The payload types of sound that we accept.
    pub receive: [Option<(u8, Law)>; 2],
    /// How much sound we put into a packet: 10 to 60 ms, a multiple of 10.
    pub ptime: Duration,
    /// The payload type we send keys with (RFC 4733); `None` when it was not negotiated and keys go as tones.
    pub telephone_event: Option<u8>,
    /// The payload type keys arrive with; `None` when it was not negotiated.
    pub telephone_event_in: Option<u8>,
    /// Which way sound flows, seen from us.
    pub direction: Direction,
    /// Whether signalling has vouched for the far end (a trunk, a signed-in phone). To a known source we send
    /// from the answer on; to an unknown one nothing until it has sent. Signalling sets this.
    pub known_source: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_side_of_a_hold_is_its_mirror() {
        assert_eq!(Direction::SendOnly.reversed(), Direction::RecvOnly);
        assert_eq!(Direction::Inactive.reversed(), Direction::Inactive);
        assert_eq!(Direction::SendRecv.and(Direction::RecvOnly), Direction::RecvOnly);
        assert_eq!(Direction::SendOnly.and(Direction::RecvOnly), Direction::Inactive);
    }
}
