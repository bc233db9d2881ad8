//! `warmline call` with a microphone and a loudspeaker: a sound card made of two pipes (ALSA's `file` plugin), which
//! the test fills and empties at the pace of a card. The caller asks, hears the answer, and hangs up with Ctrl-C.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::baresip::recording;
use super::media::loudest;
use super::server::{PATIENCE, beside_others, share_prompts, wait_for};

/// What the card runs at.
const RATE: usize = 48_000;
/// How much goes through it at once: 20 ms.
const PERIOD: usize = RATE / 50;
/// How long it may take until the prompts are made on a machine that is busy with other work.
const PREPARED: Duration = Duration::from_secs(300);

const FLOWS: &str = r#"
bundle: microphone
start: main
languages: [en]
timezone: Europe/London
handover: main
---
flow: main
slots:
  hears: { type: yes_no }
  more: { type: yes_no }
steps:
  - ask: hears
    prompt: { en: "Can you hear me?" }
  - choose:
      - when: hears
        steps:
          - say: { en: "Then we hear each other." }
      - otherwise:
          - say: { en: "That is a pity." }
  - ask: more
    prompt: { en: "Is there anything else?" }
  - end: call
"#;

#[test]
fn a_caller_at_the_microphone_asks_hears_the_answer_and_hangs_up() {
    let _machine = beside_others();
    let dir = tempfile::Builder::new().prefix("mic").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let data = dir.path().join("data");
    share_prompts(&data);
    let card = Card::new(dir.path());
    fs::create_dir(dir.path().join("bundle")).expect("a folder");
    fs::write(dir.path().join("bundle/microphone.yaml"), FLOWS).expect("a flow");
    fs::write(dir.path().join("warmline.toml"), "bundle = \"bundle\"\n").expect("settings");
    let mut process = Command::new(env!("CARGO_BIN_EXE_warmline"))
        .args(["call", "--json", "--config"])
        .arg(dir.path().join("warmline.toml"))
        .arg("--data")
        .arg(&data)
        .env("ALSA_CONFIG_PATH", dir.path().join("asoundrc"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(dir.path().join("stderr")).expect("a file"))
        .spawn()
        .expect("the built program starts");
    card.plug_in();
    let events = events(&mut process);
    let next = |name: &str| loop {
        let event = events.recv_timeout(PREPARED).unwrap_or_else(|_| {
            let told = fs::read_to_string(dir.path().join("stderr")).unwrap_or_default();
            panic!("{name} did not come; {told}")
        });
        if event["event"] == name {
            return event;
        }
    };
    // The question is out when its event comes; what is said into it would only interrupt it.
    next("said");
    wait_for("the question is heard", PATIENCE, || (loudest(&card.heard()) > 2_000.0).then_some(()));
    wait_for("all of the question is heard", PATIENCE, || {
        let heard = card.heard();
        (loudest(&heard[heard.len().saturating_sub(RATE / 2)..]) < 100.0).then_some(())
    });
    let before = card.heard().len();
    card.speak(&recording("yes"));
    let heard = next("heard");
    let text = heard["text"].as_str().expect("a text").to_lowercase();
    assert!(text.contains("yes"), "{text}");
    assert_eq!(next("said")["text"], "Then we hear each other.");
    wait_for("the answer is heard", PATIENCE, || {
        card.heard().get(before..).is_some_and(|sound| loudest(sound) > 2_000.0).then_some(())
    });
    let status = Command::new("kill").args(["-s", "INT", &process.id().to_string()]).status().expect("kill");
    assert!(status.success());
    assert_eq!(next("ended")["reason"], "caller_hung_up");
    let status = wait_for("the program ends", PATIENCE, || process.try_wait().expect("its state"));
    assert!(status.success(), "{status}");
}

#[test]
fn a_machine_without_a_sound_card_says_how_to_call_without_one() {
    let dir = tempfile::Builder::new().prefix("mic").tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    fs::write(dir.path().join("asoundrc"), "").expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_warmline"))
        .args(["call", "--data"])
        .arg(dir.path())
        .env("ALSA_CONFIG_PATH", dir.path().join("asoundrc"))
        .stdin(Stdio::null())
        .output()
        .expect("the built program runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("no microphone was found") && told.contains("--wav"), "{told}");
}

/// The events that a call prints.
fn events(process: &mut Child) -> mpsc::Receiver<Value> {
    let (sender, events) = mpsc::channel();
    let stdout = process.stdout.take().expect("its output");
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = sender.send(serde_json::from_str(&line).expect("an event as JSON"));
        }
    });
    events
}

/// A sound card of two pipes.
struct Card {
    microphone: std::path::PathBuf,
    loudspeaker: std::path::PathBuf,
    /// Samples that are still to be spoken.
    speech: Arc<Mutex<Vec<i16>>>,
    heard: Arc<Mutex<Vec<i16>>>,
    unplugged: Arc<AtomicBool>,
}

impl Card {
    fn new(dir: &Path) -> Self {
        let (microphone, loudspeaker) = (dir.join("microphone"), dir.join("loudspeaker"));
        let made = Command::new("mkfifo").args([&microphone, &loudspeaker]).status().expect("mkfifo, of coreutils");
        assert!(made.success());
        let settings = format!(
            "pcm.!default {{ type asym capture.pcm microphone playback.pcm loudspeaker }}\n\
             pcm.nothing {{ type null }}\n\
             pcm.microphone {{ type file slave.pcm nothing file /dev/null infile {microphone:?} format raw }}\n\
             pcm.loudspeaker {{ type file slave.pcm nothing file {loudspeaker:?} format raw }}\n"
        );
        fs::write(dir.join("asoundrc"), settings).expect("settings");
        Self { microphone, loudspeaker, speech: Arc::default(), heard: Arc::default(), unplugged: Arc::default() }
    }

    /// Begins to run, at the pace of a card.
    fn plug_in(&self) {
        let (path, speech, unplugged) =
            (self.microphone.clone(), Arc::clone(&self.speech), Arc::clone(&self.unplugged));
        std::thread::spawn(move || {
            let mut pipe = open(&path);
            let mut pace = Pace::begin();
            while !unplugged.load(Ordering::Relaxed) {
                let mut speech = speech.lock().unwrap_or_else(PoisonError::into_inner);
                let waiting = speech.len().min(PERIOD);
                let mut period: Vec<i16> = speech.drain(..waiting).collect();
                drop(speech);
                period.resize(PERIOD, 0);
                let bytes: Vec<u8> = period.iter().flat_map(|sample| sample.to_le_bytes()).collect();
                if pipe.write_all(&bytes).is_err() {
                    return;
                }
                pace.wait();
            }
        });
        let (path, heard, unplugged) = (self.loudspeaker.clone(), Arc::clone(&self.heard), Arc::clone(&self.unplugged));
        std::thread::spawn(move || {
            let mut pipe = open(&path);
            let mut pace = Pace::begin();
            let mut bytes = vec![0; PERIOD * 2];
            while !unplugged.load(Ordering::Relaxed) && pipe.read_exact(&mut bytes).is_ok() {
                let samples = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                heard.lock().unwrap_or_else(PoisonError::into_inner).extend(samples);
                pace.wait();
            }
        });
    }

    /// Speaks samples of 8 kHz into the microphone.
    fn speak(&self, samples: &[i16]) {
        // Each sample six times: the telephone band is narrower than what that adds.
        let speech = samples.iter().flat_map(|sample| [*sample; RATE / 8_000]);
        self.speech.lock().unwrap_or_else(PoisonError::into_inner).extend(speech);
    }

    /// What the loudspeaker has played.
    fn heard(&self) -> Vec<i16> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        self.unplugged.store(true, Ordering::Relaxed);
    }
}

/// Both ends of a pipe, so that it lasts when the program closes its own to open the card once more.
fn open(path: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(path).expect("a pipe")
}

/// The clock of a card: a period every 20 ms.
struct Pace {
    next: Instant,
}

impl Pace {
    fn begin() -> Self {
        Self { next: Instant::now() }
    }

    fn wait(&mut self) {
        self.next += Duration::from_millis(20);
        std::thread::sleep(self.next.saturating_duration_since(Instant::now()));
    }
}
