//! A table of the settings file whose keys are taken one by one; what nobody took is a misspelt key.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::super::duration::Written;
use super::super::error::ConfigError;
use super::super::settings::Secrets;
use super::Surroundings;
use crate::Private;

/// The file that everything stands in.
pub(super) struct Source<'a> {
    pub surroundings: &'a Surroundings<'a>,
}

impl Source<'_> {
    /// A fault at byte `offset`.
    pub fn wrong(&self, offset: usize, what: impl Into<String>) -> ConfigError {
        ConfigError::at(self.surroundings.path, self.surroundings.text, offset, what)
    }

    /// A path written in the file is relative to the file.
    pub fn beside(&self, path: &str) -> PathBuf {
        self.surroundings.path.parent().map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
    }

    /// The value that `env:NAME` names, for a setting that must not stand in the file; `None` when `text` is no such
    /// reference.
    pub fn secret(&self, text: &str, at: usize) -> Result<Option<Private<String>>, ConfigError> {
        let Some(name) = text.strip_prefix("env:") else { return Ok(None) };
        match (self.surroundings.environment)(name) {
            Some(value) if !value.is_empty() => Ok(Some(Private::new(value))),
            _ if self.surroundings.secrets == Secrets::MayBeMissing => Ok(Some(Private::default())),
            _ => Err(self.wrong(at, format!("the environment has no {name}; set it before starting"))),
        }
    }
}

/// One table.
pub(super) struct Section<'a> {
    pub source: &'a Source<'a>,
    /// As it stands between the brackets: `connection.crm.find_customer`.
    pub name: String,
    /// Where it begins.
    pub at: usize,
    table: &'a DeTable<'a>,
    taken: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Section<'a> {
    pub fn new(source: &'a Source<'a>, name: &str, at: usize, table: &'a DeTable<'a>) -> Self {
        Self { source, name: name.to_owned(), at, table, taken: RefCell::default() }
    }

    /// The last part of its name.
    pub fn own_name(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    /// A fault of the whole section.
    pub fn wrong(&self, what: impl std::fmt::Display) -> ConfigError {
        self.source.wrong(self.at, format!("{}: {what}", self.name))
    }

    /// The value under a key, and where it stands.
    fn take(&self, key: &'static str) -> Option<(&'a DeValue<'a>, usize)> {
        self.taken.borrow_mut().insert(key);
        self.table.get(key).map(|value| (value.get_ref(), value.span().start))
    }

    fn not_a(&self, key: &str, at: usize, value: &DeValue<'_>, form: &str) -> ConfigError {
        self.source.wrong(at, format!("{}.{key} is {} {}; write {form}", self.name, article(value), value.type_str()))
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Result<Option<(String, usize)>, ConfigError> {
        let Some((value, at)) = self.take(key) else { return Ok(None) };
        match value.as_str() {
            Some(text) => Ok(Some((text.to_owned(), at))),
            None => Err(self.not_a(key, at, value, "a text, in quotes")),
        }
    }

    /// A text that must be there; `form` says what it is.
    pub fn needed_text(&self, key: &'static str, form: &str) -> Result<(String, usize), ConfigError> {
        self.text(key)?.ok_or_else(|| self.wrong(format!("needs `{key}`: {form}")))
    }

    /// One of a few words.
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Result<Option<T>, ConfigError> {
        let Some((word, at)) = self.text(key)? else { return Ok(None) };
        match words.iter().find(|(known, _)| *known == word) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => {
                let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
                Err(self
                    .source
                    .wrong(at, format!("{}.{key} is {word:?}; write one of {}", self.name, known.join(", "))))
            }
        }
    }

    /// Yes or no.
    pub fn truth(&self, key: &'static str) -> Result<Option<bool>, ConfigError> {
        let Some((value, at)) = self.take(key) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.not_a(key, at, value, "true or false"))
    }

    /// A whole number from `least` to `most`.
    pub fn count(&self, key: &'static str, least: u32, most: u32) -> Result<Option<u32>, ConfigError> {
        let Some((value, at)) = self.take(key) else { return Ok(None) };
        let number = value.as_integer().and_then(|number| number.as_str().parse::<u32>().ok());
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.source.wrong(at, format!("{}.{key} is a whole number from {least} to {most}", self.name))),
        }
    }

    /// A duration, longer than nothing.
    pub fn duration(&self, key: &'static str) -> Result<Option<Duration>, ConfigError> {
        let Some((text, at)) = self.text(key)? else { return Ok(None) };
        match text.parse::<Written>() {
            Ok(Written(Duration::ZERO)) => Err(self.source.wrong(at, format!("{}.{key} is no time at all", self.name))),
            Ok(Written(duration)) => Ok(Some(duration)),
            Err(what) => Err(self.source.wrong(at, what)),
        }
    }

    /// A size in bytes: `256kB`, `1MB`.
    pub fn size(&self, key: &'static str) -> Result<Option<u64>, ConfigError> {
        let Some((text, at)) = self.text(key)? else { return Ok(None) };
        let units = [("MB", 1_000_000), ("kB", 1_000), ("B", 1)];
        let size = units.into_iter().find_map(|(unit, bytes)| {
            let number = text.strip_suffix(unit)?.trim().parse::<u64>().ok()?;
            number.checked_mul(bytes)
        });
        match size.filter(|size| (1..=1_000_000_000).contains(size)) {
            Some(size) => Ok(Some(size)),
            None => Err(self
                .source
                .wrong(at, format!("{text:?} is not a size; write a whole number and its unit, as in 256kB or 1MB"))),
        }
    }

    /// A list of texts, each with its place.
    pub fn texts(&self, key: &'static str) -> Result<Option<Vec<(String, usize)>>, ConfigError> {
        let Some((value, at)) = self.take(key) else { return Ok(None) };
        let form = "a list of texts, as in [\"number\"]";
        let items = value.as_array().ok_or_else(|| self.not_a(key, at, value, form))?;
        let texts = items.iter().map(|item| match item.get_ref().as_str() {
            Some(text) => Ok((text.to_owned(), item.span().start)),
            None => Err(self.not_a(key, item.span().start, item.get_ref(), form)),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// A value of any kind.
    pub fn any(&self, key: &'static str) -> Option<(&'a DeValue<'a>, usize)> {
        self.take(key)
    }

    /// A table.
    pub fn table(&self, key: &'static str) -> Result<Option<Section<'a>>, ConfigError> {
        let Some((value, at)) = self.take(key) else { return Ok(None) };
        let table =
            value.as_table().ok_or_else(|| self.not_a(key, at, value, "a table, as in { name = \"value\" }"))?;
        Ok(Some(self.below(key, at, table)))
    }

    fn below(&self, key: &str, at: usize, table: &'a DeTable<'a>) -> Section<'a> {
        let name = if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        Section::new(self.source, &name, at, table)
    }

    /// Every entry as name, place of the name, text and place of the text: for tables whose keys are the operator's.
    pub fn named_texts(&self) -> Result<Vec<(String, usize, String, usize)>, ConfigError> {
        let entries = self.table.iter().map(|(key, value)| {
            let at = value.span().start;
            match value.get_ref().as_str() {
                Some(text) => Ok((key.get_ref().to_string(), key.span().start, text.to_owned(), at)),
                None => Err(self.not_a(key.get_ref(), at, value.get_ref(), "a text, in quotes")),
            }
        });
        entries.collect()
    }

    /// The tables that no key has taken, each by its own name; anything else that is left is a key nobody knows.
    pub fn tables(&self) -> Result<Vec<Section<'a>>, ConfigError> {
        let taken = self.taken.borrow();
        let mut tables = Vec::new();
        for (key, value) in self.table.iter().filter(|(key, _)| !taken.contains(key.get_ref().as_ref())) {
            let name = key.get_ref();
            let Some(table) = value.get_ref().as_table() else { return Err(self.unknown(name, key.span().start)) };
            if name.is_empty() || !name.chars().all(|character| character.is_alphanumeric() || character == '_') {
                let what = format!("{name:?} cannot be named in a flow; use letters, digits and _");
                return Err(self.source.wrong(key.span().start, what));
            }
            tables.push(self.below(name, key.span().start, table));
        }
        Ok(tables)
    }

    /// Nothing may be left that no key has taken.
    pub fn finish(&self) -> Result<(), ConfigError> {
        let taken = self.taken.borrow();
        match self.table.iter().find(|(key, _)| !taken.contains(key.get_ref().as_ref())) {
            Some((key, _)) => Err(self.unknown(key.get_ref(), key.span().start)),
            None => Ok(()),
        }
    }

    fn unknown(&self, key: &str, at: usize) -> ConfigError {
        let known: Vec<&str> = self.taken.borrow().iter().copied().collect();
        self.source.wrong(at, format!("{} has no key {key:?}; its keys are {}", self.name, known.join(", ")))
    }
}

fn article(value: &DeValue<'_>) -> &'static str {
    if value.type_str().starts_with(['a', 'i']) { "an" } else { "a" }
}
