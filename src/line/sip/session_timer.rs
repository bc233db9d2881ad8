//! Session timers (RFC 4028), answering side. Pure: headers and times in, headers and decisions out.
//!
//! A call whose far end has vanished would stay forever; a session timer makes one side refresh the session by
//! re-INVITE or UPDATE, and ends the call when no refresh came.

use std::time::Duration;

use super::settings::SipTimers;

/// Who refreshes the session, seen from the request that settled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refresher {
    /// The far end.
    Far,
    /// We do.
    Us,
}

/// What a request says about session timers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// The value of `Session-Expires`.
    pub(super) session_expires: Option<&'a str>,
    /// The value of `Min-SE`.
    pub(super) minimum: Option<&'a str>,
    /// Whether `timer` is among `Supported` (or `Require`).
    pub(super) supported: bool,
}

/// The interval that the far end asked for is too short: 422 with this `Min-SE`, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooShort(pub(super) u64);

/// A running session timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SessionTimer {
    interval: Duration,
    refresher: Refresher,
    refreshed_at: Duration,
    far_end_knows_timers: bool,
}

impl SessionTimer {
    /// Settles the timer for a request that arrived at `now` (RFC 4028 section 9). A far end that knows session
    /// timers refreshes; for one that does not, we refresh, and the call is only ended when that fails.
    pub(super) fn settle(asked: Asked<'_>, timers: &SipTimers, now: Duration) -> Result<Self, TooShort> {
        let shortest = timers.session_minimum;
        let wanted = asked.session_expires.and_then(seconds);
        if let Some(wanted) = wanted
            && wanted < shortest
        {
            return Err(TooShort(shortest.as_secs().max(1)));
        }
        let their_minimum = asked.minimum.and_then(seconds).unwrap_or(Duration::ZERO);
        let interval = match wanted {
            Some(wanted) => wanted.min(timers.session_interval.max(shortest)).max(their_minimum),
            None => timers.session_interval.max(shortest).max(their_minimum),
        };
        let named = asked.session_expires.and_then(|value| parameter(value, "refresher"));
        let refresher = match (asked.supported, named) {
            (false, _) => Refresher::Us,
            (true, Some(name)) if name.eq_ignore_ascii_case("uas") => Refresher::Us,
            (true, _) => Refresher::Far,
        };
        Ok(Self { interval, refresher, refreshed_at: now, far_end_knows_timers: asked.supported })
    }

    /// The timer that a 2xx to our own request settles; `None`: the far end wants none.
    pub(super) fn of_answer(session_expires: Option<&str>, now: Duration) -> Option<Self> {
        let value = session_expires?;
        let refresher = match parameter(value, "refresher") {
            Some(name) if name.eq_ignore_ascii_case("uas") => Refresher::Far,
            _ => Refresher::Us,
        };
        Some(Self { interval: seconds(value)?, refresher, refreshed_at: now, far_end_knows_timers: true })
    }

    /// Our refresh was refused, which proves life: that is enough for a far end that knows no timers.
    pub(super) fn refused(&mut self, now: Duration) {
        if !self.far_end_knows_timers {
            self.refreshed_at = now;
        }
    }

    /// The `Session-Expires` value of the 2xx, when the far end knows what to do with it.
    pub(super) fn header(&self) -> Option<String> {
        let refresher = match self.refresher {
            Refresher::Far => "uac",
            Refresher::Us => "uas",
        };
        self.far_end_knows_timers.then(|| format!("{};refresher={refresher}", self.interval.as_secs()))
    }

    /// Whether the 2xx must carry `Require: timer`: the far end is the one to refresh (RFC 4028 section 9).
    pub(super) fn is_required(&self) -> bool {
        self.far_end_knows_timers && self.refresher == Refresher::Far
    }

    /// The `Session-Expires` value of a refresh that we send: the roles of the request are then the other way.
    pub(super) fn header_of_our_refresh(&self) -> String {
        format!("{};refresher=uac", self.interval.as_secs())
    }

    /// The session was refreshed at `now`, by either side.
    pub(super) fn refreshed(&mut self, now: Duration) {
        self.refreshed_at = now;
    }

    /// When we must send the next refresh: half the interval after the last (RFC 4028 section 10).
    pub(super) fn refresh_due(&self) -> Option<Duration> {
        (self.refresher == Refresher::Us).then(|| self.refreshed_at + self.interval / 2)
    }

    /// When the call ends because nobody refreshed it: the smaller of 32 s and a third of the interval
    /// before the interval is over (RFC 4028 section 10).
    pub(super) fn expires_at(&self) -> Duration {
        self.refreshed_at + self.interval - (self.interval / 3).min(Duration::from_secs(32))
    }
}

fn seconds(value: &str) -> Option<Duration> {
    let number = value.split(';').next()?.trim();
    number.parse::<u32>().ok().map(|seconds| Duration::from_secs(u64::from(seconds)))
}

fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    value.split(';').skip(1).find_map(|part| {
        let (known, text) = part.split_once('=')?;
        known.trim().eq_ignore_ascii_case(name).then_some(text.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1000);

    fn asked(session_expires: Option<&str>, supported: bool) -> Asked<'_> {
        Asked { session_expires, minimum: None, supported }
    }

    fn seconds_of(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_caller_who_knows_timers_refreshes_unless_it_asks_us_to() {
        let timers = SipTimers::default();
        let cases = [
            (asked(Some("1800"), true), Some("1800;refresher=uac"), true),
            (asked(Some("1800;refresher=uac"), true), Some("1800;refresher=uac"), true),
            (asked(Some("1800 ; refresher=uas"), true), Some("1800;refresher=uas"), false),
            (asked(Some("7200"), true), Some("1800;refresher=uac"), true),
            (asked(None, true), Some("1800;refresher=uac"), true),
            (asked(None, false), None, false),
        ];
        for (asked, header, required) in cases {
            let timer = SessionTimer::settle(asked, &timers, NOW).expect("long enough");
            assert_eq!(timer.header().as_deref(), header, "{asked:?}");
            assert_eq!(timer.is_required(), required, "{asked:?}");
        }
    }

    #[test]
    fn too_short_an_interval_is_refused_with_ours() {
        let timer = SessionTimer::settle(asked(Some("30"), true), &SipTimers::default(), NOW);
        assert_eq!(timer, Err(TooShort(90)));
    }

    #[test]
    fn the_callers_minimum_is_respected() {
        let asked = Asked { session_expires: None, minimum: Some("3600"), supported: true };
        let timer = SessionTimer::settle(asked, &SipTimers::default(), NOW).expect("long enough");
        assert_eq!(timer.header().as_deref(), Some("3600;refresher=uac"));
    }

    #[test]
    fn a_session_that_the_far_end_does_not_refresh_ends_shortly_before_the_interval() {
        let mut timer = SessionTimer::settle(asked(Some("90"), true), &SipTimers::default(), NOW).expect("settled");
        assert_eq!(timer.refresh_due(), None);
        assert_eq!(timer.expires_at(), NOW + seconds_of(60));
        timer.refreshed(NOW + seconds_of(45));
        assert_eq!(timer.expires_at(), NOW + seconds_of(105));
    }

    #[test]
    fn we_refresh_at_half_the_interval_for_a_far_end_that_cannot() {
        let timer = SessionTimer::settle(asked(None, false), &SipTimers::default(), NOW).expect("settled");
        assert_eq!(timer.refresh_due(), Some(NOW + seconds_of(900)));
        assert_eq!(timer.expires_at(), NOW + seconds_of(1800 - 32));
    }

    #[test]
    fn a_telephone_that_answers_us_says_who_refreshes() {
        let timer = SessionTimer::of_answer(Some("600;refresher=uac"), NOW).expect("a timer");
        assert_eq!(timer.refresh_due(), Some(NOW + seconds_of(300)));
        let timer = SessionTimer::of_answer(Some("600;refresher=uas"), NOW).expect("a timer");
        assert_eq!((timer.refresh_due(), timer.expires_at()), (None, NOW + seconds_of(568)));
        assert_eq!(SessionTimer::of_answer(None, NOW), None);
    }

    #[test]
    fn a_broken_header_counts_as_none() {
        let timer = SessionTimer::settle(asked(Some("soon"), true), &SipTimers::default(), NOW).expect("settled");
        assert_eq!(timer.header().as_deref(), Some("1800;refresher=uac"));
    }
}
