//! What a bundle is made of, and its name: the hash of all that runs.
//!
//! In the name are the documents of every YAML file but tests, the tables that `list:` documents name, and the
//! recordings below `recordings/`. Tests, and whatever else lies in the folder, change nothing for a caller, so a bundle
//! keeps its name when they change. The tables of connections belong to the operator and are no part of a bundle.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::fault::{Fault, LoadFailure, Severity};
use super::source::{self, SourceFile};

/// The largest file beside the YAML, and the most of them together, in bytes: an hour of recordings.
const LARGEST_ATTACHED: u64 = 64 << 20;
const MOST_ATTACHED: u64 = 512 << 20;

/// Everything a bundle needs to run and to be tested, read from its folder.
#[derive(Clone, Debug)]
pub struct BundleContent {
    /// [`Bundle::id`](super::Bundle::id).
    pub id: String,
    /// Each file: its path within the folder, and what is in it. In the order of their paths.
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

impl BundleContent {
    /// Reads the content of the bundle in `folder`. Says nothing about whether it is sound: that is for
    /// [`load_dir`](super::load_dir).
    pub fn read(folder: &Path) -> Result<Self, LoadFailure> {
        let texts = source::read_folder(folder).map_err(|unreadable| {
            let source::Unreadable { path, code, what, mend } = unreadable;
            LoadFailure { faults: vec![fault(path, code, what, &mend)] }
        })?;
        let attached = attached(folder, &texts)?;
        let id = id(&texts, &attached);
        let within = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_owned();
        let mut files: Vec<(PathBuf, Vec<u8>)> =
            texts.into_iter().map(|file| (within(&file.path), file.text.into_bytes())).collect();
        files.extend(attached);
        files.sort();
        Ok(Self { id, files })
    }

    /// The texts of the YAML files, by their paths within the folder.
    pub fn texts(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files.iter().filter_map(|(path, bytes)| Some((path.as_path(), std::str::from_utf8(bytes).ok()?)))
    }
}

/// The name of a bundle: the first twelve hexadecimal digits of a SHA-256 over the names and the contents of all that
/// runs, in order.
pub(super) fn id(files: &[SourceFile], attached: &[(PathBuf, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for file in files {
        let runs: Vec<&str> = documents(&file.text).filter(|document| !is_test(document)).map(str::trim_end).collect();
        if runs.is_empty() {
            continue;
        }
        let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        part(name.as_bytes());
        for document in runs {
            part(document.as_bytes());
        }
    }
    for (path, bytes) in attached {
        part(path.to_string_lossy().as_bytes());
        part(bytes);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// The documents of a YAML file. A line that begins with `---` always divides them.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" || line.starts_with("--- ") {
            starts.push(at + line.len());
        }
        at += line.len();
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| text[start..end].trim_end_matches(['-', '\n', '\r']))
}

/// The first key of a document.
fn first_key(document: &str) -> Option<&str> {
    let line = document.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
    line.split_once(':').map(|(key, _)| key.trim())
}

fn is_test(document: &str) -> bool {
    // A document of comments alone runs nothing either.
    first_key(document).is_none_or(|key| key == "test")
}

/// The files beside the YAML that the bundle uses, with their paths within `folder`, in order.
pub(super) fn attached(folder: &Path, files: &[SourceFile]) -> Result<Vec<(PathBuf, Vec<u8>)>, LoadFailure> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for file in files {
        for document in documents(&file.text).filter(|document| first_key(document) == Some("list")) {
            let named = document.lines().filter_map(|line| line.strip_prefix("file:"));
            paths.extend(named.map(|name| PathBuf::from(name.trim().trim_matches(['"', '\'']))));
        }
    }
    if let Ok(entries) = std::fs::read_dir(folder.join("recordings")) {
        let recordings = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let recordings = recordings.filter(|path| path.extension().is_some_and(|ending| ending == "wav"));
        paths.extend(recordings.filter_map(|path| Some(Path::new("recordings").join(path.file_name()?))));
    }
    paths.sort();
    paths.dedup();
    let mut total = 0;
    let mut read = Vec::with_capacity(paths.len());
    for path in paths {
        let whole = folder.join(&path);
        // What is not there has been reported where it is named.
        let Ok(about) = std::fs::metadata(&whole) else { continue };
        total += about.len();
        if about.len() > LARGEST_ATTACHED || total > MOST_ATTACHED {
            let what = format!("with this file the bundle is larger than {} MB", MOST_ATTACHED >> 20);
            let mend = "keep large recordings and tables outside the bundle";
            return Err(LoadFailure { faults: vec![fault(whole, "too-large", what, mend)] });
        }
        let bytes = std::fs::read(&whole).map_err(|why| LoadFailure {
            faults: vec![fault(whole, "unreadable-file", format!("it cannot be read: {why}"), "let this user read it")],
        })?;
        read.push((path, bytes));
    }
    Ok(read)
}

fn fault(file: PathBuf, code: &'static str, what: String, mend: &str) -> Fault {
    Fault { file, line: 0, column: 0, code, severity: Severity::Error, what, mend: mend.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(files: &[(&str, &str)]) -> String {
        let files: Vec<SourceFile> =
            files.iter().map(|(path, text)| SourceFile { path: path.into(), text: (*text).to_owned() }).collect();
        id(&files, &[])
    }

    #[test]
    fn what_runs_names_the_bundle_and_tests_do_not() {
        let shop = "bundle: shop\n---\nflow: hello\n";
        let name = named(&[("shop.yaml", shop)]);
        assert_eq!(name.len(), 12);
        assert_eq!(named(&[("a/shop.yaml", shop)]), name, "where the folder stands does not matter");
        let with_test = "bundle: shop\n---\nflow: hello\n---\n# first\ntest: one\nturns: []\n";
        assert_eq!(named(&[("shop.yaml", with_test)]), name);
        assert_eq!(named(&[("shop.yaml", shop), ("shop.tests.yaml", "test: two\n---\ntest: three\n")]), name);
        assert_ne!(named(&[("shop.yaml", "bundle: shop\n---\nflow: hallo\n")]), name);
        assert_ne!(named(&[("other.yaml", shop)]), name);
    }

    #[test]
    fn recordings_and_named_tables_are_content_and_the_rest_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("shop.yaml", "bundle: shop\n---\nlist: colours\nfile: \"colours.csv\"\n");
        write("colours.csv", "value\nred\n");
        write("orders.csv", "number\n1\n");
        write("recordings/welcome.en.wav", "RIFF");
        write("notes.txt", "mine");
        let content = BundleContent::read(folder.path()).unwrap();
        let paths: Vec<String> = content.files.iter().map(|(path, _)| path.display().to_string()).collect();
        assert_eq!(paths, ["colours.csv", "recordings/welcome.en.wav", "shop.yaml"]);
        write("orders.csv", "number\n2\n");
        assert_eq!(BundleContent::read(folder.path()).unwrap().id, content.id);
        write("colours.csv", "value\nblue\n");
        assert_ne!(BundleContent::read(folder.path()).unwrap().id, content.id);
        write("colours.csv", "value\nred\n");
        write("recordings/welcome.en.wav", "RIFX");
        assert_ne!(BundleContent::read(folder.path()).unwrap().id, content.id);
    }
}
