//! What can be wrong with a table.

use std::path::PathBuf;

use super::super::trouble::Trouble;

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
    /// A row cannot be added to it.
    #[error("{}: {why}; mend its rights, or name another file in `append`", file.display())]
    Unwritable {
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
}

impl TableFault {
    /// As every connection reports it.
    pub(in super::super) fn into_trouble(self) -> Trouble {
        let what = self.to_string();
        match self {
            Self::WrongCell { .. } | Self::NoColumn { .. } | Self::Malformed { .. } => Trouble::WrongShape(what),
            Self::Unreadable { .. } | Self::Unwritable { .. } | Self::TooLarge { .. } => Trouble::Unreachable(what),
        }
    }
}
