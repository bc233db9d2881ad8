//! Offers our side, and reads the answer to it.

use std::time::Duration;

use sdp_types::{Attribute, Connection, Fmtp, Media, Origin, RtpMap, Session};

use super::error::excerpt;
use super::media::{self, Format};
use super::{LocalMedia, SdpError, description};
use crate::audio::Law;
use crate::line::rtp::RemoteMedia;

/// The payload type we offer for telephone-event: the one that almost everybody uses.
const TELEPHONE_EVENT: u8 = 101;
/// The static payload types of RFC 3551.
const PCMU: u8 = 0;
const PCMA: u8 = 8;

/// Our offer: one audio line with the laws and the direction of `local`, and telephone-event.
pub fn offer(local: &LocalMedia) -> String {
    let mut ours = session_head(local);
    let mut formats: Vec<(u8, Format)> =
        local.laws.iter().map(|law| (static_type(*law), Format::Sound(*law))).collect();
    formats.push((TELEPHONE_EVENT, Format::TelephoneEvent));
    let ptime = media::whole_packet_time(local.ptime);
    ours.add_media(audio_attributes(local, "RTP/AVP", &formats, ptime, local.direction.as_str()));
    write(&ours)
}

/// What the `answer` to [`offer`]`(local)` agrees on.
///
/// # Errors
/// The answer cannot be used; the call is ended with ACK and BYE, since an answer cannot be refused.
pub fn accept(local: &LocalMedia, answer: &str) -> Result<RemoteMedia, SdpError> {
    let session = description::parse(answer)?;
    // An answer has the lines of the offer in their order, and ours had one.
    let media = session.medias.first().filter(|media| media::is_wanted_audio(media)).ok_or(SdpError::NoAudio)?;
    if !media::is_plain_rtp(media) {
        return Err(SdpError::Transport(excerpt(&media.proto)));
    }
    let line = media::read(&session, media, local.address.ip())?;
    let mut common = line.formats.iter().filter_map(|(number, format)| match format {
        Format::Sound(law) if local.laws.contains(law) => Some((*number, *law)),
        _ => None,
    });
    let (payload_type, law) = common.next().ok_or(SdpError::NoCommonCodec)?;
    // The far end may switch between the laws it answered without a word (RFC 3264, section 7). It sends
    // with the numbers of our offer, whatever numbers its answer uses.
    let other = common.map(|(_, law)| (static_type(law), law)).find(|(_, other)| *other != law);
    Ok(RemoteMedia {
        address: line.address,
        rtcp_address: if line.rtcp_mux { above(line.address) } else { line.rtcp_address },
        // We did not offer it.
        rtcp_mux: false,
        law,
        payload_type,
        receive: [Some((static_type(law), law)), other],
        ptime: line.packet_time(local.ptime),
        telephone_event: line.telephone_event(),
        telephone_event_in: line.telephone_event().map(|_| TELEPHONE_EVENT),
        direction: line.direction.reversed().and(local.direction),
        known_source: false,
    })
}

fn above(address: std::net::SocketAddr) -> std::net::SocketAddr {
    std::net::SocketAddr::new(address.ip(), address.port().saturating_add(1))
}

const fn static_type(law: Law) -> u8 {
    match law {
        Law::Mu => PCMU,
        Law::A => PCMA,
    }
}

/// The lines above the first `m=`.
pub(super) fn session_head(local: &LocalMedia) -> Session {
    let mut origin = Origin::with_ip_addr(local.session_id, local.version, local.address.ip());
    origin.set_username("warmline");
    let mut session = Session::new(origin, "Warmline");
    session.set_connection(Connection::from_ip_addr(local.address.ip()));
    session
}

/// An audio line of ours with its attributes.
pub(super) fn audio_attributes(
    local: &LocalMedia,
    transport: &str,
    formats: &[(u8, Format)],
    ptime: Duration,
    direction: &str,
) -> Media {
    let numbers: Vec<String> = formats.iter().map(|(number, _)| number.to_string()).collect();
    let mut media = Media {
        media: "audio".to_owned(),
        port: local.address.port(),
        num_ports: None,
        proto: transport.to_owned(),
        fmt: numbers.join(" "),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    };
    for (number, format) in formats {
        let name = match format {
            Format::Sound(Law::Mu) => "PCMU",
            Format::Sound(Law::A) => "PCMA",
            Format::TelephoneEvent => "telephone-event",
        };
        media.add_attribute(RtpMap::new(*number, name, 8000));
        if *format == Format::TelephoneEvent {
            let mut keys = Fmtp::new(*number);
            keys.add_format_specific_param(sdp_types::FmtpParam::new("0-15"));
            media.add_attribute(keys);
        }
    }
    media.add_attribute(Attribute::with_value("ptime", ptime.as_millis()));
    media.add_attribute(Attribute::with_value("maxptime", 60));
    if local.rtcp_port != local.address.port().saturating_add(1) {
        media.add_attribute(Attribute::with_value("rtcp", local.rtcp_port));
    }
    media.add_attribute(Attribute::new(direction));
    media
}

pub(super) fn write(session: &Session) -> String {
    let mut bytes = Vec::with_capacity(512);
    // Writing into a vector cannot fail, and what is written came from strings.
    session.write(&mut bytes).ok();
    String::from_utf8_lossy(&bytes).into_owned()
}
