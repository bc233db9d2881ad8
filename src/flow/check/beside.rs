//! What lies beside the YAML of a bundle: the tables of its lists, and its recordings.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::words::Language;

use super::super::source::SourceFile;

/// The files beside the YAML, by their paths within the folder.
#[derive(Debug, Default)]
pub struct Beside {
    tables: BTreeMap<PathBuf, Vec<u8>>,
    /// `recordings/NAME.LANGUAGE.wav`, by `NAME.LANGUAGE`.
    pub recordings: BTreeMap<String, PathBuf>,
}

impl Beside {
    /// Sorts what was read beside the YAML; for a bundle in memory, tables are among its files.
    pub fn of(files: &[SourceFile], attached: &[(PathBuf, Vec<u8>)]) -> Self {
        let has_extension = |path: &Path, wanted: &str| path.extension().is_some_and(|extension| extension == wanted);
        let mut beside = Self::default();
        for file in files.iter().filter(|file| has_extension(&file.path, "csv")) {
            beside.tables.insert(file.path.clone(), file.text.clone().into_bytes());
        }
        for (path, bytes) in attached {
            if path.starts_with("recordings") && has_extension(path, "wav") {
                let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                beside.recordings.extend(name.map(|name| (name, path.clone())));
            } else {
                beside.tables.insert(path.clone(), bytes.clone());
            }
        }
        beside
    }

    /// The text of a table that a `list:` names; else what is wrong with it.
    pub fn table(&self, name: &str) -> Result<&str, &'static str> {
        let path = Path::new(name);
        let stays_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !stays_inside || name.contains('\\') {
            return Err("lies outside the bundle's folder");
        }
        let bytes = self.tables.get(path).ok_or("is not there")?;
        std::str::from_utf8(bytes).map_err(|_| "is not UTF-8")
    }

    /// The files of a recording that are not there, one for each language.
    pub fn recordings_missing(&self, name: &str, languages: &[Language]) -> Vec<String> {
        let files = languages.iter().map(|language| format!("{name}.{language}"));
        let missing = files.filter(|file| !self.recordings.contains_key(file));
        missing.map(|file| format!("recordings/{file}.wav")).collect()
    }

    /// The names of the recordings that are there.
    pub fn recordings_named(&self) -> Vec<String> {
        let names = self.recordings.keys().filter_map(|file| file.rsplit_once('.'));
        names.map(|(name, _)| name.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stay_inside_the_folder_and_recordings_are_told_apart() {
        let attached =
            [("colours.csv", "value\nred\n"), ("recordings/welcome.en.wav", "RIFF"), ("latin1.csv", "\u{e9}")];
        let mut attached: Vec<(PathBuf, Vec<u8>)> =
            attached.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
        attached[2].1 = vec![0xe9];
        let beside = Beside::of(&[], &attached);
        assert_eq!(beside.table("colours.csv"), Ok("value\nred\n"));
        assert_eq!(beside.table("latin1.csv"), Err("is not UTF-8"));
        assert_eq!(beside.table("nowhere.csv"), Err("is not there"));
        for outside in ["../a.csv", "/etc/hostname", "x/../../a.csv", "..\\a.csv"] {
            assert_eq!(beside.table(outside), Err("lies outside the bundle's folder"));
        }
        assert!(beside.recordings_missing("welcome", &[Language::EN]).is_empty());
        assert_eq!(beside.recordings_missing("welcome", &[Language::EN, Language::ZH]), ["recordings/welcome.zh.wav"]);
        assert_eq!(beside.recordings_named(), ["welcome"]);
    }
}
