//! The YAML files of a bundle: found and read.

use std::path::{Path, PathBuf};

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// How faults name it.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

/// A bundle's files cannot be read.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub path: PathBuf,
    pub code: &'static str,
    pub what: String,
    pub mend: String,
}

/// The largest file, in bytes. A bundle of a thousand steps is about a fifth of it.
pub(super) const LARGEST_FILE: u64 = 2 * 1024 * 1024;
/// The most files.
pub(super) const MOST_FILES: usize = 1_000;
/// The largest bundle, in bytes.
pub(super) const LARGEST_BUNDLE: u64 = 16 * 1024 * 1024;
/// How deep folders may nest.
const DEEPEST: usize = 8;

/// Reads every `.yaml` and `.yml` file below `folder`, in the order of their names.
pub(super) fn read_folder(folder: &Path) -> Result<Vec<SourceFile>, Unreadable> {
    let mut paths = Vec::new();
    collect(folder, 0, &mut paths)?;
    paths.sort();
    if paths.is_empty() {
        return Err(Unreadable {
            path: folder.to_owned(),
            code: "no-bundle",
            what: "there is no .yaml file in this folder".to_owned(),
            mend: "name the folder that holds the bundle, for example prompts/shop".to_owned(),
        });
    }
    let mut total = 0;
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let size = std::fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.len();
        total += size;
        if size > LARGEST_FILE || total > LARGEST_BUNDLE {
            return Err(too_large(path, size > LARGEST_FILE));
        }
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = error.as_bytes()[..error.utf8_error().valid_up_to()].iter();
            let line = before.filter(|byte| **byte == b'\n').count() + 1;
            Unreadable {
                path: path.clone(),
                code: "unreadable-file",
                what: format!("line {line} is not UTF-8"),
                mend: "save the file as UTF-8".to_owned(),
            }
        })?;
        files.push(SourceFile { path, text });
    }
    Ok(files)
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), Unreadable> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if path.is_dir() && depth < DEEPEST {
            collect(&path, depth + 1, paths)?;
        } else if is_yaml && path.is_file() {
            paths.push(path);
        }
        if paths.len() > MOST_FILES {
            return Err(Unreadable {
                path: folder.to_owned(),
                code: "too-large",
                what: format!("there are more than {MOST_FILES} .yaml files"),
                mend: "keep one bundle in a folder of its own".to_owned(),
            });
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Unreadable {
    let what = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such folder or file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        std::io::ErrorKind::NotADirectory => "this is a file, not a folder".to_owned(),
        _ => format!("it cannot be read: {error}"),
    };
    let mend = "name the folder that holds the bundle, and let this user read it".to_owned();
    Unreadable { path: path.to_owned(), code: "unreadable-file", what, mend }
}

pub(super) fn too_large(path: PathBuf, file: bool) -> Unreadable {
    let (what, limit) = if file { ("file", LARGEST_FILE) } else { ("bundle", LARGEST_BUNDLE) };
    Unreadable {
        path,
        code: "too-large",
        what: format!("the {what} is larger than {} MB", limit / 1024 / 1024),
        mend: "split it; recordings and tables do not belong in YAML".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_yaml_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("more")).unwrap();
        for (name, text) in
            [("b.yaml", "flow: b"), ("a.yml", "bundle: a"), ("notes.txt", "no"), ("more/c.yaml", "flow: c")]
        {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let files = read_folder(folder.path()).unwrap();
        let texts: Vec<&str> = files.iter().map(|file| file.text.as_str()).collect();
        assert_eq!(texts, ["bundle: a", "flow: b", "flow: c"]);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_folder(folder.path()).unwrap_err().what.contains("no .yaml"));
        assert!(read_folder(&folder.path().join("nowhere")).unwrap_err().what.contains("no such"));
        std::fs::write(folder.path().join("a.yaml"), [b'a', b'\n', 0xff]).unwrap();
        assert_eq!(read_folder(folder.path()).unwrap_err().what, "line 2 is not UTF-8");
        std::fs::write(folder.path().join("a.yaml"), vec![b' '; 50 * 1024 * 1024]).unwrap();
        let begun = std::time::Instant::now();
        assert_eq!(read_folder(folder.path()).unwrap_err().code, "too-large");
        assert!(begun.elapsed() < std::time::Duration::from_secs(1));
    }
}
