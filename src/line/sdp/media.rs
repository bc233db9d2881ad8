//! What one `m=` line and its attributes say.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sdp_types::{Connection, Media, Rtcp, RtpMap, Session};

use super::SdpError;
use super::error::excerpt;
use crate::audio::Law;
use crate::line::rtp::Direction;

/// The shortest and the longest packet we send, in milliseconds.
const SHORTEST_PTIME: u64 = 10;
const LONGEST_PTIME: u64 = 60;

/// A format of a media line that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Sound(Law),
    TelephoneEvent,
}

/// What an audio line says, as far as it concerns us. `direction` is seen from the side that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioLine {
    pub address: SocketAddr,
    pub rtcp_address: SocketAddr,
    pub rtcp_mux: bool,
    /// The formats we know with their payload types, in the order of the line.
    pub formats: Vec<(u8, Format)>,
    pub ptime: Option<Duration>,
    pub max_ptime: Option<Duration>,
    pub direction: Direction,
}

impl AudioLine {
    /// The first telephone-event, if there is one.
    pub fn telephone_event(&self) -> Option<u8> {
        self.formats.iter().find(|(_, format)| *format == Format::TelephoneEvent).map(|(number, _)| *number)
    }

    /// How much sound to put into a packet for this far end, when we would choose `ours`.
    pub fn packet_time(&self, ours: Duration) -> Duration {
        let wish = self.ptime.unwrap_or(ours);
        let limited = self.max_ptime.map_or(wish, |longest| wish.min(longest));
        whole_packet_time(limited)
    }
}

/// `wish` as a multiple of 10 ms between 10 and 60.
pub fn whole_packet_time(wish: Duration) -> Duration {
    let milliseconds = u64::try_from(wish.as_millis()).unwrap_or(LONGEST_PTIME);
    Duration::from_millis((milliseconds / 10 * 10).clamp(SHORTEST_PTIME, LONGEST_PTIME))
}

/// Whether a line is audio that its writer wants.
pub fn is_wanted_audio(media: &Media) -> bool {
    media.media.eq_ignore_ascii_case("audio") && media.port != 0
}

/// Whether the transport of a line is plain RTP. With feedback (AVPF) is plain too: feedback is a permission.
pub fn is_plain_rtp(media: &Media) -> bool {
    media.proto.eq_ignore_ascii_case("RTP/AVP") || media.proto.eq_ignore_ascii_case("RTP/AVPF")
}

/// Reads an audio line of `session`. `local` tells which family of addresses we can send to.
pub fn read(session: &Session, media: &Media, local: IpAddr) -> Result<AudioLine, SdpError> {
    let connection = media.connections.first().or(session.connection.as_ref());
    let ip = usable_address(connection, local)?;
    let address = SocketAddr::new(ip, media.port);
    let rtcp_mux = media.has_attribute("rtcp-mux");
    let rtcp_address = if rtcp_mux { address } else { rtcp_address(media, address, local) };
    let written = direction(media, session);
    // The old way to hold (RFC 2543): no address to send to is the same as not wanting sound.
    let direction = if ip.is_unspecified() { written.and(Direction::SendOnly) } else { written };
    Ok(AudioLine {
        address,
        rtcp_address,
        rtcp_mux,
        formats: formats(media),
        ptime: milliseconds(media, "ptime"),
        max_ptime: milliseconds(media, "maxptime"),
        direction,
    })
}

fn usable_address(connection: Option<&Connection>, local: IpAddr) -> Result<IpAddr, SdpError> {
    let connection = connection.ok_or_else(|| SdpError::Address("there is no c= line".to_owned()))?;
    let parsed = connection.try_address().map_err(|error| SdpError::Address(excerpt(&error.to_string())))?;
    let ip = parsed.ip;
    if ip.is_multicast() || ip == IpAddr::V4(std::net::Ipv4Addr::BROADCAST) {
        return Err(SdpError::Address(format!("{ip} is not one host")));
    }
    if ip.is_ipv4() != local.is_ipv4() {
        return Err(SdpError::Address(format!("{ip} cannot be reached from {local}")));
    }
    Ok(ip)
}

/// Where RTCP goes (RFC 3605): `a=rtcp`, or the port above.
fn rtcp_address(media: &Media, address: SocketAddr, local: IpAddr) -> SocketAddr {
    let above = SocketAddr::new(address.ip(), address.port().saturating_add(1));
    let Some(Ok(rtcp)) = media.get_first_attribute_typed::<Rtcp>() else { return above };
    if rtcp.port == 0 {
        return above;
    }
    let ip = match rtcp.try_address() {
        Some(Ok(given)) if given.ip.is_ipv4() == local.is_ipv4() && !given.ip.is_multicast() => given.ip,
        _ => address.ip(),
    };
    SocketAddr::new(ip, rtcp.port)
}

fn direction(media: &Media, session: &Session) -> Direction {
    const ALL: [Direction; 4] = [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
    let of_line = ALL.into_iter().find(|direction| media.has_attribute(direction.as_str()));
    let of_session = || ALL.into_iter().find(|direction| session.has_attribute(direction.as_str()));
    of_line.or_else(of_session).unwrap_or_default()
}

fn formats(media: &Media) -> Vec<(u8, Format)> {
    let maps: Vec<RtpMap> = media.attributes_typed::<RtpMap>().filter_map(Result::ok).collect();
    let mut formats = Vec::new();
    for number in media.fmt.split_ascii_whitespace().filter_map(|number| number.parse::<u8>().ok()) {
        let map = maps.iter().find(|map| map.payload_type == number);
        let known = match map {
            Some(map) => format_of(map),
            // The static assignments of RFC 3551, table 4, need no rtpmap.
            None => match number {
                0 => Some(Format::Sound(Law::Mu)),
                8 => Some(Format::Sound(Law::A)),
                _ => None,
            },
        };
        if let Some(format) = known
            && formats.iter().all(|(known, _)| *known != number)
        {
            formats.push((number, format));
        }
    }
    formats
}

fn format_of(map: &RtpMap) -> Option<Format> {
    // The channels may be left out for mono.
    if map.clock_rate != 8000 || map.encoding_params.as_deref().is_some_and(|channels| channels.trim() != "1") {
        return None;
    }
    match map.encoding_name.to_ascii_lowercase().as_str() {
        "pcmu" => Some(Format::Sound(Law::Mu)),
        "pcma" => Some(Format::Sound(Law::A)),
        "telephone-event" => Some(Format::TelephoneEvent),
        _ => None,
    }
}

/// A duration in milliseconds. Some phones write a fraction; zero and nonsense are no wish at all.
fn milliseconds(media: &Media, name: &str) -> Option<Duration> {
    let value = media.get_first_attribute_value(name)??.trim();
    let whole = value.split('.').next()?.parse::<u16>().ok()?;
    (whole > 0).then(|| Duration::from_millis(u64::from(whole)))
}
