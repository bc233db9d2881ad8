//! The store on disk. What is written is on disk before an alias points to it, and an alias changes in one move, so
//! whoever reads meanwhile, or after the power failed, finds either the old version or the new one, whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::history::{Change, Entry, stack};
use crate::flow::BundleContent;

/// Why a version was not published, found or rolled back.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// A file of the store cannot be read or written.
    #[error("{}: {why}; is the data folder writable, and the disk not full?", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// The history was changed by something else.
    #[error("{}:{line}: this line is no entry of the history: {why}; take the file back from a backup", path.display())]
    History {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: serde_json::Error,
    },
    /// An alias is a name: it stands in file names and settings.
    #[error("{0:?} cannot be an alias; write letters, digits, - and _, as in shop or shop-2")]
    BadAlias(String),
    /// Nothing was published under this alias.
    #[error("nothing is published as {alias:?}; known are: {known}")]
    NoAlias {
        /// What was asked for.
        alias: String,
        /// The aliases there are.
        known: String,
    },
    /// There is no version before.
    #[error("{0:?} has no earlier version to go back to")]
    NothingBefore(String),
    /// No version begins with this.
    #[error("no published bundle begins with {0:?}; `warmline flows list` shows them")]
    NoVersion(String),
    /// Several versions begin with this.
    #[error("{wanted:?} may be any of {found}; write more of it")]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// What it may mean.
        found: String,
    },
}

/// Who changes an alias, and when.
#[derive(Clone, Debug)]
pub struct Who {
    /// The user of the operating system.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// From which folder.
    pub folder: PathBuf,
}

/// What publishing came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The bundle that the alias means now.
    pub bundle: String,
    /// The one it meant before.
    pub before: Option<String>,
}

/// The published bundles below a data folder.
#[derive(Clone, Debug)]
pub struct Versions {
    root: PathBuf,
}

impl Versions {
    /// The store below `data`. Nothing is made before something is published.
    pub fn below(data: &Path) -> Self {
        Self { root: data.join("versions") }
    }

    /// The folder whose files change when an alias does: what a running server watches.
    pub fn aliases_folder(&self) -> PathBuf {
        self.root.join("aliases")
    }

    /// Makes the folder of aliases, so that it can be watched before anything is published.
    pub fn make_folders(&self) -> Result<(), VersionError> {
        for folder in [self.aliases_folder(), self.root.join("content")] {
            fs::create_dir_all(&folder).map_err(at(&folder))?;
        }
        Ok(())
    }

    /// Keeps `content` and lets `alias` mean it from now on. Publishing what an alias means already changes nothing.
    pub fn publish(
        &self,
        content: &BundleContent,
        name: &str,
        alias: &str,
        who: &Who,
    ) -> Result<Publication, VersionError> {
        check_alias(alias)?;
        self.make_folders()?;
        let _lock = self.lock()?;
        let before = self.current(alias)?;
        self.keep(content)?;
        if before.as_deref() != Some(&content.id) {
            self.change(Change::Published, alias, &content.id, name, who)?;
        }
        Ok(Publication { bundle: content.id.clone(), before })
    }

    /// The version that `alias` would be rolled back to.
    pub fn earlier(&self, alias: &str) -> Result<String, VersionError> {
        self.meant_by(alias)?;
        match stack(&self.history()?, alias).as_slice() {
            [.., earlier, _] => Ok((*earlier).to_owned()),
            _ => Err(VersionError::NothingBefore(alias.to_owned())),
        }
    }

    /// Lets `alias` mean the version it meant before; done again, the one before that.
    pub fn roll_back(&self, alias: &str, who: &Who) -> Result<Publication, VersionError> {
        let current = self.meant_by(alias)?;
        let _lock = self.lock()?;
        let entries = self.history()?;
        let stack = stack(&entries, alias);
        let [.., earlier, _] = stack.as_slice() else {
            return Err(VersionError::NothingBefore(alias.to_owned()));
        };
        let name = entries.iter().rev().find(|entry| entry.bundle == **earlier).map_or("", |entry| &entry.name);
        self.change(Change::RolledBack, alias, earlier, name, who)?;
        Ok(Publication { bundle: (*earlier).to_owned(), before: Some(current) })
    }

    /// The bundle that `alias` means.
    pub fn current(&self, alias: &str) -> Result<Option<String>, VersionError> {
        check_alias(alias)?;
        let path = self.aliases_folder().join(alias);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(VersionError::Disk { path, why }),
        }
    }

    /// As [`Versions::current`], for an alias that must be there.
    pub fn meant_by(&self, alias: &str) -> Result<String, VersionError> {
        if let Some(bundle) = self.current(alias)? {
            return Ok(bundle);
        }
        let known: Vec<String> = self.aliases()?.into_iter().map(|(alias, _)| alias).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(VersionError::NoAlias { alias: alias.to_owned(), known })
    }

    /// Every alias and the bundle it means, in the order of their names.
    pub fn aliases(&self) -> Result<Vec<(String, String)>, VersionError> {
        let folder = self.aliases_folder();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(VersionError::Disk { path: folder, why }),
        };
        let mut aliases = Vec::new();
        for entry in entries {
            let name = entry.map_err(at(&folder))?.file_name().to_string_lossy().into_owned();
            if check_alias(&name).is_ok()
                && let Some(bundle) = self.current(&name)?
            {
                aliases.push((name, bundle));
            }
        }
        aliases.sort();
        Ok(aliases)
    }

    /// Everything that was ever done, oldest first.
    pub fn history(&self) -> Result<Vec<Entry>, VersionError> {
        let path = self.history_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(why) => return Err(VersionError::Disk { path, why }),
        };
        let mut entries = Vec::new();
        for (index, line) in text.lines().enumerate() {
            match serde_json::from_str(line) {
                Ok(entry) => entries.push(entry),
                // The last line may have been cut by a power failure; then nothing pointed to it yet.
                Err(_) if !text.ends_with('\n') && index + 1 == text.lines().count() => {}
                Err(why) => return Err(VersionError::History { path, line: index + 1, why }),
            }
        }
        Ok(entries)
    }

    /// The version that `wanted` names: an alias, or the beginning of a hash.
    pub fn find(&self, wanted: &str) -> Result<String, VersionError> {
        if check_alias(wanted).is_ok()
            && let Some(bundle) = self.current(wanted)?
        {
            return Ok(bundle);
        }
        let folder = self.root.join("content");
        let names =
            fs::read_dir(&folder).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut found: Vec<String> = names.filter(|name| !wanted.is_empty() && name.starts_with(wanted)).collect();
        found.sort();
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(VersionError::NoVersion(wanted.to_owned())),
            _ => Err(VersionError::Ambiguous { wanted: wanted.to_owned(), found: found.join(", ") }),
        }
    }

    /// Where the files of a version lie.
    pub fn folder(&self, bundle: &str) -> PathBuf {
        self.root.join("content").join(bundle)
    }

    fn history_file(&self) -> PathBuf {
        self.root.join("history.jsonl")
    }

    /// Writes the files of a version into a folder beside, and moves it into its place when all of it is on disk.
    fn keep(&self, content: &BundleContent) -> Result<(), VersionError> {
        let place = self.folder(&content.id);
        let parent = self.root.join("content");
        let beside = tempfile::Builder::new().prefix(".new-").tempdir_in(&parent).map_err(at(&parent))?;
        let mut folders = vec![beside.path().to_owned()];
        for (path, bytes) in &content.files {
            let file = beside.path().join(path);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder).map_err(at(folder))?;
                folders.push(folder.to_owned());
            }
            let mut written = File::create(&file).map_err(at(&file))?;
            written.write_all(bytes).and_then(|()| written.sync_all()).map_err(at(&file))?;
        }
        folders.dedup();
        for folder in &folders {
            sync(folder)?;
        }
        if place.exists() {
            // The name is the hash of what runs, and that is there. What does not run, tests above all, may be newer:
            // it is kept beside, under the same name, for whoever tests this version again.
            return self.replace_what_does_not_run(content, &place);
        }
        let made = beside.keep();
        readable(&made, 0o755)?;
        fs::rename(&made, &place).map_err(at(&place))?;
        sync(&parent)
    }

    /// Tests are no part of a version's name. The newest are kept with it, each file replaced in one move.
    fn replace_what_does_not_run(&self, content: &BundleContent, place: &Path) -> Result<(), VersionError> {
        for (path, bytes) in &content.files {
            let file = place.join(path);
            if fs::read(&file).is_ok_and(|kept| kept == *bytes) {
                continue;
            }
            let folder = file.parent().unwrap_or(place);
            fs::create_dir_all(folder).map_err(at(folder))?;
            replace(&file, bytes)?;
        }
        Ok(())
    }

    fn change(&self, change: Change, alias: &str, bundle: &str, name: &str, who: &Who) -> Result<(), VersionError> {
        let folder = if change == Change::Published { who.folder.display().to_string() } else { String::new() };
        let entry = Entry {
            at: who.at,
            change,
            alias: alias.to_owned(),
            bundle: bundle.to_owned(),
            name: name.to_owned(),
            by: who.by.clone(),
            folder,
        };
        let path = self.history_file();
        let mut line = serde_json::to_string(&entry).map_err(|why| at(&path)(io::Error::other(why)))?;
        line.push('\n');
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(at(&path))?;
        // A line that a power failure cut says nothing; the next one begins in its place.
        let text = fs::read(&path).map_err(at(&path))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64).map_err(at(&path))?;
        }
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(at(&path))?;
        replace(&self.aliases_folder().join(alias), format!("{bundle}\n").as_bytes())
    }

    /// One writer at a time, whatever their processes.
    fn lock(&self) -> Result<File, VersionError> {
        fs::create_dir_all(&self.root).map_err(at(&self.root))?;
        let path = self.root.join(".lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }
}

/// Replaces a file in one move; what it held before is there until the new is on disk.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), VersionError> {
    let folder = path.parent().unwrap_or(path);
    let mut beside = tempfile::Builder::new().prefix(".new-").tempfile_in(folder).map_err(at(folder))?;
    beside.write_all(bytes).and_then(|()| beside.as_file().sync_all()).map_err(at(path))?;
    readable(beside.path(), 0o644)?;
    beside.persist(path).map_err(|fault| VersionError::Disk { path: path.to_owned(), why: fault.error })?;
    sync(folder)
}

/// Whoever publishes need not be the user that the server runs as. Flows hold no secrets.
fn readable(path: &Path, mode: u32) -> Result<(), VersionError> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(at(path))
}

/// A name in a folder is on disk when the folder is.
fn sync(folder: &Path) -> Result<(), VersionError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> VersionError + use<> {
    let path = path.to_owned();
    move |why| VersionError::Disk { path, why }
}

fn check_alias(alias: &str) -> Result<(), VersionError> {
    let is_letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    if alias.is_empty() || alias.len() > 64 || !alias.chars().all(is_letter) {
        return Err(VersionError::BadAlias(alias.to_owned()));
    }
    Ok(())
}
