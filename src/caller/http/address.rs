//! Which addresses a connection may go to. The operator names a host; what its name resolves to is judged here, after
//! the resolution, so that a name cannot be bent to a place it was not meant for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Public,
    /// This machine or the operator's own network.
    Private,
    /// Never a service: link-local (where clouds hand out their machines' secrets), multicast, unspecified.
    Forbidden,
}

/// An address that a connection does not go to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// Link-local, multicast, broadcast or unspecified.
    #[error("{0} is a link-local or other special address, where no service of yours can be")]
    Forbidden(String),
    /// Private, and the connection says that it must not be.
    #[error("{0} is at a private address, which `allow_private = false` forbids")]
    Private(String),
    /// The name has no address.
    #[error("{0} has no address; check the name in `base`")]
    NoAddress(String),
}

impl AddressFault {
    /// Judges an address that stands in the settings itself.
    pub fn of_literal(address: IpAddr, allow_private: bool) -> Result<(), Self> {
        judge(address, allow_private, &address.to_string())
    }
}

fn judge(address: IpAddr, allow_private: bool, shown: &str) -> Result<(), AddressFault> {
    match place_of(address) {
        Place::Forbidden => Err(AddressFault::Forbidden(shown.to_owned())),
        Place::Private if !allow_private => Err(AddressFault::Private(shown.to_owned())),
        Place::Public | Place::Private => Ok(()),
    }
}

fn place_of(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => place_of_v4(address),
        IpAddr::V6(address) => place_of_v6(address),
    }
}

fn place_of_v4(address: Ipv4Addr) -> Place {
    let [first, second, ..] = address.octets();
    if first == 0 || address.is_link_local() || address.is_multicast() || first >= 240 {
        return Place::Forbidden;
    }
    // 100.64.0.0/10 is what providers and VPNs use between themselves (RFC 6598).
    let is_shared = first == 100 && (64..128).contains(&second);
    if address.is_loopback() || address.is_private() || is_shared { Place::Private } else { Place::Public }
}

fn place_of_v6(address: Ipv6Addr) -> Place {
    if let Some(within) = address.to_ipv4_mapped() {
        return place_of_v4(within);
    }
    let segments = address.segments();
    // 64:ff9b::/96 reaches IPv4 through a translator (RFC 6052): what counts is the address within.
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let [.., high, low] = segments;
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return place_of_v4(Ipv4Addr::new(a, b, c, d));
    }
    // fd00:ec2::254 is where a large cloud hands out its machines' secrets over IPv6.
    let is_metadata = segments == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254];
    if address.is_unspecified() || address.is_multicast() || address.is_unicast_link_local() || is_metadata {
        return Place::Forbidden;
    }
    if address.is_loopback() || address.is_unique_local() { Place::Private } else { Place::Public }
}

/// Resolves names, and leaves out addresses that the connection must not go to.
pub(super) struct GuardedResolver {
    pub allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let mut refused = AddressFault::NoAddress(host.clone());
            let mut addresses: Vec<SocketAddr> = Vec::new();
            for address in found {
                match judge(address.ip(), allow_private, &host) {
                    Ok(()) => addresses.push(address),
                    Err(fault) => refused = fault,
                }
            }
            if addresses.is_empty() {
                return Err(refused.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_public_private_or_forbidden() {
        let cases = [
            ("93.184.216.34", Place::Public),
            ("2606:2800:220:1::1", Place::Public),
            ("127.0.0.1", Place::Private),
            ("10.1.2.3", Place::Private),
            ("172.16.0.1", Place::Private),
            ("172.32.0.1", Place::Public),
            ("192.168.1.1", Place::Private),
            ("100.64.0.1", Place::Private),
            ("::1", Place::Private),
            ("fd12::1", Place::Private),
            ("169.254.169.254", Place::Forbidden),
            ("fe80::1", Place::Forbidden),
            ("fd00:ec2::254", Place::Forbidden),
            ("0.0.0.0", Place::Forbidden),
            ("::", Place::Forbidden),
            ("224.0.0.1", Place::Forbidden),
            ("255.255.255.255", Place::Forbidden),
            ("::ffff:169.254.169.254", Place::Forbidden),
            ("::ffff:10.0.0.1", Place::Private),
            ("64:ff9b::a9fe:a9fe", Place::Forbidden),
            ("64:ff9b::0a00:0001", Place::Private),
        ];
        for (address, expected) in cases {
            assert_eq!(place_of(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn a_private_address_is_allowed_unless_forbidden_and_a_special_one_never() {
        let literal = |address: &str, allow| AddressFault::of_literal(address.parse().unwrap(), allow);
        assert_eq!(literal("10.0.0.5", true), Ok(()));
        assert!(matches!(literal("10.0.0.5", false), Err(AddressFault::Private(_))));
        assert!(matches!(literal("169.254.169.254", true), Err(AddressFault::Forbidden(_))));
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_resolves_to() {
        let resolve = async |allow_private| {
            let resolver = GuardedResolver { allow_private };
            resolver.resolve("localhost".parse().unwrap()).await.map(|found| found.count())
        };
        assert!(resolve(true).await.unwrap() > 0);
        let fault = resolve(false).await.err().unwrap().to_string();
        assert!(fault.contains("localhost is at a private address"), "{fault}");
    }
}
