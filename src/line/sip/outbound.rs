//! A telephone that we ring, from the INVITE until it answers, refuses or is given up.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Method, Request, Response, Transport, Uri, Version};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::SipAddr;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::dialog::{Dialog, Flow, Way};
use super::endpoint::Stack;
use super::forks::{Expected, Forks, attend_to};
use super::front::DialogKey;
use super::headers::{ALLOW, SUPPORTED, call_id_of, header, new_call_id, new_tag, quoted_name};
use super::leg_task::{Holdings, Reports, Sound};
use super::session_timer::SessionTimer;
use super::talk::{Ears, Talk, send_bye};
use super::transact::{Progress, ask, reply, send_invite};
use super::trunk::resolve;
use crate::audio::{Frame, Hertz, Key};
use crate::line::rtp::RtpControl;
use crate::line::sdp::LocalMedia;
use crate::line::{Leg, LegCommand, LegEnd, LegEvent, Media};

/// How long a telephone rings when nothing else is said.
const RING_FOR: Duration = Duration::from_secs(30);

/// A telephone to ring.
#[derive(Clone, Debug)]
pub struct OutboundCall {
    /// A `sip:` URI, or the name of an agent whose phone is registered.
    pub target: String,
    /// The name that the telephone shows.
    pub caller_name: Option<String>,
    /// How long it may ring.
    pub ring_for: Duration,
}

impl OutboundCall {
    /// Rings `target` for half a minute.
    pub fn to(target: impl Into<String>) -> Self {
        Self { target: target.into(), caller_name: None, ring_for: RING_FOR }
    }
}

/// Where one telephone is reached.
struct Target {
    uri: Uri,
    way: Way,
    peer: SocketAddr,
    trunk: Option<usize>,
    symmetric: bool,
}

/// Rings a telephone; the leg tells what happens.
pub(super) fn call(stack: &Arc<Stack>, call: OutboundCall) -> Leg {
    let limit = stack.settings.limits.outbound_legs + stack.settings.limits.calls;
    let session = match stack.ports.open() {
        Ok(session) if stack.front.counters.legs() < limit && !stack.stop.is_cancelled() => session,
        Ok(_) => return failed("the cap on legs is reached"),
        Err(error) => return failed(error),
    };
    let (control, local_port) = (session.control(), session.local_address().port());
    let (leg, ends) = Leg::new(Box::new(session));
    let holdings = Holdings {
        place: None,
        permit: None,
        open: stack.front.counters.open_leg(),
        control: control.clone(),
        reports: Reports::new(ends.events),
    };
    let caller = Caller { stack: Arc::clone(stack), call, control, local_port, commands: ends.commands, holdings };
    stack.tasks.spawn(caller.run());
    leg
}

/// A leg that ends before it begins.
fn failed(why: impl std::fmt::Display) -> Leg {
    tracing::warn!(%why, "a telephone was not rung");
    let (leg, ends) = Leg::new(Box::new(NoSound));
    ends.events.try_send(LegEvent::Ended(LegEnd::Failed)).ok();
    leg
}

/// The task of one outbound leg.
struct Caller {
    stack: Arc<Stack>,
    call: OutboundCall,
    control: RtpControl,
    local_port: u16,
    commands: mpsc::Receiver<LegCommand>,
    holdings: Holdings,
}

/// What ends one try to ring one telephone.
enum Missed {
    /// The telephone, or whoever stands for it, said no: another one of the same agent may be tried.
    This(LegEnd),
    /// The whole call is over.
    All(LegEnd),
}

/// One try that was answered.
struct Picked {
    dialog: Dialog,
    sound: Sound,
    timer: Option<SessionTimer>,
    requests: mpsc::Receiver<Transaction>,
}

impl Caller {
    async fn run(mut self) {
        let end = self.ring_and_talk().await;
        self.holdings.let_go(end);
    }

    async fn ring_and_talk(&mut self) -> LegEnd {
        let deadline = Instant::now() + self.call.ring_for;
        let stack = Arc::clone(&self.stack);
        let targets = tokio::select! {
            targets = targets_of(&stack, &self.call.target) => targets,
            end = gone(&mut self.commands, &stack) => return end,
        };
        let mut last = LegEnd::Unreachable;
        for target in targets {
            match self.ring(&target, deadline).await {
                Ok(picked) => return self.talk(picked).await,
                Err(Missed::This(end)) => last = end,
                Err(Missed::All(end)) => return end,
            }
        }
        last
    }

    async fn talk(&mut self, picked: Picked) -> LegEnd {
        let Picked { dialog, sound, timer, mut requests } = picked;
        let (stack, control) = (Arc::clone(&self.stack), self.control.clone());
        let answered_at = stack.front.now();
        self.holdings.reports.say(LegEvent::Answered);
        let talk = Talk { stack, dialog, sound, control, timer, answered_at, waiting: Default::default() };
        let ears = Ears { requests: &mut requests, commands: &mut self.commands, reports: &self.holdings.reports };
        talk.run(ears).await
    }

    async fn ring(&mut self, target: &Target, deadline: Instant) -> Result<Picked, Missed> {
        let stack = Arc::clone(&self.stack);
        let address = SocketAddr::new(stack.addresses.host_for(target.peer.ip()), self.local_port);
        // We rang this telephone, so what it describes is where it is.
        let mut sound = Sound::new(self.control.clone(), LocalMedia::new(address), true, None);
        let mut invite = self.invite(target, sound.offer());
        let key = DialogKey { call_id: call_id_of(&invite), local_tag: tag_of(&invite) };
        let (place, mut requests) = stack.front.dialogs.enter(key);
        self.holdings.place = Some(place);
        let expected = Forks::expect(&stack, &invite).ok_or(Missed::All(LegEnd::Failed))?;
        let mut progress = send_invite(&stack, invite.clone(), target.way.clone(), target.symmetric);
        let mut flow = None;
        let (mut is_heard, mut rings, mut is_challenged) = (false, false, false);
        let first_response = Instant::now() + stack.settings.timers.first_response;
        loop {
            let give_up_at = if is_heard { deadline } else { deadline.min(first_response) };
            let missed = tokio::select! {
                news = progress.recv() => match news {
                    Some(Progress::Sent(sent)) => {
                        expected.sent(&invite, &sent);
                        flow = Some(sent);
                        continue;
                    }
                    Some(Progress::Response(response)) => match response.status_code.code() {
                        100 => {
                            is_heard = true;
                            continue;
                        }
                        101..200 => {
                            is_heard = true;
                            if !std::mem::replace(&mut rings, true) {
                                self.holdings.reports.say(LegEvent::Ringing);
                            }
                            continue;
                        }
                        200..300 => {
                            let Some(flow) = flow else { return Err(Missed::All(LegEnd::Failed)) };
                            return self.pick_up(&expected, &invite, &response, flow, sound, requests).await;
                        }
                        401 | 407 if !is_challenged => {
                            is_challenged = true;
                            let Some(again) = self.with_credentials(target, &invite, &response) else {
                                return Err(Missed::This(LegEnd::Refused(response.status_code.code())));
                            };
                            invite = again;
                            progress = send_invite(&stack, invite.clone(), target.way.clone(), target.symmetric);
                            continue;
                        }
                        status => return Err(Missed::This(end_of(status, rings, is_heard))),
                    },
                    Some(Progress::Over) | None => return Err(Missed::This(LegEnd::Unreachable)),
                },
                end = gone(&mut self.commands, &stack) => Missed::All(end),
                request = requests.recv() => {
                    if let Some(request) = request {
                        take_early(&stack, request).await;
                    }
                    continue;
                }
                () = tokio::time::sleep_until(give_up_at) => match (rings, Instant::now() >= deadline) {
                    (true, _) => Missed::All(LegEnd::NoAnswer),
                    (false, true) => Missed::All(LegEnd::Unreachable),
                    (false, false) => Missed::This(LegEnd::Unreachable),
                },
            };
            let given_up =
                GivenUp { stack: Arc::clone(&stack), invite, way: target.way.clone(), flow, expected, is_heard };
            stack.tasks.spawn(given_up.run(progress));
            return Err(missed);
        }
    }

    async fn pick_up(
        &mut self,
        expected: &Expected,
        invite: &Request,
        answer: &Response,
        flow: Flow,
        mut sound: Sound,
        requests: mpsc::Receiver<Transaction>,
    ) -> Result<Picked, Missed> {
        let stack = Arc::clone(&self.stack);
        let Some(mut dialog) = Dialog::of_answer(invite, answer, flow, &stack.addresses, stack.server()) else {
            tracing::warn!("a telephone answered without a contact");
            return Err(Missed::All(LegEnd::Failed));
        };
        expected.acknowledge(&dialog, answer, invite).await;
        let described = std::str::from_utf8(&answer.body).ok().and_then(|text| sound.accept(text).ok());
        let Some(remote) = described else {
            tracing::warn!("a telephone answered with a description that cannot be used");
            send_bye(&stack, &mut dialog);
            return Err(Missed::All(LegEnd::Failed));
        };
        sound.use_remote(remote);
        sound.open_learning();
        let session_expires = answer.header_value("Session-Expires");
        let timer = SessionTimer::of_answer(session_expires.as_deref(), stack.front.now());
        Ok(Picked { dialog, sound, timer, requests })
    }

    fn invite(&self, target: &Target, offer: String) -> Request {
        let stack = &self.stack;
        let reliable = is_reliable(&target.way);
        let peer = target.peer.ip();
        let username = target.trunk.and_then(|trunk| stack.trunks.username(trunk));
        let own = match username {
            Some(username) => format!("<sip:{username}@{}>", target.uri.host_with_port.host),
            None => format!("<sip:{}@{}>", stack.settings.user, stack.addresses.reached_at(peer, reliable)),
        };
        let name = self.call.caller_name.as_deref().map(quoted_name).unwrap_or_default();
        let from = format!("{name} {own};tag={}", new_tag());
        let headers = vec![
            stack.addresses.via(peer, reliable),
            Header::From(from.trim_start().to_owned().into()),
            Header::To(format!("<{}>", without_headers(&target.uri)).into()),
            Header::CallId(new_call_id().into()),
            Header::CSeq("1 INVITE".into()),
            Header::MaxForwards(70.into()),
            Header::Contact(stack.addresses.contact(peer, reliable).into()),
            header("Allow", ALLOW),
            header("Supported", SUPPORTED),
            header("User-Agent", stack.server()),
            Header::ContentType("application/sdp".into()),
        ];
        let uri = without_headers(&target.uri);
        Request { method: Method::Invite, uri, version: Version::V2, headers: headers.into(), body: offer.into_bytes() }
    }

    /// The INVITE again, with the answer to a challenge of the trunk it goes to, and of nobody else.
    fn with_credentials(&self, target: &Target, invite: &Request, challenge: &Response) -> Option<Request> {
        let stack = &self.stack;
        let answer = stack.trunks.answer_challenge(target.trunk?, invite, challenge)?;
        let mut again = invite.clone();
        again.headers.unique_push(stack.addresses.via(target.peer.ip(), is_reliable(&target.way)));
        again.headers.unique_push(Header::CSeq("2 INVITE".into()));
        again.headers.push(answer);
        Some(again)
    }
}

/// An INVITE that nobody waits for any more. Its telephone is told so as soon as that is allowed.
struct GivenUp {
    stack: Arc<Stack>,
    invite: Request,
    way: Way,
    flow: Option<Flow>,
    expected: Expected,
    is_heard: bool,
}

impl GivenUp {
    async fn run(self, progress: mpsc::Receiver<Progress>) {
        // The transaction ends by itself; this only bounds a far end that sends provisional responses for ever.
        let longest = self.stack.settings.timers.t1 * 64 * 2;
        tokio::time::timeout(longest, self.follow(progress)).await.ok();
    }

    async fn follow(mut self, mut progress: mpsc::Receiver<Progress>) {
        // CANCEL may only follow a provisional response (RFC 3261 9.1).
        let mut is_cancelled = false;
        loop {
            if self.is_heard && !std::mem::replace(&mut is_cancelled, true) {
                self.cancel();
            }
            match progress.recv().await {
                Some(Progress::Sent(flow)) => {
                    self.expected.sent(&self.invite, &flow);
                    self.flow = Some(flow);
                }
                Some(Progress::Response(response)) => match response.status_code.code() {
                    100..200 => self.is_heard = true,
                    // It was answered before the CANCEL came: acknowledged, then told goodbye.
                    200..300 => return attend_to(&self.stack, &response).await,
                    _ => return,
                },
                Some(Progress::Over) | None => return,
            }
        }
    }

    fn cancel(&self) {
        let kept = self.invite.headers.iter().filter_map(|header| match header {
            Header::CSeq(_) => {
                let number = super::headers::cseq_of(&self.invite).unwrap_or(1);
                Some(Header::CSeq(format!("{number} CANCEL").into()))
            }
            Header::Via(_) | Header::From(_) | Header::To(_) | Header::CallId(_) => Some(header.clone()),
            Header::MaxForwards(_) | Header::Route(_) => Some(header.clone()),
            _ => None,
        });
        let headers: Vec<Header> = kept.collect();
        let (uri, version) = (self.invite.uri.clone(), Version::V2);
        let cancel = Request { method: Method::Cancel, uri, version, headers: headers.into(), body: Vec::new() };
        let way = match &self.flow {
            Some(flow) => Way { destination: self.way_to(flow), connection: flow.connection.clone() },
            None => self.way.clone(),
        };
        let (stack, patience) = (Arc::clone(&self.stack), self.stack.settings.timers.t1 * 64);
        self.stack.tasks.spawn(async move { ask(&stack, cancel, way, patience).await });
    }

    /// CANCEL goes exactly where its INVITE went.
    fn way_to(&self, flow: &Flow) -> SipAddr {
        let transport = if flow.is_reliable() { Transport::Tcp } else { Transport::Udp };
        SipAddr { r#type: Some(transport), addr: flow.peer.into() }
    }
}

/// Waits until the call does not want the leg any more.
async fn gone(commands: &mut mpsc::Receiver<LegCommand>, stack: &Stack) -> LegEnd {
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(LegCommand::HangUp | LegCommand::Refuse(_)) | None => return LegEnd::Cancelled,
                Some(LegCommand::Ring | LegCommand::Answer) => {}
            },
            () = stack.stop.cancelled() => return LegEnd::Cancelled,
        }
    }
}

/// A request of a telephone that has not answered yet.
async fn take_early(stack: &Stack, request: Transaction) {
    let status = match request.original.method {
        Method::Options => 200,
        Method::Bye => 481,
        Method::Refer => 603,
        Method::Invite | Method::Update => 491,
        _ => 405,
    };
    reply(stack, request, status, Vec::new()).await;
}

/// Why a telephone did not answer.
const fn end_of(status: u16, rings: bool, is_heard: bool) -> LegEnd {
    match status {
        486 | 600 => LegEnd::Busy,
        403 | 603 => LegEnd::Declined,
        480 => LegEnd::NoAnswer,
        408 | 487 if rings || is_heard => LegEnd::NoAnswer,
        408 => LegEnd::Unreachable,
        other => LegEnd::Refused(other),
    }
}

/// The telephones that a target stands for: the phones of an agent, or one address.
async fn targets_of(stack: &Arc<Stack>, target: &str) -> Vec<Target> {
    let now = stack.front.now();
    if let Some(uri) = target.split_once(':').and_then(|_| Uri::try_from(target).ok()) {
        return target_of(stack, uri).await.into_iter().collect();
    }
    let phones = stack.registrar.phones_of(target, now);
    let reached = phones.into_iter().map(|phone| {
        let transport = if phone.flow.is_reliable() { Transport::Tcp } else { Transport::Udp };
        let destination = SipAddr { r#type: Some(transport), addr: phone.flow.peer.into() };
        let way = Way { destination, connection: phone.flow.connection.clone() };
        Target { uri: phone.uri, way, peer: phone.flow.peer, trunk: None, symmetric: true }
    });
    reached.collect()
}

async fn target_of(stack: &Arc<Stack>, uri: Uri) -> Option<Target> {
    let destination = resolve(stack, &uri).await?;
    let is_served = matches!(destination.r#type, None | Some(Transport::Udp | Transport::Tcp));
    if !is_served || uri.scheme != Some(rsipstack::sip::Scheme::Sip) {
        tracing::warn!("a target wants a transport other than UDP or TCP");
        return None;
    }
    let fallback = if stack.addresses.udp.is_some() { Transport::Udp } else { Transport::Tcp };
    let destination = SipAddr { r#type: Some(destination.r#type.unwrap_or(fallback)), ..destination };
    let peer = destination.get_socketaddr().ok()?;
    let trunk = stack.trunks.find(stack, &uri.host_with_port.host.to_string(), peer.ip());
    Some(Target { uri, way: Way { destination, connection: None }, peer, trunk, symmetric: false })
}

fn is_reliable(way: &Way) -> bool {
    way.connection.is_some() || way.destination.r#type == Some(Transport::Tcp)
}

fn without_headers(uri: &Uri) -> Uri {
    Uri { headers: Vec::new(), ..uri.clone() }
}

fn tag_of(request: &Request) -> String {
    super::headers::from_tag_of(request).unwrap_or_default()
}

/// The sound of a leg that never was.
struct NoSound;

impl Media for NoSound {
    fn rate(&self) -> Hertz {
        Hertz::HZ_8000
    }

    fn receive(&mut self, _now: Duration) -> Frame {
        Frame::silence(Hertz::HZ_8000)
    }

    fn send(&mut self, _now: Duration, _frame: &Frame) {}

    fn next_key(&mut self) -> Option<Key> {
        None
    }

    fn send_key(&mut self, _key: Key) {}

    fn last_heard(&self) -> Option<Duration> {
        None
    }
}
