//! How numbers are made in each country: ITU-T E.164 country codes, trunk prefixes and lengths.

/// What is known of a country's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// ISO 3166 alpha-2.
    pub country: &'static str,
    /// The country calling code.
    pub code: &'static str,
    /// What is dialled before a national number inside the country; not part of the number itself.
    pub trunk: &'static str,
    /// The fewest digits of a national (significant) number.
    pub min: usize,
    /// The most digits of a national (significant) number.
    pub max: usize,
}

const fn plan(country: &'static str, code: &'static str, trunk: &'static str, min: usize, max: usize) -> Plan {
    Plan { country, code, trunk, min, max }
}

/// Countries by the traffic a service line sees, after the national numbering plans published by the ITU. Where
/// two countries share a calling code the first one stands for it.
#[rustfmt::skip]
const PLANS: &[Plan] = &[
    plan("CN", "86", "0", 9, 11), plan("US", "1", "1", 10, 10), plan("CA", "1", "1", 10, 10),
    plan("GB", "44", "0", 9, 10), plan("HK", "852", "", 8, 8), plan("MO", "853", "", 8, 8),
    plan("TW", "886", "0", 8, 9), plan("SG", "65", "", 8, 8), plan("JP", "81", "0", 9, 10),
    plan("KR", "82", "0", 8, 10), plan("IN", "91", "0", 10, 10), plan("AU", "61", "0", 9, 9),
    plan("NZ", "64", "0", 8, 10), plan("MY", "60", "0", 8, 10), plan("TH", "66", "0", 8, 9),
    plan("VN", "84", "0", 9, 10), plan("PH", "63", "0", 8, 10), plan("ID", "62", "0", 8, 12),
    plan("PK", "92", "0", 9, 10), plan("BD", "880", "0", 8, 10), plan("LK", "94", "0", 9, 9),
    plan("DE", "49", "0", 6, 13), plan("FR", "33", "0", 9, 9), plan("IT", "39", "", 6, 11),
    plan("ES", "34", "", 9, 9), plan("PT", "351", "", 9, 9), plan("NL", "31", "0", 9, 9),
    plan("BE", "32", "0", 8, 9), plan("LU", "352", "", 4, 11), plan("CH", "41", "0", 9, 9),
    plan("AT", "43", "0", 7, 13), plan("IE", "353", "0", 7, 9), plan("DK", "45", "", 8, 8),
    plan("NO", "47", "", 8, 8), plan("SE", "46", "0", 7, 10), plan("FI", "358", "0", 5, 12),
    plan("IS", "354", "", 7, 7), plan("PL", "48", "", 9, 9), plan("CZ", "420", "", 9, 9),
    plan("SK", "421", "0", 9, 9), plan("HU", "36", "06", 8, 9), plan("RO", "40", "0", 9, 9),
    plan("BG", "359", "0", 7, 9), plan("GR", "30", "", 10, 10), plan("TR", "90", "0", 10, 10),
    plan("RU", "7", "8", 10, 10), plan("KZ", "7", "8", 10, 10), plan("UA", "380", "0", 9, 9),
    plan("LT", "370", "0", 8, 8), plan("LV", "371", "", 8, 8), plan("EE", "372", "", 7, 8),
    plan("HR", "385", "0", 8, 9), plan("RS", "381", "0", 8, 9), plan("SI", "386", "0", 8, 8),
    plan("IL", "972", "0", 8, 9), plan("AE", "971", "0", 8, 9), plan("SA", "966", "0", 8, 9),
    plan("QA", "974", "", 8, 8), plan("EG", "20", "0", 8, 10), plan("MA", "212", "0", 9, 9),
    plan("ZA", "27", "0", 9, 9), plan("NG", "234", "0", 7, 10), plan("KE", "254", "0", 9, 9),
    plan("GH", "233", "0", 9, 9), plan("BR", "55", "0", 10, 11), plan("MX", "52", "", 10, 10),
    plan("AR", "54", "0", 10, 11), plan("CL", "56", "", 9, 9), plan("CO", "57", "", 10, 10),
    plan("PE", "51", "0", 8, 9),
];

impl Plan {
    /// The plan of a country, by its ISO 3166 code in either case.
    pub fn of(country: &str) -> Option<&'static Self> {
        PLANS.iter().find(|plan| plan.country.eq_ignore_ascii_case(country))
    }

    /// The plan whose calling code begins `digits`.
    pub fn of_international(digits: &str) -> Option<&'static Self> {
        PLANS.iter().filter(|plan| digits.starts_with(plan.code)).max_by_key(|plan| plan.code.len())
    }

    /// Whether `national` is a whole national number: trunk prefix off, country code off.
    pub fn fits(&self, national: &str) -> bool {
        let bytes = national.as_bytes();
        let digit = |place: usize| bytes.get(place).copied().unwrap_or(b'0');
        if !(self.min..=self.max).contains(&bytes.len()) {
            return false;
        }
        match self.country {
            // North American Numbering Plan: neither the area nor the exchange begins with 0 or 1.
            "US" | "CA" => digit(0) >= b'2' && digit(3) >= b'2',
            "CN" => match (digit(0), digit(1)) {
                (b'1', b'3'..=b'9') => bytes.len() == 11,
                // Beijing and the cities with two-digit area codes.
                (b'1', b'0') | (b'2', _) => bytes.len() == 10,
                (b'4' | b'8', b'0') if digit(2) == b'0' => bytes.len() == 10,
                (b'3'..=b'9', _) => (10..=11).contains(&bytes.len()),
                _ => false,
            },
            "GB" => !matches!(digit(0), b'0' | b'4' | b'6') && (bytes.len() == 10 || digit(0) != b'7'),
            "IN" => digit(0) >= b'2',
            // Italy keeps the zero of its landlines.
            "IT" | "ES" | "PT" | "HK" | "SG" | "DK" | "NO" => true,
            _ => digit(0) != b'0',
        }
    }

    /// The national number in what is dialled inside the country: the trunk prefix taken off; `None` when it is no
    /// whole number of this country.
    pub fn national<'d>(&self, dialled: &'d str) -> Option<&'d str> {
        let stripped = dialled.strip_prefix(self.trunk).filter(|_| !self.trunk.is_empty());
        // Chinese landlines need their zero, mobiles have none; elsewhere callers leave the trunk prefix out at will.
        let bare = Some(dialled).filter(|dialled| self.country != "CN" || is_without_trunk(dialled));
        [stripped.filter(|national| self.country != "CN" || !is_without_trunk(national)), bare]
            .into_iter()
            .flatten()
            .find(|national| self.fits(national))
    }

    /// What is dialled inside the country for `national`.
    pub fn dialled(&self, national: &str) -> String {
        let has_trunk = match self.country {
            "CN" => !is_without_trunk(national),
            "US" | "CA" => false,
            _ => true,
        };
        if has_trunk { format!("{}{national}", self.trunk) } else { national.to_owned() }
    }

    /// Lengths of groups that `dialled` is said in.
    pub fn groups(&self, dialled: &str) -> Option<Vec<usize>> {
        let groups: &[usize] = match (self.country, dialled.len()) {
            ("US" | "CA", 10) => &[3, 3, 4],
            ("CN", 10) if dialled.starts_with('4') || dialled.starts_with('8') => &[3, 3, 4],
            ("CN", 11) if dialled.starts_with("01") || dialled.starts_with("02") => &[3, 4, 4],
            ("CN", 11) if dialled.starts_with('0') => &[4, 3, 4],
            ("CN", 11) => &[3, 4, 4],
            ("CN", 12) => &[4, 4, 4],
            ("GB", 11) if dialled.starts_with("02") => &[3, 4, 4],
            ("GB", 11) if dialled.starts_with("07") => &[5, 3, 3],
            ("GB", 11) => &[4, 3, 4],
            ("FR", 10) => &[2, 2, 2, 2, 2],
            _ => return None,
        };
        Some(groups.to_vec())
    }
}

/// Chinese numbers that are dialled as they are: mobiles, and 400 and 800 numbers.
fn is_without_trunk(national: &str) -> bool {
    let bytes = national.as_bytes();
    let is_mobile = bytes.len() == 11 && bytes[0] == b'1' && bytes[1] >= b'3';
    is_mobile || bytes.len() == 10 && (national.starts_with("400") || national.starts_with("800"))
}
