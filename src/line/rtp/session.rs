//! One RTP session: the sound of one leg.

use std::net::SocketAddr;
use std::sync::Arc;

use super::RtpControl;
use super::control::Shared;
use super::pool::{PortLease, Sockets};

/// One RTP session on a pair of ports.
pub struct RtpSession {
    sockets: Sockets,
    shared: Arc<Shared>,
    // After the sockets, so that they are closed when the pair goes back.
    _lease: PortLease,
}

impl RtpSession {
    pub(super) fn new(sockets: Sockets, lease: PortLease) -> Self {
        Self { sockets, shared: Arc::new(Shared::new()), _lease: lease }
    }

    /// The handle for signalling.
    pub fn control(&self) -> RtpControl {
        RtpControl(Arc::clone(&self.shared))
    }

    /// Where RTP is received: the address the pool is bound to, and the even port. RTCP is on the port above.
    pub fn local_address(&self) -> SocketAddr {
        self.sockets.address
    }
}
