//! Bundles made by chance of every verb, and callers who do anything in any order: no panic, no dead end, every
//! conversation ends, and the same seed says the same.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{HEAD, bundle};
use crate::flow::{
    Act, Answered, Bundle, CallFacts, Complexity, Conversation, Datum, Heard, Input, KnownAnswer, LookUpResult, Mood,
    Now, QueueResult, TimerId,
};

/// Slots of every flow: one of each type.
const SLOTS: &str = "{ yes: { type: yes_no }, pin: { type: digits, min: 2, max: 6 }, count: { type: number, min: 0, max: 50 }, sum: { type: money, currency: GBP }, day: { type: date, called: { en: \"the day\" } }, hour: { type: time }, span: { type: duration }, phone: { type: phone }, ident: { type: id_number }, code: { type: code, shape: \"LL99\", private: mask }, who: { type: name }, where: { type: address }, mail: { type: email }, pick: { type: choice, choices: [red, green, blue] }, town: { type: place, choices: [london, paris, york] }, card: { type: card }, other: { type: free_text } }";

/// Steps that may stand anywhere, `SUB` being another flow and `ID` a number of their own.
const STEPS: [&str; 37] = [
    "say: { en: [\"One way.\", \"Another way. And on.\"] }",
    "say: { en: \"Listen to this.\" }\nbarge_in: blocked",
    "ask: pin\nprompt: { en: \"Hello. Pin?\" }\nread_back: always\nif_stuck: []",
    "ask: day\nprompt: { en: \"Day?\" }\nagain: [ { say: { en: \"Which day, please?\" } } ]",
    "ask: hour\nprompt: { en: \"Hour?\" }\nask_again: always\nif_stuck: []",
    "ask: code\nprompt: { en: \"Code?\" }\npatience: long",
    "ask: yes\nprompt: { en: \"Yes?\" }\nhear: speech",
    "ask: who\nprompt: { en: \"Who?\" }",
    "ask: mail\nprompt: { en: \"Mail?\" }\nread_back: never\nif_stuck: []",
    "ask: other\nprompt: { en: \"Anything?\" }",
    "ask_all: [day, hour, count]\nprompt: { en: \"When, and how many?\" }\nconfirm: together\nif_stuck: []",
    "ask_all: [town, pick, sum, span]\nif_stuck: []",
    "ask_all:\n  - { slot: phone, prompt: { en: \"Phone?\" } }\n  - ident\n  - where",
    "menu: { en: \"Red or green?\" }\nchoices: [ { key: 1, words: { en: [\"the red one\"] }, steps: [ { say: { en: \"Red.\" } } ] }, { key: 2, words: { en: [\"the green one\"] }, steps: [] } ]\nif_stuck: []",
    "confirm: { en: \"All of that?\" }\nfacts: [day, code, count]\nif_stuck: []",
    "confirm: [day, pin]\nif_no: [ { say: { en: \"No then.\" } } ]",
    "choose: [ { when: \"flag\", steps: [ { say: { en: \"Yes.\" } } ] }, { when: \"caller.vip && queue.result == 'late'\", steps: [] }, { otherwise: [ { tag: [other] } ] } ]",
    "set: { tries: \"1 + 1\", flag: \"now > timestamp('2026-01-01T00:00:00Z')\" }",
    "look_up: shop.find_order\nwith: { number: \"'7'\" }\nsave_as: order\nif_none: []\nif_error: [ { say: { en: \"Failed.\" } } ]",
    "do: shop.book\nsafe: always\nwith: { day: now }\nif_error: []",
    "do: shop.pay\nsafe: always\nwith: { card: \"'4242'\" }\nif_error: []\nwhile_waiting: { en: \"Paying.\" }",
    "run: SUB",
    "route: { en: \"What now?\" }\nif_stuck: []",
    "answer: { en: \"What would you like to know?\" }\nif_none: []",
    "note: { en: \"A note.\" }",
    "id: stepID\ngoto: stepID\nat_most: 2\nthen: afterID",
    "queue: orders\nclass: \"caller.vip ? 1 : 5\"\nbrief: [code, day]\nwhile_waiting: { tell: [position], offer_callback_after: 60s }\nif_no_agent: []\nafter_agent: []",
    "transfer: warehouse\nif_failed: []",
    "callback: caller.number\nif_refused: []",
    "voicemail: service\ntime_limit: 20s",
    "record: start\nconsent: { en: \"May we record?\" }\nif_refused: []",
    "secure:\n  - ask: card\n    prompt: { en: \"Card?\" }\n    if_stuck: []",
    "send: shop.sms\nto: caller.number\ntemplate: hello\nif_error: []",
    "survey: shop.keep_survey\nquestions: [csat, resolved]",
    "wait:\n  for: thing\ntime_limit: 5s\nif_late: [ { note: { en: \"Late.\" } } ]",
    "verify: shop.identify\nwith: { number: caller.number, pin: \"'12'\" }\nlevel: basic\ntries: 2\nif_failed: []",
    "recommend:\nrules: [ { when: \"caller.vip\", item: \"Gold\" }, { item: \"Basic\", reason: { en: \"it fits\" } } ]\nsave_as: best\nif_none: []",
];

/// Handlers, of which some stand in a bundle and some in a flow.
const HANDLERS: [&str; 14] = [
    "repeat: { steps: [ { say: { en: \"Again.\" } } ] }",
    "help: { steps: [ { ask: yes, prompt: { en: \"Need help?\" }, if_stuck: [] } ] }",
    "cancel: { goto: flow:person }",
    "agent_please: { goto: flow:person }",
    "goodbye: { when: \"caller.vip\", steps: [] }",
    "silence: { steps: [ { say: { en: \"Hello?\" } } ] }",
    "not_understood: { steps: [ { say: { en: \"Hm.\" } } ] }",
    "too_noisy: { steps: [ { say: { en: \"Loud.\" } } ] }",
    "mood: { when: \"mood.distress > 0.6\", goto: flow:person }",
    "complexity: { when: \"complexity.score > 0.6\", steps: [ { say: { en: \"I see.\" } } ] }",
    "look_up_slow: { steps: [ { say: { en: \"Slow.\" } } ] }",
    "error: { goto: flow:person }",
    "hang_up: { steps: [ { tag: [gone] } ] }",
    "wait_a_moment: { steps: [ { wait: 2s } ] }",
];

const LINES: [&str; 30] = [
    "yes",
    "no",
    "goodbye",
    "talk to a person",
    "say that again",
    "slower",
    "hold on",
    "cancel",
    "start over",
    "help",
    "in English please",
    "no, the second digit is five",
    "no, the day is Monday",
    "sorry, I meant blue",
    "tomorrow at three for four people",
    "AB12",
    "one two three four",
    "five",
    "fifty pounds",
    "red",
    "from london to paris",
    "two hours",
    "do the other thing",
    "the sky is blue",
    "",
    "what about delivery",
    "it's john smith",
    "4242424242424242",
    "plus four four one six three two nine six zero zero zero nine",
    "\u{0}\u{ffff}{{ x }} [y] (z|",
];

#[derive(Clone, Debug)]
struct Made {
    flows: Vec<(Vec<usize>, Vec<usize>)>,
    of_bundle: Vec<usize>,
}

fn made() -> impl Strategy<Value = Made> {
    let steps = || proptest::collection::vec(0..STEPS.len(), 1..9);
    let handlers = || proptest::collection::vec(0..HANDLERS.len(), 0..4);
    (proptest::collection::vec((steps(), handlers()), 2..4), handlers())
        .prop_map(|(flows, of_bundle)| Made { flows, of_bundle })
}

fn handlers(of: &[usize]) -> String {
    let mut lines: Vec<&str> = of.iter().map(|index| HANDLERS[*index]).collect();
    lines.sort_unstable();
    lines.dedup();
    if lines.is_empty() { String::new() } else { format!("always:\n  {}\n", lines.join("\n  ")) }
}

impl Made {
    fn text(&self) -> String {
        let mut text = {
            // The bundle's own handlers have no slots.
            let own: Vec<usize> =
                self.of_bundle.iter().copied().filter(|index| !HANDLERS[*index].contains("ask:")).collect();
            format!("{HEAD}handover: person\n{}", handlers(&own))
        };
        for (index, (steps, own)) in self.flows.iter().enumerate() {
            let name = if index == 0 { "main".to_owned() } else { format!("sub{index}") };
            let sub = format!("sub{}", (index % (self.flows.len() - 1)) + 1);
            text.push_str(&format!(
                "---\nflow: {name}\nstart_when: {{ en: [\"do the other thing [number] {index}\"] }}\nslots: {SLOTS}\n{}steps:\n  - set: {{ flag: \"now > timestamp('1970-01-01T00:01:00Z')\" }}\n",
                handlers(own)
            ));
            for (place, step) in steps.iter().enumerate() {
                let id = format!("{index}x{place}");
                let step = STEPS[*step].replace("SUB", &sub);
                let loops = step.contains("stepID");
                let step = step.replace("id: stepID\ngoto: stepID", "goto: stepID").replace("ID", &id);
                if loops {
                    text.push_str(&format!("  - id: step{id}\n    say: {{ en: \"Round.\" }}\n"));
                }
                text.push_str(&format!("  - {}\n", step.replace('\n', "\n    ")));
                if loops {
                    text.push_str(&format!("  - id: after{id}\n    say: {{ en: \"Enough.\" }}\n"));
                }
            }
        }
        text.push_str("---\nflow: person\nsteps:\n  - queue: service\n    if_no_agent: [ { say: { en: \"Nobody.\" } }, { callback: caller.number, if_refused: [] } ]\n---\nanswers: delivery\nentries: [ { questions: { en: [\"what about delivery\"] }, answer: { en: \"Two days.\" } } ]\n");
        text
    }
}

#[derive(Clone, Debug)]
enum Move {
    Says(usize, u8, bool, u8),
    Key(char),
    Silence,
    Mumbles,
    Noise,
    Answers(u8),
    Queue(u8),
    OldestTimer,
    StrayTimer(u64),
    Cut(u64),
    Event,
    WaitForNothing,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        8 => (0..LINES.len(), 0..=10u8, any::<bool>(), 0..=10u8)
            .prop_map(|(line, sure, barge, mood)| Move::Says(line, sure, barge, mood)),
        3 => proptest::char::ranges(vec!['0'..='9', '#'..='#', '*'..='*'].into()).prop_map(Move::Key),
        2 => Just(Move::Silence),
        1 => Just(Move::Mumbles),
        1 => Just(Move::Noise),
        5 => (0..4u8).prop_map(Move::Answers),
        2 => (0..6u8).prop_map(Move::Queue),
        3 => Just(Move::OldestTimer),
        1 => (0..60u64).prop_map(Move::StrayTimer),
        1 => (0..10u64).prop_map(Move::Cut),
        1 => Just(Move::Event),
        1 => Just(Move::WaitForNothing),
    ]
}

/// Plays the outside: what was asked of it, and what it answers.
struct World {
    conversation: Conversation,
    clock: u64,
    timers: Vec<TimerId>,
    asked: Option<(u64, &'static str)>,
    queued: bool,
    said: Vec<String>,
    last_saying: u64,
    ended: usize,
}

impl World {
    fn give(&mut self, input: Input) {
        self.clock += 700;
        let wall = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_millis(self.clock as i64);
        let acts = self.conversation.handle(Now { since_answer: Duration::from_millis(self.clock), wall }, input);
        assert!(acts.len() <= 3_000, "{} acts of one input", acts.len());
        assert!(self.ended == 0 || acts.is_empty(), "acts after the end");
        for act in acts {
            let asked = match act {
                Act::LookUp(call) => Some((call.id, "look_up")),
                Act::Verify(verify) => Some((verify.call.id, "look_up")),
                Act::Do(change) => Some((change.call.id, "do")),
                Act::Send(send) => Some((send.id, "send")),
                Act::Answer(answer) => Some((answer.id, "answer")),
                Act::Recommend(recommend) => Some((recommend.id, "recommend")),
                Act::Transfer(transfer) => Some((transfer.id, "transfer")),
                Act::Callback(callback) => Some((callback.id, "callback")),
                Act::Voicemail(voicemail) => Some((voicemail.id, "voicemail")),
                Act::Say(say) => {
                    self.last_saying = say.id;
                    self.said.push(say.text);
                    None
                }
                Act::SetTimer { id, .. } => {
                    self.timers.push(id);
                    None
                }
                Act::CancelTimer { id } => {
                    self.timers.retain(|timer| *timer != id);
                    None
                }
                Act::Queue(_) => {
                    self.queued = true;
                    None
                }
                Act::LeaveQueue => {
                    self.queued = false;
                    None
                }
                Act::End { .. } => {
                    self.ended += 1;
                    None
                }
                _ => None,
            };
            self.asked = asked.or(self.asked);
        }
    }

    fn answer(&mut self, how: u8) {
        let Some((id, verb)) = self.asked.take() else { return self.give(Input::Silence) };
        let result = match how {
            0 => LookUpResult::None,
            1 => LookUpResult::Error("unreachable".to_owned()),
            _ => LookUpResult::Found(BTreeMap::from([("status".to_owned(), Datum::Text("late".to_owned()))])),
        };
        let known = || KnownAnswer {
            topic: "delivery".to_owned(),
            question: "what about delivery".to_owned(),
            text: "Two days.".to_owned(),
            score: 0.8,
        };
        let went = if how == 0 { Err("busy".to_owned()) } else { Ok(()) };
        self.give(match verb {
            "do" => Input::Done { id, result },
            "send" => Input::Sent { id, result: went },
            "answer" => Input::Answered {
                id,
                result: match how {
                    0 => Answered::None,
                    1 => Answered::Unsure(vec![known()]),
                    _ => Answered::Sure(known()),
                },
            },
            "recommend" => Input::Recommended { id, chosen: how.checked_sub(1).map(usize::from) },
            // A transfer that succeeds ends the conversation at once.
            "transfer" => Input::Transferred { id, result: if how < 3 { Err("busy".to_owned()) } else { Ok(()) } },
            "callback" => Input::CallbackTaken { id, taken: how > 0 },
            "voicemail" => Input::VoicemailLeft { id, left: how > 0 },
            _ => Input::LookedUp { id, result },
        });
    }

    fn play(&mut self, step: &Move) {
        let input = match step {
            Move::Says(line, sure, barge_in, mood) => {
                let distress = f32::from(*mood) / 10.0;
                let complexity = Complexity { score: distress, reasons: Vec::new() };
                Input::Heard(Heard {
                    text: LINES[*line].to_owned(),
                    confidence: f32::from(*sure) / 10.0,
                    margin: Some(f32::from(*sure) / 10.0),
                    alternatives: vec![LINES[(line + 1) % LINES.len()].to_owned()],
                    barge_in: *barge_in,
                    mood: Some(Mood { distress, arousal: 0.5, valence: None, trend: 0.0, turns: None }),
                    complexity: Some(complexity),
                    ..Heard::default()
                })
            }
            Move::Key(key) => Input::Key(*key),
            Move::Silence => Input::Silence,
            Move::Mumbles => Input::NotUnderstood,
            Move::Noise => Input::Noise,
            Move::Answers(how) => return self.answer(*how),
            Move::Queue(kind) => {
                self.queued = false;
                Input::QueueEnded(QueueResult::OF_A_QUEUE[usize::from(*kind)])
            }
            Move::OldestTimer if self.timers.is_empty() => Input::Silence,
            Move::OldestTimer => Input::Timer(self.timers.remove(0)),
            Move::StrayTimer(id) => Input::Timer(TimerId(*id)),
            Move::Cut(tenths) => {
                let heard = Duration::from_millis(tenths * 100);
                Input::Cut { saying: self.last_saying, heard, of: Duration::from_secs(1) }
            }
            Move::Event => Input::Event { name: "thing".to_owned() },
            Move::WaitForNothing => Input::Queues(BTreeMap::new()),
        };
        self.give(input);
    }
}

/// Plays moves; then the caller says no more, and the conversation must come to its end by itself.
fn walk(bundle: &Arc<Bundle>, moves: &[Move], seed: u64) -> Vec<String> {
    let call =
        CallFacts { offers_callbacks: seed.is_multiple_of(2), vip: seed.is_multiple_of(3), ..CallFacts::default() };
    let mut world = World {
        conversation: Conversation::new(Arc::clone(bundle), call, seed),
        clock: 0,
        timers: Vec::new(),
        asked: None,
        queued: false,
        said: Vec::new(),
        last_saying: 0,
        ended: 0,
    };
    world.give(Input::Start);
    for step in moves {
        world.play(step);
    }
    let mut rest = 0;
    while world.ended == 0 {
        rest += 1;
        assert!(rest < 400, "a silent caller is kept for ever: {:?}", world.conversation.waiting_for());
        match (world.asked.is_some(), world.queued) {
            (true, _) => world.answer(0),
            (_, true) => world.play(&Move::Queue(1)),
            (_, false) if rest % 3 == 0 => world.play(&Move::OldestTimer),
            (_, false) => world.give(Input::Silence),
        }
    }
    assert_eq!(world.ended, 1, "a conversation ends exactly once");
    world.said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_bundle_and_any_caller_come_to_an_end(
        made in made(),
        walks in proptest::collection::vec((proptest::collection::vec(moves(), 0..50), any::<u64>()), 4),
    ) {
        let bundle = bundle(&made.text());
        for (moves, seed) in walks {
            let first = walk(&bundle, &moves, seed);
            prop_assert_eq!(first, walk(&bundle, &moves, seed));
        }
    }
}

#[test]
fn every_verb_and_handler_stands_in_some_bundle() {
    let everything =
        Made { flows: vec![((0..STEPS.len()).collect(), (0..HANDLERS.len()).collect()); 2], of_bundle: vec![] };
    let text = everything.text();
    bundle(&text);
    for verb in super::VERBS {
        assert!(text.contains(&format!("{verb}:")), "{verb}");
    }
}
