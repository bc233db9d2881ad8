//! How many inputs a second a core handles, over the bundles that ship, and whether memory stays flat.
//!
//! `cargo bench --bench conversations`. An input is one call of `Conversation::handle`: something heard, a key, a
//! saying cut short, a timer, an answer from a connection, a silence. The callers below answer what they are asked,
//! ask for something else now and then, correct themselves, and are silent now and then.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use warmline::config::{Config, Overrides, Secrets};
use warmline::flow::{
    Act, Answered, Bundle, CallFacts, Conversation, Datum, FieldKind, Heard, Input, LookUpResult, Now, Operators,
    QueueResult, Record, TimerId, load_dir,
};
use warmline::words::{Form, Language};

const BUNDLES: [&str; 4] = ["shop", "airline", "bank", "software"];
/// The most inputs of one call.
const LONGEST: usize = 60;

fn main() {
    let worlds = worlds();
    memory_stays_flat(&worlds);
    for world in &worlds {
        rate(world);
    }
    divan::main();
}

/// One call of each bundle.
#[divan::bench(args = [0, 1, 2, 3])]
fn calls(bencher: divan::Bencher<'_, '_>, bundle: usize) {
    let worlds = worlds();
    let Some(world) = worlds.get(bundle) else { return };
    let mut seed = 0;
    bencher.bench_local(|| {
        seed += 1;
        ring(world, seed, &mut Default::default())
    });
}

/// A bundle, and what its connections return.
struct World {
    name: &'static str,
    bundle: Arc<Bundle>,
    operators: Operators,
}

fn worlds() -> Vec<World> {
    let operators = operators();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    let load = |name: &&'static str| {
        let loaded = load_dir(&folder.join(name), &operators).ok()?;
        Some(World { name, bundle: loaded.bundle, operators: operators.clone() })
    };
    BUNDLES.iter().filter_map(load).collect()
}

/// What `prompts/warmline.toml` defines, as far as flows are checked against it.
fn operators() -> Operators {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/warmline.toml");
    let overrides = Overrides { secrets: Secrets::MayBeMissing, ..Overrides::default() };
    Config::read(&file, &overrides).map(|config| config.operators()).unwrap_or_default()
}

/// What callers say when they are asked openly.
const WISHES: [&str; 16] = [
    "hi, um, where is my order please",
    "I'd like to return a plant that arrived broken",
    "can you send me the invoice again",
    "when are you open",
    "I need to change my flight to another day",
    "my suitcase has not arrived",
    "I want to check in",
    "what is the balance of my account",
    "my transfer did not go through",
    "I've lost my card",
    "which plan would you recommend for a team of ten",
    "I have a question about my plan",
    "the sky is blue today",
    "say that again please",
    "no, that's wrong",
    "could I talk to a person please",
];

/// What a caller says to what is asked.
fn reply(form: &Form, seed: u64, turn: u64) -> String {
    let pick = |options: &[&str]| options[((seed.wrapping_mul(31) + turn * 7) as usize) % options.len()].to_owned();
    match form {
        Form::YesNo => pick(&["yes please", "no thanks", "yes", "no, that's all", "yeah that's right"]),
        Form::Digits { min, .. } => "one two three four five six seven eight nine zero "
            .split_whitespace()
            .cycle()
            .take((*min).max(4))
            .collect::<Vec<&str>>()
            .join(" "),
        Form::Code { shape } => shape.sample(seed as u32).chars().map(|letter| format!("{letter} ")).collect(),
        Form::Number { .. } => pick(&["twelve", "about twenty", "three"]),
        Form::Money { .. } => pick(&["fifty pounds", "nineteen ninety nine"]),
        Form::Date => pick(&["tomorrow", "the fourth of February", "next Monday please"]),
        Form::Time => pick(&["half past nine in the morning", "two pm"]),
        Form::Duration => pick(&["two weeks", "an hour and a half"]),
        Form::Phone => "oh two oh seven nine four six oh one two three".to_owned(),
        Form::Name => pick(&["John Smith", "it's Anna Lee"]),
        Form::Choice { words } => words.get(seed as usize % words.len().max(1)).cloned().unwrap_or_default(),
        Form::Anything | Form::FreeText => pick(&WISHES),
        _ => pick(&["I don't know", "one moment please"]),
    }
}

fn row(world: &World, connection: &str, query: &str, seed: u64) -> Record {
    let shape = world.operators.connections.get(connection).and_then(|known| known.queries.get(query));
    let fields = shape.map(|shape| shape.returns.clone()).unwrap_or_default();
    let value = |kind: FieldKind| match kind {
        FieldKind::Number | FieldKind::Money => Datum::Number(42.5),
        FieldKind::Date => Datum::Date(jiff::civil::date(2026, 1, 12)),
        FieldKind::YesNo => Datum::YesNo(seed.is_multiple_of(2)),
        _ => Datum::Text(["late", "shipped", "active", "AB12"][seed as usize % 4].to_owned()),
    };
    fields.into_iter().map(|(name, field)| (name, value(field.kind))).collect()
}

/// What inputs of one kind took.
#[derive(Clone, Copy, Default)]
struct Took {
    inputs: u64,
    time: Duration,
}

impl Took {
    fn each(self) -> Duration {
        self.time / u32::try_from(self.inputs).unwrap_or(u32::MAX).max(1)
    }
}

/// Rings a bundle: how many inputs were handled; `took` sums up what was spoken and everything else.
fn ring(world: &World, seed: u64, took: &mut [Took; 2]) -> u64 {
    let facts = CallFacts { language: Some(Language::EN), ..CallFacts::default() };
    let mut conversation = Conversation::new(Arc::clone(&world.bundle), facts, seed);
    let begin: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(490_000);
    let (mut next, mut inputs, mut clock) = (Input::Start, 0, 0_u64);
    while inputs < LONGEST as u64 {
        clock += 3;
        let now = Now {
            since_answer: Duration::from_secs(clock),
            wall: begin + jiff::SignedDuration::from_secs(clock as i64),
        };
        let kind = usize::from(!matches!(next, Input::Heard(_)));
        let before = Instant::now();
        let acts = conversation.handle(now, next);
        took[kind].time += before.elapsed();
        took[kind].inputs += 1;
        inputs += 1;
        let (mut form, mut answer, mut timer, mut saying): (Option<Form>, Option<Input>, Option<TimerId>, u64) =
            (None, None, None, 0);
        for act in acts {
            match act {
                Act::Listen(listen) => form = Some(listen.expected.form),
                Act::Say(say) => saying = say.id,
                Act::SetTimer { id, .. } => timer = Some(id),
                Act::LookUp(call) => {
                    let found = row(world, &call.connection, &call.query, seed);
                    let result = if seed.is_multiple_of(5) { LookUpResult::None } else { LookUpResult::Found(found) };
                    answer = Some(Input::LookedUp { id: call.id, result });
                }
                Act::Do(change) => {
                    let call = change.call;
                    let result = LookUpResult::Found(row(world, &call.connection, &call.query, seed));
                    answer = Some(Input::Done { id: call.id, result });
                }
                Act::Verify(verify) => {
                    let result = LookUpResult::Found(Record::new());
                    answer = Some(Input::LookedUp { id: verify.call.id, result });
                }
                Act::Send(send) => answer = Some(Input::Sent { id: send.id, result: Ok(()) }),
                Act::Answer(asked) => answer = Some(Input::Answered { id: asked.id, result: Answered::None }),
                Act::Recommend(wish) => answer = Some(Input::Recommended { id: wish.id, chosen: Some(0) }),
                Act::Callback(wish) => answer = Some(Input::CallbackTaken { id: wish.id, taken: true }),
                Act::Queue(_) => answer = Some(Input::QueueEnded(QueueResult::NoAgent)),
                Act::End { .. } => return inputs,
                _ => {}
            }
        }
        next = match (answer, inputs % 6) {
            (Some(answer), _) => answer,
            (None, 1) if saying > 0 => Input::Cut { saying, heard: Duration::from_secs(1), of: Duration::from_secs(3) },
            (None, 2) => timer.map_or(Input::Silence, Input::Timer),
            (None, 3) => Input::Key(['1', '2', '4', '#'][seed as usize % 4]),
            _ => {
                let text = reply(&form.unwrap_or(Form::Anything), seed, inputs);
                Input::Heard(Heard { text, confidence: 0.93, ..Heard::default() })
            }
        };
    }
    inputs
}

/// Inputs a second of processor time, the callers' own part in it.
fn rate(world: &World) {
    const CALLS: u64 = 3_000;
    let before = processor_time();
    let mut kinds = [Took::default(); 2];
    let inputs: u64 = (0..CALLS).map(|seed| ring(world, seed, &mut kinds)).sum();
    let took = processor_time().saturating_sub(before);
    let rate = inputs as f64 / took.as_secs_f64().max(0.01);
    let [spoken, other] = kinds;
    println!(
        "{:>9}: {inputs} inputs of {CALLS} calls, {rate:.0} inputs a second a core; {} were spoken, {:?} each, the others {:?}",
        world.name,
        spoken.inputs,
        spoken.each(),
        other.each()
    );
}

/// What this process has used of the processor: other work on the machine does not count.
fn processor_time() -> Duration {
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_the_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind_the_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok());
    TICK * ticks.sum()
}

/// The process's memory before and after many calls.
fn memory_stays_flat(worlds: &[World]) {
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default().to_owned();
        line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0)
    };
    let run = |from: u64, to: u64| {
        for seed in from..to {
            for world in worlds {
                ring(world, seed, &mut Default::default());
            }
        }
    };
    run(0, 500);
    let before = resident();
    run(500, 5_500);
    println!("memory: {before} kB after 2,000 calls, {} kB after 22,000", resident());
}
