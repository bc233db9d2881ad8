//! What happened to aliases, line by line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub change: Change,
    /// The alias it was done to.
    pub alias: String,
    /// The bundle that the alias means from then on.
    pub bundle: String,
    /// The name the designer gave the bundle.
    pub name: String,
    /// Who did it: the user of the operating system.
    pub by: String,
    /// The folder it was published from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub folder: String,
}

/// What was done to an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new version was published.
    Published,
    /// The one before was taken up again.
    RolledBack,
}

/// The bundles that `alias` has meant, as far as they can be rolled back to: the last is the one it means now.
pub(super) fn stack<'e>(entries: &'e [Entry], alias: &str) -> Vec<&'e str> {
    let mut stack: Vec<&str> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.alias == alias) {
        match entry.change {
            Change::Published if stack.last() != Some(&entry.bundle.as_str()) => stack.push(&entry.bundle),
            Change::Published => {}
            Change::RolledBack => {
                stack.pop();
            }
        }
    }
    stack
}
