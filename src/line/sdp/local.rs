//! Our side of a session.

use std::net::SocketAddr;
use std::time::Duration;

use crate::audio::Law;
use crate::line::rtp::Direction;

/// Our side of a session: kept for the whole dialog, so that every description of it carries the same
/// session id and a version that only grows (RFC 3264, section 8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalMedia {
    /// Where we want the far end's sound: the advertised address and our RTP port.
    pub address: SocketAddr,
    /// Our RTCP port.
    pub rtcp_port: u16,
    /// The session id of `o=`.
    pub session_id: u64,
    /// The version of `o=`; see [`LocalMedia::renew`].
    pub version: u64,
    /// The laws we take, the dearest first. An answer follows the offer's order among them.
    pub laws: Vec<Law>,
    /// How much sound we put into a packet unless the far end asks otherwise: 10 to 60 ms.
    pub ptime: Duration,
    /// Which way we let sound flow. [`Direction::SendOnly`] in an offer puts the far end on hold.
    pub direction: Direction,
}

impl LocalMedia {
    /// Our side at `address`, RTCP on the port above, with a random session id, both laws (mu first) and 20 ms.
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            rtcp_port: address.port().saturating_add(1),
            // Positive as a signed number: some phones read it as one.
            session_id: u64::from(rand::random::<u32>()) + 1,
            version: 1,
            laws: vec![Law::Mu, Law::A],
            ptime: Duration::from_millis(20),
            direction: Direction::SendRecv,
        }
    }

    /// Raises the version. To be called before every later offer or answer of the same dialog.
    pub const fn renew(&mut self) {
        self.version += 1;
    }
}
