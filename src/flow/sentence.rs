//! Sentences: what the line says, in each language of the bundle, with values filled in by MiniJinja.
//!
//! Only `{{ }}` is for sentences: no loops, no blocks. A value that is not there is an error, so that a caller
//! never hears half a sentence; the flow then takes its error exit.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Environment, ErrorKind, State, UndefinedBehavior};

use crate::words::{Language, smooth, speak_date, speak_duration, speak_money, speak_number, speak_time, spell};

use super::datum::Datum;
use super::expression::{Read, Trouble, Variable};
use super::node::Place;

/// Which sentence of a bundle. Made by the loader alone, so it always names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SentenceId(pub usize);

/// The longest text a sentence may grow to when its values are filled in, in bytes.
const LONGEST: usize = 4_000;
/// Instructions a sentence may cost: far more than any sentence needs.
const FUEL: u64 = 20_000;
/// The name under which filters find the language.
const LANGUAGE: &str = "__language";

/// All sentences of a bundle.
pub(super) struct Sentences {
    environment: Environment<'static>,
    list: Vec<Sentence>,
    pronounce: BTreeMap<Language, Vec<(String, String)>>,
}

/// One sentence: in each language, variants that take turns.
#[derive(Debug)]
pub(super) struct Sentence {
    pub at: Place,
    /// What it reads.
    pub reads: Vec<Read>,
    said: BTreeMap<Language, Vec<Line>>,
}

/// One wording.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub text: String,
    /// The template's name, when there is something to fill in.
    template: Option<String>,
}

/// What is wrong with the text of a sentence.
#[derive(Debug)]
pub(super) struct SentenceFault {
    pub code: &'static str,
    pub what: String,
    pub mend: String,
}

impl Sentences {
    /// No sentences yet. `pronounce` says words otherwise than they are written.
    pub fn new(pronounce: BTreeMap<Language, Vec<(String, String)>>) -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(20);
        environment.set_formatter(|output, state, value| {
            if value.is_undefined() || value.is_none() {
                return Err(ErrorKind::UndefinedError.into());
            }
            output.write_str(&spoken_form(value, &setting_of(state)))?;
            Ok(())
        });
        environment
            .add_filter("spell", |state: &State<'_, '_>, value: Value| spell(&plain(&value), language_of(state)));
        environment.add_filter("day", |state: &State<'_, '_>, value: Value| match datum_of(&value) {
            Some(Datum::Date(date)) => Ok(speak_date(*date, setting_of(state).today, language_of(state))),
            Some(Datum::Moment(moment)) => {
                Ok(speak_date(local(state, *moment).date(), setting_of(state).today, language_of(state)))
            }
            _ => Err(wrong("day", "a date")),
        });
        environment.add_filter("time", |state: &State<'_, '_>, value: Value| match datum_of(&value) {
            Some(Datum::Time(time)) => Ok(speak_time(*time, language_of(state))),
            Some(Datum::Moment(moment)) => Ok(speak_time(local(state, *moment).time(), language_of(state))),
            // An expression knows a time of day as text, so one that went through `set` is text.
            _ => match plain(&value).parse() {
                Ok(time) => Ok(speak_time(time, language_of(state))),
                Err(_) => Err(wrong("time", "a time of day")),
            },
        });
        environment.add_filter("number", |state: &State<'_, '_>, value: Value| {
            number_of(&value).map(|number| speak_number(number, language_of(state))).ok_or(wrong("number", "a number"))
        });
        environment.add_filter("money", |state: &State<'_, '_>, value: Value, currency: Option<String>| {
            let amount = number_of(&value).ok_or_else(|| wrong("money", "a number"))?;
            Ok::<_, minijinja::Error>(match currency {
                Some(currency) => speak_money(amount, &currency, language_of(state)),
                None => speak_number(amount, language_of(state)),
            })
        });
        environment.add_filter("upper", |value: Value| plain(&value).to_uppercase());
        environment.add_filter("lower", |value: Value| plain(&value).to_lowercase());
        Self { environment, list: Vec::new(), pronounce }
    }

    /// The names of the filters, for mends.
    pub const FILTERS: [&'static str; 7] = ["spell", "day", "time", "number", "money", "upper", "lower"];

    /// Adds a sentence; the texts are the variants in each language.
    pub fn add(
        &mut self,
        at: Place,
        said: BTreeMap<Language, Vec<String>>,
    ) -> Result<SentenceId, (Language, SentenceFault)> {
        let id = SentenceId(self.list.len());
        let mut lines: BTreeMap<Language, Vec<Line>> = BTreeMap::new();
        let mut reads = Vec::new();
        for (language, texts) in said {
            for (variant, text) in texts.into_iter().enumerate() {
                let line = self.line(id, language, variant, &text, &mut reads).map_err(|fault| (language, fault))?;
                lines.entry(language).or_default().push(line);
            }
        }
        reads.sort();
        reads.dedup();
        self.list.push(Sentence { at, reads, said: lines });
        Ok(id)
    }

    fn line(
        &mut self,
        id: SentenceId,
        language: Language,
        variant: usize,
        text: &str,
        reads: &mut Vec<Read>,
    ) -> Result<Line, SentenceFault> {
        let text = tidy(text);
        if text.contains("{%") || text.contains("{#") {
            return Err(SentenceFault {
                code: "bad-sentence",
                what: "sentences take values in `{{ }}` only, no blocks or comments".to_owned(),
                mend: "decide with `choose` between two sentences".to_owned(),
            });
        }
        if let Some(name) = in_single_braces(&text) {
            return Err(SentenceFault {
                code: "single-braces",
                what: format!("`{{ {name} }}` would be said as it stands, braces and all"),
                mend: format!("write two braces on each side: `{{{{ {name} }}}}`"),
            });
        }
        if !text.contains("{{") {
            if text.contains("}}") {
                return Err(SentenceFault {
                    code: "bad-sentence",
                    what: "`}}` closes what was never opened".to_owned(),
                    mend: "write a value as `{{ name }}`".to_owned(),
                });
            }
            return Ok(Line { text: self.pronounced(&text, language), template: None });
        }
        let name = format!("{}.{language}.{variant}", id.0);
        self.environment.add_template_owned(name.clone(), text.clone()).map_err(|error| SentenceFault {
            code: "bad-sentence",
            what: format!(
                "the value in `{{{{ }}}}` cannot be read: {}",
                error.detail().unwrap_or("a bracket or a name is wrong")
            ),
            mend: "write it as `{{ order.due | day }}`".to_owned(),
        })?;
        let template = self.environment.get_template(&name).map_err(|_| SentenceFault {
            code: "bad-sentence",
            what: "the sentence cannot be read".to_owned(),
            mend: "write values as `{{ name }}`".to_owned(),
        })?;
        for path in template.undeclared_variables(true) {
            let (root, field) = path.split_once('.').map_or((path.as_str(), None), |(root, field)| (root, Some(field)));
            reads.push(Read { root: root.to_owned(), field: field.map(str::to_owned) });
        }
        Ok(Line { text, template: Some(name) })
    }

    /// Every sentence.
    pub fn all(&self) -> impl Iterator<Item = &Sentence> {
        self.list.iter()
    }

    /// The sentence.
    pub fn get(&self, id: SentenceId) -> &Sentence {
        &self.list[id.0]
    }

    /// The text to be spoken, its values filled in. `turn` picks among variants.
    pub fn render(
        &self,
        id: SentenceId,
        language: Language,
        turn: usize,
        lookup: &dyn Fn(&str) -> Option<Variable>,
        zone: &jiff::tz::TimeZone,
    ) -> Result<String, Trouble> {
        let sentence = self.get(id);
        let lines = sentence.lines(language);
        let Some(line) = lines.get(turn % lines.len().max(1)) else {
            return Err(Trouble(format!("a sentence has no {language} wording")));
        };
        self.render_line(sentence, line, language, lookup, zone)
    }

    /// As [`Sentences::render`], for one wording.
    pub fn render_line(
        &self,
        sentence: &Sentence,
        line: &Line,
        language: Language,
        lookup: &dyn Fn(&str) -> Option<Variable>,
        zone: &jiff::tz::TimeZone,
    ) -> Result<String, Trouble> {
        let Some(name) = &line.template else {
            return Ok(line.text.clone());
        };
        let mut context: BTreeMap<String, Value> = BTreeMap::new();
        let now = match lookup("now") {
            Some(Variable::One(Datum::Moment(moment))) => moment,
            _ => jiff::Timestamp::UNIX_EPOCH,
        };
        let today = now.to_zoned(zone.clone()).date();
        context.insert(LANGUAGE.to_owned(), Value::from_object(Setting { language, zone: zone.clone(), today }));
        for read in &sentence.reads {
            if context.contains_key(&read.root) {
                continue;
            }
            let value = match lookup(&read.root) {
                None | Some(Variable::One(Datum::Absent)) => continue,
                Some(Variable::One(datum)) => to_jinja(datum),
                Some(Variable::Spelt(text)) => Value::from_object(Spelt(text)),
                Some(Variable::Record(record)) => {
                    let present = record.into_iter().filter(|(_, datum)| !datum.is_absent());
                    let mut fields: BTreeMap<String, Value> = BTreeMap::new();
                    let mut inner: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
                    for (name, datum) in present {
                        match name.split_once('.') {
                            None => fields.insert(name, to_jinja(datum)),
                            Some((outer, field)) => {
                                inner.entry(outer.to_owned()).or_default().insert(field.to_owned(), to_jinja(datum))
                            }
                        };
                    }
                    fields.extend(inner.into_iter().map(|(name, fields)| (name, Value::from(fields))));
                    Value::from(fields)
                }
            };
            context.insert(read.root.clone(), value);
        }
        let template = self.environment.get_template(name).map_err(|error| trouble(&error))?;
        let text = template.render(Value::from(context)).map_err(|error| trouble(&error))?;
        if text.len() > LONGEST {
            return Err(Trouble("a sentence grew too long".to_owned()));
        }
        Ok(self.pronounced(&smooth(&tidy(&text), language), language))
    }

    fn pronounced(&self, text: &str, language: Language) -> String {
        let Some(words) = self.pronounce.get(&language) else {
            return text.to_owned();
        };
        words.iter().fold(text.to_owned(), |text, (written, said)| replace_words(&text, written, said))
    }
}

impl Sentence {
    /// Its variants in a language.
    pub fn lines(&self, language: Language) -> &[Line] {
        self.said.get(&language).map_or(&[], Vec::as_slice)
    }
}

impl Line {
    /// Whether it is the same for every caller.
    pub fn is_fixed(&self) -> bool {
        self.template.is_none()
    }
}

impl fmt::Debug for Sentences {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sentences({})", self.list.len())
    }
}

/// The kind of a rendering error, without values.
fn trouble(error: &minijinja::Error) -> Trouble {
    Trouble(match error.kind() {
        ErrorKind::UndefinedError => "a sentence needs a value that is absent".to_owned(),
        ErrorKind::UnknownFilter => {
            format!("a sentence uses a filter that does not exist: {}", error.detail().unwrap_or(""))
        }
        ErrorKind::OutOfFuel => "a sentence takes too long to fill in".to_owned(),
        _ => match error.detail() {
            Some(detail) if detail.starts_with('`') => detail.to_owned(),
            _ => "a sentence could not be filled in".to_owned(),
        },
    })
}

fn wrong(filter: &str, wanted: &str) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, format!("`{filter}` needs {wanted}"))
}

/// What stands in `{ }` where `{{ }}` was meant.
fn in_single_braces(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let inside = &rest[open + 1..];
        if let Some(value) = inside.strip_prefix('{') {
            rest = value.find("}}").map_or("", |close| &value[close + 2..]);
            continue;
        }
        let name = inside.split('}').next().unwrap_or(inside).trim();
        return Some(name.trim_matches(['{', '}']).trim());
    }
    None
}

/// One line, single spaces.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Replaces whole words; in a script without spaces, any occurrence.
fn replace_words(text: &str, written: &str, said: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find(written) {
        let (before, from) = rest.split_at(found);
        let after = &from[written.len()..];
        let is_word = |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphanumeric());
        let joined_before = is_word(before.chars().next_back()) && is_word(written.chars().next());
        let joined_after = is_word(after.chars().next()) && is_word(written.chars().next_back());
        result.push_str(before);
        result.push_str(if joined_before || joined_after { written } else { said });
        rest = after;
    }
    result.push_str(rest);
    result
}

/// A date, a time or a moment inside a template.
#[derive(Debug)]
struct InTemplate(Datum);

impl Object for InTemplate {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.text())
    }
}

/// A code or digits: said one by one.
struct Spelt(String);

impl fmt::Debug for Spelt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Spelt(•••)")
    }
}

impl Object for Spelt {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What filters need to know of the call.
#[derive(Clone, Debug)]
struct Setting {
    language: Language,
    zone: jiff::tz::TimeZone,
    today: jiff::civil::Date,
}

impl Object for Setting {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.language.as_str())
    }
}

fn to_jinja(datum: Datum) -> Value {
    match datum {
        Datum::Absent => Value::UNDEFINED,
        Datum::YesNo(truth) => Value::from(truth),
        Datum::Number(number) => Value::from(number),
        Datum::Text(text) => Value::from(text),
        other => Value::from_object(InTemplate(other)),
    }
}

fn setting_of(state: &State<'_, '_>) -> Setting {
    let found = state.lookup(LANGUAGE).and_then(|value| value.downcast_object_ref::<Setting>().cloned());
    found.unwrap_or(Setting {
        language: Language::EN,
        zone: jiff::tz::TimeZone::UTC,
        today: jiff::civil::date(1970, 1, 1),
    })
}

fn language_of(state: &State<'_, '_>) -> Language {
    setting_of(state).language
}

fn local(state: &State<'_, '_>, moment: jiff::Timestamp) -> jiff::Zoned {
    moment.to_zoned(setting_of(state).zone)
}

fn datum_of(value: &Value) -> Option<&Datum> {
    value.downcast_object_ref::<InTemplate>().map(|found| &found.0)
}

fn number_of(value: &Value) -> Option<f64> {
    f64::try_from(value.clone()).ok().filter(|number| number.is_finite())
}

/// The written form.
fn plain(value: &Value) -> String {
    match number_of(value) {
        Some(number) if value.is_number() => Datum::Number(number).text(),
        _ => value.to_string(),
    }
}

/// How a value without a filter is said.
fn spoken_form(value: &Value, setting: &Setting) -> String {
    let language = setting.language;
    if let Some(Spelt(text)) = value.downcast_object_ref::<Spelt>() {
        return spell(text, language);
    }
    match datum_of(value) {
        Some(Datum::Date(date)) => speak_date(*date, setting.today, language),
        Some(Datum::Time(time)) => speak_time(*time, language),
        Some(Datum::Duration(length)) => speak_duration(*length, language),
        Some(Datum::Moment(moment)) => speak_time(moment.to_zoned(setting.zone.clone()).time(), language),
        _ => plain(value),
    }
}

/// About how long it takes to say `text`: at 15 characters a second in a script with letters, 4.5 in Chinese.
pub(super) fn speaking_time(text: &str) -> std::time::Duration {
    const LETTERS_A_SECOND: f32 = 15.0;
    const CHINESE_A_SECOND: f32 = 4.5;
    let (chinese, letters): (Vec<char>, Vec<char>) = text.chars().partition(|character| *character >= '\u{2e80}');
    std::time::Duration::from_secs_f32(
        chinese.len() as f32 / CHINESE_A_SECOND + letters.len() as f32 / LETTERS_A_SECOND,
    )
}
