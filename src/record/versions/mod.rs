//! The bundles that were published: each kept whole under the hash of what runs, which never changes and is never
//! thrown away; and for every alias which of them answers.
//!
//! In: the content of a bundle that was found sound, and an alias. Out: where it is kept, which one an alias means, and
//! who changed that when. Everything stands below `DATA/versions`:
//!
//! ```text
//! versions/content/3f9c0a1b2c4d/…     the files of a bundle
//! versions/history.jsonl              who published what, and when: one line each, only ever added to
//! versions/aliases/shop               the bundle that the alias means: replaced in one move
//! ```
//!
//! ```ignore
//! let versions = Versions::below(&config.data);
//! versions.publish(&content, "shop", &Who { by, at, folder })?;
//! let bundle = load_dir(&versions.folder("shop")?, &operators)?;
//! ```

mod history;
mod store;
#[cfg(test)]
mod tests;

pub use history::{Change, Entry};
pub use store::{Publication, VersionError, Versions, Who};
