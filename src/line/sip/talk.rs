//! A call that is up: requests inside the dialog, timers, and its end.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Method, Request, Response};
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::bodies::{Info, media_type, read_info, read_transfer_progress};
use super::dialog::Dialog;
use super::endpoint::Stack;
use super::forks::Forks;
use super::headers::{ACCEPT, ALLOW, header, knows_timers, unsupported_of};
use super::leg_task::{Reports, Sound};
use super::session_timer::{Asked, SessionTimer, TooShort};
use super::transact::{Answerer, InviteNews, ask, drive_invite, reply};
use crate::line::rtp::RtpControl;
use crate::line::{LegCommand, LegEnd, LegEvent};

/// How often the sound is looked at, at most: a quarter of the silence that is borne.
const LOOKS_A_SILENCE: u32 = 4;
/// How many changes of the session may wait for the ACK of the one before.
const MOST_WAITING: usize = 8;
/// How long to wait before a refresh that met one of the far end is tried again (RFC 3261 14.1).
const AFTER_GLARE: Duration = Duration::from_millis(2500);

/// The status of a refusal, and the headers that explain it.
pub(super) type Refusal = (u16, Vec<Header>);

/// Why we ask the far end something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// No sound comes: does it still live?
    Probe,
    /// The session must be refreshed.
    Refresh,
}

/// A question to the far end that is not answered yet.
struct Question {
    purpose: Purpose,
    is_invite: bool,
    answer: oneshot::Receiver<Option<Response>>,
}

/// A re-INVITE of the far end whose ACK has not come yet.
struct Reinvite {
    news: mpsc::Receiver<InviteNews>,
    /// Our 200 carried the offer; the answer comes with the ACK.
    awaits_answer: bool,
    _answerer: Answerer,
}

/// A call that is up.
pub(super) struct Talk {
    pub(super) stack: Arc<Stack>,
    pub(super) dialog: Dialog,
    pub(super) sound: Sound,
    pub(super) control: RtpControl,
    /// The session timer, when there is one.
    pub(super) timer: Option<SessionTimer>,
    /// When the call was answered, on the line's clock.
    pub(super) answered_at: Duration,
    /// Requests that overtook the ACK.
    pub(super) waiting: VecDeque<Transaction>,
}

/// What a talk listens to.
pub(super) struct Ears<'a> {
    pub(super) requests: &'a mut mpsc::Receiver<Transaction>,
    pub(super) commands: &'a mut mpsc::Receiver<LegCommand>,
    pub(super) reports: &'a Reports,
}

/// What goes on while a call is up.
struct State {
    reinvite: Option<Reinvite>,
    question: Option<Question>,
    heard: Option<Duration>,
    heard_at: Duration,
    refresh_not_before: Duration,
}

impl Talk {
    /// Runs until the call is over.
    pub(super) async fn run(mut self, ears: Ears<'_>) -> LegEnd {
        let Ears { requests, commands, reports } = ears;
        let now = self.stack.front.now();
        let mut state =
            State { reinvite: None, question: None, heard: None, heard_at: now, refresh_not_before: Duration::ZERO };
        loop {
            // A request was in order when it came, so its turn is checked only once.
            for _ in 0..self.waiting.len() {
                if state.reinvite.is_none()
                    && let Some(early) = self.waiting.pop_front()
                    && let Some(end) = self.serve(early, &mut state, reports).await
                {
                    return end;
                }
            }
            let wake = self.next_wake(&state);
            let ended = tokio::select! {
                command = commands.recv() => match command {
                    Some(LegCommand::HangUp | LegCommand::Refuse(_)) | None => Some(self.say_goodbye(LegEnd::HungUp)),
                    Some(LegCommand::Ring | LegCommand::Answer) => None,
                },
                request = requests.recv() => match request {
                    Some(request) => self.take_request(request, &mut state, reports).await,
                    None => Some(LegEnd::Failed),
                },
                news = news_of(&mut state.reinvite) => self.take_news(news, &mut state, reports),
                answer = answer_to(&mut state.question) => self.take_answer(answer, &mut state),
                () = tokio::time::sleep_until(wake) => self.look_at_the_clock(&mut state),
                () = self.stack.stop.cancelled() => Some(self.say_goodbye(LegEnd::HungUp)),
            };
            if let Some(end) = ended {
                return end;
            }
        }
    }

    async fn take_request(&mut self, request: Transaction, state: &mut State, reports: &Reports) -> Option<LegEnd> {
        let stack = Arc::clone(&self.stack);
        let original = &request.original;
        if !self.dialog.is_from_far_end(original) {
            reply(&stack, request, 481, Vec::new()).await;
            return None;
        }
        if !self.dialog.take_sequence(original) {
            reply(&stack, request, 500, vec![header("Retry-After", "0")]).await;
            return None;
        }
        self.serve(request, state, reports).await
    }

    async fn serve(&mut self, request: Transaction, state: &mut State, reports: &Reports) -> Option<LegEnd> {
        let stack = Arc::clone(&self.stack);
        let original = &request.original;
        let unsupported = unsupported_of(original);
        if !unsupported.is_empty() && original.method != Method::Bye {
            reply(&stack, request, 420, vec![header("Unsupported", unsupported.join(", "))]).await;
            return None;
        }
        match original.method {
            Method::Bye => {
                reply(&stack, request, 200, Vec::new()).await;
                return Some(LegEnd::HungUp);
            }
            Method::Invite => self.take_reinvite(request, state, reports).await,
            Method::Update => self.take_update(request, state, reports).await,
            Method::Info => self.take_info(request, reports).await,
            Method::Options => {
                let more = vec![header("Accept", ACCEPT), self.dialog.contact()];
                reply(&stack, request, 200, more).await;
            }
            Method::Refer => reply(&stack, request, 603, Vec::new()).await,
            Method::Notify => self.take_notify(request).await,
            _ => reply(&stack, request, 405, Vec::new()).await,
        }
        None
    }

    async fn take_reinvite(&mut self, transaction: Transaction, state: &mut State, reports: &Reports) {
        let stack = Arc::clone(&self.stack);
        if state.question.as_ref().is_some_and(|question| question.is_invite) {
            reply(&stack, transaction, 491, Vec::new()).await;
            return;
        }
        if state.reinvite.is_some() {
            return self.keep_for_later(transaction).await;
        }
        let (body, mut more) = match self.renegotiate(&transaction.original, true, reports) {
            Ok(negotiated) => negotiated,
            Err((status, more)) => return reply(&stack, transaction, status, more).await,
        };
        more.push(self.dialog.contact());
        let awaits_answer = transaction.original.body.is_empty();
        let (mut answerer, news) = drive_invite(&stack, transaction, self.dialog.local_tag());
        answerer.answer(200, more, body);
        state.reinvite = Some(Reinvite { news, awaits_answer, _answerer: answerer });
    }

    /// Keeps a change that came right behind the ACK of the one before, whose ACK is still on its way to us.
    async fn keep_for_later(&mut self, transaction: Transaction) {
        if self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(transaction);
            return;
        }
        let stack = Arc::clone(&self.stack);
        reply(&stack, transaction, 500, vec![header("Retry-After", "1")]).await;
    }

    async fn take_update(&mut self, transaction: Transaction, state: &mut State, reports: &Reports) {
        let stack = Arc::clone(&self.stack);
        let has_offer = !transaction.original.body.is_empty();
        if has_offer && state.question.as_ref().is_some_and(|question| question.is_invite) {
            return reply(&stack, transaction, 491, Vec::new()).await;
        }
        if has_offer && state.reinvite.is_some() {
            return self.keep_for_later(transaction).await;
        }
        match self.renegotiate(&transaction.original, false, reports) {
            Ok((body, mut more)) => {
                more.push(self.dialog.contact());
                self.reply_with_body(transaction, more, body).await;
            }
            Err((status, more)) => reply(&stack, transaction, status, more).await,
        }
    }

    async fn reply_with_body(&self, mut transaction: Transaction, more: Vec<Header>, body: Option<String>) {
        let answer = super::headers::response(&transaction.original, 200, None, self.stack.server(), more, body);
        if let Err(error) = transaction.respond(answer).await {
            tracing::debug!(%error, "a response was not sent");
        }
    }

    /// Settles session timer, target and sound as a re-INVITE or UPDATE asks. The error is a status and its headers; the
    /// session then stays as it was.
    fn renegotiate(
        &mut self,
        request: &Request,
        offer_if_none: bool,
        reports: &Reports,
    ) -> Result<(Option<String>, Vec<Header>), Refusal> {
        let now = self.stack.front.now();
        let timer = settle_timer(&self.stack, request, now)?;
        let body = match description_of(request)? {
            Some(offer) => {
                let answered = self.sound.answer(&offer).map_err(|error| (error.status(), warning(&error)))?;
                let (text, remote) = answered;
                if let Some(event) = remote.and_then(|remote| self.sound.use_remote(remote)) {
                    reports.say(event);
                }
                Some(text)
            }
            None if offer_if_none => Some(self.sound.offer()),
            None => None,
        };
        self.dialog.refresh_target(request);
        self.timer = Some(timer);
        Ok((body, timer_headers(&timer)))
    }

    async fn take_info(&mut self, transaction: Transaction, reports: &Reports) {
        let content_type = transaction.original.header_value("Content-Type");
        let stack = Arc::clone(&self.stack);
        match read_info(content_type.as_deref(), &transaction.original.body) {
            Info::Key(key) => {
                reports.say(LegEvent::Key(key));
                reply(&stack, transaction, 200, Vec::new()).await;
            }
            Info::Nothing => reply(&stack, transaction, 200, Vec::new()).await,
            Info::UnknownKind => reply(&stack, transaction, 415, vec![header("Accept", ACCEPT)]).await,
            Info::Broken => reply(&stack, transaction, 400, Vec::new()).await,
        }
    }

    /// A NOTIFY about a transfer belongs to no REFER of ours; one that cannot be read is called broken.
    async fn take_notify(&mut self, transaction: Transaction) {
        let request = &transaction.original;
        let value = |name| request.header_value(name);
        let (event, state, kind) = (value("Event"), value("Subscription-State"), value("Content-Type"));
        let is_transfer = event.as_deref().is_some_and(|event| event.trim_start().starts_with("refer"));
        let progress = read_transfer_progress(event.as_deref(), state.as_deref(), kind.as_deref(), &request.body);
        if let Some(progress) = progress {
            tracing::debug!(status = progress.status, over = progress.is_over, "news of a transfer we did not ask for");
        }
        let status = match (is_transfer, progress) {
            (true, None) => 400,
            (true, Some(_)) => 481,
            (false, _) => 489,
        };
        let stack = Arc::clone(&self.stack);
        reply(&stack, transaction, status, Vec::new()).await;
    }

    fn take_news(&mut self, news: Option<InviteNews>, state: &mut State, reports: &Reports) -> Option<LegEnd> {
        let reinvite = state.reinvite.take()?;
        match news {
            Some(InviteNews::Acknowledged(ack)) => {
                if reinvite.awaits_answer
                    && let Ok(Some(answer)) = description_of(&ack)
                    && let Ok(remote) = self.sound.accept(&answer)
                    && let Some(event) = self.sound.use_remote(remote)
                {
                    reports.say(event);
                }
                None
            }
            // A CANCEL after our 200 changes nothing (RFC 3261 9.2).
            Some(InviteNews::Cancelled) => {
                state.reinvite = Some(reinvite);
                None
            }
            Some(InviteNews::Over) | None => Some(self.say_goodbye(LegEnd::Lost)),
        }
    }

    /// Looks whether the call is too long, unrefreshed or silent.
    fn look_at_the_clock(&mut self, state: &mut State) -> Option<LegEnd> {
        let now = self.stack.front.now();
        let timers = self.stack.settings.timers;
        if now >= self.answered_at + timers.longest_call {
            return Some(self.say_goodbye(LegEnd::TooLong));
        }
        if self.timer.is_some_and(|timer| now >= timer.expires_at()) {
            return Some(self.say_goodbye(LegEnd::Lost));
        }
        let heard = self.control.last_heard();
        if heard != state.heard {
            state.heard = heard;
            state.heard_at = now;
        }
        if state.question.is_some() || state.reinvite.is_some() {
            return None;
        }
        if let Some(timer) = self.timer
            && timer.refresh_due().is_some_and(|due| now >= due.max(state.refresh_not_before))
        {
            state.question = Some(self.refresh(&timer));
        } else if now >= state.heard_at + timers.silence {
            // Silence alone never ends a call: a far end that says that it lives may be silent on.
            state.heard_at = now;
            state.question = Some(self.probe());
        }
        None
    }

    fn next_wake(&self, state: &State) -> Instant {
        let timers = &self.stack.settings.timers;
        let now = self.stack.front.now();
        let look = now + timers.silence / LOOKS_A_SILENCE;
        let mut next = look.min(self.answered_at + timers.longest_call);
        if let Some(timer) = self.timer {
            next = next.min(timer.expires_at());
            if let Some(due) = timer.refresh_due()
                && state.question.is_none()
                && state.reinvite.is_none()
            {
                next = next.min(due.max(state.refresh_not_before));
            }
        }
        Instant::now() + next.saturating_sub(now)
    }

    fn probe(&mut self) -> Question {
        let options = self.dialog.next_request(Method::Options);
        self.put(options, Purpose::Probe)
    }

    /// UPDATE where the far end takes it, else a re-INVITE with the description that stands.
    fn refresh(&mut self, timer: &SessionTimer) -> Question {
        let method = if self.dialog.allows_update { Method::Update } else { Method::Invite };
        let mut request = self.dialog.next_request(method);
        request.headers.push(header("Session-Expires", timer.header_of_our_refresh()));
        request.headers.push(header("Allow", ALLOW));
        if method == Method::Invite {
            request.headers.push(Header::ContentType("application/sdp".into()));
            request.body = self.sound.offer().into_bytes();
        }
        self.put(request, Purpose::Refresh)
    }

    fn put(&self, request: Request, purpose: Purpose) -> Question {
        let (sender, answer) = oneshot::channel();
        let is_invite = request.method == Method::Invite;
        let (stack, way, dialog) = (Arc::clone(&self.stack), self.dialog.way(), self.dialog.clone());
        let patience = match purpose {
            Purpose::Probe => stack.settings.timers.probe_answer,
            Purpose::Refresh => stack.settings.timers.t1 * 64,
        };
        let asker = Arc::clone(&stack);
        stack.tasks.spawn(async move {
            let expected = if is_invite { Forks::expect(&asker, &request) } else { None };
            let response = ask(&asker, request.clone(), way, patience).await;
            if let (Some(expected), Some(response)) = (expected, &response)
                && response.status_code.code() / 100 == 2
            {
                expected.acknowledge(&dialog, response, &request).await;
            }
            sender.send(response).ok();
        });
        Question { purpose, is_invite, answer }
    }

    fn take_answer(&mut self, answer: Option<Response>, state: &mut State) -> Option<LegEnd> {
        let question = state.question.take()?;
        let now = self.stack.front.now();
        let Some(answer) = answer else { return Some(self.say_goodbye(LegEnd::Lost)) };
        match (answer.status_code.code(), question.purpose) {
            (481, _) => Some(LegEnd::Lost),
            (408, _) => Some(self.say_goodbye(LegEnd::Lost)),
            (200..300, Purpose::Refresh) => {
                self.dialog.refresh_target(&answer);
                if question.is_invite
                    && let Ok(text) = std::str::from_utf8(&answer.body)
                    && let Ok(remote) = self.sound.accept(text)
                {
                    self.sound.use_remote(remote);
                }
                if let Some(timer) = &mut self.timer {
                    timer.refreshed(now);
                }
                None
            }
            // Both sides asked at once, or the far end is busy: again a little later.
            (_, Purpose::Refresh) => {
                state.refresh_not_before = now + AFTER_GLARE;
                if let Some(timer) = &mut self.timer {
                    timer.refused(now);
                }
                None
            }
            // Any answer proves life.
            (_, Purpose::Probe) => None,
        }
    }

    /// Says goodbye, and why the call ended.
    fn say_goodbye(&mut self, end: LegEnd) -> LegEnd {
        send_bye(&self.stack, &mut self.dialog);
        end
    }
}

/// Sends BYE in the background: the leg need not wait for a far end that may be gone.
pub(super) fn send_bye(stack: &Arc<Stack>, dialog: &mut Dialog) {
    let (bye, way) = (dialog.next_request(Method::Bye), dialog.way());
    let patience = stack.settings.timers.t1 * 64;
    let asker = Arc::clone(stack);
    stack.tasks.spawn(async move { ask(&asker, bye, way, patience).await });
}

async fn news_of(reinvite: &mut Option<Reinvite>) -> Option<InviteNews> {
    match reinvite {
        Some(reinvite) => reinvite.news.recv().await,
        None => std::future::pending().await,
    }
}

async fn answer_to(question: &mut Option<Question>) -> Option<Response> {
    match question {
        Some(question) => (&mut question.answer).await.ok().flatten(),
        None => std::future::pending().await,
    }
}

/// The session timer that a request settles; the error is 422 with our minimum.
pub(super) fn settle_timer(stack: &Stack, request: &Request, now: Duration) -> Result<SessionTimer, Refusal> {
    let (session_expires, minimum) = (request.header_value("Session-Expires"), request.header_value("Min-SE"));
    let asked = Asked {
        session_expires: session_expires.as_deref(),
        minimum: minimum.as_deref(),
        supported: knows_timers(request),
    };
    SessionTimer::settle(asked, &stack.settings.timers, now)
        .map_err(|TooShort(minimum)| (422, vec![header("Min-SE", minimum.to_string())]))
}

/// What a 2xx says about the session timer.
pub(super) fn timer_headers(timer: &SessionTimer) -> Vec<Header> {
    let mut headers: Vec<Header> = timer.header().map(|value| header("Session-Expires", value)).into_iter().collect();
    if timer.is_required() {
        headers.push(header("Require", "timer"));
    }
    headers
}

/// The description that a request carries; the error is 415 for a body of another kind.
pub(super) fn description_of(request: &Request) -> Result<Option<String>, Refusal> {
    if request.body.is_empty() {
        return Ok(None);
    }
    let kind = request.header_value("Content-Type").map(|kind| media_type(&kind)).unwrap_or_default();
    match String::from_utf8(request.body.clone()) {
        Ok(text) if kind == "application/sdp" => Ok(Some(text)),
        Ok(_) => Err((415, vec![header("Accept", ACCEPT)])),
        Err(_) => Err((400, Vec::new())),
    }
}

/// Why a description cannot be used, for the person who looks at the far end's log.
pub(super) fn warning(error: &crate::line::sdp::SdpError) -> Vec<Header> {
    let text: String = error.to_string().chars().filter(|character| *character != '"').collect();
    vec![header("Warning", format!("399 warmline \"{text}\""))]
}
