//! Finding and reading the `test:` documents of a bundle.

use std::path::Path;

use jiff::tz::TimeZone;

use crate::Private;
use crate::words::Language;

use super::super::super::bundle::Bundle;
use super::super::super::check::fields::{Faults, Fields, count, one_of, shorten, text};
use super::super::super::fault::{Fault, LoadFailure, Severity};
use super::super::super::nearest::suggestion;
use super::super::super::node::{self, Key, Node, NodeKind, Place};
use super::super::super::operators::Operators;
use super::super::super::source::{self, SourceFile};
use super::super::setting::Setting;
use super::{BundleTests, Expectation, FlowTest, Level, LineKind, Spot, lines, outcomes, stubs};

/// Reads every test in the folder of a bundle, in the order of its files.
///
/// # Errors
///
/// Every fault of the tests, with its place and a mend.
pub fn load_tests(folder: &Path, bundle: &Bundle, operators: &Operators) -> Result<BundleTests, LoadFailure> {
    match source::read_folder(folder) {
        Ok(files) => {
            let tests = tests_of(&files, bundle, operators)?;
            Ok(BundleTests { tests, files: files.into_iter().map(|file| file.path).collect() })
        }
        Err(unreadable) => {
            let source::Unreadable { path, code, what, mend } = unreadable;
            let fault = Fault { file: path, line: 0, column: 0, code, severity: Severity::Error, what, mend };
            Err(LoadFailure { faults: vec![fault] })
        }
    }
}

/// Reads every test of files that are already in memory. Documents that are no tests are left aside.
///
/// # Errors
///
/// As [`load_tests`].
pub fn tests_of(files: &[SourceFile], bundle: &Bundle, operators: &Operators) -> Result<Vec<FlowTest>, LoadFailure> {
    let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
    let mut reader = Reader { bundle, operators, paths: paths.clone(), faults: Faults::new(paths) };
    let mut tests: Vec<FlowTest> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let Ok(documents) = node::parse(index, &file.text) else {
            // The loader of the bundle has told of this.
            continue;
        };
        for document in &documents {
            let NodeKind::Map(entries) = &document.kind else { continue };
            let Some((key, named)) = entries.first().filter(|(key, _)| key.text == "test") else { continue };
            let Some(test) = reader.test(document, key, named) else { continue };
            if let Some(other) = tests.iter().find(|other| other.name == test.name) {
                let what = format!("there is already a test `{}`, at {}", shorten(&test.name), other.at);
                reader.faults.error(named.at, "duplicate-name", what, "give one of them another name");
            }
            tests.push(test);
        }
    }
    if reader.faults.has_errors() {
        return Err(LoadFailure { faults: reader.faults.into_list() });
    }
    Ok(tests)
}

/// What tests are read against.
pub struct Reader<'a> {
    pub bundle: &'a Bundle,
    pub operators: &'a Operators,
    paths: Vec<std::path::PathBuf>,
    pub faults: Faults,
}

impl Reader<'_> {
    /// A place as it is shown to people.
    pub fn spot(&self, at: Place) -> Spot {
        Spot { file: self.paths.get(usize::from(at.file)).cloned().unwrap_or_default(), line: at.line }
    }

    /// The folder of the file in which something stands.
    pub fn folder(&self, at: Place) -> std::path::PathBuf {
        let file = self.paths.get(usize::from(at.file));
        file.and_then(|file| file.parent()).map(Path::to_owned).unwrap_or_default()
    }

    fn test(&mut self, document: &Node, key: &Key, named: &Node) -> Option<FlowTest> {
        let name = text(named, "a name for the test", &mut self.faults)?.trim().to_owned();
        let mut fields = Fields::of(document, format!("the test `{}`", shorten(&name)), &mut self.faults)?;
        fields.take("test");
        let mut setting = Setting { at: self.usual_moment(), ..Setting::default() };
        if let Some((_, node)) = fields.take("flow") {
            setting.flow = self.flow_name(node);
        }
        if let Some((_, node)) = fields.take("caller") {
            self.caller(node, &mut setting);
        }
        if let Some((_, node)) = fields.take("at") {
            setting.at = self.moment(node).unwrap_or(setting.at);
        }
        if let Some((_, node)) = fields.take("seed") {
            setting.seed = u64::from(count(node, 0, u32::MAX, &mut self.faults).unwrap_or(0));
        }
        if let Some((_, node)) = fields.take("stubs") {
            setting.stubs = stubs::read(node, self.operators, &mut self.faults);
        }
        setting.facts.offers_callbacks = true;
        outcomes::read(&mut fields, self.operators, &mut setting, &mut self.faults);
        let open = fields
            .take("open")
            .and_then(|(_, node)| one_of(node, "open", &[("allowed", true), ("refused", false)], &mut self.faults));
        let levels = self.levels(&mut fields);
        let mend = "write the turns of the call: `turns: [ { bot: … }, { caller: … } ]`";
        let turns = fields.need("turns", mend, &mut self.faults);
        let lines = turns.map(|node| lines::read(node, self)).unwrap_or_default();
        fields.finish(&mut self.faults);
        if turns.is_some() && open != Some(true) && !self.faults.has_errors() && !ends(&lines) {
            let what = format!("the test `{}` does not say how the call comes out", shorten(&name));
            let mend = "end it with `expect: { end: call }`, `{ queue: NAME }` or `{ transfer: NAME }`, or write `open: allowed`";
            self.faults.error(key.at, "open-test", what, mend);
        }
        Some(FlowTest { name, at: self.spot(key.at), setting, lines, levels })
    }

    /// The first Monday of 2026 at ten in the morning, where the bundle's days begin.
    fn usual_moment(&self) -> jiff::Timestamp {
        let monday = jiff::civil::date(2026, 1, 5).at(10, 0, 0, 0);
        monday.to_zoned(self.bundle.timezone().clone()).map_or(Setting::default().at, |zoned| zoned.timestamp())
    }

    fn flow_name(&mut self, node: &Node) -> Option<String> {
        let wanted = text(node, "the name of a flow", &mut self.faults)?;
        if self.bundle.flow_names().any(|known| known == wanted) {
            return Some(wanted.to_owned());
        }
        let what = format!("there is no flow `{}`", shorten(wanted));
        self.faults.error(node.at, "unknown-flow", what, suggestion(wanted, self.bundle.flow_names()));
        None
    }

    fn caller(&mut self, node: &Node, setting: &mut Setting) {
        let Some(mut fields) = Fields::of(node, "the caller", &mut self.faults) else { return };
        let facts = &mut setting.facts;
        let mut private = |key: &'static str, faults: &mut Faults| {
            let (_, node) = fields.take(key)?;
            text(node, "a text in quotes", faults).map(|text| Private::new(text.to_owned()))
        };
        facts.caller_number = private("number", &mut self.faults);
        facts.caller_name = private("name", &mut self.faults);
        if let Some((_, node)) = fields.take("language") {
            facts.language = self.language(node);
        }
        let truths = [("true", true), ("false", false)];
        if let Some((_, node)) = fields.take("vip") {
            facts.vip = one_of(node, "vip", &truths, &mut self.faults).unwrap_or(false);
        }
        if let Some((_, node)) = fields.take("verified") {
            facts.verified = match text(node, "a level, or `false`", &mut self.faults) {
                None | Some("false") => None,
                Some("true") => Some("verified".to_owned()),
                Some(level) => Some(level.to_owned()),
            };
        }
        if let Some((_, node)) = fields.take("history") {
            facts.history = count(node, 0, 100_000, &mut self.faults);
        }
        if let Some((_, node)) = fields.take("dialled") {
            facts.dialled = text(node, "a number in quotes", &mut self.faults).map(str::to_owned);
        }
        fields.finish(&mut self.faults);
    }

    /// A language of the bundle.
    pub fn language(&mut self, node: &Node) -> Option<Language> {
        let tag = text(node, "a language such as `en`", &mut self.faults)?;
        let spoken = self.bundle.languages();
        match Language::parse(tag) {
            Ok(language) if spoken.contains(&language) => Some(language),
            _ => {
                let what = format!("the bundle does not speak `{}`", shorten(tag));
                let known: Vec<String> = spoken.iter().map(|language| format!("`{language}`")).collect();
                self.faults.error(node.at, "unknown-language", what, format!("write {}", known.join(" or ")));
                None
            }
        }
    }

    /// A moment: with an offset, with a zone, or in the bundle's own zone.
    fn moment(&mut self, node: &Node) -> Option<jiff::Timestamp> {
        let given = text(node, "a moment", &mut self.faults)?.trim();
        let zone: TimeZone = self.bundle.timezone().clone();
        let moment = given
            .parse::<jiff::Timestamp>()
            .or_else(|_| given.parse::<jiff::Zoned>().map(|zoned| zoned.timestamp()))
            .or_else(|_| {
                given.parse::<jiff::civil::DateTime>().and_then(|local| Ok(local.to_zoned(zone)?.timestamp()))
            });
        if moment.is_err() {
            let what = format!("`{}` is no moment", shorten(given));
            let mend = "write `2026-01-09T10:00+08:00`, or `2026-01-09T10:00` for the bundle's own zone";
            self.faults.error(node.at, "bad-time", what, mend);
        }
        moment.ok()
    }

    fn levels(&mut self, fields: &mut Fields<'_>) -> Vec<Level> {
        let Some((_, node)) = fields.take("levels") else {
            return Level::ALL.iter().map(|(_, level)| *level).collect();
        };
        let items = super::super::super::check::fields::items(node, "a list of levels", true, &mut self.faults);
        items.iter().filter_map(|item| one_of(item, "levels", &Level::ALL, &mut self.faults)).collect()
    }
}

/// Whether the last expectations of a test say how the call came out.
fn ends(lines: &[super::TestLine]) -> bool {
    let Some(last) = lines.iter().rev().find(|line| !matches!(line.what, LineKind::Bot(_))) else { return false };
    let LineKind::Expect(expected) = &last.what else { return false };
    expected.iter().any(|one| {
        use Expectation::{Callback, End, Queue, Transfer, Voicemail};
        matches!(one.what, End(_) | Queue(_) | Transfer(_) | Callback(_) | Voicemail(_))
    })
}
