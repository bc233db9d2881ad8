//! E-mail addresses.

use super::reading::free_text;
use super::{CheckFault, Language, Reading};

/// Readings of `heard`.
pub(super) fn read(heard: &str, _language: Language) -> Vec<Reading> {
    free_text(heard)
}

/// Whether `address` is one: a local part, one `@`, and a domain with a point in it.
pub(super) fn check(address: &str) -> Result<(), CheckFault> {
    let is_address = address.split_once('@').is_some_and(|(local, domain)| {
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@');
        !local.is_empty() && is_plain(local) && is_plain(domain) && domain.contains('.') && !domain.ends_with('.')
    });
    if is_address { Ok(()) } else { Err(CheckFault::WrongKind { wanted: "email" }) }
}
