//! What a call's task holds, and the one place where it lets go of it.

use std::net::IpAddr;

use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::front::DialogPlace;
use super::gauges::Open;
use crate::line::rtp::{Direction, RemoteMedia, RtpControl};
use crate::line::sdp::{self, LocalMedia, SdpError};
use crate::line::{LegEnd, LegEvent};

/// Everything that must be given back when a leg ends, whoever ended it.
pub(super) struct Holdings {
    /// The place in the table of dialogs.
    pub(super) place: Option<DialogPlace>,
    /// The leg's part of the cap on calls.
    pub(super) permit: Option<OwnedSemaphorePermit>,
    /// The leg in the gauges.
    pub(super) open: Open,
    /// Steers the sound.
    pub(super) control: RtpControl,
    /// To the call.
    pub(super) reports: Reports,
}

impl Holdings {
    /// Gives everything back, and then says that the leg has ended. The media ports rest as soon as the call drops
    /// the leg's sound; until then nothing more is sent on them.
    pub(super) fn let_go(self, end: LegEnd) {
        self.control.set_direction(Direction::Inactive);
        drop(self.place);
        drop(self.permit);
        drop(self.open);
        self.reports.end(end);
    }
}

/// The line's way to the call. The place of the last event is kept free from the start, so that it always comes.
pub(super) struct Reports {
    events: mpsc::Sender<LegEvent>,
    last: Option<mpsc::OwnedPermit<LegEvent>>,
}

impl Reports {
    /// Reserves the place of the last event. The queue must be fresh.
    pub(super) fn new(events: mpsc::Sender<LegEvent>) -> Self {
        let last = events.clone().try_reserve_owned().ok();
        Self { events, last }
    }

    /// Says what happened. A call that does not read its events loses the newest, never the last.
    pub(super) fn say(&self, event: LegEvent) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.events.try_send(event) {
            tracing::warn!(?event, "a call does not read the events of its leg");
        }
    }

    fn end(self, end: LegEnd) {
        if let Some(last) = self.last {
            last.send(LegEvent::Ended(end));
        }
    }
}

/// Our side of the sound of one leg, as signalling sees it.
pub(super) struct Sound {
    control: RtpControl,
    local: LocalMedia,
    trusted: bool,
    neighbour: Option<IpAddr>,
    last_sdp: Option<String>,
    held: bool,
}

impl Sound {
    /// `trusted`: the far end is a trunk, or a telephone that we know; sound may be sent to the address it describes
    /// before any came from there. For anybody else that holds only when it describes the very address that it signals
    /// from, and that is the `neighbour`'s in our own network.
    pub(super) const fn new(control: RtpControl, local: LocalMedia, trusted: bool, neighbour: Option<IpAddr>) -> Self {
        Self { control, local, trusted, neighbour, last_sdp: None, held: false }
    }

    /// Our offer. The same text as before when nothing changed.
    pub(super) fn offer(&mut self) -> String {
        self.settled(|local| Ok((sdp::offer(local), ()))).map(|(text, ())| text).unwrap_or_default()
    }

    /// Answers an offer. The sound changes only with [`Sound::use_remote`].
    pub(super) fn answer(&mut self, offer: &str) -> Result<(String, Option<RemoteMedia>), SdpError> {
        self.settled(|local| sdp::answer(offer, local).map(|answered| (answered.sdp, Some(answered.remote))))
    }

    /// Reads the answer to our offer.
    pub(super) fn accept(&self, answer: &str) -> Result<RemoteMedia, SdpError> {
        sdp::accept(&self.local, answer)
    }

    /// Sends and takes sound as negotiated from now on. Says whether the far end holds us now, if that changed.
    pub(super) fn use_remote(&mut self, remote: RemoteMedia) -> Option<LegEvent> {
        let held = matches!(remote.direction, Direction::RecvOnly | Direction::Inactive);
        let known_source = self.trusted || self.neighbour == Some(remote.address.ip());
        self.control.set_remote(RemoteMedia { known_source, ..remote });
        let changed = std::mem::replace(&mut self.held, held) != held;
        changed.then_some(if held { LegEvent::Held } else { LegEvent::Resumed })
    }

    /// The far end has just been answered, or has answered: its source may be learnt from now on.
    pub(super) fn open_learning(&self) {
        self.control.open_learning();
    }

    /// Describes our side; a description that differs from the last one gets the next version (RFC 3264 8).
    fn settled<T>(
        &mut self,
        describe: impl Fn(&LocalMedia) -> Result<(String, T), SdpError>,
    ) -> Result<(String, T), SdpError> {
        let (mut text, mut rest) = describe(&self.local)?;
        if self.last_sdp.as_ref().is_some_and(|last| *last != text) {
            self.local.renew();
            (text, rest) = describe(&self.local)?;
        }
        self.last_sdp = Some(text.clone());
        Ok((text, rest))
    }
}
