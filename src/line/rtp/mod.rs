//! Sound over RTP (RFC 3550): packets of G.711 in and out, keys (RFC 4733), reports (RTCP).
//!
//! **In:** UDP packets, and what signalling negotiated. **Out:** one frame of 20 ms a tick, whatever the
//! network did. A [`PortPool`] lends a pair of ports to each [`RtpSession`]; signalling keeps its
//! [`RtpControl`], the media loop ticks the session, and dropping the session gives the ports back.
//!
//! ```ignore
//! let pool = PortPool::new(20_000..=29_999, bind, Duration::from_secs(5))?;
//! let session = pool.open()?;                         // NoFreePort: refuse with 503
//! let control = session.control();
//! let local = LocalMedia::new(SocketAddr::new(advertised, session.local_address().port()));
//! control.set_remote(sdp::answer(&offer, &local)?.remote);
//! let (leg, ends) = Leg::new(Box::new(session));
//! ```

mod control;
mod inbound;
mod outbound;
mod packet;
mod pool;
mod reception;
mod reframe;
mod remote;
mod reports;
mod rtcp;
mod session;
mod source;
mod telephone_event;

pub use control::{RtpControl, RtpStats};
pub use pool::{BadPortRange, NoFreePort, PortGauges, PortPool};
pub use remote::{Direction, RemoteMedia};
pub use session::RtpSession;

#[cfg(test)]
mod tests;
