//! The recorder before a store that refuses on demand, and in processes that die or run out of disk.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;

use futures::future::BoxFuture;

use super::*;
use crate::Private;
use crate::record::conformance::start;
use crate::record::{CallQuery, CallRecord, CallSummary, EndedReason, SqliteStore};

/// A store in memory that can be told to refuse.
#[derive(Default)]
struct Shelf {
    entries: Mutex<Vec<Entry>>,
    batches: Mutex<Vec<usize>>,
    refuses: AtomicBool,
    asked: tokio::sync::Notify,
}

impl Shelf {
    fn events(&self) -> Vec<StoredEvent> {
        let entries = self.entries.lock().unwrap();
        let events = entries.iter().filter_map(|entry| match entry {
            Entry::Event(event) => Some(event.clone()),
            Entry::Start(..) => None,
        });
        events.collect()
    }
}

impl Store for Shelf {
    fn append<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(async move {
            self.asked.notify_one();
            if self.refuses.load(Ordering::SeqCst) {
                return Err(RecordError::Full);
            }
            self.entries.lock().unwrap().extend_from_slice(entries);
            self.batches.lock().unwrap().push(entries.len());
            Ok(())
        })
    }

    fn calls(&self, _: CallQuery) -> BoxFuture<'_, Result<Vec<CallSummary>, RecordError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn call(&self, _: CallId) -> BoxFuture<'_, Result<Option<CallRecord>, RecordError>> {
        Box::pin(async { Ok(None) })
    }

    fn calls_by_bundle(&self) -> BoxFuture<'_, Result<BTreeMap<String, u64>, RecordError>> {
        Box::pin(async { Ok(BTreeMap::new()) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

fn key(number: u64) -> CallEvent {
    CallEvent::Key { key: char::from_digit((number % 10) as u32, 10).unwrap() }
}

const CALL: CallId = CallId::fixed(7);
const OTHER: CallId = CallId::fixed(8);

#[tokio::test]
async fn a_flush_tells_when_everything_before_it_is_durable() {
    let shelf = Arc::new(Shelf::default());
    let recorder = Recorder::start(shelf.clone(), RecorderSettings::default());
    recorder.begin(CALL, start(0));
    for number in 0..100 {
        assert_eq!(recorder.record(CALL, Duration::from_millis(number), key(number)), Recorded::Queued);
    }
    recorder.flush().await.unwrap();
    let events = shelf.events();
    assert_eq!(events.len(), 101);
    assert!(events.windows(2).all(|pair| pair[0].sequence < pair[1].sequence));
    assert_eq!(events[0].event.event.name(), "answered");
    assert_eq!(recorder.gauges(), RecorderGauges { written: 102, ..RecorderGauges::default() });
    assert!(shelf.batches.lock().unwrap().len() < 10, "what gathers is written together");
    recorder.stop().await.unwrap();
    assert_eq!(recorder.record(CALL, Duration::ZERO, key(1)), Recorded::Lost);
    assert!(matches!(recorder.flush().await, Err(RecordError::Stopped)));
}

#[tokio::test]
async fn while_the_store_refuses_events_are_kept_and_written_later() {
    let shelf = Arc::new(Shelf::default());
    shelf.refuses.store(true, Ordering::SeqCst);
    let settings = RecorderSettings { retry_after: Duration::from_millis(1), ..RecorderSettings::default() };
    let recorder = Recorder::start(shelf.clone(), settings);
    for number in 0..50 {
        recorder.record(CALL, Duration::from_millis(number), key(number));
    }
    assert!(matches!(recorder.flush().await, Err(RecordError::Full)));
    assert!(recorder.gauges().failing);
    assert_eq!(recorder.gauges().waiting, 50);
    recorder.record(CALL, Duration::from_millis(50), key(50));
    shelf.refuses.store(false, Ordering::SeqCst);
    recorder.flush().await.unwrap();
    assert_eq!(shelf.events().len(), 51);
    assert_eq!((recorder.gauges().waiting, recorder.gauges().lost), (0, 0));
}

#[tokio::test]
async fn what_finds_no_room_is_counted_and_told_in_the_calls_own_record() {
    let shelf = Arc::new(Shelf::default());
    shelf.refuses.store(true, Ordering::SeqCst);
    let settings = RecorderSettings { queue: 4, spool: 10, batch: 4, retry_after: Duration::from_millis(1) };
    let recorder = Recorder::start(shelf.clone(), settings);
    let mut queued = 0;
    for number in 0..60 {
        if recorder.record(CALL, Duration::from_millis(number), key(number)) == Recorded::Queued {
            queued += 1;
        }
        // Lets the writing task take what it will.
        tokio::task::yield_now().await;
    }
    assert!(recorder.flush().await.is_err(), "a full spool still answers");
    assert!(queued >= 10 && recorder.gauges().lost > 0, "{queued} of 60, {:?}", recorder.gauges());
    shelf.refuses.store(false, Ordering::SeqCst);
    recorder.flush().await.unwrap();
    recorder.record(OTHER, Duration::ZERO, key(1));
    recorder.flush().await.unwrap();
    let events = shelf.events();
    let lost: Vec<&StoredEvent> = events.iter().filter(|event| event.event.event.name() == "events_lost").collect();
    let told: u64 = lost
        .iter()
        .map(|event| match event.event.event {
            CallEvent::EventsLost { count } => count,
            _ => 0,
        })
        .sum();
    assert!(lost.iter().all(|event| event.call == CALL));
    assert_eq!(told, recorder.gauges().lost);
    let kept = events.iter().filter(|event| event.event.event.name() == "key" && event.call == CALL).count();
    assert_eq!(kept as u64 + told, 60);
}

#[tokio::test]
async fn stopping_tries_once_more_and_says_what_is_lost() {
    let shelf = Arc::new(Shelf::default());
    shelf.refuses.store(true, Ordering::SeqCst);
    let recorder = Recorder::start(shelf.clone(), RecorderSettings::default());
    recorder.record(CALL, Duration::ZERO, key(1));
    assert!(recorder.stop().await.is_err());
    assert_eq!(recorder.gauges().lost, 1);
}

#[tokio::test]
async fn what_waits_is_written_when_the_last_handle_goes() {
    let shelf = Arc::new(Shelf::default());
    let recorder = Recorder::start(shelf.clone(), RecorderSettings::default());
    recorder.record(CALL, Duration::ZERO, key(1));
    let task = recorder.shared.task.lock().unwrap().take().unwrap();
    drop(recorder);
    task.await.unwrap();
    assert_eq!(shelf.events().len(), 1);
}

// ---- processes of their own: this test binary runs itself again ----

/// Names the part a child process plays, and its folder.
const PART: &str = "WARMLINE_TEST_PART";
const FOLDER: &str = "WARMLINE_TEST_FOLDER";

fn child(part: &str, folder: &Path, wrapper: &[&str]) -> Child {
    let this = std::env::current_exe().unwrap();
    // The whole name without the crate's, which is how the harness knows it.
    let name = concat!(module_path!(), "::plays_its_part_as_a_child").split_once("::").unwrap().1;
    let mut words: Vec<&std::ffi::OsStr> = wrapper.iter().map(|word| word.as_ref()).collect();
    words.push(this.as_os_str());
    Command::new(words[0])
        .args(&words[1..])
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(PART, part)
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Does nothing unless it is run as a child; then it is the child.
#[test]
fn plays_its_part_as_a_child() {
    let Ok(part) = std::env::var(PART) else { return };
    let folder = std::env::var(FOLDER).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        match part.as_str() {
            "records until it is killed" => record_until_killed(Path::new(&folder)).await,
            "fills the disk" => fill_the_disk(Path::new(&folder)).await,
            "logs everything" => log_everything(Path::new(&folder)).await,
            other => panic!("no such part: {other}"),
        }
    });
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

async fn open(folder: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(&folder.join("calls.sqlite")).await.unwrap())
}

async fn record_until_killed(folder: &Path) {
    let recorder = Recorder::start(open(folder).await, RecorderSettings::default());
    let call = CallId::random();
    recorder.begin(call, start(0));
    for number in 1.. {
        recorder.record(call, Duration::from_millis(number), key(number));
        if number % 3 == 0 {
            recorder.flush().await.unwrap();
            say(&format!("acknowledged {call} {number}"));
        }
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..4 {
        let mut child = child("records until it is killed", folder.path(), &[]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut last = None;
        let mut seen = 0;
        while let Some(Ok(line)) = lines.next() {
            // The harness may have begun the line.
            let Some((_, numbers)) = line.split_once("acknowledged ") else { continue };
            let (call, number) = numbers.split_once(' ').unwrap();
            last = Some((call.parse::<CallId>().unwrap(), number.parse::<u64>().unwrap()));
            seen += 1;
            if seen == 40 + 17 * round {
                // SIGKILL; what it had printed by then is still read to the end.
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        acknowledged.push(last.unwrap());
    }
    let store = open(folder.path()).await;
    for (call, number) in acknowledged {
        let record = store.call(call).await.unwrap().unwrap();
        let times: Vec<u64> = record.events.iter().map(|event| event.t).collect();
        assert!(times.len() as u64 > number, "{} of {number} events", times.len());
        assert!(times.iter().copied().eq(0..times.len() as u64), "no event is missing or doubled");
    }
}

async fn fill_the_disk(folder: &Path) {
    let store = open(folder).await;
    let settings = RecorderSettings { retry_after: Duration::from_millis(20), ..RecorderSettings::default() };
    let recorder = Recorder::start(store, settings);
    recorder.begin(CALL, start(0));
    let mut number = 0;
    let error = loop {
        for _ in 0..200 {
            number += 1;
            recorder.record(CALL, Duration::from_millis(number), key(number));
        }
        if let Err(error) = recorder.flush().await {
            break error;
        }
        assert!(number < 1_000_000, "the disk never fills");
    };
    // The calls go on meanwhile.
    number += 1;
    assert_eq!(recorder.record(CALL, Duration::from_millis(number), key(number)), Recorded::Queued);
    say(&format!("refused {error}"));
    std::io::stdin().lock().read_line(&mut String::new()).unwrap();
    recorder.flush().await.unwrap();
    assert_eq!(recorder.gauges().lost, 0);
    say(&format!("written {number}"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_fills_is_an_error_and_the_record_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    // No file of the child may grow beyond 400 kB, which it is told as an error rather than a signal.
    let shell = ["sh", "-c", "trap '' XFSZ; ulimit -S -f 800; exec \"$0\" \"$@\""];
    let mut child = child("fills the disk", folder.path(), &shell);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut wait_for = |word: &str| loop {
        let line = lines.next().expect("the child says it").unwrap();
        if let Some((_, rest)) = line.split_once(word) {
            return rest.to_owned();
        }
    };
    let refusal = wait_for("refused ");
    assert!(refusal.contains("free some space"), "{refusal}");
    let process = child.id().to_string();
    let room = Command::new("prlimit").args(["--pid", &process, "--fsize=unlimited"]).status().unwrap();
    assert!(room.success(), "prlimit is in the package util-linux");
    child.stdin.take().unwrap().write_all(b"there is room\n").unwrap();
    let written: usize = wait_for("written ").parse().unwrap();
    assert!(child.wait().unwrap().success());
    let record = open(folder.path()).await.call(CALL).await.unwrap().unwrap();
    assert_eq!(record.events.len(), written + 1);
}

const NUMBER: &str = "+442079460123";
const SLOT: &str = "918273645";

/// A whole call with private values, recorded well and badly, while everything that can log logs all it can.
async fn log_everything(folder: &Path) {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(std::io::stdout)
        .with_ansi(false)
        .init();
    tracing::info!("logging works");
    let store = open(folder).await;
    let recorder = Recorder::start(store.clone(), RecorderSettings::default());
    let start = start(0);
    assert_eq!(start.caller_number, Some(Private::new(NUMBER.to_owned())));
    tracing::debug!(?start, "a call begins");
    recorder.begin(CALL, start);
    let said =
        CallEvent::Said { text: format!("Your number is {SLOT}."), cached: false, latency_ms: Some(1), heard_ms: None };
    let heard = CallEvent::Heard {
        text: format!("it is {SLOT}, ring me on {NUMBER}"),
        language: "en".to_owned(),
        confidence: 1.0,
        start_ms: 1,
        end_ms: 2,
        recognition_ms: None,
    };
    let slots = BTreeMap::from([("order".to_owned(), serde_json::json!(crate::mask(SLOT)))]);
    let step = CallEvent::Step { flow: "order".to_owned(), step: "ask".to_owned(), slots };
    for event in [said, heard, step, CallEvent::Ended { reason: EndedReason::FlowEnded }] {
        tracing::debug!(?event, timed = ?TimedEvent::new(Duration::ZERO, event.clone()), "an event");
        recorder.record(CALL, Duration::from_millis(1), event);
    }
    recorder.flush().await.unwrap();
    let record = store.call(CALL).await.unwrap().unwrap();
    tracing::debug!(?record, transcript = ?record.transcript(), "read back");
    assert!(record.events.iter().any(|event| event.to_json().contains(SLOT)), "the record itself has the words");
    // What contradicts the record is refused, with an error that is logged; then the recorder goes on badly.
    let contradiction = record.events[1].event.clone();
    let entry = Entry::Event(StoredEvent { call: CALL, sequence: 0, event: TimedEvent { t: 9, event: contradiction } });
    tracing::error!(error = ?store.append(std::slice::from_ref(&entry)).await.unwrap_err(), ?entry, "refused");
    let full = Arc::new(Shelf::default());
    full.refuses.store(true, Ordering::SeqCst);
    let badly = Recorder::start(full, RecorderSettings { queue: 1, ..RecorderSettings::default() });
    for event in record.events {
        badly.record(CALL, Duration::ZERO, event.event);
    }
    assert!(badly.stop().await.is_err());
    say("logged all");
}

#[test]
fn private_values_never_reach_a_log_line() {
    let folder = tempfile::tempdir().unwrap();
    let child = child("logs everything", folder.path(), &[]);
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && log.contains("logged all"), "{log}");
    for expected in ["logging works", "a call begins", "an event", "read back", "refused", "cannot be written"] {
        assert!(log.contains(expected), "{expected} is in the log:\n{log}");
    }
    for secret in [NUMBER, SLOT] {
        let digits: Vec<char> = secret.chars().filter(char::is_ascii_digit).collect();
        for part in digits.windows(5) {
            let part: String = part.iter().collect();
            assert!(!log.contains(&part), "{part} is in the log:\n{log}");
        }
    }
}
