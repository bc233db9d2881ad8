//! Rows added to a CSV file: what `do`, `send` and `survey` leave for people to work off, or for a script to fetch.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::super::arguments::Arguments;
use super::fault::TableFault;
use crate::flow::{Datum, QueryShape, Record};

/// When the row was added, with its offset.
const TIME: &str = "time";
/// A number for the caller to remember, unique in the file.
const REFERENCE: &str = "reference";
/// Names the change: the same key adds no second row.
const KEY: &str = "idempotency_key";
/// The largest file that is added to: it is searched for the key each time.
const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// A query that adds a row.
#[derive(Clone, Debug)]
pub struct CsvAppending {
    /// The file; made with its header at the first row.
    pub file: PathBuf,
    /// The columns beside `time`, `reference` and `idempotency_key`. It can give back `reference` alone.
    pub shape: QueryShape,
}

/// What the file holds already.
struct Written {
    columns: Vec<String>,
    /// The reference of the row that has the key.
    earlier: Option<String>,
    references: std::collections::HashSet<String>,
    ends_in_line_end: bool,
}

impl CsvAppending {
    /// What such a query may give back.
    pub const RETURNS: &'static str = REFERENCE;

    /// Adds a row of `args` unless one with `key` is there, and waits until it is on the disk. Gives back the row's
    /// reference: six digits. Blocks: not for a task that must not.
    pub(in super::super) fn append(
        &self,
        args: &Arguments,
        key: &str,
        now: &jiff::Zoned,
    ) -> Result<Record, TableFault> {
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder).map_err(|why| self.unwritable(why))?;
        }
        let open = File::options().read(true).append(true).create(true).open(&self.file);
        let mut file = open.map_err(|why| self.unwritable(why))?;
        // Another call, or another process on this machine, may be adding a row at this moment. The lock ends with `file`.
        file.lock().map_err(|why| self.unwritable(why))?;
        let written = self.read(&mut file, key)?;
        let reference = match written.earlier {
            Some(earlier) => earlier,
            None => {
                let reference = reference_for(key, &written.references);
                let row = self.row(&written, args, key, &reference, now)?;
                file.write_all(&row).and_then(|()| file.sync_data()).map_err(|why| self.unwritable(why))?;
                reference
            }
        };
        let given = self.shape.returns.keys().map(|field| (field.clone(), Datum::Text(reference.clone())));
        Ok(given.collect())
    }

    /// Whether an existing file has a column for every argument.
    pub(super) fn check(&self) -> Result<(), TableFault> {
        match File::open(&self.file) {
            Ok(mut file) => self.read(&mut file, "").and_then(|written| self.has_columns(&written)),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(why) => Err(self.unwritable(why)),
        }
    }

    fn read(&self, file: &mut File, key: &str) -> Result<Written, TableFault> {
        let length = file.metadata().map_err(|why| self.unwritable(why))?.len();
        if length > LARGEST_FILE_BYTES {
            return Err(TableFault::TooLarge { file: self.file.clone() });
        }
        let mut text = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut text)).map_err(|why| self.unwritable(why))?;
        let malformed = |why| TableFault::Malformed { file: self.file.clone(), why };
        // A line that a power cut tore off has too few cells; it must not keep later calls from adding theirs.
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_slice());
        let headers = reader.headers().map_err(malformed)?;
        let columns: Vec<String> = headers
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        let place = |column: &str| columns.iter().position(|known| known == column);
        let (key_at, reference_at) = (place(KEY), place(REFERENCE));
        let mut earlier = None;
        let mut references = std::collections::HashSet::new();
        for row in reader.records() {
            let row = row.map_err(malformed)?;
            let cell = |place: Option<usize>| place.and_then(|index| row.get(index)).unwrap_or_default();
            if !key.is_empty() && cell(key_at) == key {
                earlier = Some(cell(reference_at).to_owned());
            }
            references.insert(cell(reference_at).to_owned());
        }
        Ok(Written { columns, earlier, references, ends_in_line_end: text.last().is_none_or(|&last| last == b'\n') })
    }

    fn has_columns(&self, written: &Written) -> Result<(), TableFault> {
        if written.columns.is_empty() {
            return Ok(());
        }
        let needed = self.shape.args.keys().map(String::as_str).chain([KEY]);
        match needed.into_iter().find(|column| !written.columns.iter().any(|known| known == column)) {
            None => Ok(()),
            Some(column) => Err(TableFault::NoColumn {
                file: self.file.clone(),
                column: column.to_owned(),
                present: written.columns.join(", "),
            }),
        }
    }

    /// The bytes to add: the header where there is none, and the row, in the order of the file's own columns.
    fn row(
        &self,
        written: &Written,
        args: &Arguments,
        key: &str,
        reference: &str,
        now: &jiff::Zoned,
    ) -> Result<Vec<u8>, TableFault> {
        self.has_columns(written)?;
        let mut writer = csv::Writer::from_writer(Vec::new());
        let malformed = |why| TableFault::Malformed { file: self.file.clone(), why };
        let columns = if written.columns.is_empty() {
            let columns = self.columns();
            writer.write_record(&columns).map_err(malformed)?;
            columns
        } else {
            written.columns.clone()
        };
        let time = now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let mut cells: BTreeMap<&str, String> =
            args.iter().map(|(name, value)| (name.as_str(), harmless(value.text()))).collect();
        cells.extend([(TIME, time), (REFERENCE, reference.to_owned()), (KEY, key.to_owned())]);
        let row = columns.iter().map(|column| cells.get(column.as_str()).map_or("", String::as_str));
        writer.write_record(row).map_err(malformed)?;
        let mut bytes = writer.into_inner().map_err(|fault| self.unwritable(fault.into_error()))?;
        if !written.ends_in_line_end {
            bytes.insert(0, b'\n');
        }
        Ok(bytes)
    }

    fn columns(&self) -> Vec<String> {
        let own = [TIME, REFERENCE].into_iter().map(str::to_owned);
        own.chain(self.shape.args.keys().cloned()).chain([KEY.to_owned()]).collect()
    }

    fn unwritable(&self, why: std::io::Error) -> TableFault {
        TableFault::Unwritable { file: self.file.clone(), why }
    }
}

/// Six digits made from the key that no other row has; from the key, so that they are the same if the disk fails
/// between two tries.
fn reference_for(key: &str, taken: &std::collections::HashSet<String>) -> String {
    let candidate = |attempt: u32| {
        let digest = Sha256::digest(format!("{key}/{attempt}"));
        let number = digest.iter().take(4).fold(0_u32, |number, &byte| number << 8 | u32::from(byte));
        // Never a leading zero: people leave it out when they repeat a number.
        format!("{}", 100_000 + number % 900_000)
    };
    let free = (0..1_000).map(candidate).find(|candidate| !taken.contains(candidate));
    free.unwrap_or_else(|| candidate(0))
}

/// A text that a spreadsheet takes for text: one that begins like a formula gets an apostrophe before it. A leading
/// plus or minus before a digit stays, as in a telephone number.
fn harmless(text: String) -> String {
    let mut characters = text.chars();
    let first = characters.next();
    let is_formula = match first {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !characters.next().is_some_and(|next| next.is_ascii_digit()),
        _ => false,
    };
    if is_formula { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::{Access, FieldShape};

    fn appending(folder: &std::path::Path) -> CsvAppending {
        let text = FieldShape::parse("text").unwrap();
        let optional = FieldShape::parse("text?").unwrap();
        CsvAppending {
            file: folder.join("tables").join("returns.csv"),
            shape: QueryShape {
                args: BTreeMap::from([("order_no".to_owned(), text), ("why".to_owned(), optional)]),
                returns: BTreeMap::from([("reference".to_owned(), text)]),
                access: Access::Writes,
            },
        }
    }

    fn args(order_no: &str, why: &str) -> Arguments {
        let text = |text: &str| Datum::Text(text.to_owned());
        BTreeMap::from([("order_no".to_owned(), text(order_no)), ("why".to_owned(), text(why))])
    }

    fn now() -> jiff::Zoned {
        "2026-01-05T10:00[Asia/Shanghai]".parse().unwrap()
    }

    #[test]
    fn rows_are_added_below_a_header_and_each_key_once() {
        let folder = tempfile::tempdir().unwrap();
        let returns = appending(folder.path());
        assert!(returns.check().is_ok());
        let first = returns.append(&args("AB1", "too \"small\", really"), "k1", &now()).unwrap();
        let second = returns.append(&args("AB2", "=HYPERLINK(\"http://evil\")"), "k2", &now()).unwrap();
        let again = returns.append(&args("AB1", "asked twice"), "k1", &now()).unwrap();
        assert_eq!(first, again);
        assert_ne!(first, second);
        let reference = first["reference"].text();
        assert!(reference.len() == 6 && reference.bytes().all(|digit| digit.is_ascii_digit()), "{reference}");
        let text = std::fs::read_to_string(&returns.file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert_eq!(lines[0], "time,reference,order_no,why,idempotency_key");
        assert_eq!(lines[1], format!("2026-01-05T10:00:00+08:00,{reference},AB1,\"too \"\"small\"\", really\",k1"));
        assert!(lines[2].contains("'=HYPERLINK"), "{text}");
        assert!(returns.check().is_ok());
    }

    #[test]
    fn the_file_keeps_the_order_of_its_own_columns_and_a_torn_line_harms_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let returns = appending(folder.path());
        std::fs::create_dir_all(returns.file.parent().unwrap()).unwrap();
        std::fs::write(&returns.file, "idempotency_key,why,order_no,handled_by\nk0,old,AB0,anna\nk9,to").unwrap();
        returns.append(&args("AB1", ""), "k1", &now()).unwrap();
        let text = std::fs::read_to_string(&returns.file).unwrap();
        assert!(text.ends_with("k9,to\nk1,,AB1,\n"), "{text}");

        std::fs::write(&returns.file, "time,why\n").unwrap();
        let fault = returns.append(&args("AB1", ""), "k1", &now()).unwrap_err();
        assert!(fault.to_string().contains("has no column \"order_no\""), "{fault}");
        assert!(returns.check().is_err());
    }

    #[test]
    fn many_calls_at_once_lose_nothing_and_double_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let returns = appending(folder.path());
        let references: std::collections::HashSet<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|thread| {
                    let returns = &returns;
                    // Every change is sent twice, by two threads.
                    scope.spawn(move || returns.append(&args("AB", "x"), &format!("k{}", thread / 2), &now()).unwrap())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()["reference"].text()).collect()
        });
        assert_eq!(references.len(), 8);
        assert_eq!(std::fs::read_to_string(&returns.file).unwrap().lines().count(), 9);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tables"), "a file where the folder should be").unwrap();
        let fault = appending(folder.path()).append(&args("AB1", ""), "k1", &now()).unwrap_err();
        assert_eq!(fault.into_trouble().kind(), "unreachable");
    }

    #[test]
    fn only_what_a_spreadsheet_would_run_is_marked() {
        for (text, expected) in
            [("=1+1", "'=1+1"), ("+8613800", "+8613800"), ("-SUM(A1)", "'-SUM(A1)"), ("a=b", "a=b"), ("", "")]
        {
            assert_eq!(harmless(text.to_owned()), expected);
        }
    }
}
