//! What can go wrong when the SIP line starts, and what to do about it.

use std::net::SocketAddr;

/// Why the SIP line cannot start or a setting is refused.
#[derive(Debug, thiserror::Error)]
pub enum SipError {
    /// A port is taken by another program.
    #[error(
        "{transport} port {port} on {address} is in use; stop the other program or choose another port with --sip ADDR:PORT"
    )]
    PortInUse {
        /// `UDP` or `TCP`.
        transport: &'static str,
        /// The address that was to be bound.
        address: SocketAddr,
        /// Its port.
        port: u16,
    },
    /// A socket could not be opened for another reason.
    #[error("cannot listen on {transport} {address}: {source}")]
    Bind {
        /// `UDP` or `TCP`.
        transport: &'static str,
        /// The address that was to be bound.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A setting makes no sense.
    #[error("sip setting {setting}: {why}")]
    Setting {
        /// The setting, as it is named in [`super::SipSettings`].
        setting: String,
        /// What is wrong and what to write instead.
        why: String,
    },
    /// The signalling stack refused to start.
    #[error("the sip stack did not start: {0}")]
    Stack(String),
}

impl SipError {
    /// A refused setting.
    pub(super) fn setting(setting: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Setting { setting: setting.into(), why: why.into() }
    }
}
