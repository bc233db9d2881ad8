//! Words that callers use for one another.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::stem;

/// How far apart words of one meaning are: farther than one word and its mishearing, near enough to fit a sentence
/// whose other words were said.
pub(super) const SAME_MEANING: f32 = 0.28;

/// Words of customer service that mean the same whatever the flow, with their commonest forms; other forms are found by
/// their stems. Words that mean the same only here and there, such as `bill` and `invoice`, belong into templates.
#[rustfmt::skip]
const MEAN_ALIKE: &[&[&str]] = &[
    &["cancel", "cancellation", "terminate", "scrap", "revoke"], &["parcel", "package", "shipment", "packet", "consignment"],
    &["buy", "bought", "purchase"], &["refund", "reimburse", "reimbursement"],
    &["broken", "broke", "damage", "faulty", "defective", "crack", "smash", "shatter"], &["change", "modify", "update", "alter", "amend", "edit"],
    &["close", "shut"], &["cost", "price", "fee"], &["fee", "charge"], &["voucher", "coupon", "promo"],
    &["send", "sent", "mail", "post", "ship", "dispatch"], &["mail", "email"], &["password", "passcode", "passphrase"],
    &["internet", "wifi", "broadband"], &["book", "reserve"], &["booking", "reservation"], &["arrive", "arrival", "come", "came"],
    &["fix", "repair", "mend"], &["find", "found", "locate"], &["lost", "lose", "missing", "misplace"],
    &["stolen", "stole", "theft", "rob", "nick"], &["phone", "mobile", "cellphone", "telephone", "smartphone", "handset"],
    &["wrong", "incorrect", "mistaken"], &["speak", "talk"], &["begin", "start"], &["help", "assist", "assistance", "support"],
    &["error", "fault", "problem", "issue", "trouble"], &["decline", "reject", "refuse", "deny"], &["activate", "enable"],
    &["deactivate", "disable"], &["abroad", "overseas", "foreign", "international"], &["salary", "wage", "paycheck"],
    &["atm", "cashpoint"], &["child", "children", "kid"], &["baggage", "luggage", "suitcase", "bag"], &["increase", "raise"],
    &["decrease", "reduce", "lower"], &["document", "paperwork"], &["subscription", "membership"], &["wallet", "purse", "handbag"],
    &["register", "enrol", "enroll"], &["expensive", "pricey"], &["answer", "reply", "respond", "response"], &["item", "product", "article", "goods"],
    &["holiday", "vacation"], &["late", "delay"], &["forgot", "forget", "forgotten"], &["verify", "verification", "confirm", "confirmation"],
];

static GROUPS: LazyLock<HashMap<&'static str, u64, FixedState>> = LazyLock::new(|| {
    let mut groups: HashMap<&'static str, u64, FixedState> = HashMap::default();
    for (place, group) in MEAN_ALIKE.iter().enumerate() {
        group.iter().for_each(|word| *groups.entry(stem(word)).or_default() |= 1 << place);
    }
    groups
});

/// One bit for each group of words of one meaning that a word is in, by its stem.
pub(super) fn meanings(stem: &str) -> u64 {
    GROUPS.get(stem).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::Sound;
    use super::*;

    #[test]
    fn every_group_has_its_bit() {
        assert!(MEAN_ALIKE.len() <= 64);
    }

    #[test]
    fn words_of_one_meaning_are_near_and_farther_than_a_mishearing() {
        let distance = |left: &str, right: &str| Sound::of(left).distance(&Sound::of(right));
        assert_eq!(distance("parcel", "shipments"), Some(SAME_MEANING));
        assert_eq!(distance("refund", "reimbursed"), Some(SAME_MEANING));
        assert!(distance("parcel", "parcels").is_some_and(|near| near < SAME_MEANING));
        assert_eq!(distance("bill", "invoice"), None);
    }
}
