//! What can be wrong with a configuration, and how to mend it.

use std::path::{Path, PathBuf};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{}: cannot be read: {why}; check the path, or leave --config away to use the built-in demo line", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// The file is wrong at one place.
    #[error("{}:{line}:{column}: {what}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
        /// What is wrong and how to mend it.
        what: String,
    },
    /// A setting from the environment or the command line is wrong.
    #[error("{0}")]
    Override(String),
}

impl ConfigError {
    /// A fault at byte `offset` of `text`, which was read from `path`.
    pub(super) fn at(path: &Path, text: &str, offset: usize, what: impl Into<String>) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&character| character != '\n').count() + 1;
        Self::Wrong { path: path.to_owned(), line, column, what: what.into() }
    }
}
