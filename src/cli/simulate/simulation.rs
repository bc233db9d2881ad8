//! The simulation itself: lines in, what came of them out. Whoever reads lines and prints, a terminal or a test, stands
//! outside.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::flow::rehearsal::{CallerTurn, Happening, Rehearsal, Says, Setting, Stubs, play, tests_of};
use crate::flow::{Bundle, Operators, QueueResult, SourceFile};
use crate::words::Language;

use super::command::{HELP, Line};
use super::outside::Outside;
use super::telling::{self, Dress};
use super::transcript::Transcript;

/// What a line came to.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// To be printed.
    pub(super) text: String,
    /// What happened, for whoever wants it as data.
    pub(super) happened: Vec<Happening>,
    /// Whether the simulator is to be left.
    pub(super) leaves: bool,
    /// Whether the line could not be done.
    pub(super) refused: bool,
}

impl Reply {
    fn says(text: impl Into<String>) -> Self {
        Self { text: text.into() + "\n", ..Self::default() }
    }

    fn refuses(text: impl Into<String>) -> Self {
        Self { refused: true, ..Self::says(text) }
    }
}

/// Everything that a turn may change, kept for `!undo`.
#[derive(Clone)]
struct State {
    call: Rehearsal,
    transcript: Transcript,
    /// How often each stub was asked.
    asked: BTreeMap<String, usize>,
}

/// How the caller is, from now on.
#[derive(Clone, Copy, Debug)]
struct Voice {
    distress: Option<f32>,
    complexity: Option<f32>,
    confidence: f32,
}

/// A simulated call.
pub(super) struct Simulation {
    bundle: Arc<Bundle>,
    operators: Operators,
    folder: PathBuf,
    setting: Setting,
    outside: Box<dyn Outside>,
    state: State,
    before: Vec<State>,
    /// Stubs as the designer typed them, and read.
    stubs: BTreeMap<String, String>,
    answers: Stubs,
    voice: Voice,
    reveal: bool,
    dress: Dress,
}

/// What a simulation is made of.
pub(super) struct Parts {
    pub(super) bundle: Arc<Bundle>,
    pub(super) operators: Operators,
    /// The folder of the bundle: where tests are saved.
    pub(super) folder: PathBuf,
    pub(super) setting: Setting,
    pub(super) outside: Box<dyn Outside>,
    pub(super) dress: Dress,
}

impl Simulation {
    /// Answers the call; what the bot says first comes with it.
    pub(super) fn begin(parts: Parts) -> anyhow::Result<(Self, Reply)> {
        let Parts { bundle, operators, folder, mut setting, outside, dress } = parts;
        setting.asks = true;
        // As in a test, where a callback can always be offered.
        setting.facts.offers_callbacks = true;
        let (call, happened) = Rehearsal::begin(Arc::clone(&bundle), setting.clone())?;
        let state = State { call, transcript: Transcript::default(), asked: BTreeMap::new() };
        let mut simulation = Self {
            bundle,
            operators,
            folder,
            setting,
            outside,
            state,
            before: Vec::new(),
            stubs: BTreeMap::new(),
            answers: Stubs::default(),
            voice: Voice { distress: None, complexity: None, confidence: 1.0 },
            reveal: false,
            dress,
        };
        let reply = simulation.went_on(happened, false);
        Ok((simulation, reply))
    }

    /// Whether the call is over.
    pub(super) fn has_ended(&self) -> bool {
        self.state.call.has_ended()
    }

    /// A text with private values masked, unless they are to be shown.
    pub(super) fn shown(&self, text: &str) -> String {
        if self.reveal { text.to_owned() } else { self.state.call.masked(text) }
    }

    /// One typed line.
    pub(super) fn line(&mut self, line: &str) -> Reply {
        let line = match Line::read(line) {
            Ok(line) => line,
            Err(wrong) => return Reply::refuses(wrong),
        };
        match line {
            Line::Says(text) => self.says(text, None),
            Line::Interrupts(after, text) => self.says(text, Some(after)),
            Line::Keys(keys) => self.turn(CallerTurn::keys(keys)),
            Line::Silence => self.turn(CallerTurn::Silence),
            Line::Mumbles => self.turn(CallerTurn::Mumbles),
            Line::Noise => self.turn(CallerTurn::Noise),
            Line::Wait(time) => self.turn(CallerTurn::Wait(time)),
            Line::HangUp => self.turn(CallerTurn::HangUp),
            Line::Queue(result) => self.end_queue(&result),
            Line::Event(name) => self.event(&name),
            Line::Distress(distress) => {
                self.voice.distress = distress;
                Reply::says(match distress {
                    Some(distress) => format!("from now on the caller sounds upset: {distress}"),
                    None => "from now on the voice tells nothing".to_owned(),
                })
            }
            Line::Complexity(score) => {
                self.voice.complexity = score;
                Reply::says("from the next turn on")
            }
            Line::Confidence(confidence) => {
                self.voice.confidence = confidence;
                Reply::says(format!("from now on the caller is heard with confidence {confidence}"))
            }
            Line::After(time) => {
                let time = jiff::SignedDuration::try_from(time).unwrap_or_default();
                let now = self.state.call.wall();
                self.travel(now.saturating_add(time).unwrap_or(now))
            }
            Line::At(text) => match super::super::assemble::moment(&text, self.bundle.timezone()) {
                Ok(moment) => self.travel(moment),
                Err(_) => Reply::refuses("write !at 2026-01-09T10:00, or with an offset: 2026-01-09T10:00+08:00"),
            },
            Line::Language(tag) => self.speak(&tag),
            Line::Stub(name, answer) => self.stub(&name, answer),
            Line::Stubs => self.list_stubs(),
            Line::Undo => self.undo(),
            Line::Restart => self.restart(),
            Line::Show => {
                self.reveal = !self.reveal;
                Reply::says(if self.reveal { "private values are shown" } else { "private values are masked" })
            }
            Line::Where => Reply { text: self.position(), ..Reply::default() },
            Line::Save(file, name) => self.save(&file, name),
            Line::Help => Reply::says(HELP),
            Line::Quit => Reply { leaves: true, ..Reply::default() },
        }
    }

    fn says(&mut self, text: String, barge_in_after: Option<std::time::Duration>) -> Reply {
        let Voice { distress, complexity, confidence } = self.voice;
        self.turn(CallerTurn::Says(Says { confidence, distress, complexity, barge_in_after, ..Says::plainly(text) }))
    }

    fn turn(&mut self, turn: CallerTurn) -> Reply {
        if self.has_ended() {
            return Reply::refuses("the call is over: !undo takes the last turn back, !restart begins again");
        }
        self.before.push(self.state.clone());
        self.state.transcript.turn(&turn);
        let interrupts = turn.barge_in_after().is_some();
        let happened = self.state.call.turn(turn);
        self.went_on(happened, interrupts)
    }

    fn end_queue(&mut self, result: &str) -> Reply {
        let known = QueueResult::OF_A_QUEUE;
        let Some(result) = known.into_iter().find(|known| known.name() == result) else {
            let names: Vec<&str> = known.iter().map(|known| known.name()).collect();
            return Reply::refuses(format!("a wait for a person ends in one of {}", names.join(", ")));
        };
        if !self.state.call.is_queued() {
            return Reply::refuses("nobody is being waited for");
        }
        self.before.push(self.state.clone());
        self.state.transcript.queue(result.name());
        let happened = self.state.call.end_queue(result);
        self.went_on(happened, false)
    }

    fn event(&mut self, name: &str) -> Reply {
        if self.has_ended() {
            return Reply::refuses("the call is over");
        }
        self.before.push(self.state.clone());
        self.state.transcript.event(name);
        let happened = self.state.call.event(name);
        self.went_on(happened, false)
    }

    /// Answers what connections are asked, for as long as they are asked, and tells what happened.
    fn went_on(&mut self, mut happened: Vec<Happening>, interrupted: bool) -> Reply {
        let mut told = telling::happenings(&self.state.call, &happened, self.reveal, self.dress);
        // A flow may look things up in a loop; the rehearsal itself ends what has no end.
        while let Some(question) = self.state.call.unanswered().cloned() {
            let nth = self.state.asked.entry(question.name.clone()).or_default();
            let stubbed = self.answers.answer(&question.name, *nth).cloned();
            *nth += 1;
            let (answer, from) = match stubbed {
                Some(answer) => (answer, "from your stub".to_owned()),
                None => {
                    let now = self.state.call.wall().to_zoned(self.bundle.timezone().clone());
                    self.outside.answer(&question, &now)
                }
            };
            let from = self.dress.dim(&format!("{:15}{}: {from}", "", question.name));
            told.push_str(&from);
            told.push('\n');
            self.state.transcript.answered(&question.name, &answer);
            let more = self.state.call.answer(answer);
            told.push_str(&telling::happenings(&self.state.call, &more, self.reveal, self.dress));
            happened.extend(more);
        }
        self.state.transcript.happened(&happened, interrupted);
        told.push_str(self.dress.apart());
        told.push_str(&self.position());
        Reply { text: told, happened, ..Reply::default() }
    }

    fn position(&self) -> String {
        telling::position(&self.state.call, self.reveal, self.dress)
    }

    /// Before anything was said the call simply begins at another time; later the clock jumps, which no test can say.
    fn travel(&mut self, to: jiff::Timestamp) -> Reply {
        if self.before.is_empty() {
            self.setting.at = to;
            return self.restart();
        }
        self.before.push(self.state.clone());
        self.state.call.travel(to);
        self.state.transcript.cannot("the clock was moved in the middle of the call; use !at before anything is said");
        Reply { text: self.position(), ..Reply::default() }
    }

    fn speak(&mut self, tag: &str) -> Reply {
        let spoken = self.bundle.languages();
        match Language::parse(tag) {
            Ok(language) if spoken.contains(&language) => {
                let wish = if language == Language::ZH { "请说中文" } else { "English please" };
                self.says(wish.to_owned(), None)
            }
            _ => {
                let known: Vec<&str> = spoken.iter().map(Language::as_str).collect();
                Reply::refuses(format!("the bundle does not speak {tag:?}; it speaks {}", known.join(", ")))
            }
        }
    }

    fn stub(&mut self, name: &str, answer: Option<String>) -> Reply {
        let mut stubs = self.stubs.clone();
        match &answer {
            Some(answer) => stubs.insert(name.to_owned(), answer.clone()),
            None => stubs.remove(name),
        };
        // The stubs of a test are read, so that what fits here fits there.
        let each: Vec<String> = stubs.iter().map(|(name, answer)| format!("  {name}: {answer}\n")).collect();
        let head = if each.is_empty() { String::new() } else { format!("stubs:\n{}", each.concat()) };
        let document = format!("test: stubs\n{head}open: allowed\nturns: [ {{ caller: silence }} ]\n");
        match self.read_test(&document) {
            Ok(test) => {
                self.answers = test.setting.stubs;
                self.stubs = stubs;
                self.state.asked.remove(name);
                Reply::says(match answer {
                    Some(answer) => format!("{name} answers {answer} from now on"),
                    None => format!("{name} answers as it really does from now on"),
                })
            }
            Err(wrong) => Reply::refuses(wrong),
        }
    }

    fn list_stubs(&self) -> Reply {
        if self.stubs.is_empty() {
            return Reply::says("there are no stubs: connections answer as they really do");
        }
        let each: Vec<String> = self.stubs.iter().map(|(name, answer)| format!("{name}: {answer}")).collect();
        Reply::says(each.join("\n"))
    }

    fn undo(&mut self) -> Reply {
        match self.before.pop() {
            Some(state) => {
                self.state = state;
                Reply { text: format!("taken back\n{}", self.position()), ..Reply::default() }
            }
            None => Reply::refuses("nothing has been said yet"),
        }
    }

    fn restart(&mut self) -> Reply {
        match Rehearsal::begin(Arc::clone(&self.bundle), self.setting.clone()) {
            Ok((call, happened)) => {
                self.state = State { call, transcript: Transcript::default(), asked: BTreeMap::new() };
                self.before.clear();
                self.went_on(happened, false)
            }
            Err(wrong) => Reply::refuses(wrong.to_string()),
        }
    }

    /// Writes the conversation down as a test, once it is known to pass.
    fn save(&self, file: &str, name: Option<String>) -> Reply {
        if let Some(obstacle) = self.state.transcript.obstacle() {
            return Reply::refuses(format!("this cannot be saved as a test: {obstacle}"));
        }
        let path = self.folder.join(file);
        if path.extension().is_none_or(|ending| ending != "yaml" && ending != "yml") {
            return Reply::refuses("a test stands in a file that ends in .yaml: !save tests/name.yaml");
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().replace(['-', '_'], " "));
        let name = name.or(stem).unwrap_or_else(|| "a saved call".to_owned());
        let document = self.state.transcript.test(&name, &self.setting, &self.bundle, &self.stubs);
        if let Err(wrong) = self.passes(&document) {
            return Reply::refuses(format!("this would be a test that does not pass: {wrong}"));
        }
        match append(&path, &name, &document) {
            Ok(()) => Reply::says(format!("saved as the test {name:?} in {}", path.display())),
            Err(wrong) => Reply::refuses(wrong),
        }
    }

    fn read_test(&self, document: &str) -> Result<crate::flow::rehearsal::FlowTest, String> {
        let file = SourceFile { path: self.folder.join("simulate.yaml"), text: document.to_owned() };
        let tests = tests_of(&[file], &self.bundle, &self.operators).map_err(|failure| {
            let each: Vec<String> =
                failure.faults.iter().map(|fault| format!("{}; {}", fault.what, fault.mend)).collect();
            each.join("\n")
        })?;
        tests.into_iter().next().ok_or_else(|| "nothing was written".to_owned())
    }

    fn passes(&self, document: &str) -> Result<(), String> {
        let test = self.read_test(document)?;
        let played = play(&self.bundle, &test, None)?;
        match played.failure {
            None => Ok(()),
            Some(failure) => {
                let each = failure.differences.iter();
                let each: Vec<String> = each
                    .map(|difference| format!("expected {}, got {}", difference.expected, difference.got))
                    .collect();
                Err(each.join("; "))
            }
        }
    }
}

/// Adds a document to a file, which need not be there yet.
fn append(path: &Path, name: &str, document: &str) -> Result<(), String> {
    let told = |why: std::io::Error| format!("{} cannot be written: {why}", path.display());
    let before = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(why) => return Err(told(why)),
    };
    let title = document.lines().next().unwrap_or_default();
    if before.lines().any(|line| line.trim_end() == title) {
        return Err(format!(
            "{} already holds a test {name:?}; give this one another name behind the file",
            path.display()
        ));
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(told)?;
    }
    let divider = if before.trim().is_empty() { "" } else { "---\n" };
    let line_end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    std::fs::write(path, format!("{before}{line_end}{divider}{document}")).map_err(told)
}
