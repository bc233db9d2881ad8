use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use super::*;
use crate::audio::{Hertz, Sound};
use crate::hear::LanguageChoice;
use crate::words::{Expected, Language};

/// An engine whose utterances are as long as they should take turns: it waits for the gate, and dies over an
/// utterance of 13 ms.
struct Gated {
    gate: Arc<Mutex<mpsc::Receiver<()>>>,
    heard: Arc<Mutex<Vec<u128>>>,
}

impl Engine for Gated {
    fn recognise(&mut self, request: &Request, _is_wanted: &dyn Fn() -> bool) -> Result<Recognised, HearError> {
        let milliseconds = request.sound.duration().as_millis();
        self.heard.lock().unwrap().push(milliseconds);
        self.gate.lock().unwrap().recv().unwrap();
        assert_ne!(milliseconds, 13, "an unlucky utterance");
        let mut recognised = Recognised::nothing(Language::EN, 0.0);
        recognised.text = milliseconds.to_string();
        Ok(recognised)
    }
}

struct Fixture {
    recogniser: Recogniser,
    open: mpsc::Sender<()>,
    heard: Arc<Mutex<Vec<u128>>>,
    engines: Arc<AtomicUsize>,
}

fn fixture(queue: usize) -> Fixture {
    let (open, gate) = mpsc::channel();
    let gate = Arc::new(Mutex::new(gate));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let engines = Arc::new(AtomicUsize::new(0));
    let (also_heard, also_engines) = (heard.clone(), engines.clone());
    let maker = move || {
        also_engines.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Gated { gate: gate.clone(), heard: also_heard.clone() }) as Box<dyn Engine>)
    };
    let recogniser = Recogniser::start_with(1, queue, Arc::new(maker)).unwrap();
    Fixture { recogniser, open, heard, engines }
}

fn request(milliseconds: u64, class: Priority) -> Request {
    Request {
        sound: Sound::silence(Hertz::HZ_8000, Duration::from_millis(milliseconds)),
        language: LanguageChoice::Fixed(Language::EN),
        expected: Expected::anything(),
        class,
    }
}

/// Waits until the worker has taken what it works on.
fn wait_until_taken(fixture: &Fixture, utterances: usize) {
    while fixture.heard.lock().unwrap().len() < utterances {
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn a_caller_of_the_bot_goes_before_bridged_talk() {
    let fixture = fixture(8);
    let first = fixture.recogniser.recognise(request(1, Priority::Bridged));
    wait_until_taken(&fixture, 1);
    let bridged = fixture.recogniser.recognise(request(2, Priority::Bridged));
    let bot = fixture.recogniser.recognise(request(3, Priority::Bot));
    (0..3).for_each(|_| fixture.open.send(()).unwrap());
    let (first, bridged, bot) = tokio::join!(first, bridged, bot);
    assert_eq!([first.unwrap().text, bridged.unwrap().text, bot.unwrap().text], ["1", "2", "3"]);
    assert_eq!(*fixture.heard.lock().unwrap(), [1, 3, 2]);
}

#[tokio::test]
async fn a_full_queue_is_busy_at_once_and_sheds_bridged_talk_first() {
    let fixture = fixture(2);
    let working = fixture.recogniser.recognise(request(1, Priority::Bot));
    wait_until_taken(&fixture, 1);
    let bot = fixture.recogniser.recognise(request(2, Priority::Bot));
    let bridged = fixture.recogniser.recognise(request(3, Priority::Bridged));
    assert!(matches!(
        fixture.recogniser.recognise(request(4, Priority::Bridged)).await,
        Err(HearError::Busy { waiting: 2 })
    ));
    let second_bot = fixture.recogniser.recognise(request(5, Priority::Bot));
    assert!(matches!(bridged.await, Err(HearError::Busy { .. })), "bridged talk was not shed");
    assert!(matches!(fixture.recogniser.recognise(request(6, Priority::Bot)).await, Err(HearError::Busy { .. })));
    (0..3).for_each(|_| fixture.open.send(()).unwrap());
    let (working, bot, second_bot) = tokio::join!(working, bot, second_bot);
    assert_eq!([working.unwrap().text, bot.unwrap().text, second_bot.unwrap().text], ["1", "2", "5"]);
}

#[tokio::test]
async fn a_worker_that_dies_fails_its_job_and_is_replaced() {
    let fixture = fixture(8);
    let unlucky = fixture.recogniser.recognise(request(13, Priority::Bot));
    let next = fixture.recogniser.recognise(request(2, Priority::Bot));
    (0..2).for_each(|_| fixture.open.send(()).unwrap());
    assert!(matches!(unlucky.await, Err(HearError::WorkerDied)));
    assert_eq!(next.await.unwrap().text, "2");
    assert_eq!(fixture.engines.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_withdrawn_request_is_never_heard() {
    let fixture = fixture(8);
    let working = fixture.recogniser.recognise(request(1, Priority::Bot));
    wait_until_taken(&fixture, 1);
    drop(fixture.recogniser.recognise(request(2, Priority::Bot)));
    let wanted = fixture.recogniser.recognise(request(3, Priority::Bot));
    (0..2).for_each(|_| fixture.open.send(()).unwrap());
    let (working, wanted) = tokio::join!(working, wanted);
    assert_eq!([working.unwrap().text, wanted.unwrap().text], ["1", "3"]);
    assert_eq!(*fixture.heard.lock().unwrap(), [1, 3]);
}

#[tokio::test]
async fn stopping_answers_those_who_wait() {
    let fixture = fixture(8);
    let working = fixture.recogniser.recognise(request(1, Priority::Bot));
    wait_until_taken(&fixture, 1);
    let waiting = fixture.recogniser.recognise(request(2, Priority::Bot));
    let Fixture { recogniser, open, .. } = fixture;
    let stopping = std::thread::spawn(move || drop(recogniser));
    assert!(matches!(waiting.await, Err(HearError::Stopped)));
    open.send(()).unwrap();
    assert_eq!(working.await.unwrap().text, "1");
    stopping.join().unwrap();
}

/// An engine that asks before and after the gate whether it is to go on.
struct Asking(Gated);

impl Engine for Asking {
    fn recognise(&mut self, request: &Request, is_wanted: &dyn Fn() -> bool) -> Result<Recognised, HearError> {
        let recognised = self.0.recognise(request, is_wanted)?;
        Ok(if is_wanted() { recognised } else { Recognised::nothing(Language::EN, 1.0) })
    }
}

#[tokio::test]
async fn what_is_recognised_ahead_of_need_gives_way_to_what_is_due() {
    let (open, gate) = mpsc::channel();
    let (gate, heard) = (Arc::new(Mutex::new(gate)), Arc::new(Mutex::new(Vec::new())));
    let also_heard = heard.clone();
    let maker = move || {
        let gated = Gated { gate: gate.clone(), heard: also_heard.clone() };
        Ok(Box::new(Asking(gated)) as Box<dyn Engine>)
    };
    let recogniser = Recogniser::start_with(1, 8, Arc::new(maker)).unwrap();
    let (_, ahead) = recogniser.recognise_ahead(request(1, Priority::Bot));
    while heard.lock().unwrap().is_empty() {
        std::thread::yield_now();
    }
    let (later_due, later) = recogniser.recognise_ahead(request(2, Priority::Bot));
    let (_, last) = recogniser.recognise_ahead(request(3, Priority::Bot));
    let due = recogniser.recognise(request(4, Priority::Bot));
    later_due.now();
    (0..5).for_each(|_| open.send(()).unwrap());
    let (ahead, later, last, due) = tokio::join!(ahead, later, last, due);
    assert_eq!([ahead, later, last, due].map(|one| one.unwrap().text), ["1", "2", "3", "4"]);
    assert_eq!(*heard.lock().unwrap(), [1, 2, 4, 1, 3], "the first was begun, gave way, and was heard anew");
}

#[test]
fn an_engine_that_cannot_be_made_is_told_at_start() {
    let maker = || Err(HearError::Whisper("no memory".to_owned()));
    assert!(matches!(Recogniser::start_with(1, 1, Arc::new(maker)), Err(HearError::Whisper(_))));
}
