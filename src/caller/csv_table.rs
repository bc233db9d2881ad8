//! Look-ups in a CSV file: the first row whose columns equal the arguments.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::flow::{Datum, FieldKind, FieldShape, Record};

/// The largest file that is searched: a service desk's table, not a database.
const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// One query of a CSV connection.
#[derive(Clone, Debug)]
pub struct CsvTable {
    /// The file: UTF-8, comma-separated (RFC 4180), the first row names the columns.
    pub file: PathBuf,
    /// The types of the arguments, by name.
    pub args: BTreeMap<String, FieldKind>,
    /// The columns that must equal the arguments of the same name, after normalising by type.
    pub match_columns: Vec<String>,
    /// The columns a row gives back.
    pub returns: BTreeMap<String, FieldShape>,
}

/// A table that cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    /// It cannot be opened.
    #[error("{}: {why}; put the file there or change `file` in warmline.toml", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// It is too large to be searched a call.
    #[error("{}: larger than 256 MB; use a database connection for a table of this size", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
    },
    /// It is not CSV.
    #[error("{}: {why}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Where and why.
        why: csv::Error,
    },
    /// A column is not there.
    #[error("{}: has no column {column:?}; its columns are {present}", file.display())]
    NoColumn {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// The columns it has.
        present: String,
    },
    /// A cell of the row found is not what was declared.
    #[error("{}: line {line}, column {column:?}: {why}", file.display())]
    WrongCell {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What was expected.
        why: String,
    },
    /// An argument of `match` was not given.
    #[error("argument {0:?} is needed to match a row; give it in `with`")]
    NoArgument(String),
}

impl CsvTable {
    /// The first row that matches `args`; `None` when no row does. Reads the file: not for a task that must not block.
    pub fn find(&self, args: &BTreeMap<String, Datum>) -> Result<Option<Record>, TableFault> {
        let mut wanted = Vec::new();
        for column in &self.match_columns {
            let kind = self.args.get(column).copied().unwrap_or(FieldKind::Text);
            let value = args.get(column).ok_or_else(|| TableFault::NoArgument(column.clone()))?;
            match kind.comparable(value) {
                Some(comparable) => wanted.push((column, kind, comparable)),
                // An unset value matches nothing.
                None => return Ok(None),
            }
        }
        let (mut reader, columns) = self.open()?;
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row).map_err(|why| self.malformed(why))? {
            let matches = wanted.iter().all(|(column, kind, comparable)| {
                let cell = columns.get(column.as_str()).and_then(|&index| row.get(index)).unwrap_or_default();
                let value = kind.read(cell).unwrap_or(Datum::Absent);
                kind.comparable(&value).as_ref() == Some(comparable)
            });
            if matches {
                return self.record(&row, &columns).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether the file is there and has every column that is matched or returned: what `warmline check` asks.
    pub fn check(&self) -> Result<(), TableFault> {
        self.open().map(|_| ())
    }

    #[allow(clippy::type_complexity, reason = "a reader with its column numbers, used twice, both times here")]
    fn open(&self) -> Result<(csv::Reader<std::fs::File>, BTreeMap<String, usize>), TableFault> {
        let unreadable = |why| TableFault::Unreadable { file: self.file.clone(), why };
        let file = std::fs::File::open(&self.file).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.len() > LARGEST_FILE_BYTES {
            return Err(TableFault::TooLarge { file: self.file.clone() });
        }
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
        let headers = reader.headers().map_err(|why| self.malformed(why))?.clone();
        // A spreadsheet may begin its file with a byte order mark.
        let columns: BTreeMap<String, usize> = headers
            .iter()
            .enumerate()
            .map(|(index, name)| (name.trim_start_matches('\u{feff}').to_owned(), index))
            .collect();
        for column in self.match_columns.iter().chain(self.returns.keys()) {
            if !columns.contains_key(column) {
                let present = columns.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(TableFault::NoColumn { file: self.file.clone(), column: column.clone(), present });
            }
        }
        Ok((reader, columns))
    }

    fn record(&self, row: &csv::StringRecord, columns: &BTreeMap<String, usize>) -> Result<Record, TableFault> {
        let line = row.position().map_or(0, csv::Position::line);
        let mut record = Record::new();
        for (column, shape) in &self.returns {
            let cell = columns.get(column).and_then(|&index| row.get(index)).unwrap_or_default();
            let wrong =
                |why: String| TableFault::WrongCell { file: self.file.clone(), line, column: column.clone(), why };
            let value = shape.kind.read(cell).map_err(|fault| wrong(fault.to_string()))?;
            if value.is_absent() && !shape.optional {
                return Err(wrong("empty, though declared without a `?`".to_owned()));
            }
            record.insert(column.clone(), value);
        }
        Ok(record)
    }

    fn malformed(&self, why: csv::Error) -> TableFault {
        TableFault::Malformed { file: self.file.clone(), why }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn table(text: &str) -> (CsvTable, tempfile::NamedTempFile) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let shape = |text: &str| FieldShape::parse(text).unwrap();
        let table = CsvTable {
            file: file.path().to_owned(),
            args: BTreeMap::from([("number".to_owned(), FieldKind::Text), ("phone".to_owned(), FieldKind::Phone)]),
            match_columns: vec!["number".to_owned()],
            returns: BTreeMap::from([("status".to_owned(), shape("text")), ("due".to_owned(), shape("date?"))]),
        };
        (table, file)
    }

    fn number(text: &str) -> BTreeMap<String, Datum> {
        BTreeMap::from([("number".to_owned(), Datum::Text(text.to_owned()))])
    }

    #[test]
    fn the_first_row_that_matches_after_normalising_is_returned() {
        let (table, _file) = table("\u{feff}number,status,due\nAB-12 34,late,2026-01-05\nab1234,shipped,\n");
        let row = table.find(&number("ab1234")).unwrap().unwrap();
        assert_eq!(row["status"], Datum::Text("late".to_owned()));
        assert_eq!(row["due"], Datum::Date(jiff::civil::date(2026, 1, 5)));
        assert_eq!(table.find(&number("AB9999")).unwrap(), None);
        assert_eq!(table.find(&BTreeMap::from([("number".to_owned(), Datum::Absent)])).unwrap(), None);
    }

    #[test]
    fn a_wrong_table_says_where_and_why() {
        let (mut gone, _file) = table("");
        gone.file = PathBuf::from("/nowhere/orders.csv");
        assert!(gone.check().unwrap_err().to_string().contains("/nowhere/orders.csv"));

        let (table_without, _file) = table("number,state\nA,late\n");
        let message = table_without.check().unwrap_err().to_string();
        assert!(message.contains("has no column \"due\"; its columns are number, state"), "{message}");

        let (wrong_cell, _file) = table("number,status,due\nA,late,soon\n");
        let message = wrong_cell.find(&number("A")).unwrap_err().to_string();
        assert!(message.contains("line 2, column \"due\""), "{message}");

        let (empty_cell, _file) = table("number,status,due\nA,,\n");
        assert!(empty_cell.find(&number("A")).unwrap_err().to_string().contains("empty, though declared"));
    }
}
