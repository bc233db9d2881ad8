//! The loader: documents, the bundle's own keys, and the order in which everything else is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::words::Language;

use super::super::bundle::{Bundle, Flow, FlowIndex, Handlers, Jump, List, Privacy, Slot, starts_of};
use super::super::content;
use super::super::expression::ExpressionFault;
use super::super::fault::{Fault, LoadFailure, Severity};
use super::super::kind::Names;
use super::super::nearest::{NOTHING_THERE, suggestion};
use super::super::node::{self, Key, Node, NodeKind, Place};
use super::super::operators::Operators;
use super::super::sentence::Sentences;
use super::super::source::{self, SourceFile};
use super::beside::Beside;
use super::fields::{Faults, Fields, items, name, text};
use super::flow::FlowBuilder;
use super::not_yaml::in_plain_words;
use super::{grammar, lint, slots};

/// A bundle that can run, and what its designer may want to know.
#[derive(Debug)]
pub struct Loaded {
    /// The checked bundle.
    pub bundle: Arc<Bundle>,
    /// Warnings, sorted by place.
    pub warnings: Vec<Fault>,
}

/// Loads the bundle in a folder: every `.yaml` and `.yml` file in it and below it.
pub fn load_dir(folder: &Path, operators: &Operators) -> Result<Loaded, LoadFailure> {
    match source::read_folder(folder) {
        Ok(files) => {
            let attached = content::attached(folder, &files)?;
            load(files, &attached, operators)
        }
        Err(unreadable) => Err(LoadFailure { faults: vec![of_file(unreadable)] }),
    }
}

fn of_file(unreadable: source::Unreadable) -> Fault {
    let source::Unreadable { path, code, what, mend } = unreadable;
    Fault { file: path, line: 0, column: 0, code, severity: Severity::Error, what, mend }
}

/// Loads a bundle from texts that are already in memory.
pub fn load_files(files: Vec<SourceFile>, operators: &Operators) -> Result<Loaded, LoadFailure> {
    load(files, &[], operators)
}

fn load(files: Vec<SourceFile>, attached: &[(PathBuf, Vec<u8>)], operators: &Operators) -> Result<Loaded, LoadFailure> {
    let mut total = 0;
    for file in &files {
        let size = file.text.len() as u64;
        total += size;
        if size > source::LARGEST_FILE || total > source::LARGEST_BUNDLE || files.len() > source::MOST_FILES {
            let unreadable = source::too_large(file.path.clone(), size > source::LARGEST_FILE);
            return Err(LoadFailure { faults: vec![of_file(unreadable)] });
        }
    }
    let mut faults = Faults::new(files.iter().map(|file| file.path.clone()).collect());
    let documents = read_documents(&files, &mut faults);
    let beside = Beside::of(&files, attached);
    let mut checker = Checker::new(faults, operators, &beside);
    let bundle = checker.bundle(&documents, content::id(&files, attached));
    let Checker { faults, .. } = checker;
    let failed = faults.has_errors();
    match bundle {
        Some(bundle) if !failed => Ok(Loaded { bundle: Arc::new(bundle), warnings: faults.into_list() }),
        _ => Err(LoadFailure { faults: without_consequences(faults.into_list()) }),
    }
}

/// Leaves out faults that only follow from others: while a look-up's connection or query is not there, nothing is
/// known of its fields, and mending the one mends the rest.
fn without_consequences(mut faults: Vec<Fault>) -> Vec<Fault> {
    let is_cause = |fault: &Fault| matches!(fault.code, "unknown-connection" | "unknown-query");
    if faults.iter().any(is_cause) {
        faults.retain(|fault| fault.code != "unknown-field" || fault.mend != NOTHING_THERE);
    }
    faults
}

/// A document and what its first key says it is.
pub struct Document {
    pub key: Key,
    pub named: Node,
    pub whole: Node,
}

fn read_documents(files: &[SourceFile], faults: &mut Faults) -> Vec<Document> {
    let mut documents = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        // The tables of lists may be among files that are in memory.
        if file.path.extension().is_some_and(|extension| extension == "csv") {
            continue;
        }
        match node::parse(index, &file.text) {
            Ok(nodes) => documents.extend(nodes.into_iter().filter_map(|node| document(node, faults))),
            Err(error) => {
                let at = Place { file: index, line: error.line, column: error.column };
                let (what, mend) = in_plain_words(&error.what);
                faults.error(at, "not-yaml", what, mend);
            }
        }
    }
    documents
}

fn document(node: Node, faults: &mut Faults) -> Option<Document> {
    let NodeKind::Map(entries) = &node.kind else {
        let mend = "begin it with `bundle:` or `flow:`";
        faults.error(node.at, "wrong-form", format!("a document is {}, not a mapping", node.describe()), mend);
        return None;
    };
    let (key, named) = entries.first()?.clone();
    Some(Document { key, named, whole: node })
}

/// What everything of a bundle is checked with.
pub struct Checker<'a> {
    pub faults: Faults,
    pub operators: &'a Operators,
    pub languages: Vec<Language>,
    pub zone: jiff::tz::TimeZone,
    pub sentences: Sentences,
    pub names: BTreeMap<String, FlowIndex>,
    /// What lies beside the YAML: tables of lists, recordings.
    pub beside: &'a Beside,
    pub lists: BTreeMap<String, List>,
    /// The topics of all `answers:` documents.
    pub topics: BTreeSet<String>,
    /// Slots of each flow.
    pub slots: Vec<BTreeMap<String, Slot>>,
    /// Every name of each flow: its slots, variables and results.
    pub known: Vec<Names>,
    /// Flows that callers can start.
    pub routable: Vec<FlowIndex>,
}

/// Names of the pseudo-flow that holds the steps of the bundle's own handlers.
pub const BUNDLE_HANDLERS: &str = "always";

impl<'a> Checker<'a> {
    fn new(faults: Faults, operators: &'a Operators, beside: &'a Beside) -> Self {
        Self {
            faults,
            operators,
            languages: vec![Language::EN],
            zone: jiff::tz::TimeZone::UTC,
            sentences: Sentences::new(BTreeMap::new()),
            names: BTreeMap::new(),
            beside,
            lists: BTreeMap::new(),
            topics: BTreeSet::new(),
            slots: Vec::new(),
            known: Vec::new(),
            routable: Vec::new(),
        }
    }

    fn bundle(&mut self, documents: &[Document], id: String) -> Option<Bundle> {
        let mut bundle_document = None;
        let mut flow_documents: Vec<&Document> = Vec::new();
        let mut lists: Vec<&Document> = Vec::new();
        let mut answers: Vec<&Document> = Vec::new();
        for document in documents {
            let kind = document.key.text.as_str();
            match kind {
                "bundle" if bundle_document.is_none() => bundle_document = Some(document),
                "bundle" => {
                    let mend = "keep one `bundle:` document in a bundle";
                    self.faults.error(document.key.at, "second-bundle", "this is a second `bundle:`", mend);
                }
                "flow" => flow_documents.push(document),
                // Tests stand beside the flows they are for; `warmline test` reads them.
                "test" => {}
                "answers" => answers.push(document),
                "list" => lists.push(document),
                _ => {
                    let what =
                        format!("the first key `{}` does not say what the document is", super::fields::shorten(kind));
                    let mend = suggestion(kind, grammar::DOCUMENTS.iter().map(|document| document.name));
                    self.faults.error(document.key.at, "unknown-document", what, mend);
                }
            }
        }
        let Some(bundle_document) = bundle_document else {
            let at = documents.first().map_or(Place { file: 0, line: 1, column: 1 }, |document| document.key.at);
            let mend = "write a document `bundle: NAME` with `start:` and `languages:`";
            // A file that could not be read may have held it.
            if !self.faults.has_errors() {
                self.faults.error(at, "no-bundle", "there is no `bundle:` document", mend);
            }
            return None;
        };

        let mut fields = Fields::of(&bundle_document.whole, "the bundle", &mut self.faults)?;
        fields.take("bundle");
        let bundle_name = name(&bundle_document.named, "a name for the bundle", &mut self.faults)?.to_owned();
        self.read_languages(&mut fields);
        self.read_timezone(&mut fields);
        let pronounce = self.read_pronounce(&mut fields);
        self.sentences = Sentences::new(pronounce);
        self.read_lists(&lists);
        self.read_topics(&answers);

        let mut flow_fields = self.read_flow_names(&flow_documents);
        let start = fields.need("start", "name the flow a call begins with: `start: welcome`", &mut self.faults);
        let start = start.and_then(|node| self.flow_named(node));
        let handover = fields.take("handover").and_then(|(_, node)| self.flow_named(node));
        let shared = fields.take("shared").map(|(_, node)| node);
        let always = fields.take("always");
        fields.finish(&mut self.faults);

        let declared: Vec<slots::Declared> =
            flow_fields.iter_mut().map(|(_, fields)| slots::declare(self, fields)).collect();
        self.routable = declared
            .iter()
            .enumerate()
            .filter(|(_, declared)| !declared.start_when.is_empty())
            .map(|(index, _)| FlowIndex(index))
            .collect();
        self.slots = Vec::new();
        let mut start_whens = Vec::new();
        let mut called = Vec::new();
        for declared in declared {
            self.slots.push(declared.slots);
            start_whens.push(declared.start_when);
            called.push(declared.called);
        }

        // Flows hand each other what they compute, so the names of all of them come before their steps.
        let known = flow_fields
            .iter()
            .enumerate()
            .map(|(index, (_, fields))| FlowBuilder::new(self, FlowIndex(index), fields).names);
        self.known = known.collect();
        let shared = shared.map_or_else(BTreeSet::new, |node| self.read_shared(node));
        let mut flows = Vec::new();
        let rest = flow_fields.into_iter().zip(start_whens.into_iter().zip(called)).enumerate();
        for (index, ((name, mut fields), (start_when, called))) in rest {
            let called = called.and_then(|node| {
                let names = self.built_in_names();
                self.sentence(node, &names, &BTreeMap::new())
            });
            let at = fields.at;
            let builder = FlowBuilder::new(self, FlowIndex(index), &fields);
            let built = builder.build(&mut fields);
            fields.finish(&mut self.faults);
            flows.push(Flow {
                name,
                at,
                called,
                start_when,
                slots: BTreeMap::new(),
                private: BTreeMap::new(),
                handlers: built.handlers,
                entry: built.entry,
                steps: built.steps,
                labels: built.labels,
            });
        }
        let handlers = self.bundle_handlers(always, bundle_document.key.at, &mut flows);
        let answers = self.read_answers(&answers);
        for (flow, slots) in flows.iter_mut().zip(std::mem::take(&mut self.slots)) {
            flow.slots = slots;
        }
        let mut bundle = Bundle {
            id,
            files: self.faults.files().to_vec(),
            name: bundle_name,
            languages: self.languages.clone(),
            timezone: self.zone.clone(),
            start: start?,
            handover,
            shared,
            handlers,
            starts: starts_of(&flows),
            flows,
            sentences: std::mem::replace(&mut self.sentences, Sentences::new(BTreeMap::new())),
            answers,
            recordings: self.beside.recordings.clone(),
        };
        lint::lint(&mut bundle, bundle_document.key.at, &mut self.faults);
        Some(bundle)
    }

    /// The steps of the bundle's own handlers become a last flow that nobody can name.
    fn bundle_handlers(&mut self, always: Option<(&Key, &Node)>, at: Place, flows: &mut Vec<Flow>) -> Handlers {
        self.slots.push(BTreeMap::new());
        let index = FlowIndex(flows.len());
        let Some((_, always)) = always else {
            return Handlers::new();
        };
        let builder = FlowBuilder::empty(self, index, always);
        let built = builder.build_handlers_alone(always);
        flows.push(Flow {
            name: BUNDLE_HANDLERS.to_owned(),
            at,
            called: None,
            start_when: Vec::new(),
            slots: BTreeMap::new(),
            private: BTreeMap::new(),
            handlers: Handlers::new(),
            entry: Jump::Resume,
            steps: built.steps,
            labels: built.labels,
        });
        built.handlers
    }

    /// The names that every flow has.
    pub fn built_in_names(&self) -> Names {
        Names::built_in(&self.operators.queues)
    }

    fn read_languages(&mut self, fields: &mut Fields<'_>) {
        let mend = "name the languages that are spoken: `languages: [en]`";
        let Some(node) = fields.need("languages", mend, &mut self.faults) else { return };
        let mut languages = Vec::new();
        for item in items(node, "a list of languages", true, &mut self.faults) {
            let Some(tag) = text(item, "a language such as `en`", &mut self.faults) else { continue };
            match Language::parse(tag) {
                Ok(language) if languages.contains(&language) => {
                    let what = format!("the language `{language}` is named twice");
                    self.faults.error(item.at, "bad-language", what, "name it once");
                }
                Ok(language) if !super::super::phrases::is_spoken(language) => {
                    let what = format!("the language `{language}` is not spoken by this version");
                    self.faults.error(item.at, "bad-language", what, "use `en` or `zh`");
                }
                Ok(language) => languages.push(language),
                Err(error) => {
                    self.faults.error(item.at, "bad-language", error.to_string(), "use `en` or `zh`");
                }
            }
        }
        if languages.is_empty() {
            self.faults.error(node.at, "bad-language", "no language is named", mend);
            return;
        }
        self.languages = languages;
    }

    fn read_timezone(&mut self, fields: &mut Fields<'_>) {
        let Some((_, node)) = fields.take("timezone") else { return };
        let Some(name) = text(node, "a time zone such as `Europe/London`", &mut self.faults) else { return };
        match jiff::tz::TimeZone::get(name) {
            Ok(zone) => self.zone = zone,
            Err(_) => {
                let what = format!("there is no time zone `{}`", super::fields::shorten(name));
                self.faults.error(node.at, "bad-timezone", what, "write an IANA name such as `Europe/London`");
            }
        }
    }

    fn read_pronounce(&mut self, fields: &mut Fields<'_>) -> BTreeMap<Language, Vec<(String, String)>> {
        let mut pronounce = BTreeMap::new();
        let Some((_, node)) = fields.take("pronounce") else { return pronounce };
        let NodeKind::Map(languages) = &node.kind else {
            let mend = "write `pronounce: { en: { \"SKU\": \"S K U\" } }`";
            self.faults.error(node.at, "wrong-form", "`pronounce` is not a mapping", mend);
            return pronounce;
        };
        for (key, words) in languages {
            let Some(language) = self.declared_language(key) else { continue };
            let NodeKind::Map(words) = &words.kind else {
                let mend = "write `{ \"SKU\": \"S K U\" }`";
                self.faults.error(words.at, "wrong-form", "the words are not a mapping", mend);
                continue;
            };
            for (written, said) in words {
                let Some(said) = text(said, "how it is said", &mut self.faults) else { continue };
                if written.text.trim().is_empty() {
                    self.faults.error(
                        written.at,
                        "wrong-form",
                        "an empty word cannot be said otherwise",
                        "leave it out",
                    );
                    continue;
                }
                pronounce.entry(language).or_insert_with(Vec::new).push((written.text.clone(), said.to_owned()));
            }
        }
        pronounce
    }

    /// A key that must be a language of the bundle.
    pub fn declared_language(&mut self, key: &Key) -> Option<Language> {
        match Language::parse(&key.text) {
            Ok(language) if self.languages.contains(&language) && language.as_str() == key.text => Some(language),
            Ok(language) if language.as_str() == key.text => {
                let what = format!("the bundle does not declare the language `{language}`");
                self.faults.error(key.at, "unknown-language", what, "add it to `languages`, or leave it out");
                None
            }
            _ => {
                let what = format!("`{}` is no language", super::fields::shorten(&key.text));
                let listed: Vec<String> = self.languages.iter().map(|language| format!("`{language}`")).collect();
                let quotes =
                    if key.text.contains(['“', '”', '‘', '’']) { "straight quotes, `\"`" } else { "quotes" };
                let mend = format!("write {}, and put every sentence in {quotes}", listed.join(", "));
                self.faults.error(key.at, "unknown-language", what, mend);
                None
            }
        }
    }

    /// `shared:` of the bundle.
    fn read_shared(&mut self, node: &Node) -> BTreeSet<String> {
        let mut shared = BTreeSet::new();
        for item in items(node, "a list of slots", true, &mut self.faults) {
            let Some(slot) = name(item, "the name of a slot", &mut self.faults) else { continue };
            let declared: Vec<&Slot> = self.slots.iter().filter_map(|slots| slots.get(slot)).collect();
            let Some(first) = declared.first() else {
                let what = format!("no flow has a slot `{slot}` that could be shared");
                let mend = suggestion(slot, self.slots.iter().flat_map(|slots| slots.keys().map(String::as_str)));
                self.faults.error(item.at, "unknown-slot", what, mend);
                continue;
            };
            if let Some(other) = declared.iter().find(|other| other.kind != first.kind) {
                let what = format!(
                    "the slot `{slot}` cannot be shared: here it is {}, and elsewhere something else",
                    other.kind.name()
                );
                let mend = "declare it alike in every flow, or give one of them another name";
                let at = other.at;
                self.faults.error(at, "shared-differs", what, mend);
                continue;
            }
            if declared.iter().any(|slot| slot.privacy == Privacy::Hide) {
                let what =
                    format!("`{slot}` is private: hide, and would be read back to ask whether it is still the same");
                self.faults.error(item.at, "private-said", what, "leave it out of `shared`");
                continue;
            }
            shared.insert(slot.to_owned());
        }
        shared
    }

    /// Reports what is wrong with an expression.
    pub fn expression_faults(&mut self, node: &Node, faults: Vec<ExpressionFault>) {
        let quote = u32::from(matches!(&node.kind, NodeKind::Scalar { quoted: true, .. }));
        for fault in faults {
            let offset = u32::try_from(fault.offset).unwrap_or(0);
            let at = Place { column: node.at.column + quote + offset, ..node.at };
            self.faults.error(at, fault.code, fault.what, fault.mend);
        }
    }

    fn read_flow_names<'d>(&mut self, documents: &[&'d Document]) -> Vec<(String, Fields<'d>)> {
        let mut flows = Vec::new();
        for document in documents {
            let Some(flow) = name(&document.named, "a name for the flow", &mut self.faults) else { continue };
            let Some(mut fields) = Fields::of(&document.whole, format!("the flow `{flow}`"), &mut self.faults) else {
                continue;
            };
            fields.take("flow");
            if self.names.contains_key(flow) || flow == BUNDLE_HANDLERS {
                let what = format!("there is already a flow `{flow}`");
                self.faults.error(document.named.at, "duplicate-name", what, "give one of them another name");
                continue;
            }
            self.names.insert(flow.to_owned(), FlowIndex(flows.len()));
            flows.push((flow.to_owned(), fields));
        }
        flows
    }

    /// A flow by its name.
    pub fn flow_named(&mut self, node: &Node) -> Option<FlowIndex> {
        let wanted = text(node, "the name of a flow", &mut self.faults)?;
        self.find_flow(wanted.strip_prefix("flow:").unwrap_or(wanted).trim(), node.at)
    }

    /// As [`Checker::flow_named`], for a name that has been read.
    pub fn find_flow(&mut self, wanted: &str, at: Place) -> Option<FlowIndex> {
        if let Some(index) = self.names.get(wanted) {
            return Some(*index);
        }
        let what = format!("there is no flow `{}`", super::fields::shorten(wanted));
        let mend = suggestion(wanted, self.names.keys().map(String::as_str));
        self.faults.error(at, "unknown-flow", what, mend);
        None
    }
}
