//! Answers the far end's offer.

use std::time::Duration;

use sdp_types::{Attribute, Media, Session};

use super::error::excerpt;
use super::media::{self, AudioLine, Format};
use super::offer::{audio_attributes, session_head, write};
use super::{LocalMedia, SdpError, description};
use crate::audio::Law;
use crate::line::rtp::RemoteMedia;

/// What an offer and our answer agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// The answer, to be sent as `application/sdp`.
    pub sdp: String,
    /// For the RTP session. `known_source` is false; signalling knows better.
    pub remote: RemoteMedia,
}

/// Answers `offer`: the first audio line that we can take is taken, with the first codec of its order that we
/// know; every other line is refused with port 0 (RFC 3264, section 6).
///
/// # Errors
/// [`SdpError::status`] of the error is the SIP status to refuse the INVITE with. A call that is up goes on as
/// it was when a re-INVITE is refused.
pub fn answer(offer: &str, local: &LocalMedia) -> Result<Negotiated, SdpError> {
    let session = description::parse(offer)?;
    let (index, line, chosen) = choose(&session, local)?;
    let ptime = line.packet_time(local.ptime);
    let direction = line.direction.reversed().and(local.direction);
    let (payload_type, law) = chosen;

    let mut ours = session_head(local);
    ours.times = session.times.clone();
    for (position, offered) in session.medias.iter().enumerate() {
        ours.add_media(if position == index {
            taken(offered, local, chosen, line.telephone_event(), ptime, direction.as_str(), line.rtcp_mux)
        } else {
            refused(offered)
        });
    }
    let remote = RemoteMedia {
        address: line.address,
        rtcp_address: line.rtcp_address,
        rtcp_mux: line.rtcp_mux,
        law,
        payload_type,
        receive: [Some((payload_type, law)), None],
        ptime,
        telephone_event: line.telephone_event(),
        telephone_event_in: line.telephone_event(),
        direction,
        known_source: false,
    };
    Ok(Negotiated { sdp: write(&ours), remote })
}

/// The first audio line that we can take, its place, and the payload type and law that we take of it. When
/// there is none, the error tells what the most promising line lacked.
fn choose(session: &Session, local: &LocalMedia) -> Result<(usize, AudioLine, (u8, Law)), SdpError> {
    let mut why = SdpError::NoAudio;
    for (index, offered) in session.medias.iter().enumerate() {
        if !media::is_wanted_audio(offered) {
            continue;
        }
        if !media::is_plain_rtp(offered) {
            if why == SdpError::NoAudio {
                why = SdpError::Transport(excerpt(&offered.proto));
            }
            continue;
        }
        let line = match media::read(session, offered, local.address.ip()) {
            Ok(line) => line,
            Err(error) => {
                why = error;
                continue;
            }
        };
        let known = line.formats.iter().find_map(|(number, format)| match format {
            Format::Sound(law) if local.laws.contains(law) => Some((*number, *law)),
            _ => None,
        });
        match known {
            Some(chosen) => return Ok((index, line, chosen)),
            None => why = SdpError::NoCommonCodec,
        }
    }
    Err(why)
}

fn taken(
    offered: &Media,
    local: &LocalMedia,
    (payload_type, law): (u8, Law),
    telephone_event: Option<u8>,
    ptime: Duration,
    direction: &str,
    rtcp_mux: bool,
) -> Media {
    let mut formats = vec![(payload_type, Format::Sound(law))];
    formats.extend(telephone_event.map(|number| (number, Format::TelephoneEvent)));
    let mut media = audio_attributes(local, &offered.proto, &formats, ptime, direction);
    if rtcp_mux {
        media.add_attribute(Attribute::new("rtcp-mux"));
    }
    if let Some(Some(mid)) = offered.get_first_attribute_value("mid") {
        media.add_attribute(Attribute::with_value("mid", mid));
    }
    media
}

/// A line refused: the offered line with port 0 and one of its formats.
fn refused(offered: &Media) -> Media {
    Media {
        media: offered.media.clone(),
        port: 0,
        num_ports: None,
        proto: offered.proto.clone(),
        fmt: offered.fmt.split_ascii_whitespace().next().unwrap_or("0").to_owned(),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    }
}
