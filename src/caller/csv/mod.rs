//! Tables in CSV files (RFC 4180, UTF-8, the first row names the columns): looked up in, and appended to, so that a
//! bundle needs no server to be complete.

mod appending;
mod fault;
mod relative;
mod table;

pub use appending::CsvAppending;
pub use fault::TableFault;
pub use table::CsvTable;

/// One query of a CSV connection.
#[derive(Clone, Debug)]
pub enum CsvQuery {
    /// `file` and `match`: the first row that matches.
    Find(CsvTable),
    /// `append`: one more row.
    Append(CsvAppending),
}

impl CsvQuery {
    /// What it takes and gives back.
    pub fn shape(&self) -> &crate::flow::QueryShape {
        match self {
            Self::Find(table) => &table.shape,
            Self::Append(appending) => &appending.shape,
        }
    }

    /// Whether the file is there and has the columns it needs: what `warmline check` asks. Changes nothing.
    pub fn check(&self) -> Result<(), TableFault> {
        match self {
            Self::Find(table) => table.check(),
            Self::Append(appending) => appending.check(),
        }
    }
}
