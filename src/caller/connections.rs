//! The named connections of the operator.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::csv_table::CsvTable;
use crate::flow::{Datum, LookUpResult};

/// Everything flows can look things up in. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Connections {
    tables: Arc<BTreeMap<(String, String), CsvTable>>,
}

impl Connections {
    /// Connections of `tables`, each under the name of its connection and of its query.
    pub fn new(tables: BTreeMap<(String, String), CsvTable>) -> Self {
        Self { tables: Arc::new(tables) }
    }

    /// Looks up. Never fails loudly: trouble is a [`LookUpResult::Error`] with its kind, and a line in the log
    /// that names the table, not what was asked.
    pub async fn look_up(&self, connection: &str, query: &str, args: BTreeMap<String, Datum>) -> LookUpResult {
        let key = (connection.to_owned(), query.to_owned());
        let Some(table) = self.tables.get(&key).cloned() else {
            tracing::error!(connection, query, "no such connection");
            return LookUpResult::Error("unknown".to_owned());
        };
        // Reading a file blocks, so it is done where blocking is allowed.
        match tokio::task::spawn_blocking(move || table.find(&args)).await {
            Ok(Ok(Some(row))) => LookUpResult::Found(row),
            Ok(Ok(None)) => LookUpResult::None,
            Ok(Err(fault)) => {
                tracing::error!(connection, query, fault = %fault, "a look-up failed");
                LookUpResult::Error("unreachable".to_owned())
            }
            Err(_) => {
                tracing::error!(connection, query, "a look-up was abandoned");
                LookUpResult::Error("unreachable".to_owned())
            }
        }
    }

    /// Every table that could not answer, as `connection.query` and the fault: what `check` and `doctor` show.
    pub fn faults(&self) -> Vec<(String, super::TableFault)> {
        self.tables
            .iter()
            .filter_map(|((connection, query), table)| {
                table.check().err().map(|fault| (format!("{connection}.{query}"), fault))
            })
            .collect()
    }
}
