//! Digest authentication (RFC 2617, RFC 7616, RFC 8760), both sides: checking agents' phones with nonces of
//! our own, and answering the challenges of trunks.
//!
//! A nonce carries the second it was made at and a keyed hash over it, so nothing is remembered for a phone
//! that has not proven its password. Only nonces that were used with success are remembered, to refuse
//! replays by their count. Realm and nonce are always ours, never what the client says.

use std::collections::HashMap;
use std::time::Duration;

use rsipstack::sip::headers::auth::Algorithm as StackAlgorithm;
use rsipstack::sip::{DigestGenerator, Domain, Host, HostWithPort, Method, Uri};
use sha2::{Digest, Sha256};

use crate::Private;

/// How many nonces in use are remembered; the oldest go first.
const NONCES_IN_USE: usize = 4096;
/// How far behind the highest count of a nonce a count may come (packets overtake each other).
const COUNT_WINDOW: u32 = 64;
/// The block length of SHA-256, for HMAC.
const HMAC_BLOCK: usize = 64;

/// A hash function of digest authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// MD5: every telephone knows it.
    Md5,
    /// SHA-256 (RFC 8760).
    Sha256,
}

impl Algorithm {
    /// The name in headers.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "MD5" => Some(Self::Md5),
            "SHA-256" => Some(Self::Sha256),
            _ => None,
        }
    }
}

/// The parameters of a digest header, unquoted, names in lower case.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `Digest name="value", name=value…`; `None` for another scheme or broken quoting.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let header = header.trim();
        let (scheme, mut rest) = header.split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let mut parameters = Vec::new();
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                return Some(Self(parameters));
            }
            let (name, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let (value, remainder) = match after.strip_prefix('"') {
                Some(quoted) => unquote(quoted)?,
                None => {
                    let end = after.find([',', ' ']).unwrap_or(after.len());
                    (after[..end].to_owned(), &after[end..])
                }
            };
            parameters.push((name.trim().to_ascii_lowercase(), value));
            rest = remainder;
        }
    }

    /// The value of `name` (lower case); `None` when it is absent or given twice.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }
}

/// The text up to the closing quote, and what follows it.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[index + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// `KD(H(A1), …)` of RFC 7616 3.4.1 with `qop=auth`, or without qop when `count` is `None`.
struct Proof<'a> {
    algorithm: Algorithm,
    username: &'a str,
    realm: &'a str,
    password: &'a str,
    method: &'a str,
    uri: &'a str,
    nonce: &'a str,
    /// `nc` and `cnonce` as they stand in the header.
    count: Option<(&'a str, &'a str)>,
}

impl Proof<'_> {
    fn compute(&self) -> Option<String> {
        // The stack's generator writes the count from a `u8` and the address from a parsed URI, both of which
        // lose what the client really hashed. So the count goes into the nonce text (the hash input is the same,
        // colon by colon), and the address is passed as a host name, which is written unchanged.
        let nonce = match self.count {
            Some((count, client_nonce)) => format!("{}:{count}:{client_nonce}:auth", self.nonce),
            None => self.nonce.to_owned(),
        };
        let host = Host::Domain(Domain(self.uri.to_owned()));
        let uri = Uri { host_with_port: HostWithPort { host, port: None }, ..Uri::default() };
        let method: Method = self.method.parse().ok()?;
        let algorithm = match self.algorithm {
            Algorithm::Md5 => StackAlgorithm::Md5,
            Algorithm::Sha256 => StackAlgorithm::Sha256,
        };
        let generator = DigestGenerator {
            username: self.username,
            password: self.password,
            nonce: &nonce,
            uri: &uri,
            realm: self.realm,
            method: &method,
            qop: None,
            algorithm,
        };
        Some(generator.compute())
    }
}

/// Compares in a time that does not depend on where the first difference lies.
fn equal_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let difference = left.iter().zip(right).fold(0_u8, |difference, (left, right)| difference | (left ^ right));
    std::hint::black_box(difference) == 0
}

/// HMAC-SHA-256 (RFC 2104), in hexadecimal digits.
fn keyed_hash(key: &[u8; 32], message: &[u8]) -> String {
    let (mut inner, mut outer) = ([0x36_u8; HMAC_BLOCK], [0x5c_u8; HMAC_BLOCK]);
    for (index, byte) in key.iter().enumerate() {
        inner[index] ^= byte;
        outer[index] ^= byte;
    }
    let inner_hash = Sha256::new().chain_update(inner).chain_update(message).finalize();
    let hash = Sha256::new().chain_update(outer).chain_update(inner_hash).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the verifier says of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The password is proven.
    Proven {
        /// The agent's name.
        username: String,
    },
    /// No credentials, or a nonce that is too old: ask (again).
    Challenge {
        /// The credentials were right but for their age: the phone need not ask its user.
        stale: bool,
    },
    /// The credentials are wrong, the user is unknown, or it is a replay. The answer is the same for all.
    Denied,
}

/// A nonce in use: which counts have been seen.
struct NonceUse {
    made_at: u64,
    highest: u32,
    /// Bit n: the count `highest - n` has been seen.
    seen: u64,
}

/// Checks agents' phones. Invariant: at most [`NONCES_IN_USE`] nonces are remembered, and only proven ones.
pub(super) struct Verifier {
    realm: String,
    offer_sha256: bool,
    secret: [u8; 32],
    nonce_age: Duration,
    passwords: HashMap<String, Private<String>>,
    in_use: HashMap<String, NonceUse>,
    made: u64,
}

impl Verifier {
    /// A verifier for `passwords`, with a `secret` that no one else has. Both hashes are always accepted.
    pub(super) fn new(
        realm: &str,
        offer_sha256: bool,
        secret: [u8; 32],
        nonce_age: Duration,
        passwords: impl IntoIterator<Item = (String, Private<String>)>,
    ) -> Self {
        let passwords = passwords.into_iter().collect();
        Self { realm: realm.to_owned(), offer_sha256, secret, nonce_age, passwords, in_use: HashMap::new(), made: 0 }
    }

    /// The `WWW-Authenticate` values of a challenge, the stronger hash first (RFC 8760 2.4).
    pub(super) fn challenge(&mut self, now: Duration, stale: bool) -> Vec<String> {
        let nonce = self.make_nonce(now);
        let stale = if stale { ", stale=true" } else { "" };
        let offered: &[Algorithm] =
            if self.offer_sha256 { &[Algorithm::Sha256, Algorithm::Md5] } else { &[Algorithm::Md5] };
        let challenge = |algorithm: &Algorithm| {
            let (realm, name) = (&self.realm, algorithm.name());
            format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm={name}, qop=\"auth\"{stale}")
        };
        offered.iter().map(challenge).collect()
    }

    /// Checks the `Authorization` value of a request.
    pub(super) fn verify(&mut self, now: Duration, method: &str, authorization: Option<&str>) -> Verdict {
        let Some(parameters) = authorization.and_then(Parameters::parse) else {
            return Verdict::Challenge { stale: false };
        };
        if parameters.get("realm") != Some(self.realm.as_str()) {
            return Verdict::Challenge { stale: false };
        }
        let Some(nonce) = parameters.get("nonce") else { return Verdict::Challenge { stale: false } };
        let Some(made_at) = self.nonce_made_at(nonce) else { return Verdict::Challenge { stale: false } };
        let Some(username) = self.proven_user(&parameters, method, nonce) else { return Verdict::Denied };
        let age = now.saturating_sub(Duration::from_millis(made_at));
        if age > self.nonce_age {
            return Verdict::Challenge { stale: true };
        }
        let count = parameters.get("nc").and_then(|count| u32::from_str_radix(count, 16).ok());
        match count.is_some_and(|count| self.is_first_use(nonce, made_at, count)) {
            true => Verdict::Proven { username },
            false => Verdict::Denied,
        }
    }

    /// The user name when the proof is right. An unknown user costs the same work as a known one.
    fn proven_user(&self, parameters: &Parameters, method: &str, nonce: &str) -> Option<String> {
        let algorithm = match parameters.get("algorithm") {
            Some(name) => Algorithm::parse(name)?,
            None => Algorithm::Md5,
        };
        if parameters.get("qop") != Some("auth") {
            return None;
        }
        let username = parameters.get("username")?;
        let count = (parameters.get("nc")?, parameters.get("cnonce")?);
        let (password, known) = match self.passwords.get(username) {
            Some(password) => (password.reveal().as_str(), true),
            None => ("no such user", false),
        };
        let realm = &self.realm;
        let uri = parameters.get("uri")?;
        let proof = Proof { algorithm, username, realm, password, method, uri, nonce, count: Some(count) };
        let expected = proof.compute()?;
        let given = parameters.get("response")?.to_ascii_lowercase();
        let right = equal_in_constant_time(expected.as_bytes(), given.as_bytes());
        (right && known).then(|| username.to_owned())
    }

    /// A nonce: when it was made, a number that makes it the only one, and a keyed hash over both.
    fn make_nonce(&mut self, now: Duration) -> String {
        self.made += 1;
        let stamp = format!("{:x}.{:x}", now.as_millis(), self.made);
        let hash = keyed_hash(&self.secret, stamp.as_bytes());
        format!("{stamp}.{hash}")
    }

    /// When `nonce` was made, in ms, if we made it.
    fn nonce_made_at(&self, nonce: &str) -> Option<u64> {
        let (stamp, hash) = nonce.rsplit_once('.')?;
        let expected = keyed_hash(&self.secret, stamp.as_bytes());
        if !equal_in_constant_time(expected.as_bytes(), hash.as_bytes()) {
            return None;
        }
        u64::from_str_radix(stamp.split_once('.')?.0, 16).ok()
    }

    /// Whether `count` has not been seen with this nonce, and remembers it.
    fn is_first_use(&mut self, nonce: &str, made_at: u64, count: u32) -> bool {
        if count == 0 {
            return false;
        }
        if let Some(used) = self.in_use.get_mut(nonce) {
            if count > used.highest {
                let shift = count - used.highest;
                used.seen = if shift < COUNT_WINDOW { (used.seen << shift) | 1 } else { 1 };
                used.highest = count;
                return true;
            }
            let behind = used.highest - count;
            if behind >= COUNT_WINDOW || used.seen & (1 << behind) != 0 {
                return false;
            }
            used.seen |= 1 << behind;
            return true;
        }
        if self.in_use.len() >= NONCES_IN_USE {
            self.forget_the_oldest();
        }
        self.in_use.insert(nonce.to_owned(), NonceUse { made_at, highest: count, seen: 1 });
        true
    }

    /// Forgets the older half. A replay of a forgotten nonce within its age would pass, so the secret's holder
    /// makes new nonces faster than that only when thousands of phones prove themselves within minutes.
    fn forget_the_oldest(&mut self) {
        let mut ages: Vec<u64> = self.in_use.values().map(|used| used.made_at).collect();
        ages.sort_unstable();
        let middle = ages.get(ages.len() / 2).copied().unwrap_or_default();
        self.in_use.retain(|_, used| used.made_at > middle);
    }
}

/// A challenge that a trunk sent us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    /// Whom the password is for.
    pub(super) realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    with_quality: bool,
    /// The nonce was too old and the credentials right.
    pub(super) stale: bool,
}

impl Challenge {
    /// Picks the strongest challenge that we can answer among `headers`.
    pub(super) fn strongest<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let known = headers.into_iter().filter_map(Self::parse);
        known.max_by_key(|challenge| challenge.algorithm == Algorithm::Sha256)
    }

    fn parse(header: &str) -> Option<Self> {
        let parameters = Parameters::parse(header)?;
        let algorithm = match parameters.get("algorithm") {
            Some(name) => Algorithm::parse(name)?,
            None => Algorithm::Md5,
        };
        let with_quality = match parameters.get("qop") {
            Some(offered) => offered.split(',').any(|word| word.trim().eq_ignore_ascii_case("auth")).then_some(true)?,
            None => false,
        };
        Some(Self {
            realm: parameters.get("realm")?.to_owned(),
            nonce: parameters.get("nonce")?.to_owned(),
            opaque: parameters.get("opaque").map(str::to_owned),
            algorithm,
            with_quality,
            stale: parameters.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The `Authorization` value of the first request that answers it. `client_nonce` must be fresh.
    pub(super) fn answer(
        &self,
        username: &str,
        password: &Private<String>,
        method: &str,
        uri: &str,
        client_nonce: &str,
    ) -> Option<String> {
        self.answer_again(username, password, method, uri, client_nonce, 1)
    }

    /// The `Authorization` value of the request number `count` that answers it.
    pub(super) fn answer_again(
        &self,
        username: &str,
        password: &Private<String>,
        method: &str,
        uri: &str,
        client_nonce: &str,
        count: u32,
    ) -> Option<String> {
        let count = format!("{count:08x}");
        let proof = Proof {
            algorithm: self.algorithm,
            username,
            realm: &self.realm,
            password: password.reveal(),
            method,
            uri,
            nonce: &self.nonce,
            count: self.with_quality.then_some((count.as_str(), client_nonce)),
        };
        let response = proof.compute()?;
        let (realm, nonce, algorithm) = (quote(&self.realm), quote(&self.nonce), self.algorithm.name());
        let username = quote(username);
        let mut header = format!(
            "Digest username={username}, realm={realm}, nonce={nonce}, uri=\"{uri}\", response=\"{response}\", \
             algorithm={algorithm}"
        );
        if self.with_quality {
            header.push_str(&format!(", qop=auth, nc={count}, cnonce=\"{client_nonce}\""));
        }
        if let Some(opaque) = &self.opaque {
            header.push_str(&format!(", opaque={}", quote(opaque)));
        }
        Some(header)
    }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn verifier() -> Verifier {
        let passwords = [("anna".to_owned(), Private::new("correct horse".to_owned()))];
        Verifier::new("warmline", true, [7; 32], 5 * MINUTE, passwords)
    }

    fn answer(challenge: &str, user: &str, password: &str, count: &str) -> String {
        let parameters = Parameters::parse(challenge).expect("a challenge");
        let algorithm = Algorithm::parse(parameters.get("algorithm").expect("algorithm")).expect("known");
        let (realm, nonce) = (parameters.get("realm").expect("realm"), parameters.get("nonce").expect("nonce"));
        let uri = "sip:warmline.example;transport=UDP";
        let proof = Proof {
            algorithm,
            username: user,
            realm,
            password,
            method: "REGISTER",
            uri,
            nonce,
            count: Some((count, "c0ffee")),
        };
        format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", qop=auth, nc={count}, \
             cnonce=\"c0ffee\", algorithm={}, response=\"{}\"",
            algorithm.name(),
            proof.compute().expect("a proof")
        )
    }

    fn proven() -> Verdict {
        Verdict::Proven { username: "anna".to_owned() }
    }

    #[test]
    fn the_hash_is_that_of_rfc_7616() {
        // The example of RFC 7616 3.9.1 with INVITE for GET, which is no method of SIP; the two hashes were
        // computed with Python's hashlib.
        let proof = |algorithm| Proof {
            algorithm,
            username: "Mufasa",
            realm: "http-auth@example.org",
            password: "Circle of Life",
            method: "INVITE",
            uri: "/dir/index.html",
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            count: Some(("00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")),
        };
        assert_eq!(proof(Algorithm::Md5).compute().expect("a proof"), "317edef2aa0ac042d134687ac15fe3dd");
        assert_eq!(
            proof(Algorithm::Sha256).compute().expect("a proof"),
            "fa6e7635cae159ef3ca3e480ad7992dee54d763e8567b5a9829860eb07d11fc9"
        );
    }

    #[test]
    fn the_keyed_hash_is_hmac_sha_256() {
        // RFC 4231 test case 1 has a key of 20 bytes 0x0b; shorter keys are padded with zeros.
        let mut key = [0_u8; 32];
        key[..20].fill(0x0b);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(keyed_hash(&key, b"Hi There"), expected);
    }

    #[test]
    fn both_algorithms_are_offered_and_accepted() {
        for place in [0, 1] {
            let mut verifier = verifier();
            let challenge = verifier.challenge(Duration::ZERO, false);
            let authorization = answer(&challenge[place], "anna", "correct horse", "00000001");
            assert_eq!(verifier.verify(MINUTE, "REGISTER", Some(&authorization)), proven());
        }
    }

    #[test]
    fn every_count_passes_once_and_in_any_order_within_the_window() {
        let mut verifier = verifier();
        let challenge = verifier.challenge(Duration::ZERO, false);
        for count in ["00000001", "00000009", "0000000a", "0000000b", "00000002", "000001ff", "000001f0"] {
            let authorization = answer(&challenge[1], "anna", "correct horse", count);
            assert_eq!(verifier.verify(MINUTE, "REGISTER", Some(&authorization)), proven(), "nc={count}");
            assert_eq!(verifier.verify(MINUTE, "REGISTER", Some(&authorization)), Verdict::Denied, "replay {count}");
        }
        let far_behind = answer(&challenge[1], "anna", "correct horse", "00000003");
        assert_eq!(verifier.verify(MINUTE, "REGISTER", Some(&far_behind)), Verdict::Denied);
    }

    #[test]
    fn nonce_and_realm_are_ours_and_never_the_clients() {
        let mut verifier = verifier();
        let made_up = [
            "Digest realm=\"warmline\", nonce=\"made up\", algorithm=MD5, qop=\"auth\"".to_owned(),
            "Digest realm=\"warmline\", nonce=\"1.1.00\", algorithm=MD5, qop=\"auth\"".to_owned(),
            verifier.challenge(Duration::ZERO, false)[1].replace("warmline", "elsewhere"),
        ];
        for challenge in made_up {
            let authorization = answer(&challenge, "anna", "correct horse", "00000001");
            let verdict = verifier.verify(Duration::ZERO, "REGISTER", Some(&authorization));
            assert_eq!(verdict, Verdict::Challenge { stale: false });
        }
    }

    #[test]
    fn an_old_nonce_is_stale_but_only_for_who_knows_the_password() {
        let mut verifier = verifier();
        let challenge = verifier.challenge(Duration::ZERO, false);
        let right = answer(&challenge[1], "anna", "correct horse", "00000001");
        let wrong = answer(&challenge[1], "anna", "guess", "00000001");
        assert_eq!(verifier.verify(6 * MINUTE, "REGISTER", Some(&right)), Verdict::Challenge { stale: true });
        assert_eq!(verifier.verify(6 * MINUTE, "REGISTER", Some(&wrong)), Verdict::Denied);
    }

    #[test]
    fn unknown_user_and_wrong_password_look_the_same() {
        let mut verifier = verifier();
        let challenge = verifier.challenge(Duration::ZERO, false);
        for (user, password) in [("anna", "guess"), ("nobody", "guess"), ("nobody", "no such user")] {
            let authorization = answer(&challenge[1], user, password, "00000001");
            assert_eq!(verifier.verify(Duration::ZERO, "REGISTER", Some(&authorization)), Verdict::Denied);
        }
    }

    #[test]
    fn a_challenge_of_a_trunk_is_answered_with_the_strongest_hash_it_offers() {
        let headers = [
            "Digest realm=\"carrier\", nonce=\"n1\", algorithm=MD5, qop=\"auth,auth-int\"",
            "Digest realm=\"carrier\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\", opaque=\"o\"",
            "Digest realm=\"carrier\", nonce=\"n1\", algorithm=SHA-512-256, qop=\"auth\"",
            "Basic realm=\"carrier\"",
        ];
        let challenge = Challenge::strongest(headers).expect("a challenge");
        assert_eq!(challenge.algorithm, Algorithm::Sha256);
        let password = Private::new("secret word".to_owned());
        let header = challenge.answer("we", &password, "INVITE", "sip:x@carrier", "abc").expect("an answer");
        let parameters = Parameters::parse(&header).expect("parameters");
        assert_eq!(parameters.get("opaque"), Some("o"));
        assert_eq!(parameters.get("uri"), Some("sip:x@carrier"));
        assert!(!header.contains("secret word"));
    }

    #[test]
    fn our_answer_passes_our_own_check() {
        let mut verifier = verifier();
        let challenges = verifier.challenge(Duration::ZERO, false);
        let challenge = Challenge::strongest(challenges.iter().map(String::as_str)).expect("a challenge");
        let password = Private::new("correct horse".to_owned());
        let header = challenge.answer("anna", &password, "REGISTER", "sip:warmline", "xyz").expect("an answer");
        assert_eq!(verifier.verify(Duration::ZERO, "REGISTER", Some(&header)), proven());
    }

    proptest! {
        #[test]
        fn no_header_makes_the_reader_fall_over(text in ".{0,200}") {
            let mut verifier = verifier();
            let digest = format!("Digest {text}");
            let verdict = verifier.verify(MINUTE, "REGISTER", Some(&digest));
            let is_proven = matches!(verdict, Verdict::Proven { .. });
            prop_assert!(!is_proven);
            Challenge::strongest([text.as_str(), digest.as_str()]);
        }
    }
}
