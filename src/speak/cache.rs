//! Clauses that were made before, in memory and on disk, found by what they are made of.
//!
//! Only what is made ahead (fixed prompts) goes to disk; a fresh reply may hold what belongs to one caller,
//! so it is kept in memory alone. Whatever is wrong with the disk, speech goes on.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::least_recent::LeastRecent;
use crate::audio::{Hertz, Sound};

/// What a clause's sound is made of, hashed: voice, text, pace, rate, and the way we make it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ClauseKey([u8; 32]);

/// Changes when the same ingredients would no longer give the same sound: the even level, the trimming.
const RECIPE: u8 = 1;

impl ClauseKey {
    /// The key of `text`, spoken at `pace` by the voice whose files have the hash `voice`, at `rate`.
    pub(super) fn new(voice: &[u8; 32], text: &str, pace: f32, rate: Hertz) -> Self {
        let mut hash = Sha256::new();
        hash.update([RECIPE]);
        hash.update(voice);
        // Hundredths: what nobody can hear should not be made twice.
        hash.update(((pace * 100.0).round() as u32).to_le_bytes());
        hash.update(rate.get().to_le_bytes());
        hash.update(text.as_bytes());
        Self(hash.finalize().into())
    }

    fn file_name(self) -> String {
        let mut name = String::with_capacity(64 + EXTENSION.len() + 1);
        for byte in self.0 {
            name.push_str(&format!("{byte:02x}"));
        }
        name + "." + EXTENSION
    }

    fn from_file_name(name: &str) -> Option<Self> {
        let digits = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
        if digits.len() != 64 || !digits.is_ascii() {
            return None;
        }
        let mut key = [0; 32];
        for (byte, place) in key.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&digits[place..place + 2], 16).ok()?;
        }
        Some(Self(key))
    }
}

const EXTENSION: &str = "clause";
const MAGIC: [u8; 8] = *b"WLCLAUS1";
/// Magic, rate, hash of the samples.
const HEADER: usize = 8 + 4 + 32;
/// Files that a process was writing when it died are removed after this.
const ABANDONED_AFTER: Duration = Duration::from_secs(3600);
const UNFINISHED: &str = "unfinished-";

/// Clauses in memory and on disk.
pub(super) struct Cache {
    memory: Mutex<LeastRecent<ClauseKey, Arc<Sound>>>,
    disk: Option<Disk>,
}

struct Disk {
    folder: PathBuf,
    index: Mutex<LeastRecent<ClauseKey, ()>>,
    write_failures: AtomicU64,
}

impl Cache {
    /// A cache of `memory_bytes`, and of `disk_bytes` in `folder` if there is one. A folder that cannot be
    /// made or read is a warning.
    pub(super) fn open(memory_bytes: u64, folder: Option<&Path>, disk_bytes: u64) -> Self {
        let disk = folder.and_then(|folder| match Disk::open(folder, disk_bytes) {
            Ok(disk) => Some(disk),
            Err(error) => {
                let folder = folder.display().to_string();
                tracing::warn!(%error, folder, "prompts cannot be kept on disk and are made anew after each start");
                None
            }
        });
        Self { memory: Mutex::new(LeastRecent::new(memory_bytes)), disk }
    }

    /// A clause that is in memory.
    pub(super) fn in_memory(&self, key: &ClauseKey) -> Option<Arc<Sound>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Whether a clause is in memory or, as far as is known, on disk. Does not touch the disk.
    pub(super) fn contains(&self, key: &ClauseKey) -> bool {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).contains(key) || self.is_on_disk(key)
    }

    /// Whether a clause is on disk, as far as is known. Does not touch the disk.
    pub(super) fn is_on_disk(&self, key: &ClauseKey) -> bool {
        self.disk.as_ref().is_some_and(|disk| disk.index().contains(key))
    }

    /// Reads a clause from disk into memory. A file that is not what it should be is forgotten, and made anew.
    pub(super) fn read(&self, key: &ClauseKey) -> Option<Arc<Sound>> {
        let disk = self.disk.as_ref()?;
        disk.index().get(key)?;
        match disk.read(key) {
            Ok(sound) => {
                let sound = Arc::new(sound);
                self.keep_in_memory(*key, &sound);
                Some(sound)
            }
            Err(error) => {
                tracing::warn!(%error, "a cached prompt cannot be read and is made anew");
                disk.forget(key);
                None
            }
        }
    }

    /// Keeps a clause in memory.
    pub(super) fn keep_in_memory(&self, key: ClauseKey, sound: &Arc<Sound>) {
        let bytes = 2 * sound.samples().len() as u64 + 128;
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.insert(key, sound.clone(), bytes);
    }

    /// Keeps a clause on disk, if it can be. Whether it is there now.
    pub(super) fn keep_on_disk(&self, key: ClauseKey, sound: &Sound) -> bool {
        let Some(disk) = &self.disk else { return false };
        match disk.write(key, sound) {
            Ok(()) => true,
            Err(error) => {
                let failures = disk.write_failures.fetch_add(1, Ordering::Relaxed) + 1;
                if failures.is_power_of_two() {
                    tracing::warn!(%error, failures, "prompts cannot be kept on disk; they are spoken all the same");
                }
                false
            }
        }
    }

    /// How often a prompt could not be kept on disk.
    pub(super) fn write_failures(&self) -> u64 {
        self.disk.as_ref().map_or(0, |disk| disk.write_failures.load(Ordering::Relaxed))
    }

    /// How many clauses, and bytes, are on disk.
    pub(super) fn on_disk(&self) -> (usize, u64) {
        self.disk.as_ref().map_or((0, 0), |disk| {
            let index = disk.index();
            (index.len(), index.size())
        })
    }
}

impl Disk {
    fn open(folder: &Path, limit: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let metadata = entry.metadata()?;
            let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if let Some(key) = ClauseKey::from_file_name(&name) {
                found.push((modified, key, metadata.len()));
            } else if name.starts_with(UNFINISHED) && modified.elapsed().is_ok_and(|age| age > ABANDONED_AFTER) {
                // If it stays, it is tried again at the next start.
                let _ = fs::remove_file(entry.path());
            }
        }
        found.sort_by_key(|(modified, _, _)| *modified);
        let disk = Self {
            folder: folder.to_owned(),
            index: Mutex::new(LeastRecent::new(limit)),
            write_failures: AtomicU64::new(0),
        };
        for (_, key, bytes) in found {
            disk.enter(key, bytes);
        }
        Ok(disk)
    }

    fn index(&self) -> std::sync::MutexGuard<'_, LeastRecent<ClauseKey, ()>> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a file is there, and removes those that must go for it.
    fn enter(&self, key: ClauseKey, bytes: u64) {
        let gone = self.index().insert(key, (), bytes);
        for key in gone {
            // One that is gone already, or cannot go, is no concern of the one who speaks.
            let _ = fs::remove_file(self.folder.join(key.file_name()));
        }
    }

    fn forget(&self, key: &ClauseKey) {
        self.index().remove(key);
        let _ = fs::remove_file(self.folder.join(key.file_name()));
    }

    fn read(&self, key: &ClauseKey) -> io::Result<Sound> {
        let path = self.folder.join(key.file_name());
        let sound = decode(&fs::read(&path)?).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        // The time of the file tells the next process when it was used; it is no loss if it cannot be set.
        let _ = fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Ok(sound)
    }

    /// Written aside and then renamed, so that nobody ever reads half a file. It is not synced: a file that
    /// a power cut damages fails its hash and is made anew.
    fn write(&self, key: ClauseKey, sound: &Sound) -> io::Result<()> {
        let bytes = encode(sound);
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder)?;
        file.write_all(&bytes)?;
        file.persist(self.folder.join(key.file_name())).map_err(|error| error.error)?;
        self.enter(key, bytes.len() as u64);
        Ok(())
    }
}

fn encode(sound: &Sound) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + 2 * sound.samples().len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&sound.rate().get().to_le_bytes());
    bytes.extend_from_slice(&[0; 32]);
    for sample in sound.samples() {
        bytes.extend_from_slice(&sample.to_le_bytes());
    }
    let hash = Sha256::digest(&bytes[HEADER..]);
    bytes[HEADER - 32..HEADER].copy_from_slice(&hash);
    bytes
}

fn decode(bytes: &[u8]) -> Option<Sound> {
    let (header, samples) = bytes.split_at_checked(HEADER)?;
    let (magic, rest) = header.split_at(MAGIC.len());
    let (rate, hash) = rest.split_at(4);
    if magic != MAGIC || samples.len() % 2 != 0 || Sha256::digest(samples)[..] != *hash {
        return None;
    }
    let rate = Hertz::new(u32::from_le_bytes(rate.try_into().ok()?))?;
    let samples = samples.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    Some(Sound::new(rate, samples))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOICE: [u8; 32] = [7; 32];

    fn key(text: &str) -> ClauseKey {
        ClauseKey::new(&VOICE, text, 1.0, Hertz::HZ_8000)
    }

    fn sound(value: i16) -> Arc<Sound> {
        Arc::new(Sound::new(Hertz::HZ_8000, vec![value; 400]))
    }

    fn cache(folder: &Path, bytes: u64) -> Cache {
        Cache::open(1 << 20, Some(folder), bytes)
    }

    #[test]
    fn a_key_depends_on_everything_that_can_be_heard() {
        let plain = key("hello");
        assert!(plain == ClauseKey::new(&VOICE, "hello", 1.001, Hertz::HZ_8000));
        assert!(plain != ClauseKey::new(&VOICE, "hello", 1.1, Hertz::HZ_8000));
        assert!(plain != ClauseKey::new(&VOICE, "hello", 1.0, Hertz::HZ_16000));
        assert!(plain != ClauseKey::new(&[8; 32], "hello", 1.0, Hertz::HZ_8000));
        assert!(plain != key("hello!"));
        assert!(ClauseKey::from_file_name(&plain.file_name()) == Some(plain));
        assert!(ClauseKey::from_file_name("notes.txt").is_none());
    }

    #[test]
    fn what_was_kept_on_disk_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        assert!(cache(folder.path(), 1 << 20).keep_on_disk(key("a"), &sound(5)));
        let again = cache(folder.path(), 1 << 20);
        assert!(again.contains(&key("a")) && !again.contains(&key("b")));
        assert!(again.in_memory(&key("a")).is_none());
        assert_eq!(again.read(&key("a")).unwrap(), sound(5));
        assert_eq!(again.in_memory(&key("a")).unwrap(), sound(5));
    }

    #[test]
    fn a_damaged_file_is_forgotten_so_that_it_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(key("a").file_name());
        for damage in [&b""[..], b"WLCLAUS1", b"RIFF and so on and on, but nothing of ours at all, not even near"] {
            let cache = cache(folder.path(), 1 << 20);
            cache.keep_on_disk(key("a"), &sound(5));
            fs::write(&path, damage).unwrap();
            assert!(cache.read(&key("a")).is_none());
            assert!(!cache.contains(&key("a")));
            assert!(!path.exists());
        }
        let cache = cache(folder.path(), 1 << 20);
        cache.keep_on_disk(key("a"), &sound(5));
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(cache.read(&key("a")).is_none(), "one flipped bit is seen");
        assert!(cache.keep_on_disk(key("a"), &sound(6)));
        assert_eq!(cache.read(&key("a")).unwrap(), sound(6));
    }

    #[test]
    fn the_disk_is_bounded_and_the_least_used_goes() {
        let folder = tempfile::tempdir().unwrap();
        let one = (HEADER + 800) as u64;
        let cache = cache(folder.path(), 2 * one);
        for (index, text) in ["a", "b", "c"].iter().enumerate() {
            cache.keep_on_disk(key(text), &sound(index as i16));
            cache.read(&key("a"));
        }
        assert!(cache.contains(&key("a")) && cache.contains(&key("c")));
        assert!(!cache.is_on_disk(&key("b")));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert_eq!(cache.on_disk(), (2, 2 * one));
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_only_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "in the way").unwrap();
        let cache = cache(&file.join("cache"), 1 << 20);
        assert!(!cache.keep_on_disk(key("a"), &sound(5)));
        cache.keep_in_memory(key("a"), &sound(5));
        assert!(cache.in_memory(&key("a")).is_some());
    }

    #[test]
    fn a_disk_that_refuses_is_counted_and_nothing_half_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), 1 << 20);
        // A folder where the file should be: the rename is refused, whoever the test runs as.
        fs::create_dir(folder.path().join(key("a").file_name())).unwrap();
        fs::write(folder.path().join(key("a").file_name()).join("x"), "x").unwrap();
        assert!(!cache.keep_on_disk(key("a"), &sound(5)));
        assert_eq!(cache.write_failures(), 1);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(cache.keep_on_disk(key("b"), &sound(5)));
    }
}
