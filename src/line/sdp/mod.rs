//! Offers and answers in SDP (RFC 8866, RFC 3264): what the far end wants, what we take of it.
//!
//! **In:** the body of an INVITE, a 200 or an ACK. **Out:** the body to send back, and a
//! [`RemoteMedia`](crate::line::rtp::RemoteMedia) for the RTP session. Pure text, no network.
//!
//! ```ignore
//! let mut local = LocalMedia::new(advertised_address);
//! let negotiated = sdp::answer(&offer, &local)?;      // an INVITE with an offer
//! session.control().set_remote(RemoteMedia { known_source: true, ..negotiated.remote });
//! local.renew();                                      // then, a re-INVITE:
//! let negotiated = sdp::answer(&second_offer, &local)?;
//! ```

mod answer;
mod description;
mod error;
mod local;
mod media;
mod offer;

pub use answer::{Negotiated, answer};
pub use error::SdpError;
pub use local::LocalMedia;
pub use offer::{accept, offer};

#[cfg(test)]
mod tests;
