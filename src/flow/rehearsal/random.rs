//! Callers by chance: sensible and mad, and a line that must bear them all.

use std::sync::Arc;
use std::time::Duration;

use crate::words::{CommonPhrase, Form, Language, common_phrases, say};

use super::super::act::{LookUpResult, QueueResult, Record};
use super::super::bundle::Bundle;
use super::super::datum::Datum;
use super::super::operators::{FieldKind, Operators};
use super::caller::{CallerTurn, Says};
use super::caught::caught;
use super::chance::Chance;
use super::course::{Course, MOST_SILENCES};
use super::happening::Happening;
use super::run::{Rehearsal, Stop};
use super::setting::{Plan, Setting, StubAnswer};
use super::show::Shown;

/// After so many turns the caller falls silent.
const TURNS: usize = 40;

/// A conversation by chance, and what was wrong with it.
#[derive(Clone, Debug)]
pub struct Conversed {
    /// The dialogue, private values masked.
    pub dialogue: Vec<Shown>,
    /// What went wrong, if anything.
    pub wrong: Option<String>,
    /// How many turns the caller took.
    pub turns: usize,
    /// How long the call would have lasted.
    pub lasted: Duration,
    /// Everything that happened.
    pub happened: Vec<Happening>,
}

/// Holds a conversation with a bundle. The same seed gives the same conversation.
pub fn converse(bundle: &Arc<Bundle>, operators: &Operators, seed: u64) -> Conversed {
    let mut chance = Chance::new(seed);
    let setting = setting(bundle, &mut chance, seed);
    let mut talk = Talk {
        bundle,
        operators,
        // A conversation that begins with the bundle's own flow always begins.
        course: match caught(|| Rehearsal::answered(Arc::clone(bundle), setting)) {
            Ok(Ok(call)) => Course::of(call),
            Ok(Err(error)) => return nothing(error.to_string()),
            Err(panic) => return nothing(panic),
        },
        chance,
        turns: 0,
    };
    if let Err(panic) = caught(|| talk.hold()) {
        talk.course.panicked(panic);
    }
    talk.course.close();
    let turns = talk.turns;
    let Course { call, dialogue, happened, wrong, .. } = talk.course;
    Conversed { dialogue, wrong, turns, lasted: call.clock(), happened }
}

fn nothing(wrong: String) -> Conversed {
    Conversed { dialogue: Vec::new(), wrong: Some(wrong), turns: 0, lasted: Duration::ZERO, happened: Vec::new() }
}

/// Some caller, at some time, and a world that does as it likes.
fn setting(bundle: &Bundle, chance: &mut Chance, seed: u64) -> Setting {
    let mut setting = Setting { seed, asks: true, ..Setting::default() };
    let minutes = i64::try_from(chance.below(525_600)).unwrap_or(0);
    setting.at = setting.at.saturating_add(jiff::SignedDuration::from_mins(minutes)).unwrap_or(setting.at);
    setting.facts.language = chance.one(bundle.languages()).copied();
    if chance.happens(80) {
        setting.facts.caller_number = Some(crate::Private::new(format!("+4477009{}", chance.digits(5))));
    }
    setting.facts.vip = chance.happens(10);
    setting.facts.offers_callbacks = chance.happens(50);
    setting.queue = (0..4).filter_map(|_| chance.one(&QueueResult::OF_A_QUEUE).copied().map(Plan::new)).collect();
    let transfer = if chance.happens(50) { Ok(()) } else { Err("busy".to_owned()) };
    setting.transfer = vec![Plan::new(transfer)];
    setting.callback = vec![Plan::new(chance.happens(70))];
    setting.voicemail = vec![Plan::new(chance.happens(70))];
    setting
}

struct Talk<'a> {
    bundle: &'a Arc<Bundle>,
    operators: &'a Operators,
    course: Course,
    chance: Chance,
    turns: usize,
}

impl Talk<'_> {
    fn hold(&mut self) {
        self.settle();
        while self.turns < TURNS && !self.course.is_over() {
            if self.course.call.is_queued() && self.chance.happens(60) {
                self.course.call.go_on();
                self.answer_all();
                continue;
            }
            let turn = self.turn();
            self.turns += 1;
            self.take_turn(turn);
        }
        for _ in 0..MOST_SILENCES {
            if self.course.is_over() {
                break;
            }
            if self.course.call.is_queued() {
                self.course.call.go_on();
                self.answer_all();
            } else {
                self.take_turn(CallerTurn::Silence);
            }
        }
    }

    fn take_turn(&mut self, turn: CallerTurn) {
        self.course.give(turn);
        self.settle();
    }

    /// Runs until the bot waits; now and then only until the caller interrupts it.
    fn settle(&mut self) {
        let stop = if self.chance.happens(10) {
            let after = Duration::from_millis(self.chance.below(3_000) as u64);
            self.course.call.settle_interrupted(after, &|_| true)
        } else {
            self.course.call.settle(None)
        };
        self.course.note(Some(stop));
        self.answer_all();
    }

    /// Answers what connections are asked, as they are declared.
    fn answer_all(&mut self) {
        const MOST: usize = 200;
        for _ in 0..MOST {
            let Some(question) = self.course.call.unanswered() else { break };
            let name = question.name.clone();
            let answer = self.answer(&name);
            // What happens meanwhile is taken out below, with everything else.
            let happened = self.course.call.answer(answer);
            self.course.look(happened, None);
        }
        self.course.note(Some(Stop::Waiting));
    }

    fn answer(&mut self, name: &str) -> StubAnswer {
        let chance = &mut self.chance;
        let after = Duration::from_millis(match chance.below(10) {
            0 => 20_000,
            1 | 2 => 3_000,
            _ => 200,
        });
        let shape = name
            .split_once('.')
            .and_then(|(connection, query)| self.operators.connections.get(connection)?.queries.get(query));
        let result = match (chance.below(10), shape) {
            (0, _) => LookUpResult::Error("unreachable".to_owned()),
            (1 | 2, _) | (_, None) => LookUpResult::None,
            (_, Some(shape)) => {
                let fields = shape.returns.iter().map(|(field, declared)| {
                    let empty = declared.optional && chance.happens(30);
                    (field.clone(), if empty { Datum::Absent } else { some_datum(declared.kind, chance) })
                });
                LookUpResult::Found(fields.collect::<Record>())
            }
        };
        StubAnswer { result, after }
    }

    /// What the caller does next.
    fn turn(&mut self) -> CallerTurn {
        let text = match self.chance.below(100) {
            0..=44 => self.fitting(),
            45..=59 => self.wish(),
            60..=69 => self.common(),
            70..=77 => self.mad(),
            78..=84 => return CallerTurn::Silence,
            85..=87 => return CallerTurn::Noise,
            88..=89 => return CallerTurn::Mumbles,
            90..=97 => {
                let count = 1 + self.chance.below(14);
                let mut keys = self.chance.digits(count);
                keys.push_str(["", "#", "*"][self.chance.below(3)]);
                return CallerTurn::keys(keys);
            }
            98 => return CallerTurn::Wait(Duration::from_millis(self.chance.below(20_000) as u64)),
            _ => return CallerTurn::HangUp,
        };
        let sure = self.chance.happens(70);
        let confidence = if sure { 1.0 } else { self.chance.part() };
        let margin = if sure { 1.0 } else { self.chance.part() };
        let distress = if self.chance.happens(30) { Some(self.chance.part()) } else { None };
        let complexity = if self.chance.happens(15) { Some(self.chance.part()) } else { None };
        CallerTurn::Says(Says { confidence, margin, distress, complexity, ..Says::plainly(text) })
    }

    /// An answer to what is asked.
    fn fitting(&mut self) -> String {
        let language = self.course.call.language();
        let form = self.course.call.listening().map_or(Form::Anything, |listen| listen.expected.form.clone());
        match form {
            Form::Anything | Form::FreeText => self.wish(),
            other => some_answer(&other, language, &mut self.chance),
        }
    }

    /// What starts a flow.
    fn wish(&mut self) -> String {
        let language = self.course.call.language();
        let templates: Vec<_> = self
            .bundle
            .flows
            .iter()
            .flat_map(|flow| flow.start_when.iter())
            .filter(|(spoken, _)| *spoken == language)
            .collect();
        let Some((_, template)) = self.chance.one(&templates) else { return self.common() };
        let samples = template.samples(12);
        let sample = self.chance.one(&samples).cloned().unwrap_or_default();
        // What stands in braces is a value: most callers give one that is at least well formed.
        match sample.split_once('{') {
            Some((before, after)) => {
                let behind = after.split_once('}').map_or("", |(_, behind)| behind);
                let digits = self.chance.digits(8);
                format!("{before}AB{digits}{behind}")
            }
            None => sample,
        }
    }

    /// What is said on every line.
    fn common(&mut self) -> String {
        const KINDS: [CommonPhrase; 6] = [
            CommonPhrase::AgentPlease,
            CommonPhrase::Repeat,
            CommonPhrase::Help,
            CommonPhrase::Slower,
            CommonPhrase::WaitAMoment,
            CommonPhrase::Cancel,
        ];
        let language = self.course.call.language();
        let kind = self.chance.one(&KINDS).copied().unwrap_or(CommonPhrase::Repeat);
        let Some(template) = self.chance.one(common_phrases(kind, language)) else { return "goodbye".to_owned() };
        let samples = template.samples(6);
        self.chance.one(&samples).cloned().unwrap_or_default()
    }

    /// What nobody says.
    fn mad(&mut self) -> String {
        const MAD: [&str; 12] = [
            "",
            "   ",
            "{{ order }} {% if %}",
            "the the the the the the the the the",
            "\u{0}\u{ffff}\u{202e}abc",
            "no no no not that the other one no",
            "呃呃呃呃",
            "first second third",
            "1e309 -0 ∞ ½",
            "'; drop table orders; --",
            "yes no yes no maybe",
            "don't you dare hang up on me I have been waiting for three hours and my order AB12 is late",
        ];
        if self.chance.happens(20) {
            return "wo ".repeat(1 + self.chance.below(600));
        }
        self.chance.one(&MAD).copied().unwrap_or_default().to_owned()
    }
}

/// A value of a field, as a connection may return it.
fn some_datum(kind: FieldKind, chance: &mut Chance) -> Datum {
    const WORDS: [&str; 8] = ["late", "shipped", "packing", "delivered", "fern", "", "a rather long text", "绿萝"];
    const CELLS: [&str; 4] = ["2026-01-05", "14:30", "90m", "2026-01-05T14:30+08:00"];
    let digits = chance.digits(6);
    match kind {
        FieldKind::Text => {
            let text = chance.one(&WORDS).copied().unwrap_or("late");
            Datum::Text(if text.is_empty() { digits } else { text.to_owned() })
        }
        FieldKind::Phone => Datum::Text(format!("+4420{digits}")),
        FieldKind::Number | FieldKind::Money => Datum::Number(chance.below(100_000) as f64 / 100.0),
        FieldKind::YesNo => Datum::YesNo(chance.happens(50)),
        other => CELLS.iter().find_map(|cell| other.read(cell).ok()).unwrap_or(Datum::Text(digits)),
    }
}

/// Something that may be said in answer to a question of this form.
fn some_answer(form: &Form, language: Language, chance: &mut Chance) -> String {
    let chinese = language == Language::ZH;
    let pick = |english: &[&str], mandarin: &[&str], chance: &mut Chance| {
        let from = if chinese { mandarin } else { english };
        chance.one(from).copied().unwrap_or_default().to_owned()
    };
    let spelt = |value: String| say(&crate::words::Value::Text(value), language);
    match form {
        Form::YesNo => {
            pick(&["yes", "yes please", "no", "no thanks", "um maybe"], &["是的", "对", "不是", "不用了", "嗯"], chance)
        }
        Form::Digits { min, max } => {
            let count = min + chance.below(max.saturating_sub(*min).min(8) + 1);
            spelt(chance.digits(count))
        }
        Form::Code { shape } => {
            let seed = u32::try_from(chance.below(1_000_000)).unwrap_or(0);
            spelt(shape.sample(seed))
        }
        Form::Choice { words } => chance.one(words).cloned().unwrap_or_default(),
        Form::Number { .. } => {
            pick(&["three", "forty-two", "a hundred and five"], &["三", "四十二", "一百零五"], chance)
        }
        Form::Money { .. } => pick(&["fifty pounds", "three fifty"], &["五十块", "三块五"], chance),
        Form::Date => pick(
            &["tomorrow", "the day after tomorrow", "next friday", "the third of march"],
            &["明天", "后天", "下周三", "三月三号"],
            chance,
        ),
        Form::Time => {
            pick(&["half past nine", "three in the afternoon", "noon"], &["上午九点半", "下午三点", "中午"], chance)
        }
        Form::Duration => pick(&["two hours", "half an hour"], &["两个小时", "半小时"], chance),
        Form::Phone => spelt(format!("0770090{}", chance.digits(4))),
        Form::IdNumber => spelt(chance.digits(18)),
        Form::Card => spelt(chance.digits(16)),
        Form::Name => pick(&["Anna Smith", "it's Zhang Wei, Z H A N G"], &["王小明", "张伟"], chance),
        Form::Address => {
            pick(&["twelve High Street, Leeds", "flat 3"], &["北京市海淀区中关村大街一号", "三号楼"], chance)
        }
        Form::Email => pick(&["anna at example dot com", "anna"], &["anna at example dot com", "不知道"], chance),
        _ => pick(&["I have a question about my bill"], &["我想问一下账单"], chance),
    }
}
