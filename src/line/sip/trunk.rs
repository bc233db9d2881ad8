//! Trunks: where they ring from, how we register with them, and how we answer their challenges.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Host, Method, Request, Response, Uri, Version};
use rsipstack::transport::SipAddr;
use tokio::sync::Semaphore;

use super::dialog::Way;
use super::digest::Challenge;
use super::endpoint::Stack;
use super::front::lock;
use super::gate::{Network, Source};
use super::headers::{header, new_call_id, new_tag, words_of};
use super::settings::{SipSettings, TrunkRegistration, TrunkSettings};
use super::transact::ask;

/// How often the host names of trunks are looked up again.
pub(super) const RESOLVE_EVERY_SECONDS: u64 = 300;
/// How long looking up a name may take.
const LOOK_UP: Duration = Duration::from_secs(3);
/// The longest wait before a failed registration is tried again.
const LONGEST_RETRY: Duration = Duration::from_secs(600);

/// How the registration with a trunk stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The trunk needs none.
    NotNeeded,
    /// The first try is on its way.
    Trying,
    /// The trunk knows where to find us.
    Yes,
    /// The trunk does not take it, and why. It is tried again.
    Failed(String),
    /// We have signed off.
    Ended,
}

/// One trunk as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrunkState {
    /// Its name, as in `[trunk.NAME]`.
    pub name: String,
    /// How our registration there stands.
    pub registered: Registered,
}

struct Trunk {
    settings: TrunkSettings,
    registered: Registered,
    /// The realm of its first challenge, when none was configured.
    realm: Option<String>,
}

/// All trunks.
pub(super) struct Trunks {
    trunks: Mutex<Vec<Trunk>>,
    /// One permit for each registration that has signed off.
    signed_off: Semaphore,
    registrations: u32,
}

impl Trunks {
    pub(super) fn new(settings: &SipSettings) -> Self {
        let trunk = |settings: &TrunkSettings| {
            let registered = if settings.registration.is_some() { Registered::Trying } else { Registered::NotNeeded };
            Trunk { settings: settings.clone(), registered, realm: None }
        };
        let registrations = settings.trunks.iter().filter(|trunk| trunk.registration.is_some()).count();
        Self {
            trunks: Mutex::new(settings.trunks.iter().map(trunk).collect()),
            signed_off: Semaphore::new(0),
            registrations: u32::try_from(registrations).unwrap_or(u32::MAX),
        }
    }

    /// Tells the gate from where the trunks ring. A name that cannot be looked up now keeps what it had.
    pub(super) async fn resolve_hosts(&self, stack: &Stack) {
        for (place, trunk) in stack.settings.trunks.iter().enumerate() {
            let mut networks = Vec::new();
            for host in &trunk.hosts {
                match Network::parse(host) {
                    Some(network) => networks.push(network),
                    None => networks.extend(look_up(host).await.into_iter().map(Network::host)),
                }
            }
            if networks.is_empty() {
                tracing::warn!(trunk = %trunk.name, "no host of this trunk could be looked up");
                continue;
            }
            stack.front.gate().set_trunk(place, networks);
        }
    }

    /// The trunk that a call to `host` at `address` goes through.
    pub(super) fn find(&self, stack: &Stack, host: &str, address: IpAddr) -> Option<usize> {
        let named = lock(&self.trunks).iter().position(|trunk| is_host_of(&trunk.settings, host));
        named.or(match stack.front.source(address) {
            Source::Trunk(place) => Some(place),
            _ => None,
        })
    }

    /// How we are called at this trunk.
    pub(super) fn username(&self, place: usize) -> Option<String> {
        let trunks = lock(&self.trunks);
        Some(trunks.get(place)?.settings.credentials.as_ref()?.username.clone())
    }

    /// Answers the challenge in a 401 or 407, if it is this trunk's to make: its realm is the configured one, the name
    /// of one of its hosts, or the one it named first.
    pub(super) fn answer_challenge(&self, place: usize, request: &Request, response: &Response) -> Option<Header> {
        let status = response.status_code.code();
        let asked = if status == 407 { "Proxy-Authenticate" } else { "WWW-Authenticate" };
        let challenges = response.headers.iter().filter(|header| header.name().eq_ignore_ascii_case(asked));
        let challenge = Challenge::strongest(challenges.map(Header::value))?;
        let mut trunks = lock(&self.trunks);
        let trunk = trunks.get_mut(place)?;
        let credentials = trunk.settings.credentials.clone()?;
        let expected = credentials.realm.as_ref().or(trunk.realm.as_ref());
        let is_theirs = match expected {
            Some(realm) => *realm == challenge.realm,
            None => true,
        };
        if !is_theirs {
            tracing::warn!(trunk = %trunk.settings.name, "a challenge names another realm and is not answered");
            return None;
        }
        trunk.realm.get_or_insert_with(|| challenge.realm.clone());
        drop(trunks);
        let (method, uri) = (request.method.to_string(), request.uri.to_string());
        let value = challenge.answer(&credentials.username, &credentials.password, &method, &uri, &new_tag())?;
        Some(match status {
            407 => Header::ProxyAuthorization(value.into()),
            _ => Header::Authorization(value.into()),
        })
    }

    /// How every trunk stands.
    pub(super) fn states(&self) -> Vec<TrunkState> {
        let state =
            |trunk: &Trunk| TrunkState { name: trunk.settings.name.clone(), registered: trunk.registered.clone() };
        lock(&self.trunks).iter().map(state).collect()
    }

    /// Waits until every registration has signed off.
    pub(super) async fn unregistered(&self) {
        self.signed_off.acquire_many(self.registrations).await.ok();
    }

    /// Registers with every trunk that wants it, for as long as the line runs.
    pub(super) fn start_registrations(stack: &Arc<Stack>) {
        for (place, trunk) in stack.settings.trunks.iter().enumerate() {
            let Some(registration) = trunk.registration.clone() else { continue };
            let stack = Arc::clone(stack);
            stack.tasks.clone().spawn(async move {
                Registration::new(Arc::clone(&stack), place, registration).run().await;
                stack.trunks.signed_off.add_permits(1);
            });
        }
    }

    fn set(&self, place: usize, registered: Registered) {
        let mut trunks = lock(&self.trunks);
        let Some(trunk) = trunks.get_mut(place) else { return };
        if trunk.registered != registered {
            match &registered {
                Registered::Failed(why) => {
                    tracing::warn!(trunk = %trunk.settings.name, %why, "not registered with the trunk");
                }
                other => tracing::info!(trunk = %trunk.settings.name, state = ?other, "registration with the trunk"),
            }
        }
        trunk.registered = registered;
    }
}

fn is_host_of(trunk: &TrunkSettings, host: &str) -> bool {
    trunk.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
}

async fn look_up(host: &str) -> Vec<IpAddr> {
    match tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((host, 5060))).await {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip()).collect(),
        _ => Vec::new(),
    }
}

/// Looks up where a URI leads (RFC 3263). `None` when the name is unknown.
pub(super) async fn resolve(stack: &Stack, uri: &Uri) -> Option<SipAddr> {
    let address = SipAddr::try_from(uri).ok()?;
    let Host::Domain(_) = address.addr.host else { return Some(address) };
    let resolver = &stack.endpoint.transport_layer.inner.domain_resolver;
    tokio::time::timeout(LOOK_UP, resolver.resolve(&address)).await.ok()?.ok()
}

/// Our registration with one trunk.
struct Registration {
    stack: Arc<Stack>,
    place: usize,
    settings: TrunkRegistration,
    call_id: String,
    tag: String,
    sequence: u32,
    expires: Duration,
}

impl Registration {
    fn new(stack: Arc<Stack>, place: usize, settings: TrunkRegistration) -> Self {
        let expires = settings.expires;
        Self { stack, place, settings, call_id: new_call_id(), tag: new_tag(), sequence: 0, expires }
    }

    async fn run(mut self) {
        let mut retry = self.stack.settings.timers.trunk_retry;
        let stop = self.stack.stop.clone();
        loop {
            let expires = self.expires;
            let tried = tokio::select! {
                tried = self.register(expires) => tried,
                () = stop.cancelled() => break,
            };
            let wait = match tried {
                Ok(granted) => {
                    self.stack.trunks.set(self.place, Registered::Yes);
                    retry = self.stack.settings.timers.trunk_retry;
                    // Well before the end: after four fifths.
                    granted * 4 / 5
                }
                Err(why) => {
                    self.stack.trunks.set(self.place, Registered::Failed(why));
                    let wait = retry;
                    retry = (retry * 2).min(LONGEST_RETRY);
                    wait
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.cancelled() => break,
            }
        }
        self.register(Duration::ZERO).await.ok();
        self.stack.trunks.set(self.place, Registered::Ended);
    }

    /// Registers once; the time that was granted, or why not.
    async fn register(&mut self, expires: Duration) -> Result<Duration, String> {
        let uri = Uri::try_from(self.settings.registrar.as_str()).map_err(|error| error.to_string())?;
        let destination = resolve(&self.stack, &uri).await.ok_or("the registrar's name cannot be looked up")?;
        let mut credentials = None;
        let mut expires = expires;
        for _ in 0..3 {
            let request = self.request(&uri, &destination, expires, credentials.take());
            let way = Way { destination: destination.clone(), connection: None };
            let patience = self.stack.settings.timers.t1 * 64;
            let Some(response) = ask(&self.stack, request.clone(), way, patience).await else {
                return Err("no answer".to_owned());
            };
            match response.status_code.code() {
                200..300 => return Ok(granted(&response, expires)),
                401 | 407 => {
                    let answer = self.stack.trunks.answer_challenge(self.place, &request, &response);
                    credentials = Some(answer.ok_or("it asks for a password in a way that is not answered")?);
                }
                423 => {
                    let shortest = response.header_value("Min-Expires").and_then(|seconds| seconds.parse().ok());
                    expires = Duration::from_secs(shortest.ok_or("423 without Min-Expires")?);
                    self.expires = expires;
                }
                408 => return Err("no answer".to_owned()),
                status => return Err(format!("refused with {status}")),
            }
        }
        Err("the password is not accepted".to_owned())
    }

    fn request(&mut self, uri: &Uri, destination: &SipAddr, expires: Duration, credentials: Option<Header>) -> Request {
        self.sequence += 1;
        let stack = &self.stack;
        let peer = destination.get_socketaddr().map(|address| address.ip()).unwrap_or([127, 0, 0, 1].into());
        let reliable = destination.r#type == Some(rsipstack::sip::Transport::Tcp);
        let username = stack.trunks.username(self.place).unwrap_or_default();
        let own = format!("<sip:{username}@{}>", uri.host_with_port.host);
        let mut headers = vec![
            stack.addresses.via(peer, reliable),
            Header::From(format!("{own};tag={}", self.tag).into()),
            Header::To(own.into()),
            Header::CallId(self.call_id.clone().into()),
            Header::CSeq(format!("{} REGISTER", self.sequence).into()),
            Header::MaxForwards(70.into()),
            Header::Contact(stack.addresses.contact(peer, reliable).into()),
            header("Expires", expires.as_secs().to_string()),
            header("User-Agent", stack.server()),
        ];
        headers.extend(credentials);
        let uri = Uri { auth: None, ..uri.clone() };
        Request { method: Method::Register, uri, version: Version::V2, headers: headers.into(), body: Vec::new() }
    }
}

/// How long the registrar lets the registration last.
fn granted(response: &Response, asked: Duration) -> Duration {
    let in_contact = words_of(response, "Contact").iter().find_map(|contact| {
        let (_, seconds) = contact.split_once(";expires=")?;
        seconds.split([';', ' ']).next()?.parse::<u64>().ok()
    });
    let in_header = response.header_value("Expires").and_then(|seconds| seconds.parse().ok());
    let granted = in_contact.or(in_header).map(Duration::from_secs).unwrap_or(asked);
    granted.max(Duration::from_secs(1)).min(asked.max(Duration::from_secs(1)))
}
