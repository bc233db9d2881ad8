//! A call from outside, from its INVITE until it is up or refused.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use rsipstack::sip::{Header, Method, Request};
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::dialog::Dialog;
use super::endpoint::Stack;
use super::front::DialogKey;
use super::gate::Source;
use super::gauges::Refused;
use super::headers::{call_id_of, caller_of, header, new_tag, unsupported_of};
use super::leg_task::{Holdings, Reports, Sound};
use super::session_timer::SessionTimer;
use super::talk::{Ears, Talk, description_of, settle_timer, timer_headers, warning};
use super::transact::{Answerer, InviteNews, drive_invite, flow_of, peer_of, reply};
use crate::line::rtp::{RemoteMedia, RtpControl};
use crate::line::sdp::LocalMedia;
use crate::line::{IncomingCall, Leg, LegCommand, LegEnd, LegEvent};

/// How many requests that overtook the ACK are kept for it.
const WAITING: usize = 8;

/// A call that has been admitted and not yet answered.
struct Incoming {
    stack: Arc<Stack>,
    dialog: Dialog,
    timer: SessionTimer,
    sound: Sound,
    control: RtpControl,
    /// What the offer leads to, when the INVITE carried one.
    offered: Option<(String, Option<RemoteMedia>)>,
    waiting: VecDeque<Transaction>,
}

/// Takes a new INVITE: refuses it, or hands it to the call.
pub(super) async fn take_invite(stack: &Arc<Stack>, transaction: Transaction) {
    let Some(peer) = peer_of(&transaction) else { return };
    let permit = match Arc::clone(&stack.front.calls).try_acquire_owned() {
        Ok(permit) if !stack.front.is_draining() => permit,
        Ok(_) => return refuse_for_now(stack, transaction, Refused::Draining).await,
        Err(_) => return refuse_for_now(stack, transaction, Refused::Full).await,
    };
    match prepare(stack, &transaction, peer) {
        Ok((incoming, media)) => hand_over(stack, transaction, peer, permit, incoming, media).await,
        Err(Refusal::Status(status, more)) => reply(stack, transaction, status, more).await,
        Err(Refusal::ForNow(why)) => refuse_for_now(stack, transaction, why).await,
    }
}

enum Refusal {
    Status(u16, Vec<Header>),
    ForNow(Refused),
}

async fn refuse_for_now(stack: &Stack, transaction: Transaction, why: Refused) {
    stack.front.counters.refused(why);
    reply(stack, transaction, 503, vec![stack.front.retry_after()]).await;
}

/// Everything that can go wrong before the call is told of it.
fn prepare(
    stack: &Arc<Stack>,
    transaction: &Transaction,
    peer: SocketAddr,
) -> Result<(Incoming, crate::line::rtp::RtpSession), Refusal> {
    let request = &transaction.original;
    let status = |(status, more)| Refusal::Status(status, more);
    check_extensions(request)?;
    let offer = description_of(request).map_err(status)?;
    let timer = settle_timer(stack, request, stack.front.now()).map_err(status)?;
    let source = stack.front.source(peer.ip());
    let symmetric = !matches!(source, Source::Trunk(_));
    let flow = flow_of(transaction, symmetric).ok_or(Refusal::Status(500, Vec::new()))?;
    let dialog = Dialog::of_invite(request, &new_tag(), flow, &stack.addresses, stack.server())
        .ok_or_else(|| Refusal::Status(400, Vec::new()))?;
    let session = stack.ports.open().map_err(|error| {
        tracing::debug!(%error, "a call was refused");
        Refusal::ForNow(Refused::NoPort)
    })?;
    let control = session.control();
    let address = SocketAddr::new(stack.addresses.host_for(peer.ip()), session.local_address().port());
    let trusted = matches!(source, Source::Trunk(_)) || stack.registrar.is_registered_from(peer);
    let neighbour = matches!(source, Source::Loopback | Source::Private).then_some(peer.ip());
    let mut sound = Sound::new(control.clone(), LocalMedia::new(address), trusted, neighbour);
    let offered = match offer {
        Some(offer) => Some(sound.answer(&offer).map_err(|error| Refusal::Status(error.status(), warning(&error)))?),
        None => None,
    };
    let stack = Arc::clone(stack);
    Ok((Incoming { stack, dialog, timer, sound, control, offered, waiting: VecDeque::new() }, session))
}

fn check_extensions(request: &Request) -> Result<(), Refusal> {
    let unsupported = unsupported_of(request);
    if !unsupported.is_empty() {
        return Err(Refusal::Status(420, vec![header("Unsupported", unsupported.join(", "))]));
    }
    let scheme = request.uri.scheme.as_ref().map(ToString::to_string).unwrap_or_default();
    match scheme.to_ascii_lowercase().as_str() {
        "sip" | "tel" => Ok(()),
        _ => Err(Refusal::Status(416, Vec::new())),
    }
}

async fn hand_over(
    stack: &Arc<Stack>,
    transaction: Transaction,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    incoming: Incoming,
    session: crate::line::rtp::RtpSession,
) {
    let trusted = matches!(stack.front.source(peer.ip()), Source::Trunk(_));
    let caller = caller_of(&transaction.original, trusted);
    let Ok(seat) = stack.calls.try_reserve() else {
        return refuse_for_now(stack, transaction, Refused::Full).await;
    };
    let (leg, ends) = Leg::new(Box::new(session));
    let local_tag = incoming.dialog.local_tag().to_owned();
    let key = DialogKey { call_id: call_id_of(&transaction.original), local_tag: local_tag.clone() };
    let (place, requests) = stack.front.dialogs.enter(key);
    let holdings = Holdings {
        place: Some(place),
        permit: Some(permit),
        open: stack.front.counters.open_leg(),
        control: incoming.control.clone(),
        reports: Reports::new(ends.events),
    };
    let (answerer, news) = drive_invite(stack, transaction, &local_tag);
    answerer.provisional(100, Vec::new());
    seat.send(IncomingCall { caller, line: "sip", leg });
    stack.tasks.spawn(async move {
        let ears = Senses { requests, commands: ends.commands, news };
        let end = incoming.run(answerer, ears, &holdings.reports).await;
        holdings.let_go(end);
    });
}

struct Senses {
    requests: mpsc::Receiver<Transaction>,
    commands: mpsc::Receiver<LegCommand>,
    news: mpsc::Receiver<InviteNews>,
}

impl Incoming {
    async fn run(mut self, mut answerer: Answerer, mut senses: Senses, reports: &Reports) -> LegEnd {
        if let Err(end) = self.ring(&mut answerer, &mut senses).await {
            return end;
        }
        let first = match self.answer(&mut answerer, &mut senses).await {
            Ok(first) => first,
            Err(end) => return end,
        };
        let Self { stack, dialog, mut timer, sound, control, waiting, .. } = self;
        let answered_at = stack.front.now();
        timer.refreshed(answered_at);
        reports.say(LegEvent::Answered);
        if let Some(event) = first {
            reports.say(event);
        }
        let talk = Talk { stack, dialog, sound, control, timer: Some(timer), answered_at, waiting };
        talk.run(Ears { requests: &mut senses.requests, commands: &mut senses.commands, reports }).await
    }

    /// Until the call answers (`Ok`), refuses or the caller gives up.
    async fn ring(&mut self, answerer: &mut Answerer, senses: &mut Senses) -> Result<(), LegEnd> {
        let stack = Arc::clone(&self.stack);
        let patience = tokio::time::sleep(stack.settings.timers.answer_within);
        tokio::pin!(patience);
        loop {
            let (status, end) = tokio::select! {
                command = senses.commands.recv() => match command {
                    Some(LegCommand::Ring) => {
                        answerer.provisional(180, vec![self.dialog.contact()]);
                        continue;
                    }
                    Some(LegCommand::Answer) => return Ok(()),
                    Some(LegCommand::Refuse(status)) => {
                        let status = if (300..700).contains(&status) { status } else { 480 };
                        (status, LegEnd::Refused(status))
                    }
                    Some(LegCommand::HangUp) => (603, LegEnd::HungUp),
                    // The call is gone without a word.
                    None => (480, LegEnd::HungUp),
                },
                news = senses.news.recv() => match news {
                    Some(InviteNews::Cancelled) => (487, LegEnd::Cancelled),
                    Some(InviteNews::Acknowledged(_)) => continue,
                    Some(InviteNews::Over) | None => return Err(LegEnd::Lost),
                },
                request = senses.requests.recv() => match request {
                    Some(request) => match self.take_early(request).await {
                        true => (487, LegEnd::Cancelled),
                        false => continue,
                    },
                    None => return Err(LegEnd::Failed),
                },
                () = &mut patience => (480, LegEnd::NoAnswer),
                () = stack.stop.cancelled() => (503, LegEnd::HungUp),
            };
            let more = if status == 503 { vec![stack.front.retry_after()] } else { Vec::new() };
            answerer.answer(status, more, None);
            return Err(end);
        }
    }

    /// A request in a dialog that is not answered yet. `true`: it was a BYE.
    async fn take_early(&mut self, request: Transaction) -> bool {
        let stack = Arc::clone(&self.stack);
        if !self.dialog.is_from_far_end(&request.original) {
            reply(&stack, request, 481, Vec::new()).await;
            return false;
        }
        let method = request.original.method;
        if !self.dialog.take_sequence(&request.original) {
            reply(&stack, request, 500, vec![header("Retry-After", "0")]).await;
            return false;
        }
        let (status, more) = match method {
            Method::Bye | Method::Options => (200, Vec::new()),
            Method::Update if request.original.body.is_empty() => (200, vec![self.dialog.contact()]),
            // Our answer to the first offer is still owed (RFC 3311 5.2).
            Method::Update | Method::Invite => (500, vec![header("Retry-After", "2")]),
            Method::Info => (200, Vec::new()),
            Method::Refer => (603, Vec::new()),
            _ => (405, Vec::new()),
        };
        reply(&stack, request, status, more).await;
        method == Method::Bye
    }

    /// Answers, and waits for the ACK: only then is the call up. A call may begin on hold.
    async fn answer(&mut self, answerer: &mut Answerer, senses: &mut Senses) -> Result<Option<LegEvent>, LegEnd> {
        let (body, remote) = match self.offered.take() {
            Some((answer, remote)) => (answer, remote),
            None => (self.sound.offer(), None),
        };
        let awaits_answer = answerer.request().body.is_empty();
        let first = remote.and_then(|remote| self.sound.use_remote(remote));
        self.sound.open_learning();
        let mut more = timer_headers(&self.timer);
        more.push(self.dialog.contact());
        answerer.answer(200, more, Some(body));
        let ack = self.wait_for_ack(answerer, senses).await?;
        if !awaits_answer {
            return Ok(first);
        }
        let answer = description_of(&ack).ok().flatten();
        match answer.and_then(|answer| self.sound.accept(&answer).ok()) {
            Some(remote) => {
                let first = self.sound.use_remote(remote);
                self.sound.open_learning();
                Ok(first)
            }
            None => Err(self.say_goodbye(LegEnd::Failed)),
        }
    }

    async fn wait_for_ack(&mut self, answerer: &Answerer, senses: &mut Senses) -> Result<Box<Request>, LegEnd> {
        let stack = Arc::clone(&self.stack);
        let mut gone = None;
        let mut commands_open = true;
        loop {
            tokio::select! {
                // An ACK that came first is taken first: what follows it belongs to the call that is up.
                biased;
                news = senses.news.recv() => match news {
                    Some(InviteNews::Acknowledged(ack)) => match gone {
                        None => return Ok(ack),
                        Some(end) => return Err(self.say_goodbye(end)),
                    },
                    // The caller gave up too late, or a CANCEL crossed our 200.
                    Some(InviteNews::Cancelled) => {}
                    Some(InviteNews::Over) | None => return Err(self.say_goodbye(gone.unwrap_or(LegEnd::Lost))),
                },
                request = senses.requests.recv() => match request {
                    Some(request) if request.original.method == Method::Bye => {
                        if self.dialog.is_from_far_end(&request.original) {
                            reply(&stack, request, 200, Vec::new()).await;
                            answerer.stop();
                            return Err(LegEnd::HungUp);
                        }
                        reply(&stack, request, 481, Vec::new()).await;
                    }
                    Some(request) => self.keep_until_ack(request).await,
                    None => return Err(LegEnd::Failed),
                },
                // BYE may not be sent before the ACK (RFC 3261 15).
                command = senses.commands.recv(), if commands_open => match command {
                    Some(LegCommand::HangUp | LegCommand::Refuse(_)) => gone = Some(LegEnd::HungUp),
                    Some(LegCommand::Ring | LegCommand::Answer) => {}
                    None => {
                        commands_open = false;
                        gone = Some(LegEnd::HungUp);
                    }
                },
                () = stack.stop.cancelled() => return Err(self.say_goodbye(LegEnd::HungUp)),
            }
        }
    }

    /// Keeps a request that overtook the ACK, if it is one of this dialog and in order.
    async fn keep_until_ack(&mut self, request: Transaction) {
        let stack = Arc::clone(&self.stack);
        if !self.dialog.is_from_far_end(&request.original) {
            return reply(&stack, request, 481, Vec::new()).await;
        }
        if self.waiting.len() >= WAITING || !self.dialog.take_sequence(&request.original) {
            return reply(&stack, request, 500, vec![header("Retry-After", "1")]).await;
        }
        self.waiting.push_back(request);
    }

    fn say_goodbye(&mut self, end: LegEnd) -> LegEnd {
        super::talk::send_bye(&self.stack, &mut self.dialog);
        end
    }
}
