//! Under which address we are reached, as a given peer sees it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use rsipstack::sip::Header;

use super::gate::is_near;
use super::headers::new_branch;

/// Our own addresses. Invariant: at least one of the two ports is set.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    /// Where UDP is bound.
    pub(super) udp: Option<SocketAddr>,
    /// Where TCP is bound.
    pub(super) tcp: Option<SocketAddr>,
    /// The address for peers outside, behind NAT.
    pub(super) advertised: Option<IpAddr>,
    /// The user part of our address.
    pub(super) user: String,
}

impl Addresses {
    /// The address that `peer` reaches us at. Peers near by see the interface that leads to them, even when
    /// another address is advertised to the world.
    pub(super) fn host_for(&self, peer: IpAddr) -> IpAddr {
        if let Some(advertised) = self.advertised
            && !is_near(peer)
            && !is_own_address(peer)
            && advertised.is_ipv4() == peer.is_ipv4()
        {
            return advertised;
        }
        let bound = self.udp.or(self.tcp).map(|address| address.ip()).filter(|address| !address.is_unspecified());
        bound.or_else(|| interface_towards(peer)).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// Our host and port as `peer` reaches them, for the transport that is used.
    pub(super) fn reached_at(&self, peer: IpAddr, reliable: bool) -> SocketAddr {
        let bound = if reliable { self.tcp.or(self.udp) } else { self.udp.or(self.tcp) };
        SocketAddr::new(self.host_for(peer), bound.map_or(5060, |address| address.port()))
    }

    /// Our Contact for `peer`, in angle brackets.
    pub(super) fn contact(&self, peer: IpAddr, reliable: bool) -> String {
        let address = self.reached_at(peer, reliable);
        let transport = if reliable { ";transport=tcp" } else { "" };
        format!("<sip:{}@{address}{transport}>", self.user)
    }

    /// A Via for a request to `peer`, with a fresh branch.
    pub(super) fn via(&self, peer: IpAddr, reliable: bool) -> Header {
        let address = self.reached_at(peer, reliable);
        let transport = if reliable { "TCP" } else { "UDP" };
        Header::Via(format!("SIP/2.0/{transport} {address};branch={};rport", new_branch()).into())
    }
}

/// Whether `address` is one of this machine's: packets to it leave by itself. A packet that arrives from outside
/// with such a source is dropped by the system.
pub(super) fn is_own_address(address: IpAddr) -> bool {
    interface_towards(address) == Some(address)
}

/// The address of the interface that packets to `peer` leave by. Nothing is sent.
fn interface_towards(peer: IpAddr) -> Option<IpAddr> {
    let any: SocketAddr = if peer.is_ipv4() { "0.0.0.0:0".parse().ok()? } else { "[::]:0".parse().ok()? };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(SocketAddr::new(peer, 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(advertised: Option<&str>) -> Addresses {
        Addresses {
            udp: Some("0.0.0.0:5070".parse().expect("address")),
            tcp: Some("0.0.0.0:5071".parse().expect("address")),
            advertised: advertised.map(|address| address.parse().expect("address")),
            user: "warmline".to_owned(),
        }
    }

    #[test]
    fn a_peer_near_by_is_told_the_interface_and_one_outside_the_advertised_address() {
        let addresses = addresses(Some("198.51.100.7"));
        let near = "127.0.0.1".parse().expect("address");
        let outside = "203.0.113.9".parse().expect("address");
        assert_eq!(addresses.contact(near, false), "<sip:warmline@127.0.0.1:5070>");
        assert_eq!(addresses.contact(outside, true), "<sip:warmline@198.51.100.7:5071;transport=tcp>");
        assert!(addresses.via(outside, false).to_string().contains("SIP/2.0/UDP 198.51.100.7:5070;branch=z9hG4bK"));
    }
}
