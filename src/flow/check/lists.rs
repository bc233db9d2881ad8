//! `list:` documents: named values for templates, choices and places, inline or from a table in the bundle's folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::words::{ChoiceOption, Language, ListSource, Template, WordList};

use super::super::bundle::List;
use super::super::node::{Node, Place};
use super::fields::{Fields, name, shorten, text};
use super::load::{Checker, Document};

/// The most values a list may have.
const MOST_VALUES: usize = 5_000;
/// The column of the values themselves.
const VALUE: &str = "value";

/// Where templates find the lists that they name.
impl ListSource for BTreeMap<String, List> {
    fn list(&self, name: &str) -> Option<Arc<WordList>> {
        self.get(name).map(|list| Arc::clone(&list.words))
    }
}

impl Checker<'_> {
    /// Reads every `list:` document.
    pub fn read_lists(&mut self, documents: &[&Document]) {
        for document in documents {
            let Some(list) = name(&document.named, "a name for the list", &mut self.faults) else { continue };
            let Some(mut fields) = Fields::of(&document.whole, format!("the list `{list}`"), &mut self.faults) else {
                continue;
            };
            fields.take("list");
            let values = fields.take("values").map(|(_, node)| node);
            let file = fields.take("file").map(|(_, node)| node);
            fields.finish(&mut self.faults);
            if self.lists.contains_key(list) {
                let what = format!("there is already a list `{list}`");
                self.faults.error(document.named.at, "duplicate-name", what, "give one of them another name");
                continue;
            }
            let entries = self.values_of(document.key.at, values, file);
            // A list with faults still exists, so that its uses are not faults as well.
            self.lists.insert(list.to_owned(), List::new(list, entries.unwrap_or_default()));
        }
    }

    fn values_of(&mut self, at: Place, values: Option<&Node>, file: Option<&Node>) -> Option<Vec<ChoiceOption>> {
        let entries = match (values, file) {
            (Some(values), None) => self.read_choices(values)?,
            (None, Some(file)) => self.table(file)?,
            (Some(_), Some(file)) => {
                let what = "the list has both `values` and `file`";
                self.faults.error(file.at, "bad-list", what, "keep one of them");
                return None;
            }
            (None, None) => {
                let mend = "write `values: [red, blue]`, or `file: colours.csv`";
                self.faults.error(at, "bad-list", "the list has no values", mend);
                return None;
            }
        };
        let place = values.or(file).map_or(at, |node| node.at);
        if entries.is_empty() {
            self.faults.error(place, "bad-list", "the list is empty", "add a value");
            return None;
        }
        if entries.len() > MOST_VALUES {
            let what = format!("the list has more than {MOST_VALUES} values");
            self.faults.error(place, "too-large", what, "let a connection look it up instead");
            return None;
        }
        Some(entries)
    }

    /// The rows of a CSV file: `value,en,zh`, several ways to say it divided by `;`.
    fn table(&mut self, file: &Node) -> Option<Vec<ChoiceOption>> {
        let given = text(file, "the name of a file", &mut self.faults)?;
        let table = match self.beside.table(given) {
            Ok(table) => table,
            Err(what) => {
                let mend = "put the file into the bundle's folder and name it from there: `file: colours.csv`";
                self.faults.error(file.at, "bad-list", format!("`{}` {what}", shorten(given)), mend);
                return None;
            }
        };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(table.as_bytes());
        let headers: Vec<String> = reader
            .headers()
            .map(|row| row.iter().map(|cell| cell.trim_start_matches('\u{feff}').to_owned()).collect())
            .unwrap_or_default();
        let Some(value_column) = headers.iter().position(|header| header == VALUE) else {
            let mend = format!("let its first line name the columns: `{VALUE},{}`", self.languages_listed());
            self.faults.error(file.at, "bad-list", format!("`{}` has no column `{VALUE}`", shorten(given)), mend);
            return None;
        };
        let columns: Vec<(Language, usize)> = self
            .languages
            .iter()
            .filter_map(|language| Some((*language, headers.iter().position(|header| header == language.as_str())?)))
            .collect();
        if !columns.is_empty() && columns.len() < self.languages.len() {
            let known: Vec<Language> = columns.iter().map(|(language, _)| *language).collect();
            for language in self.languages.clone().into_iter().filter(|language| !known.contains(language)) {
                let what = format!("`{}` has no column `{language}`", shorten(given));
                self.faults.error(file.at, "missing-language", what, "add it; an empty cell takes the value itself");
            }
        }
        let mut entries: Vec<ChoiceOption> = Vec::new();
        for (index, row) in reader.records().enumerate() {
            let line = index + 2;
            let Ok(row) = row else {
                let what = format!("line {line} of `{}` cannot be read", shorten(given));
                self.faults.error(file.at, "bad-list", what, "save it as CSV in UTF-8");
                return None;
            };
            let value = row.get(value_column).unwrap_or_default();
            if value.is_empty() {
                continue;
            }
            if entries.iter().any(|known| known.value == value) {
                let what = format!("line {line} of `{}` has `{}` a second time", shorten(given), shorten(value));
                self.faults.error(file.at, "duplicate-name", what, "put all ways to say it into one row");
                continue;
            }
            let mut said: BTreeMap<Language, Vec<Template>> = BTreeMap::new();
            for (language, column) in &columns {
                let cell = row.get(*column).unwrap_or_default();
                for way in cell.split([';', '；']).map(str::trim).filter(|way| !way.is_empty()) {
                    match Template::parse(way) {
                        Ok(template) => said.entry(*language).or_default().push(template),
                        Err(error) => {
                            let what = format!("line {line} of `{}`: {}", shorten(given), error.problem);
                            self.faults.error(file.at, "bad-template", what, "mend the cell");
                        }
                    }
                }
            }
            entries.push(ChoiceOption { value: value.to_owned(), said });
        }
        Some(entries)
    }

    fn languages_listed(&self) -> String {
        self.languages.iter().map(|language| language.as_str()).collect::<Vec<_>>().join(",")
    }
}
