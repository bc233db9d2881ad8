//! Cryptography for TLS.

/// Uses ring for every TLS connection of this process. May be called often; the first call counts.
pub(super) fn use_ring() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("another part of the process has chosen the cryptography of TLS");
        }
    });
}
