//! Look-ups in a CSV file: the first row whose columns equal the arguments.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::arguments::Arguments;
use super::fault::TableFault;
use super::relative;
use crate::flow::{Datum, FieldKind, QueryShape, Record};

/// The largest file that is searched: a service desk's table, not a database.
const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// A query that finds a row.
#[derive(Clone, Debug)]
pub struct CsvTable {
    /// The file.
    pub file: PathBuf,
    /// Whether calls make the file themselves, by appending: then one that is not there yet has no rows.
    pub grows: bool,
    /// The columns that must equal the arguments of the same name, after normalising by type.
    pub match_columns: Vec<String>,
    /// Arguments, and the columns a row gives back.
    pub shape: QueryShape,
}

/// A table being read.
struct Rows {
    reader: csv::Reader<std::fs::File>,
    /// Where each column stands.
    columns: BTreeMap<String, usize>,
}

impl Rows {
    fn cell<'row>(&self, row: &'row csv::StringRecord, column: &str) -> &'row str {
        self.columns.get(column).and_then(|&index| row.get(index)).unwrap_or_default()
    }
}

impl CsvTable {
    /// The first row that matches `args`; `None` when no row does. Days such as `today+2` are those of `now`. Reads
    /// the file: not for a task that must not block.
    pub(in super::super) fn find(&self, args: &Arguments, now: &jiff::Zoned) -> Result<Option<Record>, TableFault> {
        let mut wanted = Vec::new();
        for column in &self.match_columns {
            let kind = self.shape.args.get(column).map_or(FieldKind::Text, |shape| shape.kind);
            // An unset value matches nothing.
            let Some(comparable) = args.get(column).and_then(|value| kind.comparable(value)) else { return Ok(None) };
            wanted.push((column, kind, comparable));
        }
        if self.is_empty_yet() {
            return Ok(None);
        }
        let mut rows = self.open()?;
        let mut row = csv::StringRecord::new();
        while rows.reader.read_record(&mut row).map_err(|why| self.malformed(why))? {
            let matches = wanted.iter().all(|(column, kind, comparable)| {
                let value = relative::read(*kind, rows.cell(&row, column), now).unwrap_or(Datum::Absent);
                kind.comparable(&value).as_ref() == Some(comparable)
            });
            if matches {
                return self.record(&row, &rows, now).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether the file is there and has every column that is matched or returned: what `warmline check` asks.
    pub(super) fn check(&self) -> Result<(), TableFault> {
        if self.is_empty_yet() {
            return Ok(());
        }
        self.open().map(|_| ())
    }

    fn is_empty_yet(&self) -> bool {
        self.grows && !self.file.exists()
    }

    fn open(&self) -> Result<Rows, TableFault> {
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
        for column in self.match_columns.iter().chain(self.shape.returns.keys()) {
            if !columns.contains_key(column) {
                let present = columns.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(TableFault::NoColumn { file: self.file.clone(), column: column.clone(), present });
            }
        }
        Ok(Rows { reader, columns })
    }

    fn record(&self, row: &csv::StringRecord, rows: &Rows, now: &jiff::Zoned) -> Result<Record, TableFault> {
        let line = row.position().map_or(0, csv::Position::line);
        let mut record = Record::new();
        for (column, shape) in &self.shape.returns {
            let wrong =
                |why: String| TableFault::WrongCell { file: self.file.clone(), line, column: column.clone(), why };
            let value =
                relative::read(shape.kind, rows.cell(row, column), now).map_err(|fault| wrong(fault.to_string()))?;
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
    use crate::flow::FieldShape;

    fn table(text: &str) -> (CsvTable, tempfile::NamedTempFile) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let shape = |text: &str| FieldShape::parse(text).unwrap();
        let table = CsvTable {
            file: file.path().to_owned(),
            grows: false,
            match_columns: vec!["number".to_owned()],
            shape: QueryShape {
                args: BTreeMap::from([("number".to_owned(), shape("text")), ("phone".to_owned(), shape("phone?"))]),
                returns: BTreeMap::from([("status".to_owned(), shape("text")), ("due".to_owned(), shape("date?"))]),
                ..QueryShape::default()
            },
        };
        (table, file)
    }

    fn now() -> jiff::Zoned {
        "2026-01-05T10:00[Asia/Shanghai]".parse().unwrap()
    }

    fn find(table: &CsvTable, number: Datum) -> Result<Option<Record>, TableFault> {
        table.find(&BTreeMap::from([("number".to_owned(), number)]), &now())
    }

    fn number(text: &str) -> Datum {
        Datum::Text(text.to_owned())
    }

    #[test]
    fn the_first_row_that_matches_after_normalising_is_returned() {
        let (table, _file) = table("\u{feff}number,status,due\nAB-12 34,late,today+1\nab1234,shipped,\n");
        let row = find(&table, number("ab1234")).unwrap().unwrap();
        assert_eq!(row["status"], Datum::Text("late".to_owned()));
        assert_eq!(row["due"], Datum::Date(jiff::civil::date(2026, 1, 6)));
        assert_eq!(find(&table, number("AB9999")).unwrap(), None);
        assert_eq!(find(&table, Datum::Absent).unwrap(), None);
    }

    #[test]
    fn several_columns_match_together_each_by_its_kind() {
        let (mut table, _file) = table("number,born,status\n1,1990-02-01,late\n1,1991-02-01,sent\n");
        table.shape.returns.remove("due");
        table.shape.args.insert("born".to_owned(), FieldShape::parse("date").unwrap());
        table.match_columns.push("born".to_owned());
        let born = |year| Datum::Date(jiff::civil::date(year, 2, 1));
        let find = |year| {
            let args = BTreeMap::from([("number".to_owned(), number("1")), ("born".to_owned(), born(year))]);
            table.find(&args, &now()).unwrap()
        };
        assert_eq!(find(1991).unwrap()["status"], number("sent"));
        assert_eq!(find(1992), None);
    }

    #[test]
    fn a_wrong_table_says_where_and_why() {
        let (mut gone, _file) = table("");
        gone.file = PathBuf::from("/nowhere/orders.csv");
        assert!(gone.check().unwrap_err().to_string().contains("/nowhere/orders.csv"));
        gone.grows = true;
        assert!(gone.check().is_ok());
        assert_eq!(find(&gone, number("A")).unwrap(), None);

        let (table_without, _file) = table("number,state\nA,late\n");
        let message = table_without.check().unwrap_err().to_string();
        assert!(message.contains("has no column \"due\"; its columns are number, state"), "{message}");

        let (wrong_cell, _file) = table("number,status,due\nA,late,soon\n");
        let message = find(&wrong_cell, number("A")).unwrap_err().to_string();
        assert!(message.contains("line 2, column \"due\""), "{message}");

        let (empty_cell, _file) = table("number,status,due\nA,,\n");
        let fault = find(&empty_cell, number("A")).unwrap_err();
        assert!(fault.to_string().contains("empty, though declared"));
        assert_eq!(fault.into_trouble().kind(), "wrong_shape");
    }
}
