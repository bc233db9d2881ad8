//! From files to a checked bundle: every key known, every name defined, every sentence in every language.
//!
//! **In:** the files of a bundle and what operators define. **Out:** a [`Bundle`](super::Bundle) with warnings, or
//! all faults with file, line, column and a mend.
//!
//! The order of the work: [`load`] reads documents and the bundle's own keys; [`slots`] reads what each flow
//! declares, so that flows may name each other; [`flow`] and [`verbs`] turn steps into a list with jumps;
//! [`lint`] looks at the whole. [`grammar`] holds the language as tables, [`codes`] every kind of fault.

mod answers;
mod beside;
mod care;
mod codes;
mod connections;
mod control;
pub(super) mod exits;
pub(super) mod fields;
mod flow;
mod grammar;
mod handlers;
mod handover;
mod lint;
mod listening;
mod lists;
mod load;
#[cfg(test)]
mod mistakes;
mod not_yaml;
mod overlap;
mod people;
mod privacy;
mod reads;
mod sentences;
mod slots;
mod telling;
#[cfg(test)]
pub(super) mod tests;
mod verbs;

pub use codes::page as lint_page;
pub use grammar::{reference as reference_page, schema};
pub(super) use load::BUNDLE_HANDLERS;
pub use load::{Loaded, load_dir, load_files};
pub(super) use slots::REFUSED;
